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

// spool is a temporary file with the content of a stream. Except on Windows the file is
// deleted while it is open, so that it never outlives the process.
type spool struct {
	file     *os.File
	complete bool // the file has the whole stream
	quota    *limit.Pool
	size     int64 // bytes taken from quota
}

// newSpool creates an empty spool in a directory. Its bytes count towards the quota.
func newSpool(dir string, quota *limit.Pool) (*spool, error) {
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
	return &spool{file: f, quota: quota}, nil
}

func spoolError(err error) error {
	return withHint(fmt.Errorf("cannot write the image stream to a temporary file: %w", err),
		"set TMPDIR to a directory with more space, or save the image to a file first")
}

// errNoRoom is returned when the limit on temporary files is reached.
var errNoRoom = errors.New("the limit on temporary files is reached")

// Write implements [io.Writer]. It fails with errNoRoom if the quota is used up.
func (s *spool) Write(p []byte) (int, error) {
	if !s.quota.TryAcquire(int64(len(p))) {
		return 0, errNoRoom
	}
	s.size += int64(len(p))
	return s.file.Write(p)
}

// open returns a reader of the spool from its start.
func (s *spool) open() io.ReadCloser {
	return io.NopCloser(io.NewSectionReader(s.file, 0, math.MaxInt64))
}

// close removes the file and returns its bytes to the quota. It does nothing on nil.
func (s *spool) close() error {
	if s == nil {
		return nil
	}
	s.quota.Release(s.size)
	s.size = 0
	err := s.file.Close()
	if runtime.GOOS == "windows" {
		os.Remove(s.file.Name())
	}
	return err
}

// spoolingReader copies what it reads to a spool.
type spoolingReader struct {
	io.ReadCloser
	to *spool
}

// Read implements [io.Reader].
func (r *spoolingReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if _, writeErr := r.to.Write(p[:n]); writeErr != nil {
		return 0, spoolError(writeErr)
	}
	return n, err
}

// SetReadDeadline implements [deadliner].
func (r *spoolingReader) SetReadDeadline(t time.Time) error { return setReadDeadline(r.ReadCloser, t) }

// blobCache stores the blobs of a registry that were read completely, so that none is
// downloaded twice.
type blobCache struct {
	download func(context.Context, Blob) (io.ReadCloser, error)
	dir      string
	quota    *limit.Pool

	mu     sync.Mutex
	spools map[string]*spool // by name of the blob; guarded by mu
}

// open returns a reader of a stored blob, or downloads and stores it.
func (k *blobCache) open(ctx context.Context, b Blob) (io.ReadCloser, error) {
	k.mu.Lock()
	stored := k.spools[b.Name]
	k.mu.Unlock()
	if stored != nil {
		return stored.open(), nil
	}
	rc, err := k.download(ctx, b)
	if err != nil {
		return nil, err
	}
	to, err := newSpool(k.dir, k.quota)
	if err != nil {
		return rc, nil // not stored: the next reading downloads it again
	}
	return &cachingReader{rc, to, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.spools[b.Name] == nil {
			k.spools[b.Name] = to
		} else {
			to.close()
		}
	}}, nil
}

func (k *blobCache) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var errs []error
	for _, s := range k.spools {
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}

// cachingReader copies the blob that it reads to a spool, as long as there is room.
type cachingReader struct {
	io.ReadCloser
	to       *spool // nil once the blob is complete or there is no room
	complete func() // takes ownership of the spool
}

// Read implements [io.Reader].
func (r *cachingReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if r.to == nil {
		return n, err
	}
	if _, writeErr := r.to.Write(p[:n]); writeErr != nil {
		r.to.close()
		r.to = nil
	} else if err == io.EOF {
		r.complete()
		r.to = nil
	}
	return n, err
}

// Close implements [io.Closer]. A blob that was not read completely is not stored.
func (r *cachingReader) Close() error {
	r.to.close()
	r.to = nil
	return r.ReadCloser.Close()
}
