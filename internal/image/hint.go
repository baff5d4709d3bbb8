package image

import "fmt"

// hintError is an error with a hint. A caller that prints errors gets the hint with
// errors.As and an interface{ Hint() string }.
type hintError struct {
	err  error
	hint string
}

// Error returns the message without the hint.
func (e *hintError) Error() string { return e.err.Error() }

// Unwrap returns the error without the hint.
func (e *hintError) Unwrap() error { return e.err }

// Hint returns what the user can do: a sentence without a full stop.
func (e *hintError) Hint() string { return e.hint }

// withHint returns err with a hint, formatted as by [fmt.Sprintf].
func withHint(err error, format string, args ...any) error {
	return &hintError{err, fmt.Sprintf(format, args...)}
}
