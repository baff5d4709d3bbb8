package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxResumes is how often a download that broke off is taken up again.
const maxResumes = 3

// download is the body of a layer that comes from a registry. When the
// connection breaks it goes on where it was, if the registry can do that.
type download struct {
	*registry
	digest string
	size   int64

	ctx     context.Context // of the whole download
	body    io.ReadCloser
	offset  int64 // bytes given so far
	resumes int
}

// start asks for the layer from the offset on.
func (d *download) start(ctx context.Context) error {
	d.ctx = ctx
	header := make(http.Header)
	if d.offset > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", d.offset))
	}
	resp, err := d.get(ctx, "blobs", d.digest, header)
	if err != nil {
		return err
	}
	want := d.size - d.offset
	switch {
	case d.offset > 0 && (resp.StatusCode != http.StatusPartialContent ||
		!strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", d.offset))):
		resp.Body.Close()
		return errors.New("the registry cannot continue a download")
	case resp.ContentLength >= 0 && resp.ContentLength != want:
		resp.Body.Close()
		return fmt.Errorf("the registry sends %d bytes, the manifest says %d", resp.ContentLength, want)
	}
	d.body = newStallReader(resp.Body, d.opt.StallTimeout)
	return nil
}

// Read implements [io.Reader].
func (d *download) Read(p []byte) (int, error) {
	for {
		n, err := d.body.Read(p)
		d.offset += int64(n)
		switch {
		case d.offset > d.size:
			return 0, d.explain(fmt.Errorf("the registry sends more than the %d bytes that the manifest says", d.size))
		case n > 0:
			return n, nil // an error comes again with the next call
		case err == nil:
			continue
		case err == io.EOF && d.offset == d.size:
			return 0, io.EOF
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err := d.resume(err); err != nil {
			return 0, d.explain(err)
		}
	}
}

// resume goes on after a download broke off because of err.
func (d *download) resume(err error) error {
	if d.ctx.Err() != nil {
		return context.Cause(d.ctx)
	}
	broken := fmt.Errorf("after %d of %d bytes: %w", d.offset, d.size, err)
	if d.offset == 0 || d.resumes == maxResumes {
		return broken
	}
	d.resumes++
	d.opt.Log.InfoContext(d.ctx, "layer continued", "digest", d.digest, "offset", d.offset, "size", d.size, "error", err)
	d.body.Close()
	if again := d.start(d.ctx); again != nil {
		d.body = http.NoBody
		return fmt.Errorf("%w; going on from there failed: %w", broken, again)
	}
	return nil
}

// Close implements [io.Closer].
func (d *download) Close() error { return d.body.Close() }

// explain says what went wrong; whoever reads names the layer.
func (d *download) explain(err error) error {
	return explain(err, d.repo, "", d.opt)
}

// errStalled says that a registry sends nothing any more.
var errStalled = errors.New("the registry stopped sending")

// stallReader fails when its reader gives nothing for some time.
type stallReader struct {
	inner   io.ReadCloser
	timeout time.Duration
	timer   *time.Timer   // runs only while a Read waits
	stalled chan struct{} // closed by the timer
	err     error
}

func newStallReader(inner io.ReadCloser, timeout time.Duration) *stallReader {
	return &stallReader{inner: inner, timeout: timeout, stalled: make(chan struct{})}
}

// Read implements [io.Reader].
func (s *stallReader) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.timer == nil {
		// Closing the body of a response ends a Read that waits for it.
		s.timer = time.AfterFunc(s.timeout, func() {
			close(s.stalled)
			s.inner.Close()
		})
	} else {
		s.timer.Reset(s.timeout)
	}
	n, err := s.inner.Read(p)
	if !s.timer.Stop() {
		<-s.stalled
		err = fmt.Errorf("%w: nothing came for %s", errStalled, s.timeout)
	}
	s.err = err
	return n, err
}

// Close implements [io.Closer].
func (s *stallReader) Close() error { return s.inner.Close() }
