package prefilter

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// words are keywords of the sizes that a rule set has. The case of every other one
// counts.
func words(n, shortest int) (list []Keyword) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	for i, s := range [...]string{"password", "secret", "token", "api_key", "access-key", "-----BEGIN", "https://", "Bearer"} {
		list = append(list, Keyword{s, i%2 == 1})
	}
	for len(list) < n {
		var b strings.Builder
		for range shortest + r.IntN(6) {
			b.WriteByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"[r.IntN(64)])
		}
		list = append(list, Keyword{b.String(), len(list)%2 == 1})
	}
	return list
}

// naive finds what Find must find, by comparing at every place.
func naive(text []byte, keywords []Keyword) []Hit {
	var hits []Hit
	for i := range text {
		for k, w := range keywords {
			piece := string(text[i:min(len(text), i+len(w.Text))])
			if piece == w.Text || !w.Exact && fold(piece) == fold(w.Text) {
				hits = append(hits, Hit{k, i})
			}
		}
	}
	return hits
}

func find(t testing.TB, text []byte, keywords []Keyword) []Hit {
	t.Helper()
	s, err := New(keywords)
	if err != nil {
		t.Fatal(err)
	}
	var hits []Hit
	s.Find(text, func(h Hit) bool { hits = append(hits, h); return true })
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Keyword, b.Keyword))
	})
	return hits
}

func TestFindIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, shortest := range []int{1, 2, 3, 4, 5, 7} {
		keywords := words(40, shortest)
		for range 50 {
			var text []byte
			for len(text) < 20+r.IntN(800) {
				switch w := keywords[r.IntN(len(keywords))].Text; r.IntN(4) {
				case 0:
					text = append(text, w...)
				case 1:
					text = append(text, strings.ToUpper(w)...)
				case 2:
					text = append(text, w[:r.IntN(len(w))]...)
				default:
					text = append(text, byte(r.IntN(256)))
				}
			}
			if diff := gocmp.Diff(naive(text, keywords), find(t, text, keywords)); diff != "" {
				t.Fatalf("keywords from %d bytes, text %q:\n%s", shortest, text, diff)
			}
		}
	}
}

func TestFindFoldsOnlyLetters(t *testing.T) {
	if hits := find(t, []byte("A\x7fB @bc a_b A_B `bc"), []Keyword{{Text: "a_b"}, {Text: "@bc"}}); len(hits) != 3 {
		t.Errorf("hits %v, want one of @bc and two of a_b", hits)
	}
}

func TestFindStops(t *testing.T) {
	s, err := New([]Keyword{{Text: "token"}})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	s.Find(bytes.Repeat([]byte("token "), 100), func(Hit) bool { n++; return n < 3 })
	if n != 3 {
		t.Errorf("yield was called %d times after asking for three", n)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, keywords := range [][]Keyword{{{}}, {{Text: "a"}, {}}, {{Text: strings.Repeat("x", MaxLength+1)}}, make([]Keyword, MaxKeywords+1)} {
		if _, err := New(keywords); err == nil {
			t.Errorf("New accepts %d keywords, the last of %d bytes", len(keywords), len(keywords[len(keywords)-1].Text))
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte("export API_TOKEN=abc"), "token", "api", true)
	f.Add([]byte("xxABxx"), "ab", "x", false)
	f.Add(bytes.Repeat([]byte("a Token, or two tokens; "), 100), "token", "o T", true)
	f.Fuzz(func(t *testing.T, text []byte, a, b string, exact bool) {
		if a == "" || b == "" || len(a) > MaxLength || len(b) > MaxLength {
			t.Skip()
		}
		keywords := []Keyword{{a, exact}, {Text: b}}
		if diff := gocmp.Diff(naive(text, keywords), find(t, text, keywords)); diff != "" {
			t.Errorf("%+q in %q:\n%s", fmt.Sprint(keywords), text, diff)
		}
	})
}

// FuzzMark holds the marks that this processor makes to those that any makes.
func FuzzMark(f *testing.F) {
	s, err := New(words(600, 4))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("password=https://Bearer"))
	for _, k := range s.keywords {
		f.Add([]byte("x" + k.Text + " " + k.Text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		text = bytes.Repeat(text, 1+(3*markSize+markSlack)/(len(text)+1))
		n := max(0, len(text)-markSlack) / markSize
		got, want := make([]uint64, n+1), make([]uint64, n+1)
		got[n], want[n] = 1, 1
		mark(s.table, text, got[:n])
		markPortable(s.table, text, want[:n])
		if !slices.Equal(got, want) {
			t.Errorf("text %q: marks %x, want %x", text, got, want)
		}
	})
}
