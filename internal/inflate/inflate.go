// Package inflate decompresses DEFLATE data (RFC 1951) from memory to memory.
//
// The input is a complete DEFLATE stream, the output its content, which must fit into the
// caller's buffer. For short files, which are common in archives, this takes half the time
// of a streaming decompressor, which must be able to stop anywhere. Truncated and invalid
// streams are refused.
package inflate

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"
)

var (
	// ErrShort is returned if the content does not fit into the buffer.
	ErrShort = errors.New("inflate: the buffer is too short")
	// ErrDamaged is returned for truncated or invalid data.
	ErrDamaged = errors.New("inflate: the compressed data is damaged")
)

// Decoder has the tables for decompressing. The zero value is ready to use. A Decoder can
// be reused, but is not safe for concurrent use.
type Decoder struct {
	literals  codeTable
	distances codeTable
	lengths   [maxLiterals + maxDistances]uint8
	symbols   codeTable // of the lengths
}

const (
	maxLiterals   = 288
	maxDistances  = 32
	maxCodeLength = 15
	endOfBlock    = 256
	// decodeFast runs while fastInput bytes of input and fastOutput bytes of the buffer are
	// left, so that it need not check for each step: one load of input, and three literals
	// and the longest copy, which may write up to 15 bytes beyond its end.
	fastInput, fastOutput = 8, 3 + 258 + 16
)

// Inflate decompresses src into dst. It returns the number of bytes written to dst and the
// number of bytes read from src. It may overwrite the rest of dst.
func (d *Decoder) Inflate(dst, src []byte) (written, taken int, err error) {
	s := state{dst: dst, src: src}
	for {
		header, ok := s.takeBits(3)
		if !ok {
			return 0, 0, ErrDamaged
		}
		switch header >> 1 {
		case 0:
			err = s.stored()
		case 1:
			err = s.block(fixed())
		case 2:
			if err = d.dynamic(&s); err == nil {
				err = s.block(d)
			}
		default:
			err = ErrDamaged
		}
		if err != nil {
			return 0, 0, err
		}
		if header&1 != 0 {
			return s.out, s.in - int(s.bitCount/8), nil
		}
	}
}

// fixed returns the fixed codes of RFC 1951, section 3.2.6.
var fixed = sync.OnceValue(func() *Decoder {
	d := new(Decoder)
	lengths := slices.Concat(slices.Repeat([]uint8{8}, 144), slices.Repeat([]uint8{9}, 112), slices.Repeat([]uint8{7}, 24), slices.Repeat([]uint8{8}, 8))
	d.literals.build(lengths, literalBits, literalAlphabet)
	d.distances.build(slices.Repeat([]uint8{5}, maxDistances), distanceBits, distanceAlphabet)
	return d
})

// dynamic reads the code lengths of a block with dynamic codes (RFC 1951, section 3.2.7).
func (d *Decoder) dynamic(s *state) error {
	counts, ok := s.takeBits(14)
	if !ok {
		return ErrDamaged
	}
	literals, distances := int(counts&31)+endOfBlock+1, int(counts>>5&31)+1
	if literals > 286 || distances > 30 {
		return ErrDamaged
	}
	var lengths [len(order)]uint8
	for _, symbol := range []byte(order[:counts>>10+4]) {
		n, ok := s.takeBits(3)
		if !ok {
			return ErrDamaged
		}
		lengths[symbol] = uint8(n)
	}
	if !d.symbols.build(lengths[:], symbolBits, lengthAlphabet) {
		return ErrDamaged
	}
	all := d.lengths[:literals+distances]
	for i := 0; i < len(all); {
		s.fill()
		c, _, ok := s.decode(&d.symbols, symbolBits)
		if !ok {
			return ErrDamaged
		}
		symbol := uint8(c >> 16)
		if symbol < 16 {
			all[i] = symbol
			i++
			continue
		}
		repeated, least, width := uint8(0), 3, uint(3)
		switch {
		case symbol == 16 && i == 0:
			return ErrDamaged
		case symbol == 16:
			repeated, width = all[i-1], 2
		case symbol == 18:
			least, width = 11, 7
		}
		more, ok := s.takeBits(width)
		n := least + int(more)
		if !ok || n > len(all)-i {
			return ErrDamaged
		}
		for range n {
			all[i] = repeated
			i++
		}
	}
	if !d.literals.build(all[:literals], literalBits, literalAlphabet) || !d.distances.build(all[literals:], distanceBits, distanceAlphabet) {
		return ErrDamaged
	}
	return nil
}

// state is the state of one call of Inflate.
type state struct {
	dst, src []byte
	out, in  int
	// bits has the next bitCount bits of the input, the first one lowest. The bits above
	// are 0, or the following bits of the input.
	bits     uint64
	bitCount uint
}

// fill reads input until bitCount is at least 56 or the input ends.
func (s *state) fill() {
	for s.bitCount < 56 && s.in < len(s.src) {
		s.bits |= uint64(s.src[s.in]) << s.bitCount
		s.in++
		s.bitCount += 8
	}
}

// takeBits consumes the next n bits. N must not exceed 16. It returns false at the end of
// the input.
func (s *state) takeBits(n uint) (bits uint, ok bool) {
	if s.bitCount < n {
		s.fill()
		if s.bitCount < n {
			return 0, false
		}
	}
	bits = uint(s.bits & (1<<n - 1))
	s.bits >>= n
	s.bitCount -= n
	return bits, true
}

// stored copies an uncompressed block (RFC 1951, section 3.2.4).
func (s *state) stored() error {
	s.in -= int(s.bitCount / 8)
	s.bits, s.bitCount = 0, 0
	if len(s.src)-s.in < 4 {
		return ErrDamaged
	}
	n := int(binary.LittleEndian.Uint16(s.src[s.in:]))
	if n != int(^binary.LittleEndian.Uint16(s.src[s.in+2:])) {
		return ErrDamaged
	}
	s.in += 4
	switch {
	case len(s.src)-s.in < n:
		return ErrDamaged
	case len(s.dst)-s.out < n:
		return ErrShort
	}
	copy(s.dst[s.out:], s.src[s.in:s.in+n])
	s.in += n
	s.out += n
	return nil
}

// block decompresses a block with the codes of d: most of it with decodeFast, and the steps
// near the end of the input or of the buffer with decodeNext.
func (s *state) block(d *Decoder) error {
	for {
		ended, err := s.decodeFast(d)
		if ended || err != nil {
			return err
		}
		if ended, err = s.decodeNext(d); ended || err != nil {
			return err
		}
	}
}

// decodeFast decompresses until the input or the buffer might end within a step.
func (s *state) decodeFast(d *Decoder) (ended bool, err error) {
	dst, src, out, in, bits, bitCount := s.dst, s.src, s.out, s.in, s.bits, s.bitCount
	literals, distances := &d.literals.cells, &d.distances.cells
	for in <= len(src)-fastInput && out <= len(dst)-fastOutput {
		bits |= binary.LittleEndian.Uint64(src[in:]) << (bitCount & 63)
		in += int(63-bitCount) >> 3
		bitCount |= 56
		c := literals[bits&(1<<literalBits-1)]
		if c&isLiteral != 0 {
			bits >>= c & 31
			bitCount -= uint(c & 31)
			dst[out] = byte(c >> 16)
			out++
			if c = literals[bits&(1<<literalBits-1)]; c&isLiteral == 0 {
				continue
			}
			bits >>= c & 31
			bitCount -= uint(c & 31)
			dst[out] = byte(c >> 16)
			out++
			if c = literals[bits&(1<<literalBits-1)]; c&isLiteral == 0 {
				continue
			}
			bits >>= c & 31
			bitCount -= uint(c & 31)
			dst[out] = byte(c >> 16)
			out++
			continue
		}
		if c&isLink != 0 {
			bits >>= literalBits
			bitCount -= literalBits
			c = literals[(c>>16+cell(bits)&(1<<(c>>8&15)-1))%cells]
			if c&isLiteral != 0 {
				bits >>= c & 31
				bitCount -= uint(c & 31)
				dst[out] = byte(c >> 16)
				out++
				continue
			}
		}
		if c&isEnd != 0 {
			bits >>= c & 31
			bitCount -= uint(c & 31)
			ended = true
			break
		}
		if c == 0 {
			err = ErrDamaged
			break
		}
		length := int(c>>16 + cell(bits)&(1<<(c&31)-1)>>(c>>8&15))
		bits >>= c & 31
		bitCount -= uint(c & 31)

		c = distances[bits&(1<<distanceBits-1)]
		if c&isLink != 0 {
			bits >>= distanceBits
			bitCount -= distanceBits
			c = distances[(c>>16+cell(bits)&(1<<(c>>8&15)-1))%cells]
		}
		distance := int(c>>16 + cell(bits)&(1<<(c&31)-1)>>(c>>8&15))
		bits >>= c & 31
		bitCount -= uint(c & 31)
		if c == 0 || distance > out {
			err = ErrDamaged
			break
		}
		if distance < 8 {
			repeat(dst, out, distance, length)
		} else { // most copies take no more than two steps
			from, to := dst[out-distance:], dst[out:out+16]
			binary.LittleEndian.PutUint64(to, binary.LittleEndian.Uint64(from))
			binary.LittleEndian.PutUint64(to[8:], binary.LittleEndian.Uint64(from[8:]))
			if length > 16 {
				repeat(dst, out+16, distance, length-16)
			}
		}
		out += length
	}
	s.out, s.in, s.bits, s.bitCount = out, in, bits, bitCount
	return ended, err
}

// repeat copies length bytes that start distance bytes before out. It may write up to 7
// bytes beyond the end of the copy.
func repeat(dst []byte, out, distance, length int) {
	from, end := out-distance, out+length
	switch {
	case distance >= 8:
		for ; out < end; out, from = out+8, from+8 {
			binary.LittleEndian.PutUint64(dst[out:], binary.LittleEndian.Uint64(dst[from:]))
		}
	case distance == 1:
		eight := uint64(dst[from]) * 0x0101010101010101
		for ; out < end; out += 8 {
			binary.LittleEndian.PutUint64(dst[out:], eight)
		}
	default:
		for ; out < end; out, from = out+1, from+1 {
			dst[out] = dst[from]
		}
	}
}

// decodeNext decompresses one literal or copy. It checks the ends of input and buffer.
func (s *state) decodeNext(d *Decoder) (ended bool, err error) {
	s.fill()
	c, value, ok := s.decode(&d.literals, literalBits)
	switch {
	case !ok:
		return false, ErrDamaged
	case c&isEnd != 0:
		return true, nil
	case s.out == len(s.dst):
		return false, ErrShort
	case c&isLiteral != 0:
		s.dst[s.out] = byte(c >> 16)
		s.out++
		return false, nil
	}
	length := value
	_, distance, ok := s.decode(&d.distances, distanceBits)
	switch {
	case !ok || distance > s.out:
		return false, ErrDamaged
	case length > len(s.dst)-s.out:
		return false, ErrShort
	}
	for range length {
		s.dst[s.out] = s.dst[s.out-distance]
		s.out++
	}
	return false, nil
}

// decode consumes the next code and its extra bits. Value is the length or distance. It has
// no meaning for a literal or the end of the block.
func (s *state) decode(codes *codeTable, width uint) (c cell, value int, ok bool) {
	c = codes.cells[s.bits&(1<<width-1)]
	if c&isLink != 0 {
		if s.bitCount < width {
			return 0, 0, false
		}
		s.bits >>= width
		s.bitCount -= width
		c = codes.cells[(c>>16+cell(s.bits)&(1<<(c>>8&15)-1))%cells]
	}
	n := uint(c & 31)
	if c == 0 || s.bitCount < n {
		return 0, 0, false
	}
	value = int(c>>16 + cell(s.bits)&(1<<n-1)>>(c>>8&15))
	s.bits >>= n
	s.bitCount -= n
	return c, value, true
}

// The lengths of the header and trailer of zlib data (RFC 1950) without a dictionary, in
// bytes.
const ZlibHeader, ZlibTrailer = 2, 4

// IsZlib reports whether data starts with a header of zlib data without a dictionary.
func IsZlib(data []byte) bool {
	return len(data) >= ZlibHeader && data[0]&0xf == 8 && data[1]&0x20 == 0 && binary.BigEndian.Uint16(data)%31 == 0
}
