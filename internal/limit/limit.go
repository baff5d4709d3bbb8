// Package limit bounds what all scans of a process use together, such as bytes of
// memory. What goes in are amounts that somebody takes and gives back; what comes out
// is when they may be taken, and how much was in use at most.
package limit

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Pool is an amount of something that any number of goroutines share. A nil Pool has
// no limit and counts nothing.
type Pool struct {
	size int64
	free *semaphore.Weighted

	mu    sync.Mutex
	usage Usage // guarded by mu
}

// Usage is how much of a Pool is in use.
type Usage struct {
	Now  int64
	Peak int64 // the most that was ever in use at the same time
}

// NewPool makes a Pool of a size.
func NewPool(size int64) *Pool {
	return &Pool{size: size, free: semaphore.NewWeighted(size)}
}

// Acquire waits until n is free and takes it, in the order of the calls. An n larger
// than the Pool waits until nothing else is in use. The error is the cause of the
// context's end.
func (p *Pool) Acquire(ctx context.Context, n int64) error {
	if p == nil {
		return nil
	}
	if err := p.free.Acquire(ctx, min(n, p.size)); err != nil {
		return context.Cause(ctx)
	}
	p.count(n)
	return nil
}

// TryAcquire takes n if it is free now, and reports whether it was.
func (p *Pool) TryAcquire(n int64) bool {
	if p == nil {
		return true
	}
	if n > p.size || !p.free.TryAcquire(n) {
		return false
	}
	p.count(n)
	return true
}

// Release gives n back, as much as one or several calls took.
func (p *Pool) Release(n int64) {
	if p == nil {
		return
	}
	p.count(-n)
	p.free.Release(min(n, p.size))
}

func (p *Pool) count(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.usage.Now += n
	p.usage.Peak = max(p.usage.Peak, p.usage.Now)
}

// Size is the size of the Pool; -1 if it has no limit.
func (p *Pool) Size() int64 {
	if p == nil {
		return -1
	}
	return p.size
}

// Usage gives how much is in use.
func (p *Pool) Usage() Usage {
	if p == nil {
		return Usage{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.usage
}
