// Package prefilter finds many keywords in one pass over a text, without regard
// to the case of ASCII letters.
//
// The search looks at three bytes at a time, in steps as wide as the shortest
// keyword allows, and asks a table whether any keyword has these three at one
// of the offsets that such a step can meet. It almost never has; only then the
// keywords themselves are compared. No step depends on the one before, so the
// processor overlaps them, and the cost is linear in the text whatever the
// number of keywords.
package prefilter

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Bounds on keywords.
const (
	MaxKeywords = 1 << 16
	MaxLength   = 1 << 10 // of one keyword, in bytes
)

const (
	gram     = 3 // bytes that are looked up at once
	hashBits = 16
	hashMul  = 0x9E3779B1
	foldWord = 0x2020202020202020 // the bit of case of eight letters
	// maxStep bounds the distance between two looks. A wider one would need
	// keywords longer than most prefixes of tokens are.
	maxStep = 3
)

// Set is a set of keywords. It does not change and may be used by any number of
// goroutines.
type Set struct {
	step int // bytes between two looks, 1 to maxStep
	// may tells by the hash of a gram which classes of bytes follow such a gram in
	// a keyword, a bit for each; 0 if no keyword has it.
	may *[1 << hashBits]uint8
	// chains holds, for each hash of a gram, the candidates as a run of
	// candidates: from chains[h] to chains[h+1].
	chains     []int32
	candidates []candidate
	keywords   []string // folded
	short      []int    // keywords under gram bytes, which are looked for one by one
}

// candidate is a keyword that has a gram at an offset.
type candidate struct {
	keyword int32
	offset  int32
	// word and mask are the first up to eight bytes of the keyword and which bits
	// of them to compare, after the bit of case is set in both.
	word, mask uint64
}

// Hit is an occurrence of a keyword.
type Hit struct {
	Keyword int // index into the keywords of the set
	Start   int // offset of its first byte
}

// New makes a set. Keywords must not be empty; letters other than ASCII's are
// compared as bytes.
func New(keywords []string) (*Set, error) {
	if len(keywords) > MaxKeywords {
		return nil, fmt.Errorf("%d keywords: more than %d", len(keywords), MaxKeywords)
	}
	s := &Set{step: maxStep, may: new([1 << hashBits]uint8)}
	for i, k := range keywords {
		switch {
		case k == "":
			return nil, errors.New("an empty keyword")
		case len(k) > MaxLength:
			return nil, fmt.Errorf("a keyword of %d bytes: more than %d", len(k), MaxLength)
		}
		s.keywords = append(s.keywords, fold(k))
		if len(k) < gram {
			s.short = append(s.short, i)
			continue
		}
		s.step = min(s.step, len(k)-gram+1)
	}
	s.index()
	return s, nil
}

// index fills the table and the chains.
func (s *Set) index() {
	byHash := make([][]candidate, 1<<hashBits)
	for i, k := range s.keywords {
		if len(k) < gram {
			continue
		}
		first := s.rarest(k)
		for offset := first; offset < first+s.step; offset++ {
			h := hash(gramAt(k[offset:]))
			s.may[h] |= following(k, offset+gram)
			c := candidate{keyword: int32(i), offset: int32(offset)}
			for j := range min(8, len(k)) {
				c.word |= uint64(k[j]|0x20) << (8 * j)
				c.mask |= 0xff << (8 * j)
			}
			byHash[h] = append(byHash[h], c)
		}
	}
	s.chains = make([]int32, 1<<hashBits+1)
	for h, list := range byHash {
		s.chains[h] = int32(len(s.candidates))
		s.candidates = append(s.candidates, list...)
	}
	s.chains[1<<hashBits] = int32(len(s.candidates))
}

// following is the bit of the class of a keyword's byte, all bits behind its end.
func following(k string, i int) uint8 {
	if i >= len(k) {
		return 0xff
	}
	return 1 << class(k[i])
}

// class puts bytes into eight classes, letters of either case into the same.
func class(c byte) uint8 { return (c | 0x20) & 7 }

// rarest is the offset in a keyword of the run of step grams that ordinary text
// has least often.
func (s *Set) rarest(k string) int {
	best, bestCost := 0, 1<<30
	for o := 0; o+s.step-1+gram <= len(k); o++ {
		cost := 0
		for i := o; i < o+s.step; i++ {
			cost += frequency(k[i]) * frequency(k[i+1]) * frequency(k[i+2])
		}
		if cost < bestCost {
			best, bestCost = o, cost
		}
	}
	return best
}

// frequency says roughly how often text has a byte; folded letters only.
func frequency(c byte) int {
	switch {
	case c >= 'a' && c <= 'z':
		return [...]int{8, 2, 4, 4, 12, 3, 2, 3, 8, 1, 1, 5, 3, 7, 7, 3, 1, 7, 7, 9, 3, 1, 1, 1, 2, 1}[c-'a']
	case c >= '0' && c <= '9', c == '_', c == '=', c == '"':
		return 2
	case c == ' ', c == '-', c == '/':
		return 5
	default:
		return 1
	}
}

// fold sets ASCII letters to lower case.
func fold(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}

func lower(c byte) byte {
	if c-'A' < 26 {
		return c + 'a' - 'A'
	}
	return c
}

// hash is that of the upper three bytes of g, whose letters are folded.
func hash(g uint32) uint32 { return g * hashMul >> (32 - hashBits) }

// gramAt is the gram at the start of text, in the upper three bytes.
func gramAt[T string | []byte](text T) uint32 {
	return (uint32(text[0])<<8 | uint32(text[1])<<16 | uint32(text[2])<<24) | foldWord&0xFFFFFF00
}

// Find calls yield for every occurrence of every keyword, until yield returns
// false. The order is that of the places where a keyword is noticed: two hits of
// one keyword are in order of their starts, hits of different keywords are so
// within the length of a keyword.
func (s *Set) Find(text []byte, yield func(Hit) bool) {
	for _, k := range s.short {
		if !s.findShort(text, k, yield) {
			return
		}
	}
	if len(s.candidates) == 0 {
		return
	}
	i, ok := 0, true
	switch s.step {
	case 3:
		i, ok = s.find3(text, yield)
	case 2:
		i, ok = s.find2(text, yield)
	}
	for ; ok && i+gram <= len(text); i += s.step {
		if h := hash(gramAt(text[i:])); s.may[h] != 0 {
			ok = s.verify(text, i, h, yield)
		}
	}
}

const low = 0xff // the byte of a word that is not of its gram

// find2 looks at 0, 2, 4 … as far as whole words go.
func (s *Set) find2(text []byte, yield func(Hit) bool) (int, bool) {
	may, i := s.may, 0
	for ; i+16 <= len(text); i += 8 {
		a := binary.LittleEndian.Uint64(text[i:]) | foldWord
		b := binary.LittleEndian.Uint64(text[i+2:]) | foldWord
		h0 := hash(uint32(a) << 8)
		h1 := hash(uint32(a>>8) &^ low)
		h2 := hash(uint32(a>>24) &^ low)
		h3 := hash(uint32(b>>24) &^ low)
		if may[h0]|may[h1]|may[h2]|may[h3] == 0 {
			continue
		}
		for j, h := range [...]uint32{h0, h1, h2, h3} {
			if may[h] != 0 && !s.verify(text, i+2*j, h, yield) {
				return 0, false
			}
		}
	}
	return i, true
}

// find3 looks at 0, 3, 6 … as far as whole words go.
func (s *Set) find3(text []byte, yield func(Hit) bool) (int, bool) {
	may, i := s.may, 0
	for ; i+16 <= len(text); i += 12 {
		a := binary.LittleEndian.Uint64(text[i:]) | foldWord
		b := binary.LittleEndian.Uint64(text[i+6:]) | foldWord
		h0 := hash(uint32(a) << 8)
		h1 := hash(uint32(a>>16) &^ low)
		h2 := hash(uint32(b) << 8)
		h3 := hash(uint32(b>>16) &^ low)
		if may[h0]|may[h1]|may[h2]|may[h3] == 0 {
			continue
		}
		for j, h := range [...]uint32{h0, h1, h2, h3} {
			if may[h] != 0 && !s.verify(text, i+3*j, h, yield) {
				return 0, false
			}
		}
	}
	return i, true
}

// verify compares the keywords that have a gram of hash h with the text whose
// gram starts at i.
func (s *Set) verify(text []byte, i int, h uint32, yield func(Hit) bool) bool {
	if i+gram < len(text) && s.may[h]>>class(text[i+gram])&1 == 0 {
		return true
	}
	for _, c := range s.candidates[s.chains[h]:s.chains[h+1]] {
		start := i - int(c.offset)
		if start < 0 {
			continue
		}
		if start+8 <= len(text) && (binary.LittleEndian.Uint64(text[start:])|foldWord)&c.mask != c.word {
			continue
		}
		if equalFold(text[start:], s.keywords[c.keyword]) && !yield(Hit{int(c.keyword), start}) {
			return false
		}
	}
	return true
}

func (s *Set) findShort(text []byte, keyword int, yield func(Hit) bool) bool {
	k := s.keywords[keyword]
	for i := range text {
		if lower(text[i]) == k[0] && equalFold(text[i:], k) && !yield(Hit{keyword, i}) {
			return false
		}
	}
	return true
}

// equalFold tells whether text starts with a folded keyword.
func equalFold(text []byte, keyword string) bool {
	if len(text) < len(keyword) {
		return false
	}
	for i := range len(keyword) {
		if lower(text[i]) != keyword[i] {
			return false
		}
	}
	return true
}

// Length is the length of a keyword in bytes.
func (s *Set) Length(keyword int) int { return len(s.keywords[keyword]) }
