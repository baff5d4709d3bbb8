package inventory

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// format is one kind of file that names packages. An entry is of the format if
// its base name or extension is among those listed and match agrees; a format
// that lists neither asks match about every entry.
type format struct {
	// name identifies the format in results and in reports: "dpkg", "npm lock file".
	name string
	// bases are base names; extensions begin with their dot.
	bases, extensions []string
	// match may be nil. It is called a million times, so it must not allocate.
	match func(*seaworthy.Header) bool
	want  seaworthy.Want
	// max is the size in bytes beyond which a file is not read and reported as
	// unread.
	max int64
	// role is what kind of file it is. A Database is kept even if it names no package.
	role Role
	// parse returns the packages that a file names. With an error it returns those
	// that it could read; the error says what is missing, as a clause in lower
	// case. A file that only looks like the format yields no packages and no error.
	// Calls for different files run at the same time.
	parse func(context.Context, *seaworthy.File) ([]Package, error)
}

// formats lists every format. Each has a row in one of the two tables.
func formats() []format { return slices.Concat(systemFormats(), languageFormats()) }

// index finds the formats of an entry.
type index struct {
	formats []format
	// Each bit of a mask is a format by its place in formats.
	byBase, byExtension words
	others              uint64
}

// words maps words to masks of formats.
type words struct {
	masks map[string]uint64
	// lengths has, by the last byte of a word, a bit for each length: most of a
	// million names are ruled out by it.
	lengths [256]uint64
}

func (w *words) add(word string, mask uint64) {
	if w.masks == nil {
		w.masks = make(map[string]uint64)
	}
	w.masks[word] |= mask
	w.lengths[word[len(word)-1]] |= 1 << min(len(word), 63)
}

func (w *words) of(word string) uint64 {
	if word == "" || w.lengths[word[len(word)-1]]&(1<<min(len(word), 63)) == 0 {
		return 0
	}
	return w.masks[word]
}

func newIndex(formats []format) *index {
	if len(formats) > 64 {
		panic(fmt.Sprintf("%d formats do not fit a mask of 64", len(formats)))
	}
	x := &index{formats: formats}
	for i, f := range formats {
		for _, b := range f.bases {
			x.byBase.add(b, 1<<i)
		}
		for _, e := range f.extensions {
			x.byExtension.add(e, 1<<i)
		}
		if len(f.bases)+len(f.extensions) == 0 {
			x.others |= 1 << i
		}
	}
	return x
}

// of returns the mask of the formats of a regular file.
func (x *index) of(h *seaworthy.Header) uint64 {
	if h.Type != seaworthy.Regular {
		return 0
	}
	base := h.Path[strings.LastIndexByte(h.Path, '/')+1:]
	mask := x.others | x.byBase.of(base)
	if dot := strings.LastIndexByte(base, '.'); dot >= 0 {
		mask |= x.byExtension.of(base[dot:])
	}
	found := mask
	for m := mask; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		if match := x.formats[i].match; match != nil && !match(h) {
			found &^= 1 << i
		}
	}
	return found
}
