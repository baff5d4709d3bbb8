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
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// newTransport gives the way to a registry: through the proxy that the
// environment names, trusting the system's certificates and the user's, and
// repeating what may succeed when it is repeated.
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
		t.TLSClientConfig.InsecureSkipVerify = true // asked for by name of the registry
	}
	if opt.CAFile != "" {
		pem, err := os.ReadFile(opt.CAFile)
		if err != nil {
			return nil, fmt.Errorf("reading the CA file: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the CA file %s holds no certificate in PEM form", opt.CAFile)
		}
		t.TLSClientConfig.RootCAs = pool
	}
	r := &retrier{inner: t, opt: opt}
	r.left.Store(int64(opt.RetryWait))
	return r, nil
}

// retrier repeats requests that failed for a reason that may pass: the registry
// is busy (429, 408), out of order (5xx), or the connection broke.
type retrier struct {
	inner *http.Transport
	opt   Options
	left  atomic.Int64 // nanoseconds that may still be waited, over all requests
}

// The waits between attempts where the registry does not name one.
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
		switch left := r.left.Add(-int64(wait)); {
		case left < 0 && asked:
			resp.Body.Close()
			return nil, &waitError{resp.Status, wait}
		case left < 0:
			return resp, err
		}
		if resp != nil {
			io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
			resp.Body.Close()
		}
		r.opt.Log.InfoContext(req.Context(), "registry asked again", "host", req.URL.Host, "reason", reason, "wait", wait)
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

// waitError says that a registry wants to be left alone for longer than
// Options.RetryWait.
type waitError struct {
	status string
	wait   time.Duration
}

func (e *waitError) Error() string {
	return fmt.Sprintf("%s, and it asks to wait %s", e.status, e.wait.Round(time.Second))
}

// CloseIdleConnections closes the connections that are kept for later.
func (r *retrier) CloseIdleConnections() { r.inner.CloseIdleConnections() }

// retryReason says why a request may succeed when it is repeated, or "".
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

// retryAfter reads the header Retry-After: seconds, or a date (RFC 9110).
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}

// checkRedirect follows a registry to where it keeps its blobs, but not from a
// public host to an address in a private network, nor from HTTPS to HTTP: an
// image must not make the scanner ask questions inside the user's network.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= 10 {
		return errors.New("the registry redirects without end")
	}
	from, to := via[0].URL, req.URL
	if from.Host == to.Host {
		return nil
	}
	if from.Scheme == "https" && to.Scheme != "https" {
		return fmt.Errorf("the registry redirects from HTTPS to %s://%s, which is not followed", to.Scheme, to.Host)
	}
	if isPrivate(to.Hostname()) && !isPrivate(from.Hostname()) {
		return fmt.Errorf("the registry redirects to the private address %s, which is not followed", to.Host)
	}
	return nil
}

// isPrivate is true for the addresses of loopback, link-local and private
// networks.
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
