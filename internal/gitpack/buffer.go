package gitpack

import "slices"

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

// get returns memory for a text of n bytes: the smallest that is free and holds it.
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
