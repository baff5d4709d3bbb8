package inventory

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// format is a kind of file that names packages. A file has the format if its base name or
// extension is in the lists and match returns true. If both lists are empty, match is
// called for every file. A format with peek is known by the first bytes of a file instead.
type format struct {
	// name identifies the format in results and in reports: "dpkg", "npm lock file".
	name string
	// bases are base names. Extensions start with their dot.
	bases, extensions []string
	// match may be nil. It may be called a million times, so it must not allocate.
	match func(*seaworthy.Header) bool
	want  seaworthy.Want
	// peek returns how much of a file is needed, by its first bytes, which are at most
	// [seaworthy.PeekSize]; Skip if it is not in the format. It must not allocate.
	peek func(h *seaworthy.Header, head []byte) seaworthy.Want
	// max is the maximum size of a file in bytes. A larger file is reported as not read.
	max int64
	// role is the kind of the file. A Database is in the result even if it names no package.
	role Role
	// parse returns the packages that a file names. If it returns an error, it also returns
	// the packages that it could read. The error is a clause in lower case that says what
	// is missing. A file that is not in the format, in spite of its name, yields no packages
	// and no error. Parse must be safe for concurrent calls.
	parse func(context.Context, *seaworthy.File) ([]Package, error)
	// parseTree replaces parse for formats with a Tree.
	parseTree func(context.Context, *seaworthy.File) ([]Package, Tree, error)
}

// formats returns the tables of formats. To add a format, add a row to one of them; each has
// at most 64.
func formats() [][]format {
	return [][]format{slices.Concat(systemFormats(), languageFormats()), softwareFormats()}
}

// formatIndex finds the formats of a file. Sets of formats are masks: bit i stands for
// formats[i].
type formatIndex struct {
	formats             []format
	byBase, byExtension nameMasks
	others              uint64 // formats without bases and extensions
	peekers             uint64 // formats with peek
}

// nameMasks maps names to masks of formats.
type nameMasks struct {
	masks map[string]uint64
	// lengths is a filter in front of masks, which excludes most names: by the last byte
	// of a name, it has a bit for each length.
	lengths [256]uint64
}

func (w *nameMasks) add(word string, mask uint64) {
	if w.masks == nil {
		w.masks = make(map[string]uint64)
	}
	w.masks[word] |= mask
	w.lengths[word[len(word)-1]] |= 1 << min(len(word), 63)
}

func (w *nameMasks) of(word string) uint64 {
	if word == "" || w.lengths[word[len(word)-1]]&(1<<min(len(word), 63)) == 0 {
		return 0
	}
	return w.masks[word]
}

func newFormatIndex(formats []format) *formatIndex {
	if len(formats) > 64 {
		panic(fmt.Sprintf("%d formats do not fit a mask of 64", len(formats)))
	}
	x := &formatIndex{formats: formats}
	for i, f := range formats {
		for _, b := range f.bases {
			x.byBase.add(b, 1<<i)
		}
		for _, e := range f.extensions {
			x.byExtension.add(e, 1<<i)
		}
		switch {
		case f.peek != nil:
			x.peekers |= 1 << i
		case len(f.bases)+len(f.extensions) == 0:
			x.others |= 1 << i
		}
	}
	return x
}

// peeked returns the mask of the formats that a file has by its first bytes, and how much of
// it they need.
func (x *formatIndex) peeked(h *seaworthy.Header, head []byte) (mask uint64, want seaworthy.Want) {
	if h.Type != seaworthy.Regular {
		return 0, seaworthy.Skip
	}
	head = head[:min(len(head), seaworthy.PeekSize)]
	for m := x.peekers; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		if w := x.formats[i].peek(h, head); w != seaworthy.Skip {
			mask, want = mask|1<<i, max(want, w)
		}
	}
	return mask, want
}

// of returns the mask of the formats that a file has by its name. Only regular files have
// formats.
func (x *formatIndex) of(h *seaworthy.Header) uint64 {
	if h.Type != seaworthy.Regular {
		return 0
	}
	base := h.Path[strings.LastIndexByte(h.Path, '/')+1:]
	mask := x.others | x.byBase.of(base)
	if dot := strings.LastIndexByte(base, '.'); dot >= 0 {
		mask |= x.byExtension.of(base[dot:])
	}
	matching := mask
	for m := mask; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		if match := x.formats[i].match; match != nil && !match(h) {
			matching &^= 1 << i
		}
	}
	return matching
}
