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
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
)

// Analyzer reads the package databases, manifests, binaries and os-release files of each
// layer. [Decode] decodes its result for a layer.
type Analyzer struct {
	indexes []*formatIndex
	markers *formatIndex
}

var _ seaworthy.LayerAnalyzer = (*Analyzer)(nil)

// New returns an Analyzer for all formats.
func New() *Analyzer {
	a := &Analyzer{markers: newFormatIndex(markers())}
	for _, table := range formats() {
		a.indexes = append(a.indexes, newFormatIndex(table))
	}
	return a
}

// Name implements [seaworthy.Analyzer].
func (*Analyzer) Name() string { return "inventory" }

// ConfigDigest implements [seaworthy.Analyzer].
func (*Analyzer) ConfigDigest() string { return "" }

// Open implements [seaworthy.LayerAnalyzer].
func (a *Analyzer) Open() seaworthy.Pass { return &pass{Analyzer: a} }

// maxResultSize is the maximum size of the result for one layer, in bytes of memory. Files
// whose packages exceed it are only counted, in Layer.OverLimit.
const maxResultSize = 32 << 20

// pass reads one layer.
type pass struct {
	*Analyzer

	mu         sync.Mutex
	layer      Layer        // guarded by mu
	files      fileHeap     // guarded by mu
	resultSize int          // of files, estimated, in bytes; guarded by mu
	cut        *PackageFile // the first file that is not in the result, or nil; guarded by mu
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
	for _, x := range p.indexes {
		for m := x.of(h); m != 0; m &= m - 1 {
			f := &x.formats[bits.TrailingZeros64(m)]
			if !p.isOverLimit(f, h) {
				want = max(want, f.want)
			}
		}
	}
	for m := p.markers.of(h); m != 0; m &= m - 1 {
		p.addMark(Mark{h.Ordinal, p.markers.formats[bits.TrailingZeros64(m)].name})
	}
	return want
}

// Peek implements [seaworthy.Peeker].
func (p *pass) Peek(h *seaworthy.Header, head []byte) seaworthy.Want {
	want := seaworthy.Skip
	for _, x := range p.indexes {
		mask, more := x.peeked(h, head)
		for want = max(want, more); mask != 0; mask &= mask - 1 {
			if p.isOverLimit(&x.formats[bits.TrailingZeros64(mask)], h) {
				return seaworthy.Skip
			}
		}
	}
	return want
}

// isOverLimit reports whether a file is too large for a format, and adds it to the result
// if so.
func (p *pass) isOverLimit(f *format, h *seaworthy.Header) bool {
	if h.Size <= f.max {
		return false
	}
	p.add(PackageFile{Ordinal: h.Ordinal, Format: f.name, Role: f.role, ReadErrorCode: seaworthy.CodeLimitExceeded, ReadError: fmt.Sprintf("It has %d bytes; the limit is %d.", h.Size, f.max)})
	return true
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
	for _, x := range p.indexes {
		peeked, _ := x.peeked(file.Header, file.Head)
		for m := x.of(file.Header) | peeked; m != 0; m &= m - 1 {
			f := &x.formats[bits.TrailingZeros64(m)]
			if file.Size > f.max {
				continue
			}
			if err := p.parse(ctx, f, file); err != nil {
				return err
			}
		}
	}
	return nil
}

// parse adds what a file says in a format to the result. It returns an error only if the
// context has ended.
func (p *pass) parse(ctx context.Context, f *format, file *seaworthy.File) error {
	var packages []Package
	var tree Tree
	var err error
	if f.parseTree != nil {
		packages, tree, err = f.parseTree(ctx, file)
	} else {
		packages, err = f.parse(ctx, file)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var u unidentified
	if errors.As(err, &u) {
		p.addMark(Mark{file.Ordinal, u.kind})
		return nil
	}
	found := PackageFile{Ordinal: file.Ordinal, Format: f.name, Role: f.role, Packages: packages, Tree: tree}
	if err != nil {
		found.ReadError, found.ReadErrorCode = sentence(err), coverageCode(err)
	}
	if f.role == Database || len(packages)+len(tree.Pages) > 0 || err != nil {
		p.add(found)
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

// add adds a file to the result. If the result becomes too large, it drops the last files in
// the order of the archive, so that the result does not depend on the order of the calls.
func (p *pass) add(f PackageFile) {
	slices.SortFunc(f.Packages, comparePackages)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut != nil && compareFiles(&f, p.cut) > 0 {
		p.layer.OverLimit++
		return
	}
	p.resultSize += f.size()
	heap.Push(&p.files, f)
	for p.resultSize > maxResultSize {
		last := heap.Pop(&p.files).(PackageFile)
		p.resultSize -= last.size()
		p.cut = &PackageFile{Ordinal: last.Ordinal, Format: last.Format}
		p.layer.OverLimit++
	}
}

// compareFiles compares files by ordinal and format.
func compareFiles(a, b *PackageFile) int {
	return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Format, b.Format))
}

// fileHeap is a heap with the last file on top.
type fileHeap []PackageFile

// Len implements [heap.Interface].
func (h fileHeap) Len() int { return len(h) }

// Less implements [heap.Interface].
func (h fileHeap) Less(i, j int) bool { return compareFiles(&h[i], &h[j]) > 0 }

// Swap implements [heap.Interface].
func (h fileHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push implements [heap.Interface].
func (h *fileHeap) Push(f any) { *h = append(*h, f.(PackageFile)) }

// Pop implements [heap.Interface].
func (h *fileHeap) Pop() any {
	last := len(*h) - 1
	f := (*h)[last]
	(*h)[last] = PackageFile{}
	*h = (*h)[:last]
	return f
}

// maxMarks is the maximum number of marks of a layer.
const maxMarks = 100_000

// addMark adds a mark to the result.
func (p *pass) addMark(m Mark) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.layer.Marks = append(p.layer.Marks, m); len(p.layer.Marks) > 2*maxMarks {
		p.cutMarks()
	}
}

// cutMarks sorts the marks. If there are too many, it drops the last ones in the order of
// the archive.
func (p *pass) cutMarks() {
	slices.SortFunc(p.layer.Marks, func(a, b Mark) int {
		return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Kind, b.Kind))
	})
	if over := len(p.layer.Marks) - maxMarks; over > 0 {
		p.layer.Marks = p.layer.Marks[:maxMarks]
		p.layer.OverLimit += over
	}
}

// Close implements [seaworthy.Pass].
func (p *pass) Close(context.Context) ([]byte, error) {
	p.layer.Files = p.files
	slices.SortFunc(p.layer.Files, func(a, b PackageFile) int { return compareFiles(&a, &b) })
	p.cutMarks()
	slices.SortFunc(p.layer.Releases, func(a, b Release) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	return p.layer.encode(), nil
}
