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

// noise is a body that no accident reproduces.
func noise(seed uint64, length int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, length)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// deleted is an image that pretends to have got rid of things in every way: a
// whiteout, a removed directory, an opaque directory, a file put over another, a
// directory replaced by a file.
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

// versions are all files of it.
func versions() map[string]string {
	return map[string]string{
		"layer-0/root/key": noise(1, 3000), "layer-0/srv/deep/er": noise(2, 600), "layer-0/srv/same": noise(1, 3000),
		"layer-0/opt/token": noise(3, 70_000), "layer-0/opt/file": "first", "layer-0/empty": "",
		"layer-2/opt/file": noise(4, 5_000_000),
		"layer-3/srv/deep": "now a file",
		"layer-3/opt/abs":  "-> ../srv/same",
	}
}

// visible are the files that a container sees.
func visible() map[string]string {
	return map[string]string{
		"srv/same": noise(1, 3000), "srv/deep": "now a file", "opt/file": noise(4, 5_000_000), "empty": "",
		"opt/abs": "-> ../srv/same",
	}
}

// extracted carries out what is asked for.
func extracted(ctx context.Context, src image.Source, r extract.Request, dir string, opt extract.Options) (*extract.Summary, error) {
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

// tree gives the files and links below a directory.
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

// short makes a map of bodies one that a person can compare.
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

// checkSource is what conformance means: all versions, what a container sees, and
// a single file.
func checkSource(t *testing.T, reference string, opt image.Options) {
	t.Helper()
	src := open(t, reference, opt)
	all := filepath.Join(t.TempDir(), "all")
	s, err := extracted(t.Context(), src, extract.Request{AllVersions: true}, all, extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkTree(t, versions(), all)
	if s.Files != 8 || s.Links != 1 || s.LeftOutCount != 0 {
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

// TestConformance extracts the same from every source.
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
				t.Errorf("left behind in the directory for temporary files: %v", left)
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
		if _, err := extracted(t.Context(), open(t, "dir:"+dir, image.Options{}), extract.Request{Layer: extract.Merged, Path: "etc"}, to, extract.Options{}); err != nil {
			t.Fatal(err)
		}
		checkTree(t, map[string]string{"etc/x/y": noise(5, 9000)}, to)
	})
}

// opened notes the blobs that are opened of a source.
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

// TestOnlyNeededLayersAreRead shows that a source of random access gives no layer
// that holds nothing of what is asked for.
func TestOnlyNeededLayersAreRead(t *testing.T) {
	src := &opened{Source: open(t, deleted().OCILayout(t), image.Options{})}
	one := extract.OneLayer(src, 2)
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
	if extract.OneLayer(src, 4) != nil || extract.OneLayer(open(t, gzipped(t, deleted().OCIArchive(t)), image.Options{}), 0) != nil {
		t.Error("a layer that is not there, or not known, was cut out")
	}
}

// TestLinkToAnotherLayer extracts a hard link, of which the body is in the layer
// below.
func TestLinkToAnotherLayer(t *testing.T) {
	img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("one", noise(6, 1000)), imagetest.Link("two", "one")}, {imagetest.Whiteout("one"), imagetest.Link("three", "two"), imagetest.Link("four", "two")}}}
	src := open(t, img.OCILayout(t), image.Options{})
	if p, err := plan(t.Context(), extract.OneLayer(src, 1), extract.Request{Layer: 0, Path: "three"}); err != nil || p.Complete() {
		t.Errorf("the plan for the upper layer alone is complete: %v", err)
	}
	dir := t.TempDir()
	s, err := extracted(t.Context(), src, extract.Request{AllVersions: true}, dir, extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkTree(t, map[string]string{"layer-0/one": noise(6, 1000), "layer-0/two": noise(6, 1000), "layer-1/three": noise(6, 1000), "layer-1/four": noise(6, 1000)}, dir)
	if s.Files != 4 || s.Bytes != 2000 {
		t.Errorf("summary %+v: hard links of one layer share their bytes", s)
	}
}

// TestDuplicates extracts both of two entries with the same path, which some tools
// write and the last of which counts.
func TestDuplicates(t *testing.T) {
	img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("d/twice", "earlier"), imagetest.Dir("d", 0o700), imagetest.Dir("d", 0o755), imagetest.File("d/twice", "later")}}}
	src := open(t, img.OCILayout(t), image.Options{})
	for want, r := range map[string]extract.Request{
		"layer-0/d/twice=later layer-0-entry-0/d/twice=earlier": {AllVersions: true, Path: "d"},
		"d/twice=later": {Layer: 0},
	} {
		dir := t.TempDir()
		if _, err := extracted(t.Context(), src, r, dir, extract.Options{}); err != nil {
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
		{extract.Request{Layer: extract.Merged, Path: "root/key"}, "root/key is not in the image as a container sees it: layer 0 brought it, layer 1 removed it", extract.NotFound, []int{0}},
		{extract.Request{Layer: extract.Merged, Path: "nowhere"}, "there is no nowhere in any layer", extract.NotFound, nil},
		{extract.Request{Layer: 1, Path: "root/key"}, "layer 1 has no root/key but removed it: layer 0 brought it", extract.NotFound, []int{0}},
		{extract.Request{Layer: 1, Path: "opt/file"}, "layer 1 has no opt/file: layers 0 and 2 brought it", extract.NotFound, []int{0, 2}},
		{extract.Request{AllVersions: true, Path: "root/ke"}, "there is no root/ke in any layer", extract.NotFound, nil},
		{extract.Request{Layer: 0, Limits: extract.Limits{Bytes: 10}}, "6 files of 73605 bytes in all, where 10 bytes may be written", extract.TooLarge, nil},
		{extract.Request{Layer: 0, Limits: extract.Limits{Entries: 3}}, "more than 3 files, directories and links", extract.TooMany, nil},
	} {
		_, err := plan(t.Context(), src, test.request)
		var e *extract.Error
		if !errors.As(err, &e) || e.Error() != test.message || e.Problem != test.problem || !slices.Equal(e.Layers, test.layers) {
			t.Errorf("%+v:\ngot  %v\nwant %s", test.request, err, test.message)
		}
	}
}
