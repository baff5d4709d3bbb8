package scan

import (
	"context"
	"math/bits"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/limit"
)

const (
	// DefaultBodyMemory is the default of [NewBodyPool], in bytes.
	DefaultBodyMemory = 64 << 20
	// bodyMemoryStep is the unit to which the memory for bodies is rounded up.
	bodyMemoryStep = 2 * longStep
	// maxFree is the maximum of bytes in buffers that wait for the next body.
	maxFree = 8 << 20
)

// BodyPool allocates memory for the bodies of files, within one limit for all scans that
// share it. It is safe for concurrent use.
type BodyPool struct {
	// longest is the maximum length of a body in memory. Longer bodies go to a temporary
	// file. If analyzers want only parts of a body, the maximum is half of it.
	longest int64
	// inFlight limits the bytes of all bodies in memory to half of longest. A body that
	// is longer than that is the only one in memory.
	inFlight *limit.Pool

	mu    sync.Mutex
	scans int                // number of running scans, guarded by mu
	free  [classes][]*buffer // by class, guarded by mu
	size  int                // bytes of all buffers in free, guarded by mu
	long  *buffer            // a free buffer longer than all classes, or nil, guarded by mu
}

// NewBodyPool returns a pool that holds one body of up to the given number of bytes, or
// several that together have up to half of it. The number is rounded up to a multiple
// of 32 MiB.
func NewBodyPool(memory int64) *BodyPool {
	memory = max((memory+bodyMemoryStep-1)/bodyMemoryStep, 1) * bodyMemoryStep
	return &BodyPool{longest: memory, inFlight: limit.NewPool(memory / 2)}
}

// Usage returns how many bytes of bodies are in memory.
func (b *BodyPool) Usage() limit.Usage { return b.inFlight.Usage() }

// start registers a scan.
func (b *BodyPool) start() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.scans++
}

// stop ends a scan. After the last one it drops the free buffers, so that an idle process
// keeps no memory.
func (b *BodyPool) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.scans--; b.scans == 0 {
		b.free, b.size, b.long = [classes][]*buffer{}, 0, nil
	}
}

// classes is the number of lengths of reusable buffers: HeadSize, twice that, and so on
// up to maxFree.
const classes = 12

// longStep is the unit of the lengths of longer buffers.
const longStep = 16 << 20

// buffer is memory for one body at a time.
type buffer struct {
	from  *BodyPool
	class int
	space []byte
	held  int // bytes acquired from inFlight
}

// get returns a buffer of at least length bytes. It waits until the limit allows it or
// the context ends.

func (b *BodyPool) get(ctx context.Context, length int) (*buffer, error) {
	class := bits.Len(uint(length-1) / seaworthy.HeadSize)
	size := seaworthy.HeadSize << class
	if class >= classes {
		size = (length + longStep - 1) &^ (longStep - 1)
	}
	if err := b.inFlight.Acquire(ctx, int64(size)); err != nil {
		return nil, err
	}
	buf := b.take(class, size)
	if buf == nil {
		buf = &buffer{from: b, class: class, space: make([]byte, size)}
	}
	buf.held = size
	return buf, nil
}

// take returns a free buffer, or nil if there is none.
func (b *BodyPool) take(class, size int) *buffer {
	b.mu.Lock()
	defer b.mu.Unlock()
	if class >= classes {
		buf := b.long
		b.long = nil // a shorter one is not worth its memory
		if buf != nil && len(buf.space) < size {
			buf = nil
		}
		return buf
	}
	n := len(b.free[class]) - 1
	if n < 0 {
		return nil
	}
	buf := b.free[class][n]
	b.free[class], b.size = b.free[class][:n], b.size-len(buf.space)
	return buf
}

// release gives the buffer back to its pool.
func (b *buffer) release() {
	all, size := b.from, len(b.space)
	all.inFlight.Release(int64(b.held))
	all.mu.Lock()
	defer all.mu.Unlock()
	if b.class >= classes {
		if all.long == nil || len(all.long.space) < size {
			all.long = b
		}
		return
	}
	if all.size+size <= maxFree {
		all.free[b.class], all.size = append(all.free[b.class], b), all.size+size
	}
}
