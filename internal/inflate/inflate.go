// Package inflate decompresses what is compressed by DEFLATE, RFC 1951, from memory
// to memory. Archives hold many small files; for one that fits it takes half the
// time that a decompressor of streams takes, which must be able to stop anywhere.
package inflate

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"
)

// The errors of Inflate.
var (
	ErrShort   = errors.New("inflate: there is more than the space for it holds")
	ErrDamaged = errors.New("inflate: the compressed data is damaged")
)

// Decoder is the memory for the tables of codes. The zero value is ready, and serves
// one text after the other.
type Decoder struct {
	literals  codes
	distances codes
	lengths   [maxLiterals + maxDistances]uint8
	symbols   codes // of the lengths
}

const (
	maxLiterals   = 288
	maxDistances  = 32
	maxCodeLength = 15
	endOfBlock    = 256
	// fastInput and fastOutput are the bytes that must be left for decoding without
	// checking at each step whether there are: a load of input, and three literals
	// with the longest copy, which may write up to 15 bytes too many.
	fastInput, fastOutput = 8, 3 + 258 + 16
)

// Inflate decompresses src into dst, and returns how many bytes it wrote and how many
// of src it took. What lies behind the written bytes in dst is overwritten too.
func (d *Decoder) Inflate(dst, src []byte) (written, taken int, err error) {
	s := state{dst: dst, src: src}
	for {
		header, ok := s.take(3)
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
			return s.out, s.in - int(s.have/8), nil
		}
	}
}

// fixed are the codes that need no description.
var fixed = sync.OnceValue(func() *Decoder {
	d := new(Decoder)
	lengths := slices.Concat(slices.Repeat([]uint8{8}, 144), slices.Repeat([]uint8{9}, 112), slices.Repeat([]uint8{7}, 24), slices.Repeat([]uint8{8}, 8))
	d.literals.build(lengths, literalBits, literalCodes)
	d.distances.build(slices.Repeat([]uint8{5}, maxDistances), distanceBits, distanceCodes)
	return d
})

// dynamic reads the description of the codes of a block.
func (d *Decoder) dynamic(s *state) error {
	counts, ok := s.take(14)
	if !ok {
		return ErrDamaged
	}
	literals, distances := int(counts&31)+endOfBlock+1, int(counts>>5&31)+1
	if literals > 286 || distances > 30 {
		return ErrDamaged
	}
	var lengths [len(order)]uint8
	for _, symbol := range []byte(order[:counts>>10+4]) {
		n, ok := s.take(3)
		if !ok {
			return ErrDamaged
		}
		lengths[symbol] = uint8(n)
	}
	if !d.symbols.build(lengths[:], symbolBits, lengthCodes) {
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
		again, least, width := uint8(0), 3, uint(3)
		switch {
		case symbol == 16 && i == 0:
			return ErrDamaged
		case symbol == 16:
			again, width = all[i-1], 2
		case symbol == 18:
			least, width = 11, 7
		}
		more, ok := s.take(width)
		n := least + int(more)
		if !ok || n > len(all)-i {
			return ErrDamaged
		}
		for range n {
			all[i] = again
			i++
		}
	}
	if !d.literals.build(all[:literals], literalBits, literalCodes) || !d.distances.build(all[literals:], distanceBits, distanceCodes) {
		return ErrDamaged
	}
	return nil
}

// state is how far decompression has come.
type state struct {
	dst, src []byte
	out, in  int
	// bits holds the next have bits of the input, the first of them lowest. What is
	// above them is 0, or as the input goes on.
	bits uint64
	have uint
}

// fill makes have at least 56, unless the input ends.
func (s *state) fill() {
	for s.have < 56 && s.in < len(s.src) {
		s.bits |= uint64(s.src[s.in]) << s.have
		s.in++
		s.have += 8
	}
}

// take returns the next n bits, at most 16.
func (s *state) take(n uint) (bits uint, ok bool) {
	if s.have < n {
		s.fill()
		if s.have < n {
			return 0, false
		}
	}
	bits = uint(s.bits & (1<<n - 1))
	s.bits >>= n
	s.have -= n
	return bits, true
}

// stored copies a block that is not compressed.
func (s *state) stored() error {
	s.in -= int(s.have / 8)
	s.bits, s.have = 0, 0
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

// block decompresses a block by the codes of d: the most of it in long strides, its
// end with care.
func (s *state) block(d *Decoder) error {
	for {
		ended, err := s.stride(d)
		if ended || err != nil {
			return err
		}
		if ended, err = s.step(d); ended || err != nil {
			return err
		}
	}
}

// stride decompresses as long as neither input nor space can run out.
func (s *state) stride(d *Decoder) (ended bool, err error) {
	dst, src, out, in, bits, have := s.dst, s.src, s.out, s.in, s.bits, s.have
	literals, distances := &d.literals.cells, &d.distances.cells
	for in <= len(src)-fastInput && out <= len(dst)-fastOutput {
		bits |= binary.LittleEndian.Uint64(src[in:]) << (have & 63)
		in += int(63-have) >> 3
		have |= 56
		c := literals[bits&(1<<literalBits-1)]
		if c&isLiteral != 0 {
			bits >>= c & 31
			have -= uint(c & 31)
			dst[out] = byte(c >> 16)
			out++
			if c = literals[bits&(1<<literalBits-1)]; c&isLiteral == 0 {
				continue
			}
			bits >>= c & 31
			have -= uint(c & 31)
			dst[out] = byte(c >> 16)
			out++
			if c = literals[bits&(1<<literalBits-1)]; c&isLiteral == 0 {
				continue
			}
			bits >>= c & 31
			have -= uint(c & 31)
			dst[out] = byte(c >> 16)
			out++
			continue
		}
		if c&isLink != 0 {
			bits >>= literalBits
			have -= literalBits
			c = literals[(c>>16+cell(bits)&(1<<(c>>8&15)-1))%cells]
			if c&isLiteral != 0 {
				bits >>= c & 31
				have -= uint(c & 31)
				dst[out] = byte(c >> 16)
				out++
				continue
			}
		}
		if c&isEnd != 0 {
			bits >>= c & 31
			have -= uint(c & 31)
			ended = true
			break
		}
		if c == 0 {
			err = ErrDamaged
			break
		}
		length := int(c>>16 + cell(bits)&(1<<(c&31)-1)>>(c>>8&15))
		bits >>= c & 31
		have -= uint(c & 31)

		c = distances[bits&(1<<distanceBits-1)]
		if c&isLink != 0 {
			bits >>= distanceBits
			have -= distanceBits
			c = distances[(c>>16+cell(bits)&(1<<(c>>8&15)-1))%cells]
		}
		distance := int(c>>16 + cell(bits)&(1<<(c&31)-1)>>(c>>8&15))
		bits >>= c & 31
		have -= uint(c & 31)
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
	s.out, s.in, s.bits, s.have = out, in, bits, have
	return ended, err
}

// repeat copies what is distance bytes before out, and up to 7 bytes too many.
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

// step decompresses one literal or copy.
func (s *state) step(d *Decoder) (ended bool, err error) {
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

// decode takes the next code with what belongs to it. Of a literal and of the end
// the value means nothing.
func (s *state) decode(codes *codes, width uint) (c cell, value int, ok bool) {
	c = codes.cells[s.bits&(1<<width-1)]
	if c&isLink != 0 {
		if s.have < width {
			return 0, 0, false
		}
		s.bits >>= width
		s.have -= width
		c = codes.cells[(c>>16+cell(s.bits)&(1<<(c>>8&15)-1))%cells]
	}
	n := uint(c & 31)
	if c == 0 || s.have < n {
		return 0, 0, false
	}
	value = int(c>>16 + cell(s.bits)&(1<<n-1)>>(c>>8&15))
	s.bits >>= n
	s.have -= n
	return c, value, true
}

// The lengths of what zlib (RFC 1950) has in front of the compressed data and behind it,
// without a dictionary.
const ZlibHeader, ZlibTrailer = 2, 4

// IsZlib reports whether data starts with the header of zlib, for compressed data without
// a dictionary.
func IsZlib(data []byte) bool {
	return len(data) >= ZlibHeader && data[0]&0xf == 8 && data[1]&0x20 == 0 && binary.BigEndian.Uint16(data)%31 == 0
}
