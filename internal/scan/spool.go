package scan

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
)

// openSpool creates a temporary file. Where the system allows it, the file has no name
// any more, so that it disappears with the process, even after a crash.
func openSpool(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "seaworthy-")
	if err != nil {
		return nil, fmt.Errorf("cannot create a temporary file for a large file: %w", err)
	}
	if runtime.GOOS != "windows" {
		if err := os.Remove(f.Name()); err != nil {
			f.Close()
			return nil, fmt.Errorf("cannot create a temporary file for a large file: %w", err)
		}
	}
	return f, nil
}

func closeSpool(f *os.File) {
	f.Close()
	if runtime.GOOS == "windows" {
		os.Remove(f.Name())
	}
}

// contextReader is a reader that fails with the context's cause once the context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
	err error // that ended the reading, nil for io.EOF
}

// Read implements [io.Reader].
func (r *contextReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		r.err = context.Cause(r.ctx)
		return 0, r.err
	}
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}
