package check

import (
	"bytes"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// Interest says which entries of layers a check needs. An entry matches if it is in Paths,
// Under, Bases or Suffixes, or if Header returns true, and if Only does not exclude it.
//
// The pass compares every entry of every layer with all interests. They are data, and
// not functions, so that this takes a few map look-ups.
type Interest struct {
	// Name is the argument with which checks get the entries: Image.Entries(name) or, if
	// Text is set, Image.Texts(name).
	Name string
	// Paths are whole paths, in the form of [seaworthy.Header.Path].
	Paths []string
	// Under are directories. Entries in them match at any depth.
	Under []string
	// Bases are file names: the last elements of paths, in any directory.
	Bases []string
	// Suffixes are the ends of file names from the last dot: ".pem".
	Suffixes []string
	// Header matches entries by mode, type or anything else. It is called for every entry of
	// the image, so it must neither allocate memory nor search the path.
	Header func(*seaworthy.Header) bool
	// Only excludes entries for which it returns false; nil excludes none.
	Only func(*seaworthy.Header) bool
	// Text is true if the text of regular files is collected, up to MaxTextSize. It is
	// written to the cache on disk.
	Text bool
	// Reduce removes from a text what no check needs, above all secrets. It must not change
	// the number of lines. If two interests match the same file, both reduce it. Passwords in
	// URLs are always removed.
	Reduce func(body []byte) []byte
	// Passwords is true for a file with password hashes in the second fields of lines. They
	// are reduced by ReducePasswords.
	Passwords bool
}

// KeepLines returns an Interest.Reduce that empties all lines without any of the words.
// Case does not matter.
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

// ReduceLines replaces each line by the result of reduce. The number of lines stays the
// same.
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
