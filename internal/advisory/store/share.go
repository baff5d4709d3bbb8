package store

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// The datasets of a database can be given to others: as an archive, or file by file.
// They are verified when they leave and when they come in.

// Shared is a dataset that is given to others: its content stays the same while the
// database is updated.
type Shared struct {
	Info
	Digest string // of the file, "sha256:..."

	file   *os.File
	header []byte // a copy, since the time of the last check may change meanwhile
}

// Share opens the datasets with some names, or all if there are no names, and verifies
// each. They must be closed. The error names the one that is damaged or missing.
func Share(ctx context.Context, dir string, only []string) (all []*Shared, err error) {
	defer func() {
		if err != nil {
			for _, s := range all {
				s.Close()
			}
			all = nil
		}
	}()
	list := only
	if len(list) == 0 {
		if list, err = Names(dir); err != nil {
			return nil, err
		}
	}
	for _, name := range list {
		s, err := share(ctx, Path(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			err = &NoDataError{name}
		}
		if err != nil {
			return all, err
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w to share: run seaworthy db update", ErrNoData)
	}
	return all, nil
}

func share(ctx context.Context, path string) (*Shared, error) {
	info, err := verifyFile(ctx, path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &Shared{Info: *info, file: f, header: make([]byte, headerSize)}
	stat, err := f.Stat()
	if err == nil {
		s.Size = stat.Size()
		_, err = f.ReadAt(s.header, 0)
	}
	if err == nil {
		s.Digest, err = digestFrom(s.Open())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

// Open returns a reader of the file. It may be called any number of times.
func (s *Shared) Open() io.Reader {
	header := int64(len(s.header))
	return io.MultiReader(bytes.NewReader(s.header), io.NewSectionReader(s.file, header, s.Size-header))
}

// Close closes the file.
func (s *Shared) Close() error { return s.file.Close() }

func digestFrom(in io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// verifyFile reads a whole file and compares all checksums.
func verifyFile(ctx context.Context, path string) (*Info, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for name := range file.tables {
		if err := file.each(name, func(_, _ []byte) error { return ctx.Err() }); err != nil {
			return nil, err
		}
	}
	return &file.Info, nil
}

// An archive of datasets is a tar archive that begins with the index, so that what
// follows can be compared with it.
const (
	shareIndex  = "index.json"
	maxIndex    = 128 << 20
	shareFormat = "seaworthy advisories, version 1"
	maxShared   = 1000 // datasets
	// maxSharedFile is ten times the size of npm's.
	maxSharedFile = 16 << 30
)

type sharedIndex struct {
	Format string       `json:"format"`
	Bodies []sharedBody `json:"bodies"`
}

type sharedBody struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Size   int64  `json:"size"`
	Digest string `json:"digest"`
}

// Export writes datasets as an archive, which [Intake.Archive] reads.
func Export(ctx context.Context, out io.Writer, all []*Shared) error {
	index := sharedIndex{Format: shareFormat}
	for i, s := range all {
		index.Bodies = append(index.Bodies, sharedBody{s.Name, fmt.Sprintf("%03d%s", i, fileSuffix), s.Size, s.Digest})
	}
	text, err := json.MarshalIndent(index, "", "  ")
	if err != nil {
		return err
	}
	w := tar.NewWriter(out)
	put := func(name string, size int64, body io.Reader) error {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size, Format: tar.FormatPAX}); err != nil {
			return err
		}
		_, err := io.Copy(w, &contextReader{ctx, body})
		return err
	}
	if err := put(shareIndex, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	for i, s := range all {
		if err := put(index.Bodies[i].File, s.Size, s.Open()); err != nil {
			return err
		}
	}
	return w.Close()
}

// contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	in  io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.Read(p)
}
