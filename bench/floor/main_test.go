//go:build linux

package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// TestBothSidesAreHashed guards the reference: a floor that hashes too little would make
// a fast scan appear slow.
func TestBothSidesAreHashed(t *testing.T) {
	body := make([]byte, 5*blockSize/2+7)
	for i, r := 0, rand.New(rand.NewPCG(1, 2)); i < len(body); i++ {
		body[i] = "ACGT"[r.IntN(4)]
	}
	var gz, zst bytes.Buffer
	z := gzip.NewWriter(&gz)
	for _, part := range [][]byte{body[:1000], body[1000:]} { // two members
		z.Reset(&gz)
		if _, err := z.Write(part); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	e, err := zstd.NewWriter(&zst)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"gzip": gz.Bytes(), "zstd": zst.Bytes(), "plain": body, "small": []byte("{}")}

	dir := t.TempDir()
	archive := filepath.Join(t.TempDir(), "image.tar")
	writeImage(t, dir, archive, files)
	for _, image := range []string{dir, archive} {
		blobs, err := openImage(image)
		if err != nil {
			t.Fatal(err)
		}
		if err := readAll(blobs); err != nil {
			t.Fatal(err)
		}
		if len(blobs) != len(files) {
			t.Fatalf("%d blobs, want %d", len(blobs), len(files))
		}
		for _, b := range blobs {
			name := filepath.Base(b.name)
			want := body
			if name == "small" {
				want = files[name]
			}
			if b.digest != sha256.Sum256(files[name]) {
				t.Errorf("%s: wrong digest", name)
			}
			if b.size != int64(len(want)) {
				t.Errorf("%s: %d bytes, want %d", name, b.size, len(want))
			}
			if compressed := name == "gzip" || name == "zstd"; compressed && b.diffID != sha256.Sum256(want) {
				t.Errorf("%s: wrong diffID", name)
			}
		}
	}

	blobs, err := openImage(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "gzip"), 1000); err != nil {
		t.Fatal(err)
	}
	if err := readAll(blobs); err == nil {
		t.Error("a truncated blob is read without an error")
	}
}

func writeImage(t *testing.T, dir, archive string, files map[string][]byte) {
	t.Helper()
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(f)
	for name, body := range files {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(body))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
