package inflate

import "math/bits"

// codes finds by the next bits of the input which code they start with. The first
// cells are for as many bits as most codes have at most; behind them are those for
// the rest of longer codes.
type codes struct {
	cells [cells]cell
}

// cell is what a code means:
//
//	bits  0-4   how many bits to take: of the code, and those behind it that belong to it
//	bits  8-11  how many of them are the code's; of a link, how many bits select a cell behind it
//	bits 12-14  isLiteral, isEnd, isLink
//	bits 16-31  the literal, the least length or distance, or where a link leads
//
// 0 is for bits that are no code.
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
	// cells is enough for any codes: 288 of up to 15 bits take at most 1334 cells
	// when 10 bits come first.
	cells = 2048
)

// kind says what the symbols of codes are.
type kind uint8

const (
	literalCodes kind = iota
	distanceCodes
	lengthCodes // of the codes' own lengths
)

// order is that in which the lengths of codes for lengths of codes stand.
const order = "\x10\x11\x12\x00\x08\x07\x09\x06\x0a\x05\x0b\x04\x0c\x03\x0d\x02\x0e\x01\x0f"

// meanings are those of all symbols, by their kinds.
var meanings = func() (all [lengthCodes + 1][maxLiterals]cell) {
	for k := range all {
		for symbol := range all[k] {
			all[k][symbol] = kind(k).meaning(symbol)
		}
	}
	return all
}()

// cell is that of a symbol whose code has so many bits left.
func (k kind) cell(symbol, length int) cell {
	meaning := meanings[k][symbol]
	if meaning != 0 {
		meaning += cell(length)<<8 + cell(length)
	}
	return meaning
}

// meaning is the cell of a symbol, without the length of its code; 0 for one that
// must not be used.
func (k kind) meaning(symbol int) cell {
	switch {
	case k == lengthCodes:
		return isLiteral | cell(symbol)<<16
	case k == distanceCodes:
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

// build makes the cells for codes of the lengths, of which width bits are read
// first. ok is false if there can be no such codes, or if bits are left that are no
// code, but for a single code of one bit.
func (c *codes) build(lengths []uint8, width int, k kind) (ok bool) {
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
	// As long as codes are no longer than width, the table grows with them: that of a
	// length is twice that of the length before, with its codes put into it.
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
				behind := following(&count, length, width, longest)
				*link = isLink | cell(filled)<<16 | cell(behind)<<8
				clear(c.cells[filled : filled+1<<behind])
				filled += 1 << behind
			}
			c.spread(int(*link>>16), at>>width, length-width, int(*link>>8&15), k.cell(int(sorted[i]), length-width))
			i++
			code++
		}
	}
	return true
}

// reverse returns a code of a length as the input has it: its first bit lowest.
func reverse(code, length int) int { return int(bits.Reverse16(uint16(code)) >> (16 - length)) }

// spread puts the cell of the rest of a code into all cells of a table that start
// with it.
func (c *codes) spread(table, code, length, width int, value cell) {
	for ; code < 1<<width; code += 1 << length {
		c.cells[table+code] = value
	}
}

// following returns how many bits may follow the first width of a code, of those that
// start like the one of a length that is next. Of each length so many are left.
func following(left *[maxCodeLength + 1]int, length, width, longest int) int {
	room := 1 << (length - width)
	for ; ; length++ {
		if room -= left[length]; room <= 0 || length == longest {
			return length - width
		}
		room <<= 1
	}
}
