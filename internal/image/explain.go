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

// explain says in a sentence why a registry did not give what was asked for,
// and what the user can do. What it is about is left out if it is empty.
func explain(err error, repo name.Repository, what string, opt Options) error {
	if errors.Is(err, context.Canceled) || errors.As(err, new(*hinted)) || errors.As(err, new(*UntrustedError)) {
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
		wait    *waitError
	)
	sentence := func(s string) error { return fmt.Errorf("%sregistry %s %s: %w", about, host, s, err) }
	switch {
	// Before the status: a registry that may be asked over plain HTTP has then
	// refused that, too.
	case errors.As(err, &unknown), errors.As(err, &cert):
		return &UntrustedError{Registry: host, err: sentence("has a certificate that cannot be verified")}
	case errors.As(err, &refused):
		return explainStatus(refused, repo, about)
	case errors.As(err, &dns):
		return withHint(sentence("was not found"), "check the name of the registry, the network and the proxy variables (HTTPS_PROXY)")
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return withHint(sentence("cannot be reached"), "check the name and port of the registry, the network and the proxy variables (HTTPS_PROXY)")
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return &UntrustedError{Registry: host, NoTLS: true, err: sentence("does not speak TLS")}
	case errors.As(err, &wait):
		return withHint(sentence("limits the number of requests"), "try again later; with docker login %s the limit may be higher", host)
	case errors.Is(err, errStalled):
		return withHint(fmt.Errorf("%sregistry %s stalled: %w", about, host, err), "try again; if it happens again, look at the registry or the proxy")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return withHint(sentence("broke the connection off"), "try again; if it happens again, look at the registry or the proxy")
	case errors.As(err, &timeout) && timeout.Timeout():
		return withHint(sentence("does not answer"), "check the network and the proxy variables (HTTPS_PROXY)")
	}
	if what == "" {
		return fmt.Errorf("from registry %s: %w", host, err)
	}
	return fmt.Errorf("%s, from registry %s: %w", what, host, err)
}

// explainStatus says what an answer of the registry or its token service means.
func explainStatus(e *transport.Error, repo name.Repository, about string) error {
	host := repo.RegistryStr()
	said := ""
	for _, d := range e.Errors {
		if text := strings.TrimSpace(d.Message); text != "" {
			said = fmt.Sprintf(" (%q)", shorten(text))
			break
		}
	}
	status := fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))
	err := func(s string) error {
		return &statusError{fmt.Sprintf("%sregistry %s %s: %s%s", about, host, s, status, said), e}
	}
	switch e.StatusCode {
	case http.StatusUnauthorized:
		return withHint(err("wants credentials, or knows no such image"), "check the name; for a private image: docker login %s", host)
	case http.StatusForbidden:
		return withHint(err("does not permit pulling from "+repo.RepositoryStr()), "ask for the right to pull, or log in as somebody who has it: docker login %s", host)
	case http.StatusNotFound:
		return withHint(err("does not have it"), "check the name, the tag or digest, and the registry")
	case http.StatusTooManyRequests:
		return withHint(err("limits the number of requests"), "try again later; with docker login %s the limit may be higher", host)
	}
	if e.StatusCode >= 500 {
		return withHint(err("is out of order"), "try again later")
	}
	return err("refused")
}

// statusError has its own words for a transport.Error.
type statusError struct {
	text string
	err  *transport.Error
}

func (e *statusError) Error() string { return e.text }

// Unwrap gives the error of the transport.
func (e *statusError) Unwrap() error { return e.err }

// plainCause leaves the URL out of an error of net/http: it may carry a
// signature that gives access to a blob.
func plainCause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
