// Package expression derives from a regular expression what makes it cheap to search
// for: the literals that every match starts with, the length of the longest match, and
// the bytes that a match may have.
//
// The expression is a tree of [regexp/syntax] as Parse gives it. All results are safe:
// where an expression is too complex, they are wider than they could be, and no match
// is missed for them.
package expression

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of what is derived from an expression.
const (
	// MinPrefix is the length of prefixes from which on longer ones are no better, in
	// bytes.
	MinPrefix   = 4
	maxPrefixes = 700 // of one expression
)

// Prefixes returns what every match of an expression starts with: literals of
// MinPrefix bytes where it has so long ones. exact reports whether the case of letters
// counts; if it does not, they are of lower case.
func Prefixes(tree *syntax.Regexp) (list []string, exact bool) {
	list, _ = expand(tree, MinPrefix)
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
		if Shortest(list) >= want {
			return list, false
		}
		next, exact := expand(sub, want-Shortest(list))
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

// Shortest returns the length of the shortest of some literals.
func Shortest(list []string) int {
	n := 1 << 30
	for _, s := range list {
		n = min(n, len(s))
	}
	return n
}

// Longest returns the length of the longest match of an expression in bytes, at most
// limit.
func Longest(t *syntax.Regexp, limit int) int {
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
		n = limit
	case syntax.OpRepeat:
		if t.Max < 0 {
			return limit
		}
		n = t.Max * Longest(t.Sub[0], limit)
	case syntax.OpAlternate:
		for _, sub := range t.Sub {
			n = max(n, Longest(sub, limit))
		}
	default:
		for _, sub := range t.Sub {
			n += Longest(sub, limit)
		}
	}
	return min(n, limit)
}

// Alphabet is a set of bytes.
type Alphabet [256]bool

// Length returns how many bytes at the start of a text are in the set. A set that is nil
// holds all.
func (a *Alphabet) Length(text []byte) int {
	if a == nil {
		return len(text)
	}
	for i, c := range text {
		if !a[c] {
			return i
		}
	}
	return len(text)
}

// AlphabetOf returns all bytes that a match of an expression may have, and the length
// of the Shortest match.
func AlphabetOf(tree *syntax.Regexp) (*Alphabet, int) {
	a := new(Alphabet)
	return a, a.add(tree)
}

// add adds what a match of an expression may have, and gives the length of the
// Shortest match.
func (a *Alphabet) add(t *syntax.Regexp) int {
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
func (a *Alphabet) addRange(from, to rune) {
	for r := from; r <= min(to, unicode.MaxASCII); r++ {
		a[r] = true
	}
	for c := utf8.RuneSelf; to > unicode.MaxASCII && c < len(a); c++ {
		a[c] = true
	}
}

// BodyAlphabet returns the bytes that a match may have behind the literal with which
// the expression starts.
func BodyAlphabet(tree *syntax.Regexp) *Alphabet {
	a := new(Alphabet)
	if tree.Op == syntax.OpConcat && tree.Sub[0].Op == syntax.OpLiteral {
		for _, sub := range tree.Sub[1:] {
			a.add(sub)
		}
		return a
	}
	a.add(tree)
	return a
}
