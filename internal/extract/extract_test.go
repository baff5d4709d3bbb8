package extract_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"seaworthy.dev/seaworthy/internal/extract"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// noise returns pseudo-random content.
func noise(seed uint64, length int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, length)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// deleted returns an image with files deleted in every way: a whiteout of a file and of a
// directory, an opaque directory, a file that replaces a file, and one that replaces a
// directory.
func deleted() imagetest.Image {
	return imagetest.Image{Layers: []imagetest.Layer{
		{
			imagetest.Dir("root", 0o700), imagetest.FileMode("root/key", 0o4755, noise(1, 3000)),
			imagetest.Dir("srv", 0o755), imagetest.Dir("srv/deep", 0o755), imagetest.File("srv/deep/er", noise(2, 600)), imagetest.Link("srv/same", "root/key"),
			imagetest.Dir("opt", 0o755), imagetest.File("opt/token", noise(3, 70_000)), imagetest.File("opt/file", "first"),
			imagetest.File("empty", ""),
		},
		{imagetest.Whiteout("root/key"), imagetest.Whiteout("srv/deep")},
		{imagetest.Dir("opt", 0o755), imagetest.Opaque("opt"), imagetest.File("opt/file", noise(4, 5_000_000))},
		{imagetest.File("srv/deep", "now a file"), imagetest.Symlink("opt/abs", "/srv/same")},
	}}
}

// versions returns all files of deleted, by path for Request.AllVersions.
func versions() map[string]string {
	return map[string]string{
		"layer-0/root/key": noise(1, 3000), "layer-0/srv/deep/er": noise(2, 600), "layer-0/srv/same": noise(1, 3000),
		"layer-0/opt/token": noise(3, 70_000), "layer-0/opt/file": "first", "layer-0/empty": "",
		"layer-2/opt/file": noise(4, 5_000_000),
		"layer-3/srv/deep": "now a file",
		"layer-3/opt/abs":  "-> ../srv/same",
	}
}

// visible returns the files of deleted that a container sees.
func visible() map[string]string {
	return map[string]string{
		"srv/same": noise(1, 3000), "srv/deep": "now a file", "opt/file": noise(4, 5_000_000), "empty": "",
		"opt/abs": "-> ../srv/same",
	}
}

// write plans a request and writes it to a directory.
func write(ctx context.Context, src image.Source, r extract.Request, dir string, opt extract.Options) (*extract.Summary, error) {
	p, err := plan(ctx, src, r)
	if err != nil {
		return nil, err
	}
	return p.Write(ctx, src, dir, opt)
}

func plan(ctx context.Context, src image.Source, r extract.Request) (*extract.Plan, error) {
	reading, err := scan.Read(ctx, src, scan.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	for m, err := range reading.Images(ctx) {
		if err != nil {
			return nil, err
		}
		return extract.NewPlan(m, src.Manifests()[0], r)
	}
	return nil, errors.New("no image")
}

func open(t *testing.T, reference string, opt image.Options) image.Source {
	t.Helper()
	opt.Rereadable = true
	src, err := image.Open(t.Context(), reference, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

// tree returns the files and links below a directory. A link is "-> TARGET".
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if d.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			found[name] = "-> " + target
			return err
		}
		data, err := os.ReadFile(path)
		found[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// short replaces long contents by their size and digest, for a readable diff.
func short(files map[string]string) map[string]string {
	for name, body := range files {
		if len(body) > 100 {
			files[name] = fmt.Sprintf("%d bytes %s", len(body), imagetest.Digest([]byte(body)))
		}
	}
	return files
}

func checkTree(t *testing.T, want map[string]string, dir string) {
	t.Helper()
	if diff := cmp.Diff(short(want), short(tree(t, dir))); diff != "" {
		t.Errorf("extracted (-want +got):\n%s", diff)
	}
}

// checkSource checks that all versions, the merged file system and a single file of deleted
// can be extracted from a reference.
func checkSource(t *testing.T, reference string, opt image.Options) {
	t.Helper()
	src := open(t, reference, opt)
	all := filepath.Join(t.TempDir(), "all")
	s, err := write(t.Context(), src, extract.Request{AllVersions: true}, all, extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkTree(t, versions(), all)
	if s.Files != 8 || s.Links != 1 || s.SkippedCount != 0 {
		t.Errorf("summary %+v", s)
	}
	p, err := plan(t.Context(), src, extract.Request{Layer: extract.Merged})
	if err != nil {
		t.Fatal(err)
	}
	merged := t.TempDir()
	if _, err := p.Write(t.Context(), src, merged, extract.Options{}); err != nil {
		t.Fatal(err)
	}
	checkTree(t, visible(), merged)
	if p, err = plan(t.Context(), src, extract.Request{Layer: 0, Path: "opt/token"}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.Copy(t.Context(), src, &out, extract.Options{}.Limits); err != nil || out.String() != noise(3, 70_000) {
		t.Errorf("single file: %d bytes, %v", out.Len(), err)
	}
}

func compressed(t *testing.T, path string, newWriter func(io.Writer) io.WriteCloser) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	w := newWriter(&buf)
	w.Write(data)
	w.Close()
	out := filepath.Join(t.TempDir(), "image")
	if err := os.WriteFile(out, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

func gzipped(t *testing.T, path string) string {
	return compressed(t, path, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

// TestConformance extracts the same image from every kind of source.
func TestConformance(t *testing.T) {
	img := deleted()
	layout, ociArchive, old, both := img.OCILayout(t), img.OCIArchive(t), img.DockerArchive(t, "ship:1"), img.DockerArchiveOCI(t, "ship:1")
	zst := compressed(t, old, func(w io.Writer) io.WriteCloser {
		z, _ := zstd.NewWriter(w)
		return z
	})
	for name, reference := range map[string]string{
		"OCI layout": "oci:" + layout, "OCI archive": ociArchive, "OCI archive, gzip": gzipped(t, ociArchive),
		"docker archive": old, "docker archive, gzip": gzipped(t, old), "docker archive, zstd": zst,
		"docker archive of Docker 25": both, "docker archive of Docker 25, gzip": gzipped(t, both),
	} {
		t.Run(name, func(t *testing.T) { checkSource(t, reference, image.Options{}) })
	}
	for name, path := range map[string]string{"docker archive": old, "OCI archive": ociArchive, "docker archive, gzip": gzipped(t, old)} {
		t.Run("standard input: "+name, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			temp := t.TempDir()
			checkSource(t, "-", image.Options{Stdin: bytes.NewReader(data), TempDir: temp})
			if left := tree(t, temp); len(left) > 0 {
				t.Errorf("temporary files remain: %v", left)
			}
		})
	}
	t.Run("registry", func(t *testing.T) {
		addr := imagetest.Registry(t)
		imagetest.Run(t, nil, "skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "oci:"+layout+":latest", "docker://"+addr+"/fleet/ship:1")
		checkSource(t, addr+"/fleet/ship:1", image.Options{})
	})
	t.Run("daemon", func(t *testing.T) {
		address := imagetest.DockerDaemon(t)
		imagetest.Run(t, []string{"DOCKER_HOST=" + address}, "docker", "load", "-i", old)
		checkSource(t, "docker-daemon:ship:1", image.Options{Docker: image.Docker{Host: address}})
	})
	t.Run("root file system", func(t *testing.T) {
		dir := t.TempDir()
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, "etc/x"), 0o755), os.WriteFile(filepath.Join(dir, "etc/x/y"), []byte(noise(5, 9000)), 0o600)); err != nil {
			t.Fatal(err)
		}
		to := t.TempDir()
		if _, err := write(t.Context(), open(t, "dir:"+dir, image.Options{}), extract.Request{Layer: extract.Merged, Path: "etc"}, to, extract.Options{}); err != nil {
			t.Fatal(err)
		}
		checkTree(t, map[string]string{"etc/x/y": noise(5, 9000)}, to)
	})
}

// opened records which blobs of a source are opened.
type opened struct {
	image.Source
	mu    sync.Mutex
	names []string
}

func (o *opened) Layers(ctx context.Context, visit func(context.Context, image.Blob) error) error {
	return o.Source.Layers(ctx, func(ctx context.Context, b image.Blob) error {
		open := b.Open
		b.Open = func(ctx context.Context) (io.ReadCloser, error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.names = append(o.names, b.Name)
			return open(ctx)
		}
		return visit(ctx, b)
	})
}

// TestOnlyNeededLayersAreRead checks that no other layer is read from a source with random
// access.
func TestOnlyNeededLayersAreRead(t *testing.T) {
	src := &opened{Source: open(t, deleted().OCILayout(t), image.Options{})}
	one := extract.SingleLayer(src, 2)
	p, err := plan(t.Context(), one, extract.Request{Layer: 0, Path: "opt"})
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if _, err := p.Write(t.Context(), one, to, extract.Options{}); err != nil {
		t.Fatal(err)
	}
	checkTree(t, map[string]string{"opt/file": noise(4, 5_000_000)}, to)
	blob := src.Manifests()[0].Layers[2].Blob
	if !slices.Equal(src.names, []string{blob, blob}) {
		t.Errorf("read %q, want %s only", src.names, blob)
	}
	if extract.SingleLayer(src, 4) != nil || extract.SingleLayer(open(t, gzipped(t, deleted().OCIArchive(t)), image.Options{}), 0) != nil {
		t.Error("SingleLayer returned a source for a layer that does not exist or is not known")
	}
}

// TestLinkToAnotherLayer extracts a hard link whose content is in a lower layer.
func TestLinkToAnotherLayer(t *testing.T) {
	img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("one", noise(6, 1000)), imagetest.Link("two", "one")}, {imagetest.Whiteout("one"), imagetest.Link("three", "two"), imagetest.Link("four", "two")}}}
	src := open(t, img.OCILayout(t), image.Options{})
	if p, err := plan(t.Context(), extract.SingleLayer(src, 1), extract.Request{Layer: 0, Path: "three"}); err != nil || p.IsComplete() {
		t.Errorf("the plan for the upper layer alone is complete: %v", err)
	}
	dir := t.TempDir()
	s, err := write(t.Context(), src, extract.Request{AllVersions: true}, dir, extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkTree(t, map[string]string{"layer-0/one": noise(6, 1000), "layer-0/two": noise(6, 1000), "layer-1/three": noise(6, 1000), "layer-1/four": noise(6, 1000)}, dir)
	if s.Files != 4 || s.Bytes != 2000 {
		t.Errorf("summary %+v: hard links of one layer share their bytes", s)
	}
}

// TestDuplicates extracts two entries of one layer with the same path. Some programs write
// such layers; a container sees the last one.
func TestDuplicates(t *testing.T) {
	img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("d/twice", "earlier"), imagetest.Dir("d", 0o700), imagetest.Dir("d", 0o755), imagetest.File("d/twice", "later")}}}
	src := open(t, img.OCILayout(t), image.Options{})
	for want, r := range map[string]extract.Request{
		"layer-0/d/twice=later layer-0-entry-0/d/twice=earlier": {AllVersions: true, Path: "d"},
		"d/twice=later": {Layer: 0},
	} {
		dir := t.TempDir()
		if _, err := write(t.Context(), src, r, dir, extract.Options{}); err != nil {
			t.Fatal(err)
		}
		files := make(map[string]string)
		for _, w := range strings.Fields(want) {
			name, body, _ := strings.Cut(w, "=")
			files[name] = body
		}
		checkTree(t, files, dir)
	}
}

func TestNotFound(t *testing.T) {
	src := open(t, deleted().OCILayout(t), image.Options{})
	for _, test := range []struct {
		request extract.Request
		message string
		problem extract.Problem
		layers  []int
	}{
		{extract.Request{Layer: extract.Merged, Path: "root/key"}, "root/key is not in the file system of the container: layer 0 added it, layer 1 deleted it", extract.NotFound, []int{0}},
		{extract.Request{Layer: extract.Merged, Path: "nowhere"}, "nowhere is not in any layer", extract.NotFound, nil},
		{extract.Request{Layer: 1, Path: "root/key"}, "root/key is not in layer 1, which deletes it: layer 0 added it", extract.NotFound, []int{0}},
		{extract.Request{Layer: 1, Path: "opt/file"}, "opt/file is not in layer 1: layers 0 and 2 added it", extract.NotFound, []int{0, 2}},
		{extract.Request{AllVersions: true, Path: "root/ke"}, "root/ke is not in any layer", extract.NotFound, nil},
		{extract.Request{Layer: 0, Limits: extract.Limits{Bytes: 10}}, "the files (6) have 73605 bytes in total; the limit is 10 bytes", extract.TooLarge, nil},
		{extract.Request{Layer: 0, Limits: extract.Limits{Entries: 3}}, "too many files, directories and links; the limit is 3", extract.TooMany, nil},
	} {
		_, err := plan(t.Context(), src, test.request)
		var e *extract.Error
		if !errors.As(err, &e) || e.Error() != test.message || e.Problem != test.problem || !slices.Equal(e.Layers, test.layers) {
			t.Errorf("%+v:\ngot  %v\nwant %s", test.request, err, test.message)
		}
	}
}
