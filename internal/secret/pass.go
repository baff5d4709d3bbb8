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

// maxOccurrences limits what is remembered of one layer.
const maxOccurrences = 20_000

// facts is what the pass remembers of a layer, sorted by ordinal.
type facts struct {
	Occurrences []occurrence `json:"sightings,omitempty"`
	Partial     []partial    `json:"partial,omitempty"`
	// Contents are the digests of the files with secrets.
	Contents []content `json:"contents,omitempty"`
	// Beyond is the number of occurrences and gaps beyond maxOccurrences.
	Beyond int `json:"beyond,omitempty"`
}

// content identifies the content of a file by the digests that package databases have: MD5,
// SHA-1 and SHA-256.
type content struct {
	Ordinal int      `json:"ordinal"`
	Digests [][]byte `json:"digests"`
}

// contentOf reads a file again and returns its digests.
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

// partial is a file that was only partially searched, and why.
type partial struct {
	Ordinal int `json:"ordinal"`
	Gap     gap `json:"gap"`
}

// pass searches the files of one layer.
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
	if err := r.scan(f); err != nil {
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
		p.facts.Occurrences = append(p.facts.Occurrences, s)
	}
	for _, why := range r.gaps {
		p.facts.Partial = append(p.facts.Partial, partial{f.Ordinal, why})
	}
	if max(len(p.facts.Occurrences), len(p.facts.Partial)) > 4*maxOccurrences {
		p.facts.cut() // what is cut off now would be so in the end
	}
	return nil
}

// scanText returns the secrets in a file or in a part of one, and the reasons why a part of
// it was not searched.
func (a *Analyzer) scanText(body []byte, origin *credential.Origin, effort *credential.Effort) (found []occurrence, gaps []gap) {
	width, encoding, text := 1, "", body
	if order := utf16Order(body[:min(len(body), seaworthy.HeadSize)]); order != nil {
		width, encoding, text = 2, "UTF-16", decodeUTF16(body, order)
		origin.Learn()
		text8 := *origin
		text8.Binary = false
		text8.Silent = text8.Silent && !origin.Binary
		origin = &text8
	}
	result := a.rules.FindWithin(text, origin, effort)
	matches, gaps := result.Matches, gapsOf(&result)
	if result.Named && !origin.Installed && width == 1 { // where a name alone is not enough
		more, why := a.scanSourceText(a.source(body), origin.Path, effort)
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
		s := a.occurrence(m)
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

// gapsOf returns the reasons why a text was not searched to its end.
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
	p.facts.cut()
	return json.Marshal(&p.facts)
}

// cut sorts the facts, and cuts off the last ones in the order of the archive.
func (f *facts) cut() {
	slices.SortFunc(f.Occurrences, func(a, b occurrence) int {
		return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Member, b.Member), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Rule, b.Rule))
	})
	slices.SortFunc(f.Partial, func(a, b partial) int {
		return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Gap, b.Gap))
	})
	slices.SortFunc(f.Contents, func(a, b content) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	if n := len(f.Occurrences); n > maxOccurrences {
		f.Beyond, f.Occurrences = f.Beyond+n-maxOccurrences, f.Occurrences[:maxOccurrences]
	}
	if n := len(f.Contents); n > maxOccurrences {
		f.Contents = f.Contents[:maxOccurrences]
	}
	if n := len(f.Partial); n > maxOccurrences {
		f.Beyond, f.Partial = f.Beyond+n-maxOccurrences, f.Partial[:maxOccurrences]
	}
}
