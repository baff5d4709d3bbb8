package limit

import "context"

// Memory is memory that goroutines share for what they decompress. Unlike with a [Pool],
// a goroutine may acquire more while it holds some: if nothing is free, one [Lease] at a
// time exceeds the Memory, and the others wait for it. So the most that is in use is the
// size of the Memory and the maximum of one Lease, which its user limits.
type Memory struct {
	pool   *Pool
	exceed chan struct{} // has an element while a Lease exceeds the memory
}

// NewMemory returns a Memory of size bytes.
func NewMemory(size int64) *Memory {
	return &Memory{pool: NewPool(size), exceed: make(chan struct{}, 1)}
}

// Usage returns how much is in use, except what exceeds the size.
func (m *Memory) Usage() Usage { return m.pool.Usage() }

// Lease is what one goroutine holds of a Memory. A nil Lease has no limit.
type Lease struct {
	memory  *Memory
	held    int64 // of the pool
	exceeds bool
}

// Lease returns an empty Lease. It must be closed.
func (m *Memory) Lease() *Lease {
	if m == nil {
		return nil
	}
	return &Lease{memory: m}
}

// Acquire acquires n bytes. It fails only with the context's cause.
func (l *Lease) Acquire(ctx context.Context, n int64) error {
	switch {
	case l == nil || l.exceeds:
		return nil
	case l.memory.pool.TryAcquire(n):
	case l.held == 0:
		if err := l.memory.pool.Acquire(ctx, n); err != nil {
			return err
		}
	default:
		select {
		case l.memory.exceed <- struct{}{}:
			l.exceeds = true
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	l.held += n
	return nil
}

// Release releases n bytes that Acquire acquired.
func (l *Lease) Release(n int64) {
	if l == nil {
		return
	}
	n = min(n, l.held) // the rest exceeded the memory
	l.held -= n
	l.memory.pool.Release(n)
}

// Close releases everything.
func (l *Lease) Close() {
	if l == nil {
		return
	}
	l.Release(l.held)
	if l.exceeds {
		l.exceeds = false
		<-l.memory.exceed
	}
}

type memoryKey struct{}

// WithMemory returns a context with the Memory for those that read files with it.
func WithMemory(ctx context.Context, m *Memory) context.Context {
	return context.WithValue(ctx, memoryKey{}, m)
}

// NewLease returns a Lease of the context's Memory. It has no limit if there is none.
func NewLease(ctx context.Context) *Lease {
	m, _ := ctx.Value(memoryKey{}).(*Memory)
	return m.Lease()
}
