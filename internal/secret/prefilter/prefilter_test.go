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

// words are keywords of the sizes that a rule set has.
func words(n, shortest int) []string {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	stems := []string{"password", "secret", "token", "api_key", "access-key", "-----begin", "https://", "bearer"}
	list := slices.Clone(stems)
	for len(list) < n {
		var b strings.Builder
		for range shortest + r.IntN(6) {
			b.WriteByte("abcdefghijklmnopqrstuvwxyz0123456789_-"[r.IntN(38)])
		}
		list = append(list, b.String())
	}
	return list
}

// naive finds what Find must find, by comparing at every place.
func naive(text []byte, keywords []string) []Hit {
	var hits []Hit
	for i := range text {
		for k, w := range keywords {
			if equalFold(text[i:], fold(w)) {
				hits = append(hits, Hit{k, i})
			}
		}
	}
	return hits
}

func find(t testing.TB, text []byte, keywords []string) []Hit {
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
			for len(text) < 20+r.IntN(200) {
				switch w := keywords[r.IntN(len(keywords))]; r.IntN(4) {
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
	if hits := find(t, []byte("A\x7fB @bc a_b A_B `bc"), []string{"a_b", "@bc"}); len(hits) != 3 {
		t.Errorf("hits %v, want one of @bc and two of a_b", hits)
	}
}

func TestFindStops(t *testing.T) {
	s, err := New([]string{"token"})
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
	for _, keywords := range [][]string{{""}, {"a", ""}, {strings.Repeat("x", MaxLength+1)}, make([]string, MaxKeywords+1)} {
		if _, err := New(keywords); err == nil {
			t.Errorf("New accepts %d keywords, the last of %d bytes", len(keywords), len(keywords[len(keywords)-1]))
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte("export API_TOKEN=abc"), "token", "api")
	f.Add([]byte("xxABxx"), "ab", "x")
	f.Fuzz(func(t *testing.T, text []byte, a, b string) {
		if a == "" || b == "" || len(a) > MaxLength || len(b) > MaxLength {
			t.Skip()
		}
		keywords := []string{a, b}
		if diff := gocmp.Diff(naive(text, keywords), find(t, text, keywords)); diff != "" {
			t.Errorf("%q in %q:\n%s", keywords, text, diff)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	const size = 8 << 20
	r := rand.New(rand.NewPCG(3, 3))
	random := make([]byte, size)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	code := bytes.Repeat([]byte("\tif err := s.visit(node, depth+1); err != nil {\n\t\treturn fmt.Errorf(\"layer %d: %w\", i, err)\n\t}\n"+
		"\t// The quick brown fox is read from the shared buffer, which must not be kept.\n"), size/170)
	// What most executables hold: code and tables with many zero bytes.
	binary := make([]byte, size)
	for i := range binary {
		if r.IntN(3) > 0 {
			binary[i] = byte(r.Uint32() & r.Uint32())
		}
	}
	for _, n := range []int{100, 400} {
		for _, shortest := range []int{4, 5} {
			s, err := New(words(n, shortest))
			if err != nil {
				b.Fatal(err)
			}
			for name, text := range map[string][]byte{"random": random, "code": code, "binary": binary} {
				b.Run(fmt.Sprintf("%s/%d-from-%d", name, n, shortest), func(b *testing.B) {
					b.SetBytes(int64(len(text)))
					for b.Loop() {
						s.Find(text, func(Hit) bool { return true })
					}
				})
			}
		}
	}
}
