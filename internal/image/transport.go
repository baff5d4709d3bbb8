package image

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"seaworthy.dev/seaworthy/internal/userfile"
)

// newTransport returns the transport for requests to a registry. It uses the proxy in the
// environment, trusts the certificates of the system, of opt.CAFile and of certs.d, and
// repeats requests that failed temporarily.
func newTransport(host string, opt Options) (*retrier, error) {
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   opt.Parallel,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: opt.StallTimeout,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if isInsecure(host, opt) {
		t.TLSClientConfig.InsecureSkipVerify = true // the user lists this registry as insecure
	}
	if err := addCertificates(t.TLSClientConfig, host, opt); err != nil {
		return nil, err
	}
	r := &retrier{inner: t, opt: opt}
	r.waitBudget.Store(int64(opt.RetryWait))
	return r, nil
}

// addCertificates makes a TLS configuration trust the certificates of opt.CAFile and those
// that certs.d has for the registry, and adds the client certificates there.
func addCertificates(config *tls.Config, host string, opt Options) error {
	found, err := opt.Registries.Certificates(configName(host))
	if err != nil {
		return err
	}
	config.Certificates = found.Client
	authorities := found.Authorities
	if opt.CAFile != "" {
		pem, err := userfile.Read(opt.CAFile, maxCAFile)
		if err != nil {
			return fmt.Errorf("cannot read the CA file: %w", err)
		}
		if !x509.NewCertPool().AppendCertsFromPEM(pem) {
			return fmt.Errorf("no PEM certificate in the CA file %s", opt.CAFile)
		}
		authorities = append(authorities, pem)
	}
	if len(authorities) == 0 {
		return nil
	}
	if config.RootCAs, err = x509.SystemCertPool(); err != nil {
		config.RootCAs = x509.NewCertPool()
	}
	for _, pem := range authorities {
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	return nil
}

// maxCAFile limits the size of a CA file, in bytes.
const maxCAFile = 16 << 20

// retrier repeats requests that failed temporarily: the registry is busy (429, 408) or
// has a server error (5xx), or the connection was lost.
type retrier struct {
	inner *http.Transport
	opt   Options

	// waitBudget is the time that all requests together may still wait, in nanoseconds.
	waitBudget atomic.Int64
}

// The number of attempts, and the time before the second one if the registry does not send
// Retry-After. It doubles with each attempt.
const (
	maxAttempts = 5
	firstWait   = 500 * time.Millisecond
)

// RoundTrip implements [http.RoundTripper].
func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	backoff := firstWait
	for attempt := 1; ; attempt++ {
		resp, err := r.inner.RoundTrip(req)
		reason := retryReason(resp, err)
		if resp != nil {
			resp.Body = newResponseBody(req.Context(), resp.Body, r.opt.StallTimeout)
		}
		if reason == "" || attempt == maxAttempts || req.Context().Err() != nil || req.Body != nil && req.GetBody == nil {
			return resp, err
		}
		wait := backoff/2 + rand.N(backoff)
		backoff *= 2
		asked := false
		if resp != nil {
			if after, ok := retryAfter(resp.Header.Get("Retry-After"), time.Now()); ok {
				wait, asked = after, true
			}
		}
		switch left := r.waitBudget.Add(-int64(wait)); {
		case left < 0 && asked:
			resp.Body.Close()
			return nil, &rateLimitError{resp.Status, wait}
		case left < 0:
			return resp, err
		}
		if resp != nil {
			io.CopyN(io.Discard, resp.Body, 64<<10) // makes the connection reusable
			resp.Body.Close()
		}
		r.opt.Log.InfoContext(req.Context(), "request to the registry repeated", "host", req.URL.Host, "reason", reason, "wait", wait)
		select {
		case <-time.After(wait):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
		if req.Body != nil {
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			req = req.Clone(req.Context())
			req.Body = body
		}
	}
}

// rateLimitError is returned when a registry demands to wait longer than
// Options.RetryWait allows.
type rateLimitError struct {
	status string
	wait   time.Duration
}

func (e *rateLimitError) Error() string {
	return fmt.Sprintf("%s, retry after %s", e.status, e.wait.Round(time.Second))
}

// CloseIdleConnections closes the connections that no request uses.
func (r *retrier) CloseIdleConnections() { r.inner.CloseIdleConnections() }

// retryReason returns why a request should be repeated, "" if it should not.
func retryReason(resp *http.Response, err error) string {
	if err != nil {
		var dns *net.DNSError
		switch {
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			return ""
		case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
			errors.As(err, &dns) && dns.IsTemporary && !dns.IsNotFound:
			return err.Error()
		}
		return ""
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusRequestTimeout, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return resp.Status
	}
	return ""
}

// retryAfter parses the header Retry-After: seconds, or a date (RFC 9110, section 10.2.3).
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}

// checkRedirect is the CheckRedirect of the client. Registries redirect to the storage of
// their blobs. A redirect from HTTPS to HTTP is refused, and so is one from a public host
// to a private address: a registry must not make the scanner send requests inside the
// user's network (SSRF).
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= 10 {
		return errors.New("the registry redirected 10 times")
	}
	from, to := via[0].URL, req.URL
	if from.Host == to.Host {
		return nil
	}
	if from.Scheme == "https" && to.Scheme != "https" {
		return fmt.Errorf("redirect from HTTPS to %s://%s refused", to.Scheme, to.Host)
	}
	if isPrivate(to.Hostname()) && !isPrivate(from.Hostname()) {
		return fmt.Errorf("redirect to the private address %s refused", to.Host)
	}
	return nil
}

// isPrivate reports whether host is a loopback, link-local or private address.
func isPrivate(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified()
}
