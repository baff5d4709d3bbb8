package limit

import (
	"context"
	"math"
	"sync/atomic"
)

// Budget is an amount that one scan may spend. It is safe for concurrent use, and several
// that spend at the same time may exceed it. A nil Budget has no limit.
type Budget struct{ left atomic.Int64 }

// NewBudget returns a Budget of n.
func NewBudget(n int64) *Budget {
	b := new(Budget)
	b.left.Store(n)
	return b
}

// Add adds n, which is negative for what was spent.
func (b *Budget) Add(n int64) {
	if b != nil {
		b.left.Add(n)
	}
}

// Left returns what may still be spent, at least 0.
func (b *Budget) Left() int64 {
	if b == nil {
		return math.MaxInt64
	}
	return max(b.left.Load(), 0)
}

type budgetKey struct{}

// WithBudget returns a context with the Budget of a scan.
func WithBudget(ctx context.Context, b *Budget) context.Context {
	return context.WithValue(ctx, budgetKey{}, b)
}

// BudgetOf returns the Budget of a context. It has no limit if there is none.
func BudgetOf(ctx context.Context) *Budget {
	b, _ := ctx.Value(budgetKey{}).(*Budget)
	return b
}
