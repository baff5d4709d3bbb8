package image

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// explain returns err with a message that says what failed, at which registry and why, and
// with a hint what to do. What is the subject of the message, such as "image alpine:3"; it
// may be empty.
func explain(err error, repo name.Repository, what string, opt Options) error {
	if errors.Is(err, context.Canceled) || errors.As(err, new(*hintError)) || errors.As(err, new(*UntrustedError)) {
		return err
	}
	host := repo.RegistryStr()
	about := ""
	if what != "" {
		about = what + ": "
	}
	var (
		refused *transport.Error
		dns     *net.DNSError
		unknown x509.UnknownAuthorityError
		cert    *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		timeout net.Error
		wait    *rateLimitError
	)
	failed := func(reason string) error { return fmt.Errorf("%sregistry %s: %s: %w", about, host, reason, err) }
	switch {
	// Before the status: if plain HTTP is allowed, err also contains the response to that
	// second attempt.
	case errors.As(err, &unknown), errors.As(err, &cert):
		return &UntrustedError{Registry: host, err: failed("certificate cannot be verified")}
	case errors.As(err, &refused):
		return explainStatus(refused, repo, about)
	case errors.As(err, &dns):
		return withHint(failed("host not found"), "check the name of the registry, the network and the proxy variables (HTTPS_PROXY)")
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return withHint(failed("cannot connect"), "check the name and port of the registry, the network and the proxy variables (HTTPS_PROXY)")
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return &UntrustedError{Registry: host, NoTLS: true, err: failed("no TLS")}
	case errors.As(err, &wait):
		return withHint(failed("rate limit reached"), "try again later; after docker login %s the limit may be higher", host)
	case errors.Is(err, errStalled):
		return withHint(fmt.Errorf("%sregistry %s: %w", about, host, err), "try again; if it happens again, check the registry and the proxy")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return withHint(failed("connection lost"), "try again; if it happens again, check the registry and the proxy")
	case errors.As(err, &timeout) && timeout.Timeout():
		return withHint(failed("no response"), "check the network and the proxy variables (HTTPS_PROXY)")
	}
	if text := err.Error(); strings.HasPrefix(text, "no token in bearer response") {
		err = errors.New("the token service sent no token") // the text goes on with its response
	}
	return fmt.Errorf("%sregistry %s: %w", about, host, err)
}

// explainStatus is explain for an error response of the registry or its token service.
func explainStatus(e *transport.Error, repo name.Repository, about string) error {
	host := repo.RegistryStr()
	message := "" // of the registry
	for _, d := range e.Errors {
		if text := strings.TrimSpace(d.Message); text != "" {
			message = fmt.Sprintf(" (%q)", shorten(text))
			break
		}
	}
	status := fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))
	failed := func(reason string) error {
		return &statusError{fmt.Sprintf("%sregistry %s: %s: %s%s", about, host, reason, status, message), e}
	}
	switch e.StatusCode {
	case http.StatusUnauthorized:
		return withHint(failed("authentication required, or no such image"), "check the name; for a private image run docker login %s", host)
	case http.StatusForbidden:
		return withHint(failed("no permission to pull from "+repo.RepositoryStr()), "log in as a user with pull permission: docker login %s", host)
	case http.StatusNotFound:
		return withHint(failed("not found"), "check the name, the tag or digest, and the registry")
	case http.StatusTooManyRequests:
		return withHint(failed("rate limit reached"), "try again later; after docker login %s the limit may be higher", host)
	}
	if e.StatusCode >= 500 {
		return withHint(failed("server error"), "try again later")
	}
	return failed("request refused")
}

// UntrustedError is returned if a registry has no TLS, or a certificate that cannot be
// verified. Options.InsecureRegistries allows both for a registry; Options.CAFile adds
// certificates to trust. It has no hint: the caller knows how its user sets these options.
type UntrustedError struct {
	Registry string // host[:port]
	// NoTLS is true if the registry does not support TLS.
	NoTLS bool
	err   error
}

// Error implements [error].
func (e *UntrustedError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *UntrustedError) Unwrap() error { return e.err }

// statusError is a transport.Error with a plain message.
type statusError struct {
	text string
	err  *transport.Error
}

func (e *statusError) Error() string { return e.text }

// Unwrap returns the transport.Error.
func (e *statusError) Unwrap() error { return e.err }

// plainCause removes the URL from an error of net/http. The URL may contain a signature
// that grants access to a blob. If a registry was tried with HTTPS and with HTTP, the
// cause is the response that one of the two gave, unless the certificate is not trusted.
func plainCause(err error) error {
	var (
		refused *transport.Error
		cert    *tls.CertificateVerificationError
		u       *url.Error
	)
	if errors.As(err, &refused) && !errors.As(err, &cert) {
		return refused
	}
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
