package shapes

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// file is an entry of a layer. Body writes size bytes.
type file struct {
	name string
	mode int64
	kind byte // of [tar.Header]; 0 is a regular file
	link string
	size int64
	body io.Reader
}

func text(name, body string) file {
	return file{name: name, size: int64(len(body)), body: strings.NewReader(body)}
}

// repeated is a file of n times the same text.
func repeated(name, unit string, n int) file {
	return file{name: name, size: int64(n) * int64(len(unit)), body: &repeater{unit: unit, left: n}}
}

// repeater reads a text many times without holding it.
type repeater struct {
	unit string
	left int
	rest string
}

// Read implements [io.Reader].
func (r *repeater) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if r.rest == "" {
			if r.left == 0 {
				if n == 0 {
					return 0, io.EOF
				}
				return n, nil
			}
			r.left--
			r.rest = r.unit
		}
		m := copy(p[n:], r.rest)
		r.rest = r.rest[m:]
		n += m
	}
	return n, nil
}

// layer writes the tar stream of a layer.
type layer func(*tar.Writer)

func files(list ...file) layer {
	return func(w *tar.Writer) {
		for i := range list {
			put(w, &list[i])
		}
	}
}

func put(w *tar.Writer, f *file) {
	h := tar.Header{Name: f.name, Mode: f.mode, Size: f.size, Typeflag: f.kind, Linkname: f.link}
	if h.Mode == 0 {
		h.Mode = 0o644
	}
	if f.kind == 0 {
		h.Typeflag = tar.TypeReg
	}
	must(w.WriteHeader(&h))
	if f.body != nil {
		must2(io.Copy(w, f.body))
	}
}

func must(err error) {
	if err != nil {
		panic(err) // the shape itself is wrong
	}
}

func must2[T any](v T, err error) T {
	must(err)
	return v
}

// blob is a compressed layer.
type blob struct {
	data      []byte
	mediaType string
	diffID    string
}

// compress compresses a layer at the best ratio, piece by piece.
func compress(l layer, method string) blob {
	var buf bytes.Buffer
	var z io.WriteCloser
	b := blob{mediaType: "application/vnd.oci.image.layer.v1.tar+" + method}
	if method == "zstd" {
		z = must2(zstd.NewWriter(&buf, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)))
	} else {
		z = must2(gzip.NewWriterLevel(&buf, gzip.BestCompression))
	}
	sum := sha256.New()
	w := tar.NewWriter(io.MultiWriter(z, sum))
	l(w)
	must(w.Close())
	must(z.Close())
	b.data, b.diffID = buf.Bytes(), "sha256:"+hex.EncodeToString(sum.Sum(nil))
	return b
}

// image is an image in an OCI archive.
type image struct {
	layers  []blob
	history []string // of empty layers
	env     []string
}

func imageOf(layers ...layer) image {
	var img image
	for _, l := range layers {
		img.layers = append(img.layers, compress(l, "gzip"))
	}
	return img
}

// archive returns the image as an OCI archive.
func (img image) archive() []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	put(w, &file{name: "oci-layout", size: 30, body: strings.NewReader(`{"imageLayoutVersion":"1.0.0"}`)})
	written := make(map[string]bool)
	add := func(mediaType string, data []byte) map[string]any {
		sum := sha256.Sum256(data)
		digest := hex.EncodeToString(sum[:])
		if !written[digest] {
			written[digest] = true
			put(w, &file{name: "blobs/sha256/" + digest, size: int64(len(data)), body: bytes.NewReader(data)})
		}
		return map[string]any{"mediaType": mediaType, "digest": "sha256:" + digest, "size": len(data)}
	}
	var layers []any
	diffIDs := []string{}
	type step struct {
		CreatedBy string `json:"created_by"`
		Empty     bool   `json:"empty_layer,omitempty"`
	}
	var history []step
	for i, l := range img.layers {
		layers = append(layers, add(l.mediaType, l.data))
		diffIDs = append(diffIDs, l.diffID)
		history = append(history, step{CreatedBy: fmt.Sprintf("COPY %d / # buildkit", i)})
	}
	for _, s := range img.history {
		history = append(history, step{s, true})
	}
	config := add("application/vnd.oci.image.config.v1+json", must2(json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux", "config": map[string]any{"Env": img.env},
		"rootfs":  map[string]any{"type": "layers", "diff_ids": diffIDs},
		"history": history,
	})))
	manifest := add("application/vnd.oci.image.manifest.v1+json", must2(json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": layers,
	})))
	index := must2(json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []any{manifest}}))
	put(w, &file{name: "index.json", size: int64(len(index)), body: bytes.NewReader(index)})
	must(w.Close())
	if buf.Len() < MaxArchive {
		return buf.Bytes()
	}
	var packed bytes.Buffer // a larger archive counts as it is sent: compressed
	z := must2(gzip.NewWriterLevel(&packed, gzip.BestCompression))
	must2(z.Write(buf.Bytes()))
	must(z.Close())
	return packed.Bytes()
}

// dockerArchive returns an archive of docker save whose manifest lists one layer under
// many names: links to the same file.
func dockerArchive(l blob, names int) []byte {
	plain := must2(io.ReadAll(must2(gzip.NewReader(bytes.NewReader(l.data)))))
	var buf bytes.Buffer
	z := must2(gzip.NewWriterLevel(&buf, gzip.BestCompression))
	w := tar.NewWriter(z)
	var listed, diffIDs []string
	put(w, &file{name: "layer.tar", size: int64(len(plain)), body: bytes.NewReader(plain)})
	for i := range names {
		name := fmt.Sprintf("%d/layer.tar", i)
		put(w, &file{name: name, kind: tar.TypeSymlink, link: "../layer.tar"})
		listed, diffIDs = append(listed, name), append(diffIDs, l.diffID)
	}
	config := must2(json.Marshal(map[string]any{"architecture": "amd64", "os": "linux", "rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs}}))
	put(w, &file{name: "config.json", size: int64(len(config)), body: bytes.NewReader(config)})
	manifest := must2(json.Marshal([]any{map[string]any{"Config": "config.json", "RepoTags": []string{"hostile:1"}, "Layers": listed}}))
	put(w, &file{name: "manifest.json", size: int64(len(manifest)), body: bytes.NewReader(manifest)})
	must(w.Close())
	must(z.Close())
	return buf.Bytes()
}

// zipOf returns a zip archive of files, deflated at the best ratio.
func zipOf(list ...file) []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestCompression) })
	for _, f := range list {
		must2(io.Copy(must2(w.Create(f.name)), f.body))
	}
	must(w.Close())
	return buf.Bytes()
}

// gzipOf compresses what a reader holds.
func gzipOf(r io.Reader) []byte {
	var buf bytes.Buffer
	z := must2(gzip.NewWriterLevel(&buf, gzip.BestCompression))
	must2(io.Copy(z, r))
	must(z.Close())
	return buf.Bytes()
}
