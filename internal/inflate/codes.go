package inflate

import "math/bits"

// codeTable decodes the codes of an alphabet. The next bits of the input are the index of a
// cell. Codes that are longer than the index continue in another part of the table, to which
// the cell links.
type codeTable struct {
	cells [cells]cell
}

// cell is the meaning of a code:
//
//	bits  0-4   number of bits to consume: those of the code and its extra bits
//	bits  8-11  number of bits of the code; for a link, number of bits of the next index
//	bits 12-14  isLiteral, isEnd, isLink
//	bits 16-31  the literal, the minimum length or distance, or the target of a link
//
// A cell of 0 is not a code.
type cell uint32

const (
	isLiteral cell = 1 << 12
	isEnd     cell = 1 << 13
	isLink    cell = 1 << 14
)

const (
	literalBits  = 10
	distanceBits = 7
	symbolBits   = 7
	// cells is the length of a table. Any 288 codes of up to 15 bits need at most 1334
	// cells if the first index has 10 bits.
	cells = 2048
)

// alphabet is one of the alphabets of RFC 1951, section 3.2.5 and 3.2.7.
type alphabet uint8

const (
	literalAlphabet alphabet = iota
	distanceAlphabet
	lengthAlphabet // the lengths of the codes of the other two
)

// order is the order of the code lengths for lengthAlphabet; see RFC 1951, section 3.2.7.
const order = "\x10\x11\x12\x00\x08\x07\x09\x06\x0a\x05\x0b\x04\x0c\x03\x0d\x02\x0e\x01\x0f"

// cellTemplates has the result of template for each symbol of each alphabet.
var cellTemplates = func() (all [lengthAlphabet + 1][maxLiterals]cell) {
	for k := range all {
		for symbol := range all[k] {
			all[k][symbol] = alphabet(k).template(symbol)
		}
	}
	return all
}()

// cell returns the cell of a symbol. Length is the number of bits of its code that the index
// covers.
func (k alphabet) cell(symbol, length int) cell {
	template := cellTemplates[k][symbol]
	if template != 0 {
		template += cell(length)<<8 + cell(length)
	}
	return template
}

// template returns the cell of a symbol without the length of its code, or 0 for a symbol
// that must not be used.
func (k alphabet) template(symbol int) cell {
	switch {
	case k == lengthAlphabet:
		return isLiteral | cell(symbol)<<16
	case k == distanceAlphabet:
		switch {
		case symbol < 4:
			return cell(symbol+1) << 16
		case symbol < 30:
			extra := symbol/2 - 1
			return cell((2+symbol&1)<<extra+1)<<16 | cell(extra)
		}
		return 0
	case symbol < endOfBlock:
		return isLiteral | cell(symbol)<<16
	case symbol == endOfBlock:
		return isEnd
	}
	switch symbol -= endOfBlock + 1; {
	case symbol < 8:
		return cell(symbol+3) << 16
	case symbol < 28:
		extra := symbol/4 - 1
		return cell((4+symbol&3)<<extra+3)<<16 | cell(extra)
	case symbol == 28:
		return 258 << 16
	}
	return 0
}

// build fills the table for codes with the given lengths by symbol. Width is the number of
// bits of the first index. It returns false if there are no such codes, or if the codes are
// incomplete; only a single code of one bit may be incomplete.
func (c *codeTable) build(lengths []uint8, width int, k alphabet) (ok bool) {
	var count, start [maxCodeLength + 1]int
	longest := 0
	for _, n := range lengths {
		count[n]++
		longest = max(longest, int(n))
	}
	count[0] = 0
	space := 0
	for n := 1; n <= longest; n++ {
		start[n] = start[n-1] + count[n-1]
		space = space<<1 + count[n]
	}
	if longest > 0 && space != 1<<longest && (space != 1 || longest != 1) {
		return false
	}
	var sorted [maxLiterals]uint16 // the symbols, by the lengths of their codes
	for symbol, n := range lengths {
		if n > 0 {
			sorted[start[n]] = uint16(symbol)
			start[n]++
		}
	}
	// For codes up to width, the table doubles with each length, and then the codes of this
	// length are added.
	filled, code, i := 1, 0, 0
	c.cells[0] = 0
	for length := 1; length <= min(longest, width); length++ {
		copy(c.cells[filled:2*filled], c.cells[:filled])
		filled *= 2
		code <<= 1
		for range count[length] {
			c.cells[reverse(code, length)] = k.cell(int(sorted[i]), length)
			i++
			code++
		}
	}
	for ; filled < 1<<width; filled *= 2 {
		copy(c.cells[filled:2*filled], c.cells[:filled])
	}
	for length := width + 1; length <= longest; length++ {
		code <<= 1
		for ; count[length] > 0; count[length]-- {
			at := reverse(code, length)
			link := &c.cells[at&(1<<width-1)]
			if *link == 0 {
				behind := linkBits(&count, length, width, longest)
				*link = isLink | cell(filled)<<16 | cell(behind)<<8
				clear(c.cells[filled : filled+1<<behind])
				filled += 1 << behind
			}
			c.fillCells(int(*link>>16), at>>width, length-width, int(*link>>8&15), k.cell(int(sorted[i]), length-width))
			i++
			code++
		}
	}
	return true
}

// reverse returns a code with its first bit lowest, which is the order of the input.
func reverse(code, length int) int { return int(bits.Reverse16(uint16(code)) >> (16 - length)) }

// fillCells writes a cell to each index of a part of the table that starts with a code.
func (c *codeTable) fillCells(table, code, length, width int, value cell) {
	for ; code < 1<<width; code += 1 << length {
		c.cells[table+code] = value
	}
}

// linkBits returns the number of bits of the index after a link: the maximum number of bits
// after width in the codes that share the first width bits with the next code. Left is the
// number of remaining codes by length.
func linkBits(left *[maxCodeLength + 1]int, length, width, longest int) int {
	room := 1 << (length - width)
	for ; ; length++ {
		if room -= left[length]; room <= 0 || length == longest {
			return length - width
		}
		room <<= 1
	}
}
