// Package imagetest builds small container images for tests, and starts the servers that
// tests need. A test that lacks a program or a file is skipped, or fails in CI.
package imagetest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
)

// Image is an image to build. If Config lacks the architecture, os, rootfs or history,
// they are filled in.
type Image struct {
	Config seaworthy.ImageConfig
	Layers []Layer
}

// Layer is the list of entries of a layer, in the order of the tar archive.
type Layer []Entry

// Entry is a tar entry with its body.
type Entry struct {
	tar.Header
	Body []byte
}

// File returns a regular file that is owned by root, with mode 0644.
func File(name, body string) Entry { return FileMode(name, 0o644, body) }

// FileMode returns a regular file that is owned by root.
func FileMode(name string, mode int64, body string) Entry {
	return Entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(body))}, []byte(body)}
}

// Dir returns a directory that is owned by root.
func Dir(name string, mode int64) Entry {
	return Entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode}}
}

// Symlink returns a symbolic link.
func Symlink(name, target string) Entry {
	return Entry{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}}
}

// Link returns a hard link to an earlier entry.
func Link(name, target string) Entry {
	return Entry{Header: tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target}}
}

// Whiteout returns an entry that deletes the file or directory of lower layers.
func Whiteout(name string) Entry {
	dir, base := filepath.Split(name)
	return FileMode(dir+".wh."+base, 0, "")
}

// Opaque returns an entry that hides the contents of the directory in lower layers.
func Opaque(dir string) Entry { return FileMode(dir+"/.wh..wh..opq", 0, "") }

// Owned returns the entry with another owner and group.
func (e Entry) Owned(uid, gid int) Entry {
	e.Uid, e.Gid = uid, gid
	return e
}

// Xattr returns the entry with an extended attribute.
func (e Entry) Xattr(name, value string) Entry {
	e.PAXRecords = map[string]string{"SCHILY.xattr." + name: value}
	return e
}

// Tar is the uncompressed tar stream of the layer.
func (l Layer) Tar() []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range l {
		h := e.Header
		if h.ModTime.IsZero() {
			h.ModTime = time.Unix(1700000000, 0)
		}
		must(w.WriteHeader(&h))
		must2(w.Write(e.Body))
	}
	must(w.Close())
	return buf.Bytes()
}

// SparseTar returns a tar stream with one sparse file in the old format of GNU tar: the
// data, and a hole up to its size.
func SparseTar(name, data string, size int64) []byte {
	h := tar.Header{Typeflag: tar.TypeReg, Format: tar.FormatGNU, Name: name, Mode: 0o644, Size: int64(len(data))}
	stream := Layer{{h, []byte(data)}}.Tar()
	block := stream[:512]
	block[156] = tar.TypeGNUSparse
	copy(block[386:], fmt.Sprintf("%011o\x00%011o\x00", 0, len(data)))
	block[483] = 0x80 // in base 256
	binary.BigEndian.PutUint64(block[487:], uint64(size))
	copy(block[148:], "        ")
	sum := 0
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
	return stream
}

// Digest returns the SHA-256 digest of data, "sha256:…".
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Gzip compresses data.
func Gzip(data []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	must2(w.Write(data))
	must(w.Close())
	return buf.Bytes()
}

func (img Image) config() []byte {
	c := img.Config
	if c.Architecture == "" {
		c.Architecture, c.OS = "amd64", "linux"
	}
	if c.RootFS.DiffIDs == nil {
		for _, l := range img.Layers {
			c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, Digest(l.Tar()))
		}
	}
	if c.History == nil {
		for i := range img.Layers {
			c.History = append(c.History, seaworthy.History{CreatedBy: fmt.Sprintf("COPY layer%d / # buildkit", i)})
		}
	}
	data := must2(json.Marshal(c))
	// The rootfs of a configuration needs a type, which Seaworthy does not read.
	return bytes.Replace(data, []byte(`"rootfs":{`), []byte(`"rootfs":{"type":"layers",`), 1)
}

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// OCILayout writes the image as an OCI layout with gzip layers and the tag "latest", and
// returns its directory.
func (img Image) OCILayout(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range img.ociFiles() {
		path := filepath.Join(dir, filepath.FromSlash(name))
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		check(t, os.WriteFile(path, data, 0o644))
	}
	return dir
}

func (img Image) ociFiles() map[string][]byte {
	files := map[string][]byte{"oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)}
	add := func(mediaType string, data []byte) descriptor {
		d := descriptor{MediaType: mediaType, Digest: Digest(data), Size: len(data)}
		files["blobs/sha256/"+strings.TrimPrefix(d.Digest, "sha256:")] = data
		return d
	}
	manifest := map[string]any{
		"schemaVersion": 2,
		"mediaType":     "application/vnd.oci.image.manifest.v1+json",
		"config":        add("application/vnd.oci.image.config.v1+json", img.config()),
	}
	layers := []descriptor{}
	for _, l := range img.Layers {
		layers = append(layers, add("application/vnd.oci.image.layer.v1.tar+gzip", Gzip(l.Tar())))
	}
	manifest["layers"] = layers
	d := add("application/vnd.oci.image.manifest.v1+json", must2(json.Marshal(manifest)))
	d.Annotations = map[string]string{"org.opencontainers.image.ref.name": "latest"}
	files["index.json"] = must2(json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []descriptor{d}}))
	return files
}

// DockerArchive writes the image like docker save before Docker 25, with the layers before
// the manifest, and returns its path.
func (img Image) DockerArchive(t testing.TB, tag string) string {
	t.Helper()
	var layer Layer
	var names []string
	for i, l := range img.Layers {
		name := fmt.Sprintf("%064d/layer.tar", i)
		names = append(names, name)
		layer = append(layer, File(name, string(l.Tar())))
	}
	config := img.config()
	configName := strings.TrimPrefix(Digest(config), "sha256:") + ".json"
	layer = append(layer, File(configName, string(config)))
	manifest := []map[string]any{{"Config": configName, "RepoTags": []string{tag}, "Layers": names}}
	layer = append(layer, File("manifest.json", string(must2(json.Marshal(manifest)))))
	path := filepath.Join(t.TempDir(), "image.tar")
	check(t, os.WriteFile(path, layer.Tar(), 0o644))
	return path
}

// Unpack extracts the regular files of an archive into a new directory, for tests that
// damage one of them, and returns the directory.
func Unpack(t testing.TB, archive string) string {
	t.Helper()
	f, err := os.Open(archive)
	check(t, err)
	defer f.Close()
	dir := t.TempDir()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			return dir
		}
		check(t, err)
		if h.Typeflag != tar.TypeReg {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		data, err := io.ReadAll(r)
		check(t, err)
		check(t, os.WriteFile(path, data, 0o644))
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must is for writes to memory: they fail only if the test itself is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func must2[T any](v T, err error) T {
	must(err)
	return v
}
