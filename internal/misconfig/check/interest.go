package check

import (
	"bytes"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// Interest is a kind of entry that a check wants to know of. The pass decides
// by path and header alone, for every entry of every layer, so an interest is
// data that compiles to a few map lookups.
//
// An entry is of interest if any of Paths, Under, Bases, Suffixes or Header
// says so.
type Interest struct {
	// Name is how a check asks for the entries: Image.Entries(name) or, if Text is set,
	// Image.Texts(name).
	Name string
	// Paths are whole paths, in the form of [seaworthy.Header.Path].
	Paths []string
	// Under are directories; of interest is what lies in them at any depth.
	Under []string
	// Bases are last elements of paths, wherever they are.
	Bases []string
	// Suffixes are the ends of last elements, from their last dot on: ".pem".
	Suffixes []string
	// Header decides by anything else. It is called for every entry of the
	// image and must neither allocate nor scan the path.
	Header func(*seaworthy.Header) bool
	// Only drops what the fields above found; nil keeps it all.
	Only func(*seaworthy.Header) bool
	// Text keeps the body of regular files, which are then limited to
	// MaxTextSize. What is kept is cached on disk.
	Text bool
	// Reduce takes from a kept body what no check needs, above all secrets. It
	// leaves the number of lines as it is. Passwords in URLs are always taken.
	// Where two interests reduce the same file, both apply.
	Reduce func(body []byte) []byte
	// Passwords says that the file has passwords in its second fields. Of their
	// hashes only what ReducePasswords says is kept.
	Passwords bool
}

// KeepLines makes an Interest.Reduce that empties all lines but those that hold one of
// the words, in any case.
func KeepLines(words ...string) func([]byte) []byte {
	return func(data []byte) []byte {
		var kept []byte
		for line := range bytes.Lines(data) {
			low := bytes.ToLower(line)
			switch {
			case slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(low, []byte(w)) }):
				kept = append(kept, line...)
			case bytes.HasSuffix(line, []byte("\n")):
				kept = append(kept, '\n')
			}
		}
		return kept
	}
}

// ReduceLines replaces each line, and keeps their number.
func ReduceLines(data []byte, reduce func(line string) string) []byte {
	var kept []byte
	for line := range strings.Lines(string(data)) {
		body, ended := strings.CutSuffix(line, "\n")
		kept = append(kept, strings.ReplaceAll(reduce(body), "\n", " ")...)
		if ended {
			kept = append(kept, '\n')
		}
	}
	return kept
}
