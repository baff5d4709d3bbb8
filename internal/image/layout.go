package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// layout is the tree of an OCI image layout in a directory. Links in it cannot
// lead out of it.
type layout struct{ root *os.Root }

var _ tree = (*layout)(nil)

// openLayout opens an OCI image layout.
func openLayout(ctx context.Context, dir string, s selector, opt Options, want wanted) (Source, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	l := &layout{root}
	r := &treeReader{tree: l, want: want, limits: opt.Limits, where: dir, selector: s}
	found, err := r.resolve(ctx)
	if err != nil {
		root.Close()
		return nil, err
	}
	return &randomSource{resolved: found, parallel: opt.parallelReads(), close: root.Close,
		open: func(_ context.Context, b Blob) (io.ReadCloser, error) {
			file := b.Name
			if b.Digest != "" {
				file = blobPath(b.Digest)
			}
			f, _, err := l.open(file)
			return f, err
		}}, nil
}

// errNoFile is fs.ErrNotExist in the words of a layout.
var errNoFile = fmt.Errorf("it is not in the layout (%w)", fs.ErrNotExist)

// open opens a regular file.
func (l *layout) open(name string) (*os.File, int64, error) {
	info, err := l.root.Stat(name) // before opening: opening a FIFO would wait
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, errNoFile
	}
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is no regular file", name)
	}
	f, err := l.root.Open(name)
	if err != nil {
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// document implements [tree].
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

// layer implements [tree].
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

// readDocument reads a JSON document of the size that is claimed for it.
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
