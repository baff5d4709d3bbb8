package secret

import (
	"encoding/binary"
	"slices"

	"seaworthy.dev/seaworthy/internal/credential"
)

// nearby is how far around what a delta makes anew a long text is looked at: no
// private key is longer.
const nearby = credential.MaxKeyLength

// targetLength reads how long the text is that a delta makes.
func targetLength(delta []byte) (int64, error) {
	_, rest, ok := deltaLength(delta)
	n, _, ok2 := deltaLength(rest)
	if !ok || !ok2 {
		return 0, errPack
	}
	return n, nil
}

// deltaLength reads a length at the start of a delta.
func deltaLength(delta []byte) (n int64, rest []byte, ok bool) {
	v, size := binary.Uvarint(delta)
	if size <= 0 || v > 1<<40 {
		return 0, nil, false
	}
	return int64(v), delta[size:], true
}

// apply makes the text that a delta describes, which is from memory, and what of it
// is new as spans: what is inserted, and where two pieces of the base meet that did
// not before. Spans that are near each other are joined.
func (p *pack) apply(base, delta []byte) (text []byte, err error) {
	length, delta, ok := deltaLength(delta)
	target, delta, ok2 := deltaLength(delta)
	if !ok || !ok2 || length != int64(len(base)) {
		return nil, errPack
	}
	if target > maxPacked {
		p.gap(packTooLong)
		return nil, errPassed
	}
	if err := p.spend(target / copying); err != nil {
		return nil, err
	}
	text = p.memory.get(int(target))
	if !p.fill(text, base, delta) {
		p.memory.put(text)
		return nil, errPack
	}
	return text, nil
}

// fill writes the text that the instructions of a delta describe.
func (p *pack) fill(text, base, delta []byte) bool {
	p.fresh = p.fresh[:0]
	at, copied := 0, 0 // in text; in the base, behind the last copy
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		if op&0x80 == 0 {
			n := int(op)
			if n == 0 || n > len(delta) || n > len(text)-at {
				return false
			}
			copy(text[at:], delta[:n])
			p.renew(at, at+n)
			at, delta = at+n, delta[n:]
			continue
		}
		offset, n, rest, ok := deltaCopy(op, delta)
		if !ok || offset > len(base) || n > len(base)-offset || n > len(text)-at {
			return false
		}
		if offset != copied {
			p.renew(at, at)
		}
		copy(text[at:], base[offset:offset+n])
		at, copied, delta = at+n, offset+n, rest
	}
	if copied != len(base) {
		p.renew(at, at)
	}
	return at == len(text)
}

// renew takes note that a span of the text is new.
func (p *pack) renew(from, to int) {
	if last := len(p.fresh) - 1; last >= 0 && from-p.fresh[last].to <= 2*nearby {
		p.fresh[last].to = to
		return
	}
	p.fresh = append(p.fresh, span{from, to})
}

// deltaCopy reads what to copy from the base.
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

// buffers are pieces of memory for texts, each of which has bufferSlack bytes more
// than is asked for.
type buffers struct {
	free [][]byte
}

const (
	bufferSlack    = 512 // what a decompressor may overwrite
	bufferUnit     = 16 << 10
	maxFreeBuffers = 6
)

// get gives memory for a text of n bytes: the smallest that is free and holds it.
func (b *buffers) get(n int) []byte {
	best := -1
	for i, f := range b.free {
		if cap(f) >= n+bufferSlack && (best < 0 || cap(f) < cap(b.free[best])) {
			best = i
		}
	}
	if best < 0 {
		return make([]byte, n, (n+n/8+bufferSlack+bufferUnit-1)&^(bufferUnit-1))
	}
	f := b.free[best]
	b.free = slices.Delete(b.free, best, best+1)
	return f[:n]
}

// put takes memory back; of too many pieces the smallest is dropped.
func (b *buffers) put(text []byte) {
	if cap(text) == 0 {
		return
	}
	b.free = append(b.free, text)
	if len(b.free) <= maxFreeBuffers {
		return
	}
	least := 0
	for i, f := range b.free {
		if cap(f) < cap(b.free[least]) {
			least = i
		}
	}
	b.free = slices.Delete(b.free, least, least+1)
}
