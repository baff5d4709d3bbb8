package store

import (
	"errors"
	"fmt"
	"syscall"
)

// ErrNoData is returned if the database has no dataset of that name.
var ErrNoData = errors.New("the advisory database has no data")

// ErrDamaged is returned for a file whose content does not match its checksums or format.
var ErrDamaged = errors.New("the file is damaged")

// NoDataError names a dataset that the database does not have. It wraps [ErrNoData].
type NoDataError struct{ Name string }

func (e *NoDataError) Error() string { return ErrNoData.Error() + " for " + e.Name }
func (e *NoDataError) Unwrap() error { return ErrNoData }

// Hint says what the user can do.
func (e *NoDataError) Hint() string { return "run seaworthy db update" }

// NewerError is returned for a file that a newer version of the program wrote.
type NewerError struct {
	Path   string
	Format uint32 // the format version of the file
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s: a newer version of this program wrote it (format %d; this one reads %d)", e.Path, e.Format, fileFormat)
}

// Newer distinguishes this error from others: an update does not repair it.
func (e *NewerError) Newer() bool { return true }

// Hint says what the user can do.
func (e *NewerError) Hint() string {
	return "update seaworthy, or use another directory for the database"
}

// OlderError is returned for a file that an older version of the program wrote, in a format
// that is no longer read.
type OlderError struct{ Path string }

func (e *OlderError) Error() string {
	return e.Path + ": an older version of this program wrote it, in a format that this one does not read"
}

// Hint says what the user can do.
func (e *OlderError) Hint() string { return "run seaworthy db update, which writes it again" }

// DamagedError names a damaged file. It wraps [ErrDamaged].
type DamagedError struct{ Path string }

func (e *DamagedError) Error() string { return e.Path + ": the file is damaged" }
func (e *DamagedError) Unwrap() error { return ErrDamaged }

// Hint says what the user can do.
func (e *DamagedError) Hint() string { return "remove it, and run seaworthy db update" }

func damaged(path string) error { return &DamagedError{path} }

// FullError is returned if a disk has no space left.
type FullError struct{ Err error }

func (e *FullError) Error() string { return e.Err.Error() + "; the old data stays as it was" }
func (e *FullError) Unwrap() error { return e.Err }

// Hint says what the user can do.
func (e *FullError) Hint() string {
	return "make room on that disk, or use a directory on another one for the database"
}

// Explain wraps the error of a full disk in a [FullError], which has a hint for the user.
// It returns other errors unchanged.
func Explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &FullError{err}
	}
	return err
}
