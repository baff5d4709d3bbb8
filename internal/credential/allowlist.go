package credential

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
)

// allowlist is what a rule file lets pass.
type allowlist struct {
	// every is true if all kinds of conditions that it has must hold (AND),
	// instead of one.
	every     bool
	paths     []*regexp.Regexp
	regexes   []*regexp.Regexp
	on        string // what regexes are matched with: "secret", "match" or "line"
	stopwords [][]byte
	rules     []string // the rules that it is for; none means all
}

func (a *allowlist) describe(w io.Writer) {
	fmt.Fprintf(w, "%v %v %v %q %q %q", a.every, a.paths, a.regexes, a.on, a.stopwords, a.rules)
}

// allows reports whether a match in a file may stay.
func (a *allowlist) allows(path string, text []byte, m *Match) bool {
	if len(a.rules) > 0 && !slices.Contains(a.rules, m.Rule.ID) {
		return false
	}
	var held, asked int
	try := func(have bool, holds func() bool) {
		if have {
			asked++
			if holds() {
				held++
			}
		}
	}
	try(len(a.paths) > 0, func() bool {
		return slices.ContainsFunc(a.paths, func(e *regexp.Regexp) bool { return e.MatchString(path) })
	})
	try(len(a.regexes) > 0, func() bool {
		on := m.Value
		switch a.on {
		case "match":
			on = text[m.from:m.to]
		case "line":
			on = lineAt(text, m.Start, m.End)
		}
		return slices.ContainsFunc(a.regexes, func(e *regexp.Regexp) bool { return e.Match(on) })
	})
	try(len(a.stopwords) > 0, func() bool {
		low := bytes.ToLower(m.Value)
		return slices.ContainsFunc(a.stopwords, func(w []byte) bool { return bytes.Contains(low, w) })
	})
	if a.every {
		return asked > 0 && held == asked
	}
	return held > 0
}

// MaxLine bounds what counts as one line around a match.
const MaxLine = 4096

// lineAt is the line of text that holds start to end.
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
