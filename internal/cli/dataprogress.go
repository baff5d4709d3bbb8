package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/words"
)

// dataLine shows the progress of all downloads of data in one line of a terminal. A nil
// dataLine shows nothing.
type dataLine struct {
	out io.Writer

	mu      sync.Mutex
	loaded  map[string]seaworthy.Progress // bytes; guarded by mu
	reading map[string]seaworthy.Progress // records; guarded by mu
	drawn   time.Time                     // guarded by mu
}

func (a *app) startDataLine(off bool) *dataLine {
	f, ok := file(a.Stderr)
	if off || !ok || !term.IsTerminal(int(f.Fd())) || a.Getenv("TERM") == "dumb" {
		return nil
	}
	return &dataLine{out: f, loaded: make(map[string]seaworthy.Progress), reading: make(map[string]seaworthy.Progress)}
}

func (p *dataLine) show(e *seaworthy.Progress) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case e.Done: // downloaded or failed
		last := p.loaded[e.Name]
		last.Size = last.Read
		p.loaded[e.Name] = last
		delete(p.reading, e.Name)
	case e.Stage == seaworthy.StageIndex:
		p.reading[e.Name] = *e
	default:
		p.loaded[e.Name] = *e
	}
	if time.Since(p.drawn) < redrawEvery {
		return
	}
	p.drawn = time.Now()
	fmt.Fprintf(p.out, "\r%s\x1b[K", shorten(p.line(), 79))
}

// line returns the text of the line: the downloads that are not complete, and the bytes
// of all downloads.
func (p *dataLine) line() string {
	var parts []string
	var read, size int64
	for name, e := range p.loaded {
		read += e.Read
		size += max(e.Size, 0)
		if r, ok := p.reading[name]; ok && r.Read < r.Size {
			parts = append(parts, fmt.Sprintf("%s, %d of %d records", name, r.Read, r.Size))
		} else if !ok && e.Read != e.Size {
			parts = append(parts, name)
		}
	}
	slices.Sort(parts)
	amount := words.Size(read)
	if size >= read && size > 0 {
		amount = fmt.Sprintf("%s %s of %s", bar(float64(read)/float64(size), 20), amount, words.Size(size))
	}
	return "downloading advisories " + amount + ": " + strings.Join(parts, "; ")
}

// stop clears the line.
func (p *dataLine) stop() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.drawn.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.drawn = time.Time{}
	}
}
