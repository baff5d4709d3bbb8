package gitpack

import (
	"encoding/binary"
)

// targetLength returns the length of the text that a delta describes.
func targetLength(delta []byte) (int64, error) {
	_, rest, ok := deltaLength(delta)
	n, _, ok2 := deltaLength(rest)
	if !ok || !ok2 {
		return 0, ErrDamaged
	}
	return n, nil
}

// deltaLength reads a length at the start of a delta, and returns the rest.
func deltaLength(delta []byte) (n int64, rest []byte, ok bool) {
	v, size := binary.Uvarint(delta)
	if size <= 0 || v > 1<<40 {
		return 0, nil, false
	}
	return int64(v), delta[size:], true
}

// apply returns the text that a delta describes, in a buffer of p.memory, and sets p.changed
// to the spans that differ from the base.
func (p *pack) apply(base, delta []byte) (text []byte, err error) {
	length, delta, ok := deltaLength(delta)
	target, delta, ok2 := deltaLength(delta)
	if !ok || !ok2 || length != int64(len(base)) {
		return nil, ErrDamaged
	}
	if target > MaxText {
		p.opt.Gap(TooLong)
		return nil, errSkipped
	}
	if err := p.spend(target / copyDivisor); err != nil {
		return nil, err
	}
	text = p.memory.get(int(target))
	if !p.fill(text, base, delta) {
		p.memory.put(text)
		return nil, ErrDamaged
	}
	return text, nil
}

// fill executes the instructions of a delta; see gitformat-pack(5), "Deltified
// representation". It returns false if they are invalid.
func (p *pack) fill(text, base, delta []byte) bool {
	p.changed = p.changed[:0]
	at, copied := 0, 0 // the offset in text; the end of the last copy in the base
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		if op&0x80 == 0 {
			n := int(op)
			if n == 0 || n > len(delta) || n > len(text)-at {
				return false
			}
			copy(text[at:], delta[:n])
			p.addChange(at, at+n)
			at, delta = at+n, delta[n:]
			continue
		}
		offset, n, rest, ok := deltaCopy(op, delta)
		if !ok || offset > len(base) || n > len(base)-offset || n > len(text)-at {
			return false
		}
		if offset != copied {
			p.addChange(at, at)
		}
		copy(text[at:], base[offset:offset+n])
		at, copied, delta = at+n, offset+n, rest
	}
	if copied != len(base) {
		p.addChange(at, at)
	}
	return at == len(text)
}

// addChange records a span that differs from the base, and merges it with the previous one
// if they are close.
func (p *pack) addChange(from, to int) {
	if last := len(p.changed) - 1; last >= 0 && from-p.changed[last].To <= 2*p.opt.Margin {
		p.changed[last].To = to
		return
	}
	p.changed = append(p.changed, Span{from, to})
}

// deltaCopy reads an instruction to copy n bytes from an offset of the base.
func deltaCopy(op byte, delta []byte) (offset, n int, rest []byte, ok bool) {
	for i := range 7 {
		if op&(1<<i) == 0 {
			continue
		}
		if len(delta) == 0 {
			return 0, 0, nil, false
		}
		if i < 4 {
			offset |= int(delta[0]) << (8 * i)
		} else {
			n |= int(delta[0]) << (8 * (i - 4))
		}
		delta = delta[1:]
	}
	if n == 0 {
		n = 0x10000
	}
	return offset, n, delta, true
}
