package expression

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func parse(t *testing.T, expr string) *syntax.Regexp {
	t.Helper()
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestAlphabet(t *testing.T) {
	for _, c := range []struct {
		expr  string
		least int
		bytes string
	}{
		{`ab_[0-9]{3,5}`, 6, "0123456789_ab"},
		{`(?:x|yz)+w?`, 1, "wxyz"},
		{`(?i)k-\b`, 2, "-Kk"}, // and the Kelvin sign
		{`[a-c]*(d|)`, 0, "abcd"},
		{`$`, 0, ""},
	} {
		a, least := AlphabetOf(parse(t, c.expr))
		var have []byte
		for b := range utf8.RuneSelf {
			if a[b] {
				have = append(have, byte(b))
			}
		}
		if string(have) != c.bytes || least != c.least {
			t.Errorf("%s: bytes %q from %d on, want %q from %d on", c.expr, have, least, c.bytes, c.least)
		}
	}
	a, _ := AlphabetOf(parse(t, `é`))
	if a.Length([]byte("é")) != 2 || a.Length([]byte("é ")) != 2 {
		t.Error("the bytes of a character beyond ASCII, and nothing else, should be in the set")
	}
}

func TestPrefixes(t *testing.T) {
	for expr, want := range map[string]string{
		`ghp_[0-9A-Za-z]{36}`:  "ghp_",
		`sq[upa]_[0-9a-f]{40}`: "sqa_ sqp_ squ_",
		`a{2,}b`:               "aa",
		`(?:x{3}|yy)z?`:        "xxx yy",
		`(?i)Key`:              "key",
		`a{0,1}bcde`:           "abcde bcde",
		`a{0,2}bcde`:           "",
		`.*`:                   "",
	} {
		if list, _ := Prefixes(parse(t, expr)); strings.Join(list, " ") != want {
			t.Errorf("%s: prefixes %q, want %s", expr, list, want)
		}
	}
}

func ExamplePrefixes() {
	tree, err := syntax.Parse(`glpat-[0-9A-Za-z_-]{20}`, syntax.Perl)
	if err != nil {
		fmt.Println(err)
		return
	}
	prefixes, exact := Prefixes(tree)
	alphabet, least := AlphabetOf(tree)
	fmt.Println(prefixes, exact, least, Longest(tree, 1000), alphabet['_'], alphabet['.'])
	// Output: [glpat-] true 26 26 true false
}

// FuzzDerive holds what matches of an expression are to what is derived from it.
func FuzzDerive(f *testing.F) {
	f.Add(`ab_[0-9]{3,5}`, "ab_1234")
	f.Add(`(?i)(x|yz)+w?`, "XyzW")
	f.Add(`a{0,2}b{2}.*`, "abb c")
	f.Fuzz(func(t *testing.T, expr, text string) {
		tree, err := syntax.Parse(expr, syntax.Perl)
		if err != nil || len(expr) > 200 {
			return
		}
		compiled, err := regexp.Compile(expr)
		if err != nil {
			return
		}
		const limit = 1000
		prefixes, exact := Prefixes(tree)
		alphabet, least := AlphabetOf(tree)
		for _, m := range compiled.FindAllString(text, 10) {
			if strings.Trim(m, "\x00\x01\x02\t\n !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~") != "" {
				continue // the prefilter folds the case of ASCII only
			}
			folded := m
			if !exact {
				folded = strings.ToLower(m)
			}
			if !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(folded, p) }) {
				t.Errorf("%q matches %q, which starts with none of %q", expr, m, prefixes)
			}
			if len(m) < least || len(m) > Longest(tree, limit) && len(m) < limit || alphabet.Length([]byte(m)) != len(m) {
				t.Errorf("%q matches %q: from %d to %d bytes, %d of the right ones", expr, m, least, Longest(tree, limit), alphabet.Length([]byte(m)))
			}
		}
	})
}
