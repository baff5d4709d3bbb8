package credential

// Effort is how much work a search may still do. A text can be written so that every few
// bytes start what looks like a credential, and each may have to be read for thousands of
// bytes: the effort limits what that costs. It counts bytes that are given to expressions
// or read in other ways around a keyword, so that it does not depend on the machine.
//
// The zero Effort allows nothing. It must not be used by two goroutines at a time.
type Effort struct {
	left int64
	// rich is how many more bytes of text have an allowance of richWork for each.
	rich, richWork int64
}

// The allowance for a file, in bytes of work. A byte of real text takes 0.1 of them on
// average, and no more than two or three in the files that take most; BenchmarkImage
// measures it.
const (
	leastWork = 16 << 10
	poorWork  = 2 // for each byte of text behind the rich ones
)

// NewEffort returns the effort for one file, before any of its text is known.
func NewEffort() *Effort { return &Effort{left: leastWork, rich: 4 << 20, richWork: 16} }

// NewPoorEffort returns the effort for one of many files of which others have had more.
func NewPoorEffort() *Effort { return &Effort{left: leastWork, rich: 256 << 10, richWork: 8} }

// Grant adds the allowance for n bytes of text.
func (e *Effort) Grant(n int) {
	rich := min(int64(n), e.rich)
	e.rich -= rich
	e.left += rich*e.richWork + (int64(n)-rich)*poorWork
}

// spend takes from the effort, and reports whether there was enough left.
func (e *Effort) spend(n int) bool {
	e.left -= int64(n)
	return e.left >= 0
}
