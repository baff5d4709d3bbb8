package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Limits on the body of a response. A server that sends a byte now and then must not keep
// a scan waiting. Only the time spent in Read counts: a slow consumer is not the server's
// fault.
const (
	// minWindow is the least that a body must bring in each Options.StallTimeout of
	// waiting, in bytes.
	minWindow = 16 << 10
	// maxSmallBody limits the body of a response that no reader of this package limits:
	// the answer to a ping, an error, a token.
	maxSmallBody = 1 << 20
	// documentPatience limits the time spent waiting for one JSON document, as a multiple
	// of Options.StallTimeout.
	documentPatience = 4
)

// errStalled is returned when a registry sends nothing, or next to nothing, for
// Options.StallTimeout.
var errStalled = errors.New("the download stalled")

// errBodyTooLarge is returned when the body of a ping, an error or a token has more than
// maxSmallBody bytes.
var errBodyTooLarge = fmt.Errorf("the response is larger than %d bytes", maxSmallBody)

// largeBodyKey is the key of a context whose requests have bodies that the caller limits.
type largeBodyKey struct{}

// withLargeBody returns a context for requests whose bodies the caller limits.
func withLargeBody(ctx context.Context) context.Context {
	return context.WithValue(ctx, largeBodyKey{}, true)
}

// responseBody is the body of a response. It fails with errStalled if a Read takes longer
// than timeout, or if the body brings less than minWindow bytes in that time.
type responseBody struct {
	inner   io.ReadCloser
	timeout time.Duration
	left    int64 // bytes until errBodyTooLarge; -1: no limit

	timer   *time.Timer   // runs only while a Read waits
	stalled chan struct{} // closed by the timer
	waited  time.Duration // in Read, in the current window
	got     int64         // bytes in the current window
	err     error
}

func newResponseBody(ctx context.Context, inner io.ReadCloser, timeout time.Duration) *responseBody {
	b := &responseBody{inner: inner, timeout: timeout, left: maxSmallBody, stalled: make(chan struct{})}
	if ctx.Value(largeBodyKey{}) != nil {
		b.left = -1
	}
	return b
}

// Read implements [io.Reader].
func (b *responseBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.timer == nil {
		// Closing the body of a response unblocks a Read.
		b.timer = time.AfterFunc(b.timeout, func() {
			close(b.stalled)
			b.inner.Close()
		})
	} else {
		b.timer.Reset(b.timeout)
	}
	start := time.Now()
	n, err := b.inner.Read(p)
	if !b.timer.Stop() {
		<-b.stalled
		err = fmt.Errorf("%w: no data for %s", errStalled, b.timeout)
	}
	if err == nil {
		err = b.account(n, time.Since(start))
	}
	b.err = err
	return n, err
}

// account adds a Read to the current window. It returns an error if the body is too slow
// or too large.
func (b *responseBody) account(n int, wait time.Duration) error {
	if b.left >= 0 {
		if b.left -= int64(n); b.left < 0 {
			return errBodyTooLarge
		}
	}
	b.waited += wait
	b.got += int64(n)
	if b.waited < b.timeout {
		return nil
	}
	if b.got < minWindow {
		return fmt.Errorf("%w: %d bytes in %s", errStalled, b.got, b.waited.Round(time.Millisecond))
	}
	b.waited, b.got = 0, 0
	return nil
}

// Close implements [io.Closer].
func (b *responseBody) Close() error { return b.inner.Close() }

// documentReader is a reader that fails with errStalled if all its Reads together take
// longer than patience.
type documentReader struct {
	inner    io.Reader
	patience time.Duration
}

// Read implements [io.Reader].
func (r *documentReader) Read(p []byte) (int, error) {
	start := time.Now()
	n, err := r.inner.Read(p)
	if r.patience -= time.Since(start); r.patience < 0 && err == nil {
		err = fmt.Errorf("%w: the document is not complete", errStalled)
	}
	return n, err
}
