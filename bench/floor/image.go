//go:build linux

package main

import (
	"archive/tar"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// blockSize is the number of bytes that are read and hashed at once.
const blockSize = 1 << 20

// blob is a stored layer, or one of the small documents of the image.
type blob struct {
	name           string
	stored         *io.SectionReader
	digest, diffID [sha256.Size]byte // of the stored and of the uncompressed bytes, where they differ
	size           int64             // uncompressed
}

// openImage returns the blobs of a directory or archive: every regular file.
func openImage(paths ...string) ([]*blob, error) {
	if len(paths) != 1 {
		return nil, errors.New("usage: floor IMAGE")
	}
	path := paths[0]
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return openArchive(path)
	}
	var blobs []*blob
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		info, err := f.Stat()
		blobs = append(blobs, &blob{name: name, stored: io.NewSectionReader(f, 0, info.Size())})
		return err
	})
	return blobs, err
}

func openArchive(path string) (blobs []*blob, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return blobs, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading %s as a tar archive: %w", path, err)
		}
		// The reader has stopped where the body begins: it does not read ahead.
		start, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		if h.Typeflag == tar.TypeReg {
			blobs = append(blobs, &blob{name: h.Name, stored: io.NewSectionReader(f, start, h.Size)})
		}
	}
}
