package image_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

const tag = "ship:1"

// sample returns the image that every source must return. It has one layer twice.
func sample() imagetest.Image {
	twice := imagetest.Layer{imagetest.File("etc/motd", "ahoy\n")}
	return imagetest.Image{
		Config: seaworthy.ImageConfig{
			Author:       "bosun",
			Architecture: "amd64",
			OS:           "linux",
			Config: seaworthy.ContainerConfig{
				User:         "1000",
				Env:          []string{"PATH=/usr/bin:/bin"},
				Entrypoint:   []string{"/bin/ship"},
				ExposedPorts: map[string]struct{}{"80/tcp": {}},
				Labels:       map[string]string{"port": "home"},
			},
			History: []seaworthy.History{
				{CreatedBy: "COPY ship /bin/ship # buildkit"},
				{CreatedBy: "COPY motd /etc/motd # buildkit"},
				{CreatedBy: "ENV PATH=/usr/bin:/bin", EmptyLayer: true},
				{CreatedBy: "RUN rm /etc/issue"},
				{CreatedBy: "COPY motd /etc/motd # buildkit"},
			},
		},
		Layers: []imagetest.Layer{
			{imagetest.Dir("bin", 0o755), imagetest.FileMode("bin/ship", 0o4755, strings.Repeat("steam", 100_000)), imagetest.File("etc/issue", "x")},
			twice,
			{imagetest.Whiteout("etc/issue")},
			twice,
		},
	}
}

// contents is the content of the blobs of a source, by name.
type contents struct {
	mu    sync.Mutex
	blobs map[string]image.Blob
	data  map[string][]byte
}

func (c *contents) visit(ctx context.Context, b image.Blob) error {
	r, err := b.Open(ctx)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.blobs[b.Name]; ok {
		return fmt.Errorf("blob %s was visited twice", b.Name)
	}
	c.blobs[b.Name], c.data[b.Name] = b, data
	return nil
}

// readAll opens an image and reads all layers.
func readAll(ctx context.Context, reference string, opt image.Options) ([]image.Manifest, *contents, error) {
	src, err := image.Open(ctx, reference, opt)
	if err != nil {
		return nil, nil, err
	}
	c := &contents{blobs: make(map[string]image.Blob), data: make(map[string][]byte)}
	err = src.Layers(ctx, c.visit)
	if err := errors.Join(err, src.Close()); err != nil {
		return nil, nil, err
	}
	return src.Manifests(), c, nil
}

// plain returns a layer uncompressed.
func plain(t *testing.T, data []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(data)
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("\x1f\x8b")):
		r, err = gzip.NewReader(r)
	case bytes.HasPrefix(data, []byte("\x28\xb5\x2f\xfd")):
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// checkSample checks that a reference opens the sample image.
func checkSample(t *testing.T, reference string, opt image.Options) {
	t.Helper()
	manifests, c, err := readAll(t.Context(), reference, opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(manifests) != 1 {
		t.Fatalf("%d manifests, want 1", len(manifests))
	}
	m, img := manifests[0], sample()
	if m.Reference != reference {
		t.Errorf("reference %q, want %q", m.Reference, reference)
	}
	// Programs that convert an image add times and omit empty fields.
	ignore := []cmp.Option{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(seaworthy.ImageConfig{}, "RootFS", "Created"), cmpopts.IgnoreFields(seaworthy.History{}, "Created")}
	if diff := cmp.Diff(img.Config, m.Config, ignore...); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(m.ImageID, "sha256:") {
		t.Errorf("image ID %q", m.ImageID)
	}
	if len(m.Layers) != len(img.Layers) {
		t.Fatalf("%d layers, want %d", len(m.Layers), len(img.Layers))
	}
	for i, l := range m.Layers {
		want := img.Layers[i].Tar()
		data, ok := c.data[l.Blob]
		if !ok {
			t.Errorf("layer %d: blob %q was not visited", i, l.Blob)
			continue
		}
		if !bytes.Equal(plain(t, data), want) {
			t.Errorf("layer %d: wrong content", i)
		}
		if l.DiffID != imagetest.Digest(want) {
			t.Errorf("layer %d: diffID %s, want %s", i, l.DiffID, imagetest.Digest(want))
		}
		b := c.blobs[l.Blob]
		if b.DiffID != "" && b.DiffID != l.DiffID {
			t.Errorf("layer %d: the blob claims the diffID %s, want %s", i, b.DiffID, l.DiffID)
		}
		if b.Size != int64(len(data)) {
			t.Errorf("layer %d: size %d, want %d", i, b.Size, len(data))
		}
		for _, d := range []string{l.Digest, b.Digest} {
			if d != "" && d != imagetest.Digest(data) {
				t.Errorf("layer %d: digest %s, want %s", i, d, imagetest.Digest(data))
			}
		}
		if b.ContentAddressed && (b.Digest == "" || m.Digest == "") {
			t.Errorf("layer %d is content-addressed without a digest", i)
		}
	}
}

// compressed compresses a file and returns the path of the result.
func compressed(t *testing.T, path, suffix string, newWriter func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var buf bytes.Buffer
	w := newWriter(&buf)
	if _, err := w.Write(read(t, path)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, "image"+suffix, buf.Bytes())
}

func gzipped(t *testing.T, path string) string {
	return compressed(t, path, ".tar.gz", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func zstandard(t *testing.T, path string) string {
	return compressed(t, path, ".tar.zst", func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w)
		if err != nil {
			t.Fatal(err)
		}
		return z
	})
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// write writes a file to a new directory and returns its path.
func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestConformance reads the same image from every kind of source.
func TestConformance(t *testing.T) {
	img := sample()
	layout := img.OCILayout(t)
	ociArchive := img.OCIArchive(t)
	old := img.DockerArchive(t, tag)
	both := img.DockerArchiveOCI(t, tag)
	manifests, _, err := readAll(t.Context(), layout, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tagged := manifests[0].Digest

	for name, reference := range map[string]string{
		"OCI layout by path":                         layout,
		"OCI layout":                                 "oci:" + layout,
		"OCI layout with tag":                        "oci:" + layout + ":latest",
		"OCI layout with digest":                     "oci:" + layout + "@" + tagged,
		"OCI archive by path":                        ociArchive,
		"OCI archive":                                "oci-archive:" + ociArchive,
		"OCI archive with tag":                       "oci-archive:" + ociArchive + ":latest",
		"OCI archive, gzip":                          gzipped(t, ociArchive),
		"OCI archive, gzip, with tag":                "oci-archive:" + gzipped(t, ociArchive) + ":latest",
		"OCI archive, zstd":                          zstandard(t, ociArchive),
		"docker archive by path":                     old,
		"docker archive":                             "docker-archive:" + old,
		"docker archive with tag":                    "docker-archive:" + old + ":" + tag,
		"docker archive with whole name":             "docker-archive:" + old + ":docker.io/library/" + tag,
		"docker archive, gzip":                       gzipped(t, old),
		"docker archive, zstd, with tag":             "docker-archive:" + zstandard(t, old) + ":" + tag,
		"docker archive of Docker 25 by path":        both,
		"docker archive of Docker 25":                "docker-archive:" + both + ":" + tag,
		"docker archive of Docker 25 as OCI archive": "oci-archive:" + both + ":1",
		"docker archive of Docker 25, gzip":          "docker-archive:" + gzipped(t, both) + ":" + tag,
	} {
		t.Run(name, func(t *testing.T) { checkSample(t, reference, image.Options{}) })
	}
	for name, path := range map[string]string{"docker archive": old, "docker archive, gzip": gzipped(t, old), "OCI archive": ociArchive, "docker archive of Docker 25": both} {
		t.Run("standard input: "+name, func(t *testing.T) {
			checkSample(t, "-", image.Options{Stdin: bytes.NewReader(read(t, path))})
		})
	}
}

// TestConformanceSkopeo reads archives and layouts written by skopeo.
func TestConformanceSkopeo(t *testing.T) {
	layout := "oci:" + sample().OCILayout(t) + ":latest"
	dir := t.TempDir()
	for _, destination := range []string{
		"docker-archive:" + dir + "/docker.tar:" + tag,
		"oci-archive:" + dir + "/oci.tar:v1",
		"oci:" + dir + "/layout:v1",
	} {
		t.Run(strings.SplitN(destination, ":", 2)[0], func(t *testing.T) {
			imagetest.Run(t, nil, "skopeo", "--insecure-policy", "copy", layout, destination)
			checkSample(t, destination, image.Options{})
		})
	}
}

// TestConformanceRegistry reads from the registry of the distribution project.
func TestConformanceRegistry(t *testing.T) {
	addr := imagetest.Registry(t)
	imagetest.Run(t, nil, "skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "oci:"+sample().OCILayout(t)+":latest", "docker://"+addr+"/fleet/ship:1")
	t.Run("tag", func(t *testing.T) { checkSample(t, addr+"/fleet/ship:1", image.Options{}) })
	manifests, c, err := readAll(t.Context(), addr+"/fleet/ship:1", image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range c.blobs {
		if !b.ContentAddressed {
			t.Errorf("blob %s is not content-addressed", name)
		}
	}
	t.Run("digest", func(t *testing.T) { checkSample(t, addr+"/fleet/ship@"+manifests[0].Digest, image.Options{}) })
	t.Run("mirror", func(t *testing.T) {
		checkSample(t, "fleet/ship:1", image.Options{Mirrors: []string{"http://127.0.0.1:1", "http://" + addr}})
	})
}

// TestConformanceDaemon reads from a Docker daemon, and from the archive of docker save.
func TestConformanceDaemon(t *testing.T) {
	address := imagetest.DockerDaemon(t)
	env := []string{"DOCKER_HOST=" + address}
	imagetest.Run(t, env, "docker", "load", "-i", sample().DockerArchive(t, tag))
	t.Run("name", func(t *testing.T) {
		checkSample(t, "docker-daemon:"+tag, image.Options{Docker: image.Docker{Host: address}})
	})
	t.Run("image ID", func(t *testing.T) {
		id := strings.TrimSpace(string(imagetest.Run(t, env, "docker", "image", "inspect", "--format", "{{.Id}}", tag)))
		checkSample(t, "docker-daemon:"+id, image.Options{Docker: image.Docker{Host: address}})
	})
	t.Run("docker save", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "saved.tar")
		imagetest.Run(t, env, "docker", "save", "-o", file, tag)
		checkSample(t, file, image.Options{})
		checkSample(t, gzipped(t, file), image.Options{})
	})
	t.Run("missing", func(t *testing.T) {
		_, _, err := readAll(t.Context(), "docker-daemon:nowhere:1", image.Options{Docker: image.Docker{Host: address}})
		wantError(t, err, "has no image nowhere:1", "registry:nowhere:1")
	})
	t.Run("other platform", func(t *testing.T) {
		_, _, err := readAll(t.Context(), "docker-daemon:"+tag, image.Options{Docker: image.Docker{Host: address}, Platform: "linux/s390x"})
		wantError(t, err, "no image for the platform linux/s390x; available: linux/amd64", "use one")
	})
}

// TestAlpine reads the real archive of Alpine 3.10, in which the layer comes
// before the manifest.
func TestAlpine(t *testing.T) {
	reference := imagetest.Shared(t, "images/alpine-310.tar.gz")
	manifests, c, err := readAll(t.Context(), reference, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := manifests[0]
	const id = "sha256:af341ccd2df8b0e2d67cf8dd32e087bfda4e5756ebd1c76bbf3efa0dc246590e"
	if m.ImageID != id || m.Config.Platform() != "linux/amd64" || len(m.Layers) != 1 {
		t.Errorf("image ID %s, platform %s, %d layers", m.ImageID, m.Config.Platform(), len(m.Layers))
	}
	if got := imagetest.Digest(c.data[m.Layers[0].Blob]); got != m.Layers[0].DiffID {
		t.Errorf("layer has the digest %s, want the diffID %s", got, m.Layers[0].DiffID)
	}
}

// wantError checks that the error contains text, and its hint contains hint.
func wantError(t *testing.T, err error, text, hint string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %q", text)
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("error %q, want %q in it", err, text)
	}
	var h interface{ Hint() string }
	got := ""
	if errors.As(err, &h) {
		got = h.Hint()
	}
	if (hint == "") != (got == "") || !strings.Contains(got, hint) {
		t.Errorf("hint %q, want %q in it", got, hint)
	}
}
