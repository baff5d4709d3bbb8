package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// layout is the fileStore of an OCI image layout in a directory. Symbolic links cannot
// lead out of the directory.
type layout struct{ root *os.Root }

var _ fileStore = (*layout)(nil)

// openLayout opens the OCI image layout in the directory dir.
func openLayout(ctx context.Context, dir string, s selector, opt Options, want platformRequest) (Source, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	l := &layout{root}
	r := &storeReader{files: l, want: want, limits: opt.Limits, where: dir, selector: s, withDocuments: opt.Documents}
	found, err := r.resolve(ctx)
	if err != nil {
		root.Close()
		return nil, err
	}
	return &randomAccessSource{imageSet: found, parallel: opt.parallelReads(), close: root.Close,
		open: func(_ context.Context, b Blob) (io.ReadCloser, error) {
			file := b.Name
			if b.Digest != "" {
				file = blobPath(b.Digest)
			}
			f, _, err := l.open(file)
			return f, err
		}}, nil
}

// errNoFile is [fs.ErrNotExist] with a message for layouts.
var errNoFile = fmt.Errorf("not found in the layout (%w)", fs.ErrNotExist)

// open opens a regular file and returns it and its size. Anything else is an error.
func (l *layout) open(name string) (*os.File, int64, error) {
	info, err := l.root.Stat(name) // before opening: opening a FIFO would block
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, errNoFile
	}
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file", name)
	}
	f, err := l.root.Open(name)
	if err != nil {
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// document implements [fileStore].
func (l *layout) document(name string, limit int64) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	f, size, err := l.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readDocument(f, size, limit)
}

// layer implements [fileStore].
func (l *layout) layer(name string) (string, int64, error) {
	if !fs.ValidPath(name) {
		return "", 0, fs.ErrNotExist
	}
	f, size, err := l.open(name)
	if err != nil {
		return "", 0, err
	}
	return name, size, f.Close()
}

// readDocument reads a JSON document of at most limit bytes. Size is its claimed size, or
// negative if that is unknown.
func readDocument(r io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, tooLarge(size, limit)
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, tooLarge(int64(len(data)), limit)
	}
	return data, nil
}
