package image_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"seaworthy.dev/seaworthy/internal/image"
)

// TestReread reads the layers of a registry and of a stream three times: each blob is
// downloaded once, its content is always the same, and no temporary file remains.
func TestReread(t *testing.T) {
	layout := sample().OCILayout(t)
	registry := serve(t, layout)
	archive := read(t, gzipped(t, sample().OCIArchive(t)))
	for _, reference := range []string{registry.image(), "-"} {
		temp := t.TempDir()
		src, err := image.Open(t.Context(), reference, image.Options{Rereadable: true, TempDir: temp, Stdin: bytes.NewReader(archive)})
		if err != nil {
			t.Fatal(err)
		}
		var readings []*contents
		for range 3 {
			c := &contents{blobs: make(map[string]image.Blob), data: make(map[string][]byte)}
			if err := src.Layers(t.Context(), c.visit); err != nil {
				t.Fatal(err)
			}
			readings = append(readings, c)
		}
		for name, data := range readings[0].data {
			if len(data) == 0 || !bytes.Equal(data, readings[1].data[name]) || !bytes.Equal(data, readings[2].data[name]) {
				t.Errorf("%s: layer %s differs when it is read again", reference, name)
			}
			if n := registry.requests("GET /v2/ship/blobs/" + name); reference != "-" && n != 1 {
				t.Errorf("layer %s was downloaded %d times", name, n)
			}
		}
		if err := src.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(temp); len(left) > 0 {
			t.Errorf("temporary files remain: %v", left)
		}
	}
}

// TestRereadAfterAbort reads a layer whole that was given up halfway before, and does
// without cachingReader where there is no directory for it.
func TestRereadAfterAbort(t *testing.T) {
	registry := serve(t, sample().OCILayout(t))
	for _, temp := range []string{t.TempDir(), "/nowhere/at/all"} {
		src, err := image.Open(t.Context(), registry.image(), image.Options{Rereadable: true, TempDir: temp})
		if err != nil {
			t.Fatal(err)
		}
		gaveUp := errors.New("gave up")
		if err := src.Layers(t.Context(), func(ctx context.Context, b image.Blob) error {
			rc, err := b.Open(ctx)
			if err != nil {
				return err
			}
			defer rc.Close()
			if _, err := io.ReadFull(rc, make([]byte, 10)); err != nil {
				return err
			}
			return gaveUp
		}); !errors.Is(err, gaveUp) {
			t.Fatal(err)
		}
		for range 2 {
			c := &contents{blobs: make(map[string]image.Blob), data: make(map[string][]byte)}
			if err := src.Layers(t.Context(), c.visit); err != nil {
				t.Fatal(err)
			}
			for name, data := range c.data {
				if int64(len(data)) != c.blobs[name].Size {
					t.Errorf("layer %s: %d bytes of %d", name, len(data), c.blobs[name].Size)
				}
			}
		}
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}
}
