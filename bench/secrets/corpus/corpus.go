// Package corpus generates files for measuring the detection of secrets: files as images
// have them, in which every value is labelled as a secret or as harmless.
//
// The package does not depend on the detection. Secrets follow the issuers' descriptions
// of their formats; harmless values are typical of programs, lock files and
// documentation. All values are generated at run time from a seed: the source has none.
//
// To add
//
//   - an issuer's token: a row in token_table.go;
//   - a harmless value: a row in harmless_table.go;
//   - a kind of file that can have any setting: a row in syntax_table.go;
//   - a file or passage with its own structure: a [template] in document_table.go, or in
//     passage_table.go if all its values are harmless;
//   - a file with harmless values next to secrets: a template in mixed_table.go;
//   - a build instruction: a template in instruction_table.go.
//
// The heldout_*_table.go files are a separate set, with other issuers, syntaxes and files.
// Add a row there only if you have not read the detection code, and do not change a row
// because its secret is missed.
package corpus

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Class is the expected result for a value.
type Class uint8

// The classes of values.
const (
	// Secret is a value that must be found.
	Secret Class = iota
	// Harmless is a value that must not be found.
	Harmless
	// Debatable is a value that experts disagree about. It does not count.
	Debatable
)

// Label is the location and class of a value.
type Label struct {
	Class Class
	// Kind is the kind of the value, such as "github personal token" or "uuid".
	Kind  string
	Value string
	// Start and End are the offsets of the value in the body, FirstLine and LastLine its
	// lines, counted from 1. In a packed file they refer to the uncompressed text.
	Start, End          int
	FirstLine, LastLine int
	// Member is the path inside an archive, "" if the file is none.
	Member string
}

// File is a generated file with its labels, sorted by Start, and in an archive by member
// first.
type File struct {
	Path string
	Kind string
	Body []byte
	// Packed reports whether the body is compressed.
	Packed bool
	Labels []Label
}

// Corpus is the result of Generate.
type Corpus struct {
	// Files are sorted by path, which is unique.
	Files []File
	// Instructions are history entries of an image. The body is created_by, with one label.
	// They have no path.
	Instructions []File
	// HeldOut are files of other kinds, which were written without knowledge of the detection
	// code. They show how well it generalises. They are sorted by path, which is unique.
	HeldOut []File
}

// Generate returns the corpus of a seed, always the same.
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

// add adds a file. If its path is taken, the file is put into a directory of its own.
func (g *generator) add(f File) {
	for path, n := f.Path, 2; g.taken[f.Path]; n++ {
		dir, rest, _ := strings.Cut(path, "/")
		f.Path = fmt.Sprintf("%s/%s%d/%s", dir, g.source.word(), n, rest)
	}
	g.taken[f.Path] = true
	g.files = append(g.files, f)
}

// text adds a file with a text that has labels. An error in the text fails Generate.
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

// setLines sets the lines of labels from their offsets. The labels must be sorted.
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
