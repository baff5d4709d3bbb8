package limit_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"seaworthy.dev/seaworthy/internal/limit"
)

func TestPool(t *testing.T) {
	p := limit.NewPool(10)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if err := p.Acquire(t.Context(), 4); err != nil {
				t.Error(err)
				return
			}
			defer p.Release(4)
			if now := p.Usage().Now; now > 10 {
				t.Errorf("%d in use of 10", now)
			}
		})
	}
	group.Wait()
	if u := p.Usage(); u.Now != 0 || u.Peak < 4 || u.Peak > 8 {
		t.Errorf("%+v", u)
	}
}

func TestLargerThanThePool(t *testing.T) {
	p := limit.NewPool(10)
	if err := p.Acquire(t.Context(), 25); err != nil {
		t.Fatal(err)
	}
	if p.TryAcquire(1) {
		t.Error("something was free while more than the pool was in use")
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	given := errors.New("given up")
	cancel(given)
	if err := p.Acquire(ctx, 1); !errors.Is(err, given) {
		t.Errorf("%v", err)
	}
	p.Release(25)
	if !p.TryAcquire(10) || p.TryAcquire(11) {
		t.Error("the released amount is not free")
	}
	if u := p.Usage(); u.Now != 10 || u.Peak != 25 {
		t.Errorf("%+v", u)
	}
}

func TestNoLimit(t *testing.T) {
	var p *limit.Pool
	if err := p.Acquire(t.Context(), 1<<40); err != nil || !p.TryAcquire(1<<40) {
		t.Error(err)
	}
	p.Release(1 << 40)
	if u := p.Usage(); u != (limit.Usage{}) || p.Size() != -1 {
		t.Errorf("%+v, %d", u, p.Size())
	}
}

// TestMemory has goroutines that acquire more while they hold some: none waits for ever,
// and only one at a time exceeds the memory.
func TestMemory(t *testing.T) {
	m := limit.NewMemory(10)
	var inUse, most atomic.Int64
	add := func(n int64) {
		now := inUse.Add(n)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			l := limit.NewLease(limit.WithMemory(t.Context(), m))
			defer l.Close()
			for range 8 {
				if err := l.Acquire(t.Context(), 3); err != nil {
					t.Error(err)
				}
				add(3)
				runtime.Gosched()
			}
			for range 8 {
				add(-3)
				l.Release(3)
			}
		})
	}
	group.Wait()
	if u := m.Usage(); u.Now != 0 || most.Load() > 10+8*3 {
		t.Errorf("%+v, and at most %d in use", u, most.Load())
	}
	large := m.Lease()
	if err := large.Acquire(t.Context(), 100); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Lease().Acquire(ctx, 1); err == nil {
		t.Error("something was free")
	}
	large.Close()
	if err := limit.NewLease(t.Context()).Acquire(t.Context(), 1<<40); err != nil {
		t.Error(err)
	}
}
