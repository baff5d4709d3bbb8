package secret

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
	"sync"

	"seaworthy.dev/seaworthy"
)

// The bounds on one layer and on how a long body is read.
const (
	maxSightings = 20_000
	windowSize   = 4 << 20
	// overlap is how far windows share their ends: no secret is longer.
	overlap = 64 << 10
)

// facts is what the pass remembers of a layer, sorted by ordinal.
type facts struct {
	Sightings []sighting `json:"sightings,omitempty"`
	Partial   []partial  `json:"partial,omitempty"`
	// Beyond counts what maxSightings cut off.
	Beyond int `json:"beyond,omitempty"`
}

// partial is a file that was not looked at whole.
type partial struct {
	Ordinal int    `json:"ordinal"`
	Reason  string `json:"reason"`
}

const tooMany = "It holds more than 1000 values that look like secrets; the first 1000 of each part are reported."

// pass looks for secrets in the files of one layer.
type pass struct {
	analyzer *Analyzer

	mu    sync.Mutex
	facts facts // guarded by mu
}

// Wants implements [seaworthy.Pass]. No file is left out for its name.
func (p *pass) Wants(h *seaworthy.Header) seaworthy.Want {
	if h.Type != seaworthy.Regular || h.Size == 0 {
		return seaworthy.Skip
	}
	return seaworthy.Body
}

// File implements [seaworthy.Pass].
func (p *pass) File(ctx context.Context, f *seaworthy.File) error {
	pl := placeOf(f.Path, f.Head)
	var found []sighting
	whole := true
	body, ok := f.Bytes()
	if ok {
		found, whole = p.analyzer.look(body, &pl)
	} else {
		var err error
		if found, whole, err = p.windows(ctx, f, &pl); err != nil {
			return err
		}
	}
	if len(found) == 0 && whole {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range found {
		s.Ordinal = f.Ordinal
		p.facts.Sightings = append(p.facts.Sightings, s)
	}
	if !whole {
		p.facts.Partial = append(p.facts.Partial, partial{f.Ordinal, tooMany})
	}
	return nil
}

// look gives the secrets of a body.
func (a *Analyzer) look(body []byte, pl *place) (found []sighting, whole bool) {
	width, encoding, text := 1, "", body
	if order := wide(body[:min(len(body), seaworthy.HeadSize)]); order != nil {
		width, encoding, text = 2, "UTF-16", narrow(body, order)
		text8 := *pl
		text8.binary = false
		text8.silent = text8.silent && !pl.binary
		pl = &text8
	}
	matches, whole := a.rules.scan(text, pl)
	if len(matches) == 0 && derFile(body) {
		matches = append(matches, match{rule: privateKeyRule(), value: body, opinion: opinion{confirmed: true, note: "It is in DER; it parses, and no passphrase protects it."}})
	}
	line, at := 1, 0
	for i := range matches {
		m := &matches[i]
		s := a.sighting(m, pl)
		if !pl.binary {
			line, at = line+bytes.Count(text[at:m.start], []byte("\n")), m.start
			s.Line = line
		}
		s.Offset *= int64(width)
		if s.Encoding == "" {
			s.Encoding = encoding
		}
		found = append(found, s)
	}
	return found, whole
}

// windows reads a body that is not in memory in pieces that overlap. A secret
// that starts in the shared end belongs to the next piece.
func (p *pass) windows(ctx context.Context, f *seaworthy.File, pl *place) (found []sighting, whole bool, err error) {
	buf := make([]byte, windowSize)
	whole = true
	lines := 0
	for from := int64(0); from < f.Size; from += windowSize - overlap {
		if ctx.Err() != nil {
			return nil, false, context.Cause(ctx)
		}
		n, err := f.ReaderAt().ReadAt(buf[:min(windowSize, f.Size-from)], from)
		if err != nil && err != io.EOF {
			return nil, false, err
		}
		last := from+int64(n) >= f.Size
		list, all := p.analyzer.look(buf[:n], pl)
		whole = whole && all
		for _, s := range list {
			if !last && s.Offset >= windowSize-overlap {
				continue
			}
			s.Offset += from
			if s.Line > 0 {
				s.Line += lines
			}
			if len(found) < maxMatches {
				found = append(found, s)
			} else {
				whole = false
			}
		}
		if last {
			break
		}
		lines += bytes.Count(buf[:windowSize-overlap], []byte("\n"))
	}
	return found, whole, nil
}

// Close implements [seaworthy.Pass].
func (p *pass) Close(context.Context) ([]byte, error) {
	f := &p.facts
	slices.SortFunc(f.Sightings, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Rule, b.Rule))
	})
	slices.SortFunc(f.Partial, func(a, b partial) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	if n := len(f.Sightings); n > maxSightings {
		f.Beyond, f.Sightings = f.Beyond+n-maxSightings, f.Sightings[:maxSightings]
	}
	if n := len(f.Partial); n > maxSightings {
		f.Beyond, f.Partial = f.Beyond+n-maxSightings, f.Partial[:maxSightings]
	}
	return json.Marshal(f)
}
