package credential

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
)

// Allowlist says which matches are not reported. In a rule file, it belongs to one rule
// or to all.
type Allowlist struct {
	// MatchAll is true if a match must meet every condition that the list has (AND),
	// and not just one of them (OR).
	MatchAll bool

	// The conditions: the file has such a path, the text RegexTarget matches, the
	// value contains a stopword. Stopwords are in lower case.
	Paths     []*regexp.Regexp
	Regexes   []*regexp.Regexp
	Stopwords [][]byte

	// RegexTarget is the text that Regexes are matched with: "secret" or "" for the
	// value, "match" for all that the rule matched, "line" for the line.
	RegexTarget string
	// RuleIDs are the rules that the list applies to; none means all.
	RuleIDs []string
}

// describe writes what makes up the list, for a digest.
func (a *Allowlist) describe(w io.Writer) {
	fmt.Fprintf(w, "%v %v %v %q %q %q", a.MatchAll, a.Paths, a.Regexes, a.RegexTarget, a.Stopwords, a.RuleIDs)
}

// allows reports whether a match in the file at path is not to be reported.
func (a *Allowlist) allows(path string, text []byte, m *Match) bool {
	if len(a.RuleIDs) > 0 && !slices.Contains(a.RuleIDs, m.Rule.ID) {
		return false
	}
	var met []bool // of each condition that the list has
	if len(a.Paths) > 0 {
		met = append(met, slices.ContainsFunc(a.Paths, func(e *regexp.Regexp) bool { return e.MatchString(path) }))
	}
	if len(a.Regexes) > 0 {
		target := m.Value
		switch a.RegexTarget {
		case "match":
			target = text[m.from:m.to]
		case "line":
			target = lineAt(text, m.Start, m.End)
		}
		met = append(met, slices.ContainsFunc(a.Regexes, func(e *regexp.Regexp) bool { return e.Match(target) }))
	}
	if len(a.Stopwords) > 0 {
		value := bytes.ToLower(m.Value)
		met = append(met, slices.ContainsFunc(a.Stopwords, func(w []byte) bool { return bytes.Contains(value, w) }))
	}
	if a.MatchAll {
		return len(met) > 0 && !slices.Contains(met, false)
	}
	return slices.Contains(met, true)
}

// MaxLine limits what counts as one line around a match, in bytes to either side.
const MaxLine = 4096

// lineAt returns the line of text that contains the bytes from start to end.
func lineAt(text []byte, start, end int) []byte {
	lo, hi := max(0, start-MaxLine), min(len(text), end+MaxLine)
	if i := bytes.LastIndexByte(text[lo:start], '\n'); i >= 0 {
		lo += i + 1
	}
	if i := bytes.IndexByte(text[end:hi], '\n'); i >= 0 {
		hi = end + i
	}
	return text[lo:hi]
}
