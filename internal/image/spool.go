package image

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
)

// spool keeps a stream in a temporary file that has no name any more where the
// system allows that, so that nothing is left behind whatever happens.
type spool struct {
	file  *os.File
	whole bool // the stream is in it to its end
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "seaworthy-")
	if err != nil {
		return nil, spoolError(err)
	}
	if runtime.GOOS != "windows" {
		if err := os.Remove(f.Name()); err != nil {
			f.Close()
			return nil, spoolError(err)
		}
	}
	return &spool{file: f}, nil
}

func spoolError(err error) error {
	return withHint(fmt.Errorf("keeping the stream in a temporary file, to read it again: %w", err),
		"name a directory with more room in TMPDIR, or save the image to a file first")
}

// open reads what is kept from its start.
func (s *spool) open() io.ReadCloser {
	return io.NopCloser(io.NewSectionReader(s.file, 0, math.MaxInt64))
}

// close frees the file. A nil spool has none.
func (s *spool) close() error {
	if s == nil {
		return nil
	}
	err := s.file.Close()
	if runtime.GOOS == "windows" {
		os.Remove(s.file.Name())
	}
	return err
}

// spooling is a reader that keeps what it gives.
type spooling struct {
	io.ReadCloser
	to *spool
}

// Read implements [io.Reader].
func (r *spooling) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if _, writeErr := r.to.file.Write(p[:n]); writeErr != nil {
		return 0, spoolError(writeErr)
	}
	return n, err
}
