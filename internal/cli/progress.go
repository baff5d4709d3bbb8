package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

// progress passes on the events of a scan, and shows its progress on a terminal until
// the first result.
type progress struct {
	seaworthy.Handler
	layers *layerLine
	data   *dataLine
}

// startProgress starts to show the progress of a scan, if standard error is a terminal.
// The caller must call stop.
func (a *app) startProgress(off bool, name string, next seaworthy.Handler) *progress {
	return &progress{next, a.startLayerLine(off, name), a.startDataLine(off)}
}

// Progress implements [seaworthy.Handler].
func (p *progress) Progress(e *seaworthy.Progress) error {
	if e.Stage == seaworthy.StageLayer {
		p.layers.show(e)
	} else {
		p.layers.stop()
		p.data.show(e)
	}
	return p.Handler.Progress(e)
}

// Provenance implements [seaworthy.Handler].
func (p *progress) Provenance(e *seaworthy.Provenance) error {
	p.stop()
	return p.Handler.Provenance(e)
}

// stop clears the progress lines.
func (p *progress) stop() {
	p.layers.stop()
	p.data.stop()
}

// layerLine shows how much of an image has been read, in one line that is redrawn every
// redrawEvery and cleared at the end. A nil layerLine shows nothing.
type layerLine struct {
	out   io.Writer
	width int
	name  string
	clear sync.Once
	done  chan struct{}
	ended sync.WaitGroup

	mu      sync.Mutex
	layers  int                           // their number, 0 if unknown; guarded by mu
	reading map[string]seaworthy.Progress // the last event of each blob; guarded by mu
	current string                        // the blob of the last event; guarded by mu
	eventAt time.Time                     // time of the last event; guarded by mu
}

const (
	redrawEvery = 100 * time.Millisecond
	// silence is the time without events after which the line says what it waits for.
	silence = 2 * time.Second
)

// startLayerLine returns nil if standard error is not a terminal.
func (a *app) startLayerLine(off bool, name string) *layerLine {
	f, ok := file(a.Stderr)
	if off || !ok || !term.IsTerminal(int(f.Fd())) || a.Getenv("TERM") == "dumb" {
		return nil
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	p := &layerLine{out: f, width: width, name: visible.Text(name), done: make(chan struct{}), reading: make(map[string]seaworthy.Progress), eventAt: time.Now()}
	p.ended.Go(p.draw)
	return p
}

func (p *layerLine) show(e *seaworthy.Progress) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.layers = e.Layers
	p.reading[e.Name] = *e
	p.current = e.Name
	p.eventAt = time.Now()
}

// stop clears the line.
func (p *layerLine) stop() {
	if p == nil {
		return
	}
	p.clear.Do(func() { close(p.done) })
	p.ended.Wait()
}

func (p *layerLine) draw() {
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

// line returns the text of the line.
func (p *layerLine) line(now time.Time) string {
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
	case finished == p.layers:
		parts = append(parts, "checking the image")
	case p.layers > 0:
		parts = append(parts, fmt.Sprintf("layer %d of %d", min(finished+1, p.layers), p.layers))
	default:
		parts = append(parts, fmt.Sprintf("layer %d", finished+1))
	}
	if read > 0 {
		amount := words.Size(read)
		if known {
			amount += " of " + words.Size(size)
		}
		parts = append(parts, amount)
	}
	if waited := now.Sub(p.eventAt); waited > silence && (finished == 0 || finished < p.layers) {
		what := "the image"
		if p.current != "" {
			what = shorten(visible.Text(p.current), 19)
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
