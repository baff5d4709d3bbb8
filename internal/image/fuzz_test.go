package image

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// FuzzDocument checks that the parsers of manifests, indexes and configurations do not
// panic, and that an accepted document has only valid descriptors.
func FuzzDocument(f *testing.F) {
	img := imagetest.Image{Config: seaworthy.ImageConfig{Author: "bosun"}, Layers: []imagetest.Layer{{imagetest.File("a", "b")}}}
	for _, archive := range []string{img.OCIArchive(f), img.DockerArchiveOCI(f, "ship:1"), imagetest.Pack(f, imagetest.OCIIndex(f, img))} {
		dir := imagetest.Unpack(f, archive)
		blobs, err := filepath.Glob(filepath.Join(dir, "blobs", "sha256", "*"))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range append(blobs, filepath.Join(dir, "index.json")) {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			if data[0] == '{' {
				f.Add(data)
			}
		}
	}
	f.Add([]byte(`{"schemaVersion":1,"fsLayers":[]}`))
	limits := Options{}.withDefaults().Limits
	f.Fuzz(func(t *testing.T, data []byte) {
		if doc, err := parseDocument(data); err == nil && !doc.isIndex() {
			if doc.Config == nil {
				t.Fatal("an image manifest without a configuration was accepted")
			}
			if doc.checkImage(limits) == nil {
				for _, l := range append(doc.Layers, *doc.Config) {
					if l.Size < 0 || blobName(blobPath(l.Digest)) != l.Digest || !filepath.IsLocal(blobPath(l.Digest)) {
						t.Fatalf("the descriptor %+v was accepted", l)
					}
				}
			}
		}
		var c struct {
			RootFS struct {
				DiffIDs []string `json:"diff_ids"`
			} `json:"rootfs"`
		}
		if unmarshal(data, &c) == nil {
			n := len(c.RootFS.DiffIDs)
			if config, err := parseConfig(data, n); err == nil && len(config.RootFS.DiffIDs) != n {
				t.Fatalf("%d diffIDs, want %d", len(config.RootFS.DiffIDs), n)
			}
		}
	})
}

// FuzzArchive checks that no archive makes the sources panic or hang, and that an archive
// accepted as a stream has the same images with random access.
func FuzzArchive(f *testing.F) {
	img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("a", "b")}}}
	for _, file := range []string{img.DockerArchive(f, "ship:1"), img.OCIArchive(f), img.DockerArchiveOCI(f, "ship:1")} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(imagetest.Gzip(data))
	}
	f.Add(imagetest.Layer{imagetest.Symlink("manifest.json", "b"), imagetest.Link("b", "manifest.json")}.Tar())
	path := filepath.Join(f.TempDir(), "image.tar")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		opt := Options{Stdin: bytes.NewReader(data), Limits: Limits{JSON: 1 << 20, ArchiveWaste: 1 << 20}}
		streamed, streamErr := readIDs(t, "-", opt)
		random, randomErr := readIDs(t, path, opt)
		if streamErr == nil && randomErr != nil {
			t.Fatalf("accepted as a stream, but by random access: %v", randomErr)
		}
		if streamErr == nil {
			if diff := cmp.Diff(streamed, random); diff != "" {
				t.Fatalf("images as a stream and by random access differ:\n%s", diff)
			}
		}
	})
}

func readIDs(t *testing.T, reference string, opt Options) ([]string, error) {
	src, err := Open(t.Context(), reference, opt)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	err = src.Layers(t.Context(), func(ctx context.Context, b Blob) error {
		r, err := b.Open(ctx)
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.CopyN(io.Discard, r, 16<<20)
		if err == io.EOF {
			err = nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, m := range src.Manifests() {
		ids = append(ids, m.ImageID)
	}
	if ids == nil {
		t.Fatal("no image, and no error")
	}
	return ids, nil
}
