package gitpack

import "slices"

// buffers reuses memory for texts. A buffer has bufferSlack bytes more than requested.
type buffers struct {
	free [][]byte
}

const (
	bufferSlack    = 512 // bytes that the decompressor may overwrite after the text
	bufferUnit     = 16 << 10
	maxFreeBuffers = 6
)

// get returns memory for a text of n bytes: the smallest free buffer that is large enough,
// or a new one.
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

// put makes a buffer free. It drops the smallest one if there are too many.
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
