package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"sync"
	"time"

	"seaworthy.dev/seaworthy/internal/limit"
)

// spool keeps a stream in a temporary file that has no name any more where the
// system allows that, so that nothing is left behind whatever happens.
type spool struct {
	file  *os.File
	whole bool // the stream is in it to its end
	taken *limit.Pool
	size  int64 // taken from the limit
}

// newSpool makes a spool whose bytes count in a limit.
func newSpool(dir string, most *limit.Pool) (*spool, error) {
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
	return &spool{file: f, taken: most}, nil
}

func spoolError(err error) error {
	return withHint(fmt.Errorf("keeping the stream in a temporary file, to read it again: %w", err),
		"name a directory with more room in TMPDIR, or save the image to a file first")
}

// errNoRoom is returned when the limit on temporary files is reached.
var errNoRoom = errors.New("the limit on temporary files is reached")

// Write implements [io.Writer].
func (s *spool) Write(p []byte) (int, error) {
	if !s.taken.TryAcquire(int64(len(p))) {
		return 0, errNoRoom
	}
	s.size += int64(len(p))
	return s.file.Write(p)
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
	s.taken.Release(s.size)
	s.size = 0
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
	if _, writeErr := r.to.Write(p[:n]); writeErr != nil {
		return 0, spoolError(writeErr)
	}
	return n, err
}

// SetReadDeadline implements [deadliner].
func (r *spooling) SetReadDeadline(t time.Time) error { return setReadDeadline(r.ReadCloser, t) }

// keptBlobs keeps the blobs of a registry that were read to their end, so that none
// is downloaded twice.
type keptBlobs struct {
	download func(context.Context, Blob) (io.ReadCloser, error)
	dir      string
	most     *limit.Pool

	mu     sync.Mutex
	spools map[string]*spool // by name of the blob; guarded by mu
}

// open gives a blob as it is kept, or downloads and keeps it.
func (k *keptBlobs) open(ctx context.Context, b Blob) (io.ReadCloser, error) {
	k.mu.Lock()
	kept := k.spools[b.Name]
	k.mu.Unlock()
	if kept != nil {
		return kept.open(), nil
	}
	rc, err := k.download(ctx, b)
	if err != nil {
		return nil, err
	}
	to, err := newSpool(k.dir, k.most)
	if err != nil {
		return rc, nil // it can be downloaded again
	}
	return &keeping{rc, to, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.spools[b.Name] == nil {
			k.spools[b.Name] = to
		} else {
			to.close()
		}
	}}, nil
}

func (k *keptBlobs) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var errs []error
	for _, s := range k.spools {
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}

// keeping is the reader of a blob that keeps what it gives, as long as there is
// room.
type keeping struct {
	io.ReadCloser
	to    *spool // nil once it is whole or there is no room
	whole func() // takes the spool over
}

// Read implements [io.Reader].
func (r *keeping) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if r.to == nil {
		return n, err
	}
	if _, writeErr := r.to.Write(p[:n]); writeErr != nil {
		r.to.close()
		r.to = nil
	} else if err == io.EOF {
		r.whole()
		r.to = nil
	}
	return n, err
}

// Close implements [io.Closer]. What was not read to its end is not kept.
func (r *keeping) Close() error {
	r.to.close()
	r.to = nil
	return r.ReadCloser.Close()
}
