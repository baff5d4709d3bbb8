package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report"
)

// progress shows on a terminal how far the reading of an image has come: one
// line, drawn anew a few times a second and wiped in the end. A nil progress
// shows nothing.
type progress struct {
	out   io.Writer
	width int
	name  string
	done  chan struct{}
	ended sync.WaitGroup

	mu      sync.Mutex
	layers  int                           // their number, 0 if unknown; guarded by mu
	reading map[string]seaworthy.Progress // the last event of each blob; guarded by mu
	current string                        // the blob heard of last; guarded by mu
	heard   time.Time                     // when that was; guarded by mu
}

const (
	redrawEvery = 100 * time.Millisecond
	// silence is how long nothing may come before the line says what is waited
	// for.
	silence = 2 * time.Second
)

// startProgress gives nil if standard error is no terminal.
func (a *app) startProgress(off bool, name string) *progress {
	f, ok := file(a.Stderr)
	if off || !ok || !term.IsTerminal(int(f.Fd())) || a.Getenv("TERM") == "dumb" {
		return nil
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	p := &progress{out: f, width: width, name: printable(name), done: make(chan struct{}), reading: make(map[string]seaworthy.Progress), heard: time.Now()}
	p.ended.Go(p.draw)
	return p
}

func (p *progress) layerRead(e *seaworthy.Progress) error {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.layers = e.Layers
	p.reading[e.Name] = *e
	p.current = e.Name
	p.heard = time.Now()
	return nil
}

// stop wipes the line.
func (p *progress) stop() {
	if p == nil {
		return
	}
	close(p.done)
	p.ended.Wait()
}

func (p *progress) draw() {
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			fmt.Fprintf(p.out, "\r%s\x1b[K", p.line(time.Now()))
		case <-p.done:
			fmt.Fprint(p.out, "\r\x1b[K")
			return
		}
	}
}

// line is what the terminal shows.
func (p *progress) line(now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var read, size int64
	finished := 0
	known := p.layers > 0 && len(p.reading) == p.layers
	for _, e := range p.reading {
		read += max(e.Read, 0)
		size += e.Size
		known = known && e.Size >= 0
		if e.Done {
			finished++
		}
	}
	parts := []string{shorten(p.name, 40)}
	switch {
	case len(p.reading) == 0:
		parts = append(parts, "opening the image")
	case p.layers > 0:
		parts = append(parts, fmt.Sprintf("layer %d of %d", min(finished+1, p.layers), p.layers))
	default:
		parts = append(parts, fmt.Sprintf("layer %d", finished+1))
	}
	if read > 0 {
		amount := report.Size(read)
		if known {
			amount += " of " + report.Size(size)
		}
		parts = append(parts, amount)
	}
	if waited := now.Sub(p.heard); waited > silence {
		what := "the image"
		if p.current != "" {
			what = shorten(p.current, 19)
		}
		parts = append(parts, fmt.Sprintf("waiting for %s for %d s", what, int(waited.Seconds())))
	}
	text := strings.Join(parts, " · ")
	if known && size > 0 {
		if room := p.width - len([]rune(text)) - 4; room >= 10 {
			text = bar(float64(read)/float64(size), min(room, 30)) + " " + text
		}
	}
	return shorten(text, p.width-1)
}

func bar(share float64, width int) string {
	full := int(min(max(share, 0), 1) * float64(width))
	return strings.Repeat("━", full) + strings.Repeat("─", width-full)
}

func shorten(s string, width int) string {
	r := []rune(s)
	if len(r) <= width {
		return s
	}
	return string(r[:width-1]) + "…"
}
