package store

import (
	"errors"
	"fmt"
	"syscall"
)

// ErrNoData is returned for an ecosystem, or anything else, of which the database has
// no data.
var ErrNoData = errors.New("the advisory database has no data")

// ErrDamaged is returned for a file whose content is not what was written.
var ErrDamaged = errors.New("the file is damaged")

// NoDataError is a dataset that the database does not have. It wraps [ErrNoData].
type NoDataError struct{ Name string }

func (e *NoDataError) Error() string { return ErrNoData.Error() + " for " + e.Name }
func (e *NoDataError) Unwrap() error { return ErrNoData }

// Hint says what the user can do.
func (e *NoDataError) Hint() string { return "run seaworthy db update" }

// NewerError is a file that a newer program wrote.
type NewerError struct {
	Path   string
	Format uint32
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s: a newer version of this program wrote it (format %d; this one reads %d)", e.Path, e.Format, fileFormat)
}

// Newer distinguishes this error from others, which an update repairs.
func (e *NewerError) Newer() bool { return true }

// Hint says what the user can do.
func (e *NewerError) Hint() string {
	return "update seaworthy, or use another directory for the database"
}

// OlderError is a file that an older program wrote, in a format that is no longer read.
type OlderError struct{ Path string }

func (e *OlderError) Error() string {
	return e.Path + ": an older version of this program wrote it, in a format that this one does not read"
}

// Hint says what the user can do.
func (e *OlderError) Hint() string { return "run seaworthy db update, which writes it again" }

// DamagedError is a file whose content is not what was written. It wraps [ErrDamaged].
type DamagedError struct{ Path string }

func (e *DamagedError) Error() string { return e.Path + ": the file is damaged" }
func (e *DamagedError) Unwrap() error { return ErrDamaged }

// Hint says what the user can do.
func (e *DamagedError) Hint() string { return "remove it, and run seaworthy db update" }

func damaged(path string) error { return &DamagedError{path} }

// FullError is a disk without space.
type FullError struct{ Err error }

func (e *FullError) Error() string { return e.Err.Error() + "; the old data stays as it was" }
func (e *FullError) Unwrap() error { return e.Err }

// Hint says what the user can do.
func (e *FullError) Hint() string {
	return "make room on that disk, or use a directory on another one for the database"
}

// Explain turns an error of a full disk into a [FullError] and returns others as they
// are.
func Explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &FullError{err}
	}
	return err
}
