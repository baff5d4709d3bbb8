// Package inventory finds the software in an image.
//
// The input is the files of one layer: databases of package managers, manifests of
// languages, binaries, and os-release files. The output is a [Layer]: a [PackageFile]
// with packages for each file of a known format, and a [Release] for each os-release. A
// file that cannot be read, or that exceeds a limit, yields a PackageFile with the reason,
// which becomes a [Gap] in the report.
//
// A layer is read without knowing the image. Package scan, which merges the layers, decides
// which database is live and which layer installed a package. [Release.Ecosystem] and
// [Package.PURL] then name the package as advisories and reports do.
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

// Analyzer reads the package databases, manifests, binaries and os-release files of each
// layer. [Decode] decodes its result for a layer.
type Analyzer struct{ index *formatIndex }

var _ seaworthy.LayerAnalyzer = (*Analyzer)(nil)

// New returns an Analyzer for all formats.
func New() *Analyzer { return &Analyzer{newFormatIndex(formats())} }

// Name implements [seaworthy.Analyzer].
func (*Analyzer) Name() string { return "inventory" }

// ConfigDigest implements [seaworthy.Analyzer].
func (*Analyzer) ConfigDigest() string { return "" }

// Open implements [seaworthy.LayerAnalyzer].
func (a *Analyzer) Open() seaworthy.Pass { return &pass{index: a.index} }

// maxResultSize is the maximum length of the result for one layer, in bytes. Files whose
// packages exceed it are only counted, in Layer.OverLimit.
const maxResultSize = 32 << 20

// pass reads one layer.
type pass struct {
	index *formatIndex

	mu         sync.Mutex
	layer      Layer // guarded by mu
	resultSize int   // estimated, in bytes; guarded by mu
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
		p.add(PackageFile{Ordinal: h.Ordinal, Format: f.name, Role: f.role, ReadErrorCode: seaworthy.CodeLimitExceeded, ReadError: fmt.Sprintf("It has %d bytes; the limit is %d.", h.Size, f.max)})
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
		found := PackageFile{Ordinal: file.Ordinal, Format: f.name, Role: f.role, Packages: packages}
		if err != nil {
			found.ReadError, found.ReadErrorCode = sentence(err), coverageCode(err)
		}
		if f.role == Database || len(packages) > 0 || err != nil {
			p.add(found)
		}
	}
	return nil
}

// sentence returns the text of an error as a sentence, for the reason of a Coverage. A
// path at its start keeps its case.
func sentence(err error) string {
	s := strings.ToValidUTF8(err.Error(), "?")
	if first, _, _ := strings.Cut(s, " "); !strings.ContainsAny(first, "./!:") {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	return s + "."
}

// add adds a file to the result, or counts it if the result would become too large.
func (p *pass) add(f PackageFile) {
	slices.SortFunc(f.Packages, comparePackages)
	size := f.size()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.resultSize+size > maxResultSize {
		p.layer.OverLimit++
		return
	}
	p.resultSize += size
	p.layer.Files = append(p.layer.Files, f)
}

// Close implements [seaworthy.Pass].
func (p *pass) Close(context.Context) ([]byte, error) {
	slices.SortFunc(p.layer.Files, func(a, b PackageFile) int {
		return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Format, b.Format))
	})
	slices.SortFunc(p.layer.Releases, func(a, b Release) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	return p.layer.encode(), nil
}
