package scanner

// Limits bound what all scans of the process together use.
type Limits struct{}

// LimitOptions configure [Limits].
type LimitOptions struct{}

// NewLimits makes Limits.
func NewLimits(LimitOptions) *Limits { return &Limits{} }
