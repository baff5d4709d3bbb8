package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxResumes limits how often one download is resumed.
const maxResumes = 3

// download is a reader of a layer in a registry. If the connection breaks, it resumes
// where it was, with a Range request.
type download struct {
	*registry
	digest string
	size   int64 // bytes, from the manifest

	ctx     context.Context // for the whole download
	body    io.ReadCloser
	offset  int64 // bytes read so far
	resumes int
}

// start requests the layer from the offset on.
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
		return errors.New("the registry does not support resuming a download")
	case resp.ContentLength >= 0 && resp.ContentLength != want:
		resp.Body.Close()
		return fmt.Errorf("the registry sends %d bytes, but the size in the manifest is %d", resp.ContentLength, want)
	}
	d.body = resp.Body
	return nil
}

// Read implements [io.Reader].
func (d *download) Read(p []byte) (int, error) {
	for {
		n, err := d.body.Read(p)
		d.offset += int64(n)
		switch {
		case d.offset > d.size:
			return 0, d.explain(fmt.Errorf("the registry sends more than the %d bytes in the manifest", d.size))
		case n > 0:
			return n, nil // the next call returns the error
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

// resume continues a download that failed with err.
func (d *download) resume(err error) error {
	if d.ctx.Err() != nil {
		return context.Cause(d.ctx)
	}
	failed := fmt.Errorf("after %d of %d bytes: %w", d.offset, d.size, err)
	if d.offset == 0 || d.resumes == maxResumes {
		return failed
	}
	d.resumes++
	d.opt.Log.InfoContext(d.ctx, "download of a layer resumed", "digest", d.digest, "offset", d.offset, "size", d.size, "error", err)
	d.body.Close()
	if again := d.start(d.ctx); again != nil {
		d.body = http.NoBody
		return fmt.Errorf("%w; resuming failed: %w", failed, again)
	}
	return nil
}

// Close implements [io.Closer].
func (d *download) Close() error { return d.body.Close() }

// explain returns err with a plain message. The caller adds which layer it was.
func (d *download) explain(err error) error {
	return explain(err, d.repo, "", d.opt)
}
