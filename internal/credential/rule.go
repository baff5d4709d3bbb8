package credential

import (
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"seaworthy.dev/seaworthy"
)

// Rule is one kind of secret.
type Rule struct {
	ID       string
	Name     string // "a GitHub personal access token", as a sentence needs it
	Severity seaworthy.Severity
	Source   string // where the issuer describes the format
	tags     []string

	form form
	// keywords find the places to look at. The case of letters counts if exact is
	// true.
	keywords []string
	exact    bool
	// expr finds the secret. In form token it starts where the keyword does.
	expr  *expression
	group int // the group that is the secret; 0 is the first that is not empty, else all
	// reach is the length in bytes of the longest text that expr is tried on.
	reach int
	// least is the length of the shortest text that expr matches, and alphabet the
	// bytes that such a text has, of a rule of form token. They spare most trials.
	least    int
	alphabet *alphabet
	// body are the bytes that a token may have behind its keyword.
	body *alphabet
	// strong is true if the prefix is so telling that the secret may stand right
	// between other letters, as strings do in executables.
	strong bool
	// alone is true if the secret never stands between letters or digits.
	alone   bool
	entropy float64 // Shannon's, in bits a byte; a value that has no more is passed over
	// check verifies what the format offers to be verified. It may be nil.
	check check
	find  findFunc // of form special

	// PrivateKey is true if the secret is a private key.
	PrivateKey bool
	// store is true if the secret is a whole file of keys or passwords.
	store bool
	// evident is true of a rule of form special whose secrets are ones in any text.
	evident bool
	// named is true if the name of the value alone tells.
	named bool
	// Variable is what a variable with such a secret may be called.
	Variable string

	// What follows only a rule file uses.
	path       *regexp.Regexp
	allow      []*allowlist
	required   []requirement
	skipReport bool
}

// form is how a rule finds its secret.
type form uint8

const (
	// token: the secret is known by its own form, from its first byte on.
	token form = iota
	// assigned: the keyword is in the name to which the value is given.
	assigned
	// window: the expression is searched for around the keyword.
	window
	// whole: the expression is searched for everywhere. Only expressions without
	// any keyword need that.
	whole
	// pathOnly: the path alone is the finding.
	pathOnly
	// special: find reads it.
	special
	// commandLine: the line with the keyword is parsed as a shell's.
	commandLine
	// ownFile: the file's name tells how to read it.
	ownFile
)

// check judges a value that a rule has found.
type check func(value []byte) Assessment

// Assessment is what a check thinks. The zero opinion neither confirms nor doubts.
type Assessment struct {
	// Rejected is true if the value cannot be such a secret.
	Rejected bool
	// Confirmed is true if a checksum or structure proves that it is well-formed.
	Confirmed bool
	// Severity replaces the rule's unless it is Unknown.
	Severity seaworthy.Severity
	// Note is a sentence about this value that does not narrow it.
	Note string
	// Name is what the value is given to, where only that tells.
	Name string
	// Head is how the value begins as everybody's of its kind does.
	Head string
}

// describe writes what makes up the rule, for a digest.
func (r *Rule) describe(w io.Writer) {
	path := ""
	if r.path != nil {
		path = r.path.String()
	}
	fmt.Fprintf(w, "%q %q %d %d %q %t %q %d %v %q %v", r.ID, r.Name, r.Severity, r.form, r.keywords, r.exact, r.expr.String(), r.group, r.entropy, path, r.required)
	for _, a := range r.allow {
		a.describe(w)
	}
}

// OwnFile reports whether the secret is in a file that is made for it.
func (r *Rule) OwnFile() bool { return r.form == ownFile }

// Contextual reports whether only what stands around a value makes it a secret.
func (r *Rule) Contextual() bool {
	switch r.form {
	case special:
		return !r.PrivateKey
	case assigned, commandLine:
		return true
	case ownFile:
		return !r.store
	}
	return false
}

// Guessable reports whether a value is so short or so simple that it could be found
// from a digest of it.
func (m *Match) Guessable() bool { return len(m.Value) < 16 || entropy(m.Value) < 3 }

// Head is how all values of the rule begin: it is public, and tells nothing of a
// value.
func (r *Rule) Head() string {
	if r.form != token || r.expr == nil {
		return ""
	}
	prefix, _ := r.expr.compiled().LiteralPrefix()
	return prefix
}

// The bounds on what is derived from an expression.
const (
	enough      = 4   // bytes of a prefix that serve the prefilter best
	maxPrefixes = 700 // prefixes of one expression
)

// prefixes gives what every match of an expression starts with: literals that are
// as long as serves the prefilter. They are of lower case unless case counts.
func prefixes(tree *syntax.Regexp) (list []string, exact bool) {
	list, _ = expand(tree, enough)
	exact = !foldsCase(tree)
	if !exact {
		for i := range list {
			list[i] = strings.ToLower(list[i])
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	// A prefix of another prefix finds all that the longer one does.
	var kept []string
	for _, p := range list {
		if len(kept) == 0 || !strings.HasPrefix(p, kept[len(kept)-1]) {
			kept = append(kept, p)
		}
	}
	return kept, exact
}

// foldsCase reports whether a part of an expression is matched without regard to case.
func foldsCase(t *syntax.Regexp) bool {
	return t.Flags&syntax.FoldCase != 0 || slices.ContainsFunc(t.Sub, foldsCase)
}

// expand gives the literals that an expression starts with; exact is true if
// they are all that it matches. They need not be longer than want.
func expand(t *syntax.Regexp, want int) (list []string, exact bool) {
	switch t.Op {
	case syntax.OpLiteral:
		return []string{string(t.Rune)}, true
	case syntax.OpCapture:
		return expand(t.Sub[0], want)
	case syntax.OpCharClass:
		for i := 0; i < len(t.Rune); i += 2 {
			if t.Rune[i+1]-t.Rune[i] > 128 {
				return []string{""}, false
			}
			for r := t.Rune[i]; r <= t.Rune[i+1]; r++ {
				list = append(list, string(r))
			}
		}
		slices.Sort(list)
		return slices.Compact(list), true
	case syntax.OpPlus:
		list, _ = expand(t.Sub[0], want)
		return list, false
	case syntax.OpAlternate:
		exact = true
		for _, sub := range t.Sub {
			l, e := expand(sub, want)
			list, exact = append(list, l...), exact && e
		}
		return list, exact
	case syntax.OpConcat:
		return expandConcat(t.Sub, want)
	case syntax.OpQuest:
		list, exact = expand(t.Sub[0], want)
		return append(list, ""), exact
	case syntax.OpRepeat:
		if t.Min == 0 {
			list, exact = expand(t.Sub[0], want)
			return append(list, ""), exact && t.Max == 1
		}
		times := min(t.Min, want)
		list, exact = expandConcat(slices.Repeat(t.Sub[:1], times), want)
		return list, exact && times == t.Max
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpWordBoundary:
		return []string{""}, true
	default:
		return []string{""}, false
	}
}

func expandConcat(subs []*syntax.Regexp, want int) (list []string, exact bool) {
	list = []string{""}
	for _, sub := range subs {
		if shortest(list) >= want {
			return list, false
		}
		next, exact := expand(sub, want-shortest(list))
		if len(list)*len(next) > maxPrefixes {
			return list, false
		}
		var joined []string
		for _, a := range list {
			for _, b := range next {
				joined = append(joined, a+b)
			}
		}
		slices.Sort(joined)
		list = slices.Compact(joined)
		if !exact {
			return list, false
		}
	}
	return list, true
}

func shortest(list []string) int {
	n := 1 << 30
	for _, s := range list {
		n = min(n, len(s))
	}
	return n
}

// MaxReach bounds the text that one attempt to match may read.
const MaxReach = 8 << 10

// longest is the length of the longest match of an expression, at most maxReach.
func longest(t *syntax.Regexp) int {
	n := 0
	switch t.Op {
	case syntax.OpLiteral:
		n = len(string(t.Rune))
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		n = 1
		if len(t.Rune) > 0 && t.Rune[len(t.Rune)-1] > 127 {
			n = 4
		}
	case syntax.OpStar, syntax.OpPlus:
		n = MaxReach
	case syntax.OpRepeat:
		if t.Max < 0 {
			return MaxReach
		}
		n = t.Max * longest(t.Sub[0])
	case syntax.OpAlternate:
		for _, sub := range t.Sub {
			n = max(n, longest(sub))
		}
	default:
		for _, sub := range t.Sub {
			n += longest(sub)
		}
	}
	return min(n, MaxReach)
}

// alphabet is a set of bytes.
type alphabet [256]bool

// holds reports whether the first n bytes of a text are in the set. A set that is nil
// holds all.
func (a *alphabet) holds(text []byte, n int) bool {
	if a == nil || len(text) < n {
		return len(text) >= n
	}
	for _, c := range text[:n] {
		if !a[c] {
			return false
		}
	}
	return true
}

// alphabetOf gives all bytes that a match of an expression may have, and the length
// of the shortest match.
func alphabetOf(tree *syntax.Regexp) (*alphabet, int) {
	a := new(alphabet)
	return a, a.add(tree)
}

// add adds what a match of an expression may have, and gives the length of the
// shortest match.
func (a *alphabet) add(t *syntax.Regexp) int {
	var least []int
	for _, sub := range t.Sub {
		least = append(least, a.add(sub))
	}
	switch t.Op {
	case syntax.OpLiteral:
		for _, r := range t.Rune {
			a.addRange(r, r)
			for f := unicode.SimpleFold(r); t.Flags&syntax.FoldCase != 0 && f != r; f = unicode.SimpleFold(f) {
				a.addRange(f, f)
			}
		}
		return len(t.Rune)
	case syntax.OpCharClass:
		for i := 0; i < len(t.Rune); i += 2 {
			a.addRange(t.Rune[i], t.Rune[i+1])
		}
		return 1
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		a.addRange(0, unicode.MaxRune)
		return 1
	case syntax.OpRepeat:
		return t.Min * least[0]
	case syntax.OpPlus, syntax.OpCapture:
		return least[0]
	case syntax.OpAlternate:
		return slices.Min(least)
	case syntax.OpConcat:
		n := 0
		for _, l := range least {
			n += l
		}
		return n
	default:
		return 0
	}
}

// addRange adds the bytes of characters; of those beyond ASCII all that there are.
func (a *alphabet) addRange(from, to rune) {
	for r := from; r <= min(to, unicode.MaxASCII); r++ {
		a[r] = true
	}
	for c := utf8.RuneSelf; to > unicode.MaxASCII && c < len(a); c++ {
		a[c] = true
	}
}
