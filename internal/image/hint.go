package image

import "fmt"

// hinted is an error with advice. Whoever prints errors finds the advice by
// asking with errors.As for an interface{ Hint() string }.
type hinted struct {
	err  error
	hint string
}

// Error is what went wrong, without the advice.
func (e *hinted) Error() string { return e.err.Error() }

// Unwrap gives the error that the advice is for.
func (e *hinted) Unwrap() error { return e.err }

// Hint is what the user can do about it: a sentence without a full stop.
func (e *hinted) Hint() string { return e.hint }

func withHint(err error, format string, args ...any) error {
	return &hinted{err, fmt.Sprintf(format, args...)}
}

// UntrustedError is a registry to which there is no TLS connection with a certificate
// that can be verified. Options.InsecureRegistries allow to do without, and
// Options.CAFile to trust more certificates.
type UntrustedError struct {
	Registry string // host[:port]
	// NoTLS is true if the registry does not speak TLS at all.
	NoTLS bool
	err   error
}

// Error implements [error].
func (e *UntrustedError) Error() string { return e.err.Error() }

// Unwrap gives the reason.
func (e *UntrustedError) Unwrap() error { return e.err }
