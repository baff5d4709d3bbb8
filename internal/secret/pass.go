package secret

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5"  // package databases have these digests
	"crypto/sha1" // and these
	"crypto/sha256"
	"encoding/json"
	"hash"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
)

// maxSightings bounds what is remembered of one layer.
const maxSightings = 20_000

// facts is what the pass remembers of a layer, sorted by ordinal.
type facts struct {
	Sightings []sighting `json:"sightings,omitempty"`
	Partial   []partial  `json:"partial,omitempty"`
	// Contents are the digests of the files that have sightings.
	Contents []content `json:"contents,omitempty"`
	// Beyond counts what maxSightings cut off.
	Beyond int `json:"beyond,omitempty"`
}

// content identifies what a file holds by its digests, in the ways in which package
// databases do: MD5, SHA-1 and SHA-256.
type content struct {
	Ordinal int      `json:"ordinal"`
	Digests [][]byte `json:"digests"`
}

// contentOf reads a file once more for its digests.
func contentOf(f *seaworthy.File) (content, error) {
	hashes := [...]hash.Hash{md5.New(), sha1.New(), sha256.New()}
	if _, err := io.Copy(io.MultiWriter(hashes[0], hashes[1], hashes[2]), f.Reader()); err != nil {
		return content{}, err
	}
	c := content{Ordinal: f.Ordinal}
	for _, h := range hashes {
		c.Digests = append(c.Digests, h.Sum(nil))
	}
	return c, nil
}

// partial is a file that was partially scanned.
type partial struct {
	Ordinal int `json:"ordinal"`
	Gap     gap `json:"gap"`
}

// pass looks for secrets in the files of one layer.
type pass struct {
	analyzer *Analyzer

	// offered is how many bytes the files before have, rich the ordinal of the last file
	// among the first maxRich of them. They depend on the archive alone.
	offered int64
	rich    atomic.Int64

	mu    sync.Mutex
	facts facts // guarded by mu
}

// maxRich is how many bytes of a layer may take the larger effort: what is behind them
// may be hostile in all its files.
const maxRich = 32 << 20

// Wants implements [seaworthy.Pass]. No file is skipped for its name.
func (p *pass) Wants(h *seaworthy.Header) seaworthy.Want {
	if h.Type != seaworthy.Regular || h.Size == 0 {
		return seaworthy.Skip
	}
	if p.offered += h.Size; p.offered-h.Size < maxRich {
		p.rich.Store(int64(h.Ordinal))
	}
	return seaworthy.Body
}

// File implements [seaworthy.Pass].
func (p *pass) File(ctx context.Context, f *seaworthy.File) error {
	r := p.analyzer.newFileScan(ctx, f.Path, f.Size)
	if int64(f.Ordinal) > p.rich.Load() {
		r.effort = credential.NewPoorEffort()
	}
	if err := r.file(f); err != nil {
		return err
	}
	if len(r.found) == 0 && len(r.gaps) == 0 {
		return nil
	}
	var c content
	if len(r.found) > 0 {
		var err error
		if c, err = contentOf(f); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(r.found) > 0 {
		p.facts.Contents = append(p.facts.Contents, c)
	}
	for _, s := range r.found {
		s.Ordinal = f.Ordinal
		p.facts.Sightings = append(p.facts.Sightings, s)
	}
	for _, why := range r.gaps {
		p.facts.Partial = append(p.facts.Partial, partial{f.Ordinal, why})
	}
	return nil
}

// scanText gives the secrets of a body that is all or a part of a file, and why some of
// it was not searched.
func (a *Analyzer) scanText(body []byte, origin *credential.Origin, effort *credential.Effort) (found []sighting, gaps []gap) {
	width, encoding, text := 1, "", body
	if order := wide(body[:min(len(body), seaworthy.HeadSize)]); order != nil {
		width, encoding, text = 2, "UTF-16", narrow(body, order)
		origin.Learn()
		text8 := *origin
		text8.Binary = false
		text8.Silent = text8.Silent && !origin.Binary
		origin = &text8
	}
	result := a.rules.FindWithin(text, origin, effort)
	matches, gaps := result.Matches, gapsOf(&result)
	if result.Named && !origin.Installed && width == 1 { // where a name alone is not enough
		more, why := a.recover(a.source(body), origin.Path, effort)
		matches, gaps = credential.Settle(append(matches, more...)), append(gaps, why...)
	}
	if store, ok := a.rules.KeyStore(body, origin); ok && width == 1 {
		matches = []credential.Match{store}
	} else if key, ok := a.rules.DERKey(body, origin); ok && len(matches) == 0 {
		matches = []credential.Match{key}
	}
	line, at := 1, 0
	for i := range matches {
		m := &matches[i]
		s := a.sighting(m)
		if !origin.Binary && m.Origin == origin {
			line, at = line+bytes.Count(text[at:m.Start], []byte("\n")), m.Start
			s.Line = line
		}
		s.Offset *= int64(width)
		if s.Encoding == "" {
			s.Encoding = encoding
		}
		found = append(found, s)
	}
	return found, gaps
}

// gapsOf gives the reasons for which a text was not wholly searched.
func gapsOf(r *credential.Result) (gaps []gap) {
	if !r.Whole {
		gaps = append(gaps, tooMany)
	}
	if r.Tired {
		gaps = append(gaps, tooCostly)
	}
	return gaps
}

// Close implements [seaworthy.Pass].
func (p *pass) Close(context.Context) ([]byte, error) {
	f := &p.facts
	slices.SortFunc(f.Sightings, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Member, b.Member), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Rule, b.Rule))
	})
	slices.SortFunc(f.Partial, func(a, b partial) int {
		return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Gap, b.Gap))
	})
	slices.SortFunc(f.Contents, func(a, b content) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	if n := len(f.Sightings); n > maxSightings {
		f.Beyond, f.Sightings = f.Beyond+n-maxSightings, f.Sightings[:maxSightings]
	}
	if n := len(f.Contents); n > maxSightings {
		f.Contents = f.Contents[:maxSightings]
	}
	if n := len(f.Partial); n > maxSightings {
		f.Beyond, f.Partial = f.Beyond+n-maxSightings, f.Partial[:maxSightings]
	}
	return json.Marshal(f)
}
