package inventory

import (
	"errors"
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/rpmdb"
	"seaworthy.dev/seaworthy/internal/zipfile"
)

// limitError is the error for a file that exceeds a limit.
type limitError string

// Error implements error.
func (e limitError) Error() string { return string(e) }

func limitErrorf(format string, args ...any) error {
	return limitError(fmt.Sprintf(format, args...))
}

// errorList is the list of errors of one file. Its text is one line.
type errorList []error

// Error implements error.
func (l errorList) Error() string {
	texts := make([]string, len(l))
	for i, err := range l {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the errors, for [errors.Is] and [errors.As].
func (l errorList) Unwrap() []error { return l }

// coverageCode returns the code for the error of a file that was not read completely.
func coverageCode(err error) seaworthy.CoverageCode {
	var limit limitError
	switch {
	case errors.As(err, &limit) || errors.Is(err, zipfile.ErrBudget):
		return seaworthy.CodeLimitExceeded
	case errors.Is(err, rpmdb.ErrEncrypted):
		return seaworthy.CodeEncrypted
	case errors.Is(err, errNoBuildInfo):
		return seaworthy.CodeUnsupportedFormat
	default:
		return seaworthy.CodeUnreadable
	}
}
