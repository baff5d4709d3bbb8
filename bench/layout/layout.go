// Package layout writes the images of the benchmark: OCI layouts with gzip
// layers, and archives of docker save with uncompressed ones.
package layout

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
)

// Image is an image to be written.
type Image struct {
	// Reference is the name and tag that an archive records.
	Reference string
	Config    v1.Config
	Steps     []Step
}

// Step is a history entry, with the layer that it created.
type Step struct {
	Instruction string
	// Tar writes the uncompressed layer, the same bytes at each call. It is nil if the
	// instruction created no layer.
	Tar func(io.Writer) error
}

// created is the creation time of all images: fixed, so that equal content gives equal
// images.
var created = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// WriteOCI writes an OCI image layout to dir, which appears once it is complete.
func WriteOCI(dir string, img *Image) error {
	partial := dir + ".partial"
	if err := errors.Join(os.RemoveAll(partial), os.MkdirAll(filepath.Join(partial, "blobs", "sha256"), 0o755)); err != nil {
		return err
	}
	d := documents{image: img}
	for _, s := range img.Steps {
		if s.Tar == nil {
			continue
		}
		layer, diffID, err := writeGzip(partial, s.Tar)
		if err != nil {
			return fmt.Errorf("writing the layer of %q: %w", s.Instruction, err)
		}
		d.layers, d.diffIDs = append(d.layers, layer), append(d.diffIDs, diffID)
	}
	err := d.write(func(name string, body []byte) error {
		return os.WriteFile(filepath.Join(partial, name), body, 0o644)
	})
	if err != nil {
		return err
	}
	return os.Rename(partial, dir)
}

// WriteArchive writes an archive like that of docker save, in its OCI form with
// uncompressed layers. It appears once it is complete.
func WriteArchive(file string, img *Image) (err error) {
	partial := file + ".partial"
	f, err := os.Create(partial)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := tar.NewWriter(f)
	add := func(name string, size int64, body func(io.Writer) error) error {
		err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: size, ModTime: created})
		if err != nil {
			return err
		}
		return body(w)
	}
	d := documents{image: img}
	for _, s := range img.Steps {
		if s.Tar == nil {
			continue
		}
		sum := newCounter()
		if err := s.Tar(sum); err != nil {
			return err
		}
		layer := v1.Descriptor{MediaType: types.OCIUncompressedLayer, Digest: sum.digest(), Size: sum.n}
		d.layers, d.diffIDs = append(d.layers, layer), append(d.diffIDs, layer.Digest)
		if err := add(blobName(layer.Digest), layer.Size, s.Tar); err != nil {
			return fmt.Errorf("writing the layer of %q: %w", s.Instruction, err)
		}
	}
	err = d.write(func(name string, body []byte) error {
		return add(name, int64(len(body)), func(w io.Writer) error { _, err := w.Write(body); return err })
	})
	if err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.Rename(partial, file)
}

// writeGzip stores a layer and names it by its digest.
func writeGzip(dir string, layer func(io.Writer) error) (d v1.Descriptor, diffID v1.Hash, err error) {
	name := filepath.Join(dir, "layer.partial")
	f, err := os.Create(name)
	if err != nil {
		return d, diffID, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	stored, unpacked := newCounter(), newCounter()
	z := gzip.NewWriter(io.MultiWriter(f, stored))
	if err := layer(io.MultiWriter(z, unpacked)); err != nil {
		return d, diffID, err
	}
	if err := z.Close(); err != nil {
		return d, diffID, err
	}
	d = v1.Descriptor{MediaType: types.OCILayer, Digest: stored.digest(), Size: stored.n}
	return d, unpacked.digest(), os.Rename(name, filepath.Join(dir, blobName(d.Digest)))
}

// documents are the JSON documents of an image.
type documents struct {
	image   *Image
	layers  []v1.Descriptor
	diffIDs []v1.Hash
}

func (d *documents) write(add func(name string, body []byte) error) error {
	config, err := json.Marshal(d.config())
	if err != nil {
		return err
	}
	configDescriptor := descriptor(types.OCIConfigJSON, config)
	manifest, err := json.Marshal(v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Config: configDescriptor, Layers: d.layers,
	})
	if err != nil {
		return err
	}
	manifestDescriptor := descriptor(types.OCIManifestSchema1, manifest)
	index, err := json.Marshal(v1.IndexManifest{
		SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{manifestDescriptor},
	})
	if err != nil {
		return err
	}
	saved, err := json.Marshal([]any{map[string]any{
		"Config":   blobName(configDescriptor.Digest),
		"RepoTags": []string{d.image.Reference},
		"Layers":   blobNames(d.layers),
	}})
	if err != nil {
		return err
	}
	return errors.Join(
		add(blobName(configDescriptor.Digest), config),
		add(blobName(manifestDescriptor.Digest), manifest),
		add("index.json", index),
		add("manifest.json", saved),
		add("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)),
	)
}

func (d *documents) config() *v1.ConfigFile {
	c := &v1.ConfigFile{
		Architecture: "amd64", OS: "linux", Created: v1.Time{Time: created},
		Config: d.image.Config, RootFS: v1.RootFS{Type: "layers", DiffIDs: d.diffIDs},
	}
	for _, s := range d.image.Steps {
		c.History = append(c.History, v1.History{
			Created: v1.Time{Time: created}, CreatedBy: s.Instruction, EmptyLayer: s.Tar == nil,
		})
	}
	return c
}

func descriptor(t types.MediaType, body []byte) v1.Descriptor {
	digest, size, err := v1.SHA256(bytes.NewReader(body))
	if err != nil {
		panic(err) // a bytes.Reader does not fail
	}
	return v1.Descriptor{MediaType: t, Digest: digest, Size: size}
}

func blobName(h v1.Hash) string { return "blobs/sha256/" + h.Hex }

func blobNames(layers []v1.Descriptor) []string {
	names := make([]string, len(layers))
	for i, l := range layers {
		names[i] = blobName(l.Digest)
	}
	return names
}

// counter hashes and counts what is written to it.
type counter struct {
	hash.Hash
	n int64
}

func newCounter() *counter { return &counter{Hash: sha256.New()} }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.Hash.Write(p)
}

func (c *counter) digest() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(c.Sum(nil))}
}
