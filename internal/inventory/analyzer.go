// Package inventory finds the software in an image: the packages in the databases of
// package managers, in the manifests of languages, and in binaries.
//
// A layer is read by itself: each file of a known [format] becomes a [Found]
// with its packages, and each os-release a [Release]. Which database is live,
// which distribution the image is of and which layer brought a package is known
// only when the layers are merged.
package inventory

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
)

// Analyzer reads the package databases, manifests and os-release files of each
// layer. [Decode] reads its result for a layer.
type Analyzer struct{ index *index }

var _ seaworthy.LayerAnalyzer = (*Analyzer)(nil)

// New makes an Analyzer for all formats.
func New() *Analyzer { return &Analyzer{newIndex(formats())} }

// Name implements [seaworthy.Analyzer].
func (*Analyzer) Name() string { return "inventory" }

// ConfigDigest implements [seaworthy.Analyzer].
func (*Analyzer) ConfigDigest() string { return "" }

// Open implements [seaworthy.LayerAnalyzer].
func (a *Analyzer) Open() seaworthy.Pass { return &pass{index: a.index} }

// maxKept is the maximum length of the result for one layer, in bytes. Files whose
// packages exceed it are counted.
const maxKept = 32 << 20

// pass reads one layer.
type pass struct {
	index *index

	mu    sync.Mutex // guards what follows
	layer Layer
	kept  int
}

// Wants implements [seaworthy.Pass].
func (p *pass) Wants(h *seaworthy.Header) seaworthy.Want {
	if h.Type != seaworthy.Regular {
		return seaworthy.Skip
	}
	want := seaworthy.Skip
	if isRelease(h) {
		want = seaworthy.Body
	}
	for m := p.index.of(h); m != 0; m &= m - 1 {
		f := &p.index.formats[bits.TrailingZeros64(m)]
		if h.Size <= f.max {
			want = max(want, f.want)
			continue
		}
		p.add(Found{Ordinal: h.Ordinal, Format: f.name, Role: f.role, UnreadCode: seaworthy.CodeLimitExceeded, Unread: fmt.Sprintf("It has %d bytes; the limit is %d.", h.Size, f.max)})
	}
	return want
}

// File implements [seaworthy.Pass].
func (p *pass) File(ctx context.Context, file *seaworthy.File) error {
	if isRelease(file.Header) {
		body, _ := file.Bytes()
		r := parseRelease(string(body))
		r.Ordinal = file.Ordinal
		p.mu.Lock()
		p.layer.Releases = append(p.layer.Releases, r)
		p.mu.Unlock()
	}
	for m := p.index.of(file.Header); m != 0; m &= m - 1 {
		f := &p.index.formats[bits.TrailingZeros64(m)]
		if file.Size > f.max {
			continue
		}
		packages, err := f.parse(ctx, file)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		found := Found{Ordinal: file.Ordinal, Format: f.name, Role: f.role, Packages: packages}
		if err != nil {
			found.Unread, found.UnreadCode = sentence(err), codeOf(err)
		}
		if f.role == Database || len(packages) > 0 || err != nil {
			p.add(found)
		}
	}
	return nil
}

// sentence turns an error into the reason of a Coverage. A path at its beginning keeps
// its case.
func sentence(err error) string {
	s := strings.ToValidUTF8(err.Error(), "?")
	if first, _, _ := strings.Cut(s, " "); !strings.ContainsAny(first, "./!:") {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	return s + "."
}

func (p *pass) add(f Found) {
	slices.SortFunc(f.Packages, comparePackages)
	size := f.size()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept+size > maxKept {
		p.layer.Beyond++
		return
	}
	p.kept += size
	p.layer.Found = append(p.layer.Found, f)
}

// Close implements [seaworthy.Pass].
func (p *pass) Close(context.Context) ([]byte, error) {
	slices.SortFunc(p.layer.Found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Format, b.Format))
	})
	slices.SortFunc(p.layer.Releases, func(a, b Release) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	return p.layer.encode(), nil
}
