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

// Datasets can be copied to another machine: as an archive (db export, db import), or as
// files in a registry (db push, db pull). They are verified both when they are exported
// and when they are imported.

// Snapshot is a dataset that is open for export. Its content stays the same while the
// database is updated.
type Snapshot struct {
	Info
	Digest string // of the file, "sha256:..."

	file   *os.File
	header []byte // a copy, since the time of the last check may change meanwhile
}

// OpenSnapshots opens and verifies the datasets with the given names, or all datasets if
// there are no names. The caller must close them. The error names the dataset that is
// damaged or missing.
func OpenSnapshots(ctx context.Context, dir string, names []string) (all []*Snapshot, err error) {
	defer func() {
		if err != nil {
			for _, s := range all {
				s.Close()
			}
			all = nil
		}
	}()
	if len(names) == 0 {
		if names, err = Names(dir); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		s, err := openSnapshot(ctx, Path(dir, name))
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

func openSnapshot(ctx context.Context, path string) (*Snapshot, error) {
	info, err := verifyFile(ctx, path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Info: *info, file: f, header: make([]byte, headerSize)}
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
func (s *Snapshot) Open() io.Reader {
	header := int64(len(s.header))
	return io.MultiReader(bytes.NewReader(s.header), io.NewSectionReader(s.file, header, s.Size-header))
}

// Close closes the file.
func (s *Snapshot) Close() error { return s.file.Close() }

func digestFrom(in io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// verifyFile reads a whole file and verifies all checksums.
func verifyFile(ctx context.Context, path string) (*Info, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for name := range file.tables {
		if err := file.forEach(name, func(_, _ []byte) error { return ctx.Err() }); err != nil {
			return nil, err
		}
	}
	return &file.Info, nil
}

// An archive of datasets is a tar archive: first the index in JSON, then the files of the
// datasets in the order of the index.
const (
	archiveIndexName = "index.json"
	archiveFormat    = "seaworthy advisories, version 1"

	maxArchiveIndex = 128 << 20 // bytes
	maxDatasets     = 1000      // in one archive
	maxDatasetSize  = 16 << 30  // bytes; npm, the largest, has a tenth of that
)

// archiveIndex is the content of the file archiveIndexName.
type archiveIndex struct {
	Format  string         `json:"format"`
	Entries []archiveEntry `json:"bodies"`
}

type archiveEntry struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Size   int64  `json:"size"`
	Digest string `json:"digest"`
}

// Export writes datasets to an archive. [Importer.Archive] reads it.
func Export(ctx context.Context, out io.Writer, all []*Snapshot) error {
	index := archiveIndex{Format: archiveFormat}
	for i, s := range all {
		index.Entries = append(index.Entries, archiveEntry{s.Name, fmt.Sprintf("%03d%s", i, fileSuffix), s.Size, s.Digest})
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
	if err := put(archiveIndexName, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	for i, s := range all {
		if err := put(index.Entries[i].File, s.Size, s.Open()); err != nil {
			return err
		}
	}
	return w.Close()
}

// contextReader is a reader that fails once its context has ended.
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
