// Package limit limits the resources that all scans of a process use together, such as
// bytes of memory. Callers of a [Pool] acquire an amount and release it later. Acquire
// waits until the amount is free. [Usage] reports the current and the maximum use.
package limit

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Pool is an amount of a resource that goroutines share. It is safe for concurrent use. A
// nil Pool has no limit and counts nothing.
type Pool struct {
	size int64
	free *semaphore.Weighted

	mu    sync.Mutex
	usage Usage // guarded by mu
}

// Usage is how much of a Pool is in use.
type Usage struct {
	Now  int64
	Peak int64 // the maximum so far
}

// NewPool returns a Pool of a size.
func NewPool(size int64) *Pool {
	return &Pool{size: size, free: semaphore.NewWeighted(size)}
}

// Acquire acquires n, and waits until it is free. Calls are served in their order. An n
// that is larger than the Pool waits until nothing else is in use. Acquire fails only with
// the context's cause.
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

// TryAcquire acquires n without waiting. It returns false if n is not free.
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

// Release releases n, which one or several calls have acquired.
func (p *Pool) Release(n int64) {
	if p == nil {
		return
	}
	p.count(-n)
	p.free.Release(min(n, p.size))
}

// count adds n to the usage.
func (p *Pool) count(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.usage.Now += n
	p.usage.Peak = max(p.usage.Peak, p.usage.Now)
}

// Size returns the size of the Pool, or -1 if it has no limit.
func (p *Pool) Size() int64 {
	if p == nil {
		return -1
	}
	return p.size
}

// Usage returns how much is in use.
func (p *Pool) Usage() Usage {
	if p == nil {
		return Usage{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.usage
}
