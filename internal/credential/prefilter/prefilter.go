// Package prefilter finds many keywords in one pass over a text, without regard
// to the case of ASCII letters where a keyword does not care for it.
//
// The search reads four bytes at every other place of the text and asks a table
// whether any keyword has these four; only where the table says so the keywords
// themselves are compared. Each keyword is in the table with the two neighbouring
// gramSize bytes that text has least often, so that one of them is met whether the
// keyword starts at an even or at an odd place. No look depends on the one before,
// which lets the processor overlap them, and where it can it makes eight at once.
// The cost is linear in the text whatever the number of keywords.
package prefilter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// Bounds on keywords.
const (
	MaxKeywords = (1<<16 - 1) / step
	MaxLength   = 1 << 10 // of one keyword, in bytes
)

const (
	step     = 2 // bytes between two looks
	gramSize = 3 // bytes that select a cell of the table; the next byte selects its bit
	// minLength is the length of keywords from which a gram is met at either place.
	minLength = gramSize + step - 1

	hashBits = 14
	hashMul  = 0x9E3779B1
	wordBits = 14 // of the hash of four bytes
	// foldGram clears of three bytes the bit of the case of letters, and
	// the fourth byte.
	foldGram = 0xDFDFDF
	foldFour = 0xDFDFDFDF         // clears the bit of case of four letters
	foldWord = 0x2020202020202020 // the bit of case of eight letters
)

// table has by the hash of a gram which bytes follow such a gram in a keyword: a
// bit for each value of a byte's lower five bits, the highest for 0. All bits are
// set where any byte may follow.
type table [1 << hashBits]uint32

// Set is a set of keywords. It does not change and may be used by any number of
// goroutines.
type Set struct {
	table *table
	// chains holds, for each hash of a gram, the candidates as a run of
	// candidates: from chains[h] to chains[h+1].
	chains     []uint16
	candidates []candidate
	near       near
	keywords   []Keyword // folded unless they are exact
	short      []int     // keywords under minLength bytes, which are looked for one by one
}

// Keyword is what is looked for.
type Keyword struct {
	Text string
	// Exact is true if the case of letters counts.
	Exact bool
}

// candidate is a keyword that has a gram at an offset.
type candidate struct {
	keyword int32
	offset  int32
	// word and mask are the first up to eight bytes of the keyword and which bits
	// of them to compare, once the bits of fold are set in the text.
	word, mask, fold uint64
}

// Hit is an occurrence of a keyword.
type Hit struct {
	Keyword int // index into the keywords of the set
	Start   int // offset of its first byte
}

// New makes a set. Keywords must not be empty; letters other than ASCII's are
// compared as bytes.
func New(keywords []Keyword) (*Set, error) {
	if len(keywords) > MaxKeywords {
		return nil, fmt.Errorf("%d keywords: more than %d", len(keywords), MaxKeywords)
	}
	s := &Set{table: new(table)}
	for i, k := range keywords {
		switch {
		case k.Text == "":
			return nil, errors.New("an empty keyword")
		case len(k.Text) > MaxLength:
			return nil, fmt.Errorf("a keyword of %d bytes: more than %d", len(k.Text), MaxLength)
		}
		if !k.Exact {
			k.Text = fold(k.Text)
		}
		s.keywords = append(s.keywords, k)
		if len(k.Text) < minLength {
			s.short = append(s.short, i)
		}
	}
	s.index()
	return s, nil
}

// index fills the table and the chains.
func (s *Set) index() {
	byHash := make([][]candidate, 1<<hashBits)
	for i, k := range s.keywords {
		if len(k.Text) < minLength {
			continue
		}
		first := rarest(k.Text)
		for offset := first; offset < first+step; offset++ {
			h := hash(gramOf(k.Text[offset:]))
			s.table[h] |= following(k.Text, offset+gramSize)
			byHash[h] = append(byHash[h], k.candidate(i, offset))
			s.near.add(&k, offset)
		}
	}
	s.chains = make([]uint16, 1<<hashBits+1)
	for h, list := range byHash {
		s.chains[h] = uint16(len(s.candidates))
		s.candidates = append(s.candidates, list...)
	}
	s.chains[1<<hashBits] = uint16(len(s.candidates))
}

// near reports by four bytes, of which three are a gram, whether a keyword has them.
// It knows of the case of letters, which the table does not.
type near struct {
	// The fourth byte is that behind the gram, or that before one at a keyword's end.
	exactBehind, exactBefore, foldedBehind, foldedBefore fours
}

// add adds the gram of a keyword at an offset.
func (n *near) add(k *Keyword, offset int) {
	behind, before, mask := &n.exactBehind, &n.exactBefore, ^uint32(0)
	if !k.Exact {
		behind, before, mask = &n.foldedBehind, &n.foldedBefore, foldFour
	}
	into := behind
	if offset+gramSize == len(k.Text) {
		into, offset = before, offset-1
	}
	into.add((gramOf(k.Text[offset:]) | uint32(k.Text[offset+gramSize])<<24) & mask)
}

// has reports whether a keyword may have the gram that is the second to fourth byte
// of a text.
func (n *near) has(text uint64) bool {
	before, behind := uint32(text), uint32(text>>8)
	return n.exactBehind.has(behind)|n.exactBefore.has(before)|
		n.foldedBehind.has(behind&foldFour)|n.foldedBefore.has(before&foldFour) != 0
}

// fours is a set of words of four bytes that may have some in it that nobody added.
type fours [1 << wordBits / 64]uint64

func (w *fours) add(word uint32) {
	h := word * hashMul >> (32 - wordBits)
	w[h/64] |= 1 << (h % 64)
}

// has gives 1 for a word that is in the set and 0 for others.
func (w *fours) has(word uint32) uint64 {
	h := word * hashMul >> (32 - wordBits)
	return w[h/64] >> (h % 64) & 1
}

func (k *Keyword) candidate(keyword, offset int) candidate {
	c := candidate{keyword: int32(keyword), offset: int32(offset)}
	for i := range min(8, len(k.Text)) {
		b := k.Text[i]
		if !k.Exact && b >= 'a' && b <= 'z' {
			c.fold |= 0x20 << (8 * i)
		}
		c.word |= uint64(b) << (8 * i)
		c.mask |= 0xff << (8 * i)
	}
	return c
}

// following are the bits of the table for a keyword's byte: all of them behind its
// end.
func following(k string, i int) uint32 {
	if i >= len(k) {
		return ^uint32(0)
	}
	return 1 << 31 >> (k[i] & 31)
}

// rarest is the offset in a keyword of the step grams that ordinary text has least
// often.
func rarest(k string) int {
	best, bestCost := 0, 1<<30
	for o := 0; o+minLength <= len(k); o++ {
		cost := 0
		for i := o; i < o+step; i++ {
			cost += 1 << (frequency(k, i) + frequency(k, i+1) + frequency(k, i+2))
		}
		if cost < bestCost {
			best, bestCost = o, cost
		}
	}
	return best
}

// pairs says how often text has two bytes one after the other, on a scale on which
// three steps are about a factor of twenty: source code and documentation of a
// Linux distribution. The rows are the first byte, the columns the second; behind
// the letters of either case come digits, hyphen and underscore, and all else.
const pairs = "" +
	"35663352524767152767543442546" +
	"53435321541522521442511241436" +
	"63436326425632741546521330446" +
	"53357332612422531443432330557" +
	"64665653452667455776354641558" +
	"53335521601433621544511030547" +
	"42326234500534430544421122246" +
	"61227111601432520435511020346" +
	"55665652213657652567252405335" +
	"31114000202000310050210000212" +
	"42225231401213220142212010235" +
	"63357432642622641355542151356" +
	"64346221522452561243431130356" +
	"62666562514434641267541141357" +
	"45663541434567560755645222246" +
	"63346324504532550655521141346" +
	"20101110100110001111501000223" +
	"63557452604455631566543150357" +
	"53537335604433562367533141358" +
	"63447427702443651756524361457" +
	"45545441501656250656110311324" +
	"61216211501241420122121111434" +
	"51224214500213420431113000235" +
	"42414211312231250245110320545" +
	"32213220300333460344113101246" +
	"30005001300212100011001111223" +
	"55555522322322221222222422858" +
	"54554544523454452555443323576" +
	"76776766744667773777666543779"

// frequency is that of the pair of bytes at an offset; behind the end, that of the
// most frequent one.
func frequency(k string, i int) int {
	if i+1 >= len(k) {
		return 9
	}
	return int(pairs[29*column(k[i])+column(k[i+1])] - '0')
}

func column(c byte) int {
	switch c := lower(c); {
	case c >= 'a' && c <= 'z':
		return int(c - 'a')
	case c >= '0' && c <= '9':
		return 26
	case c == '-' || c == '_':
		return 27
	default:
		return 28
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

// hash selects the cell of the table for the lower three bytes of g.
func hash(g uint32) uint32 { return g & foldGram * hashMul >> (32 - hashBits) }

// gramOf is the gram at the start of text, in the lower three bytes.
func gramOf[T string | []byte](text T) uint32 {
	return uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16
}

const (
	markSize = 64 * step // bytes of text for each mark
	// markSlack is how many bytes behind those of the last mark are read too.
	markSlack = 16
)

// markPortable reads the places 0, 2, 4 … of text and sets in marks a bit for
// each of which the table says that a keyword may be there: for place i bit i/2%64
// of marks[i/128]. The text must be markSlack longer than the marks ask for.
func markPortable(t *table, text []byte, marks []uint64) {
	for i := range marks {
		var mark uint64
		block := text[i*markSize:][:markSize+markSlack]
		for j := 0; j < markSize; j += 8 {
			a := binary.LittleEndian.Uint64(block[j:])
			b := uint32(binary.LittleEndian.Uint64(block[j+2:]) >> 32)
			g0 := t[hash(uint32(a))] << (a >> 24 & 31) >> 31
			g1 := t[hash(uint32(a>>16))] << (a >> 40 & 31) >> 31
			g2 := t[hash(uint32(a>>32))] << (a >> 56 & 31) >> 31
			g3 := t[hash(b)] << (b >> 24 & 31) >> 31
			mark |= uint64(g0|g1<<1|g2<<2|g3<<3) << (j / step)
		}
		marks[i] = mark
	}
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
	var marks [32]uint64
	i := 0
	for i+markSize+markSlack <= len(text) {
		n := min(len(marks), (len(text)-i-markSlack)/markSize)
		mark(s.table, text[i:], marks[:n])
		for _, mark := range marks[:n] {
			for ; mark != 0; mark &= mark - 1 {
				at := i + step*bits.TrailingZeros64(mark)
				if (at == 0 || s.near.has(binary.LittleEndian.Uint64(text[at-1:]))) && !s.verify(text, at, yield) {
					return
				}
			}
			i += markSize
		}
	}
	for ; i+gramSize <= len(text); i += step {
		if s.table[hash(gramOf(text[i:]))] != 0 && !s.verify(text, i, yield) {
			return
		}
	}
}

// verify compares the keywords that have the gram at i with the text around it.
func (s *Set) verify(text []byte, i int, yield func(Hit) bool) bool {
	h := hash(gramOf(text[i:]))
	list := s.candidates[s.chains[h]:s.chains[h+1]]
	for j := range list {
		c := &list[j]
		start := i - int(c.offset)
		if start < 0 || start+8 <= len(text) && (binary.LittleEndian.Uint64(text[start:])|c.fold)&c.mask != c.word {
			continue
		}
		if s.keywords[c.keyword].starts(text[start:]) && !yield(Hit{int(c.keyword), start}) {
			return false
		}
	}
	return true
}

func (s *Set) findShort(text []byte, keyword int, yield func(Hit) bool) bool {
	k := &s.keywords[keyword]
	for i := range text {
		if k.starts(text[i:]) && !yield(Hit{keyword, i}) {
			return false
		}
	}
	return true
}

// starts reports whether a text starts with the keyword.
func (k *Keyword) starts(text []byte) bool {
	if len(text) < len(k.Text) {
		return false
	}
	for i := range len(k.Text) {
		if c := text[i]; c != k.Text[i] && (k.Exact || lower(c) != k.Text[i]) {
			return false
		}
	}
	return true
}

// Length is the length of a keyword in bytes.
func (s *Set) Length(keyword int) int { return len(s.keywords[keyword].Text) }
