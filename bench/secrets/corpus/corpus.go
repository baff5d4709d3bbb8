// Package corpus makes up the files by which the search for secrets is measured:
// files as images hold them, in which every value is known to be a secret or
// known to be none.
//
// Nothing here knows how secrets are looked for. What is a secret is written
// from the issuers' descriptions of their formats; what is none, from what
// programs, lock files and documentation are full of. Every value is made at run
// time from a seed, so none stands in the source.
//
// To add
//
//   - an issuer's token: a row in token_table.go;
//   - a harmless value: a row in harmless_table.go;
//   - a kind of file that holds settings, any of them: a row in syntax_table.go;
//   - a file or passage with a shape of its own: a row in document_table.go, or in
//     passage_table.go if all its values are harmless: a [template];
//   - a file with both, in which what is no secret stands beside one: a template in
//     mixed_table.go;
//   - an instruction of a build: a template in instruction_table.go.
//
// The heldout_*_table.go are a set apart, of other issuers, syntaxes and files. A
// row is added there only by who has not read how secrets are looked for, and none
// is changed because it is missed.
package corpus

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Class is what is known of a value.
type Class uint8

// The classes of values.
const (
	// Secret is what should be found.
	Secret Class = iota
	// Harmless is what should not be.
	Harmless
	// Debatable is where two experts would disagree; it counts on neither side.
	Debatable
)

// Label says where a value stands, and what it is.
type Label struct {
	Class Class
	// Kind is the kind of the value, such as "github personal token" or "uuid".
	Kind  string
	Value string
	// Start and End are the bytes of the body that hold the value, FirstLine and
	// LastLine its lines, counted from 1. In a packed file they are those of the
	// text that is packed.
	Start, End          int
	FirstLine, LastLine int
	// Member is the path in the archive that the file is; "" in any other.
	Member string
}

// File is a made-up file with its labels, which are sorted by Start; in an archive
// by its members first.
type File struct {
	Path string
	Kind string
	Body []byte
	// Packed is true if the body is compressed.
	Packed bool
	Labels []Label
}

// Corpus is all that was made up.
type Corpus struct {
	// Files are sorted by path; no two have the same.
	Files []File
	// Instructions are history entries of an image, the Body as created_by has it,
	// with one label each. They have no path.
	Instructions []File
	// HeldOut are files of kinds of their own, which were written without sight of
	// how secrets are looked for, so that they say how the search does on what it
	// was not made for. They are sorted by path, as among Files.
	HeldOut []File
}

// Generate makes the corpus of a seed: the same for the same seed.
func Generate(seed uint64) (*Corpus, error) {
	g := &generator{source: newSource(seed), taken: map[string]bool{}}
	g.settings()
	g.documents()
	g.binaries()
	instructions := g.instructions()
	slices.SortFunc(g.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	if g.err != nil {
		return nil, g.err
	}
	held, err := heldOut(seed)
	return &Corpus{Files: g.files, Instructions: instructions, HeldOut: held}, err
}

// generator collects the files.
type generator struct {
	*source
	files []File
	taken map[string]bool
	err   error
}

// add gives the file a path that is not taken yet: the path itself, or the path in
// a directory of its own.
func (g *generator) add(f File) {
	for path, n := f.Path, 2; g.taken[f.Path]; n++ {
		dir, rest, _ := strings.Cut(path, "/")
		f.Path = fmt.Sprintf("%s/%s%d/%s", dir, g.source.word(), n, rest)
	}
	g.taken[f.Path] = true
	g.files = append(g.files, f)
}

// text makes a file of a text that was written with labels. What the text lacks
// is an error of this package, and of the whole generation.
func (g *generator) text(kind, path, text string) {
	body, labels, err := g.expand(text)
	if err == nil {
		path, err = g.plain(path)
	}
	if err != nil {
		g.fail(fmt.Errorf("a file of kind %q: %w", kind, err))
		return
	}
	g.add(File{Path: path, Kind: kind, Body: body, Labels: labels})
}

func (g *generator) fail(err error) {
	if g.err == nil {
		g.err = err
	}
}

// setLines fills the lines of labels from their bytes. The labels are sorted.
func setLines(body []byte, labels []Label) {
	line, at := 1, 0
	for i := range labels {
		l := &labels[i]
		line += bytes.Count(body[at:l.Start], []byte{'\n'})
		at = l.Start
		l.FirstLine = line
		l.LastLine = line + bytes.Count(body[l.Start:l.End], []byte{'\n'})
	}
}
