package extract_test

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/extract"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func device(name string, typeflag byte) imagetest.Entry {
	return imagetest.Entry{Header: tar.Header{Typeflag: typeflag, Name: name, Mode: 0o666, Devmajor: 1, Devminor: 3}}
}

// TestHostile extracts an image whose paths and links lead out of the target directory, next
// to a file that must not change.
func TestHostile(t *testing.T) {
	long := strings.Repeat("n", 300)
	img := imagetest.Image{Layers: []imagetest.Layer{
		{
			imagetest.File("../../outside", "x"), imagetest.File("/abs", "x"), imagetest.File("a/../../../b", "x"),
			// Through a link of the same layer, and of a lower one.
			imagetest.Symlink("out", "../.."), imagetest.File("out/evil", "x"),
			imagetest.Symlink("lower", "/"),
			// Each of these links alone stays inside; together they would lead out.
			imagetest.Dir("p/q/r", 0o755), imagetest.Symlink("p/q/r/top", "../../.."), imagetest.Symlink("p/q/r/chain", "top/../../outside"),
			imagetest.Symlink("p/climb", "../../../../../../etc/passwd"), imagetest.Symlink("p/abs", "/etc/passwd"), imagetest.Symlink("p/self", "self"),
			imagetest.Symlink("p/dots", "./.././../x"), imagetest.Symlink("p/hidden", "q/../../../x"), imagetest.Symlink("p/root", "/"),
			imagetest.Link("hard", "../../outside"), imagetest.Link("dangling", "etc/shadow"), imagetest.Link("tolink", "p/climb"),
			device("dev/null", tar.TypeChar), device("dev/sda", tar.TypeBlock), device("dev/fifo", tar.TypeFifo), imagetest.Link("todev", "dev/null"),
			imagetest.FileMode("setuid", 0o7777, "x"), imagetest.Dir("sticky", 0o3777), imagetest.Dir("locked", 0), imagetest.FileMode("locked/in", 0, "x"),
			imagetest.File(long, "x"), imagetest.File("esc\x1b[31m\nline", "x"), imagetest.File("latin\xe9", "x"), imagetest.File(`back\..\slash`, "x"),
		},
		{imagetest.File("lower/through", "x")},
	}}
	outer := t.TempDir()
	if err := os.WriteFile(filepath.Join(outer, "outside"), []byte("untouched"), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(outer, "one", "two")
	s, err := write(t.Context(), open(t, img.OCILayout(t), image.Options{}), extract.Request{Layer: extract.Merged}, dir, extract.Options{KeepModes: true})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"outside": "x", "abs": "x", "b": "x", "evil": "x", "out": "-> .", "lower/through": "x",
		"p/q/r/top": "-> ../../..", "p/climb": "-> ../etc/passwd", "p/abs": "-> ../etc/passwd", "p/self": "-> self", "p/dots": "-> ../x", "p/root": "-> ..",
		"hard": "x", "tolink": "-> etc/passwd", "setuid": "x", "locked/in": "x",
		"esc\x1b[31m\nline": "x", "latin\xe9": "x", `back\..\slash`: "x",
	}
	checkTree(t, want, dir)
	if diff := cmp.Diff(map[string]string{"outside": "untouched"}, onlyFiles(t, outer, "one")); diff != "" {
		t.Error(diff)
	}
	var skipped []string
	for _, n := range s.Skipped {
		skipped = append(skipped, n.Path+": "+n.Reason)
	}
	if diff := cmp.Diff([]string{
		"dangling: a hard link to etc/shadow, which does not exist",
		"dev/fifo: a fifo", "dev/null: a char-device", "dev/sda: a block-device",
		long + ": refused by the file system: file name too long",
		"p/hidden: a link to q/../../../x, which could lead out of the directory",
		"p/q/r/chain: a link to top/../../outside, which could lead out of the directory",
		"todev: a char-device",
	}, skipped); diff != "" {
		t.Error(diff)
	}
	for name, mode := range map[string]os.FileMode{"setuid": 0o777, "sticky": 0o777 | os.ModeDir, "locked": 0o700 | os.ModeDir, "locked/in": 0} {
		if info, err := os.Lstat(filepath.Join(dir, name)); err != nil || info.Mode() != mode {
			t.Errorf("%s has the mode %v, want %v (%v)", name, info.Mode(), mode, err)
		}
	}
}

// onlyFiles returns the files below a directory, except those in one subdirectory.
func onlyFiles(t *testing.T, dir, except string) map[string]string {
	found := tree(t, dir)
	for name := range found {
		if strings.HasPrefix(name, except+string(filepath.Separator)) {
			delete(found, name)
		}
	}
	return found
}

// TestModesWithoutKeepModes checks that extracted files are not executable, and readable
// only for their owner.
func TestModesWithoutKeepModes(t *testing.T) {
	dir := t.TempDir()
	img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.Dir("d", 0o777), imagetest.FileMode("d/f", 0o4755, "x")}}}
	if _, err := write(t.Context(), open(t, img.OCILayout(t), image.Options{}), extract.Request{Layer: 0}, dir, extract.Options{}); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"d": 0o700 | os.ModeDir, "d/f": 0o600} {
		if info, err := os.Lstat(filepath.Join(dir, name)); err != nil || info.Mode() != mode {
			t.Errorf("%s has the mode %v, want %v (%v)", name, info.Mode(), mode, err)
		}
	}
}

// TestExistingFiles checks that nothing is overwritten without Force, and that an
// extraction that fails writes nothing.
func TestExistingFiles(t *testing.T) {
	img := imagetest.Image{Layers: []imagetest.Layer{{
		imagetest.File("d/a", "new"), imagetest.File("d/b", "new"), imagetest.File("e/f", "new"), imagetest.Symlink("d/s", "a"),
	}}}
	src := open(t, img.OCILayout(t), image.Options{})
	for _, test := range []struct {
		name    string
		prepare func(dir string) error
		force   bool
		err     string
		want    map[string]string
	}{
		{"next to others", func(dir string) error { return os.WriteFile(dir+"/d/other", []byte("old"), 0o644) }, false, "",
			map[string]string{"d/a": "new", "d/b": "new", "d/s": "-> a", "e/f": "new", "d/other": "old"}},
		{"in the way", func(dir string) error { return os.WriteFile(dir+"/d/b", []byte("old"), 0o644) }, false, "d/b already exists in DIR", map[string]string{"d/b": "old"}},
		{"replaced", func(dir string) error { return os.WriteFile(dir+"/d/b", []byte("old"), 0o644) }, true, "",
			map[string]string{"d/a": "new", "d/b": "new", "d/s": "-> a", "e/f": "new"}},
		{"a link in the way", func(dir string) error { return os.Symlink("d/a", dir+"/e") }, false, "e already exists in DIR", map[string]string{"e": "-> d/a"}},
		{"a link replaced", func(dir string) error { return os.Symlink("/", dir+"/e") }, true, "",
			map[string]string{"d/a": "new", "d/b": "new", "d/s": "-> a", "e/f": "new"}},
		{"a directory in the way", func(dir string) error { return os.MkdirAll(dir+"/d/a", 0o755) }, true, "d/a is a directory in DIR but not in the image", map[string]string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := errors.Join(os.Mkdir(dir+"/d", 0o755), test.prepare(dir)); err != nil {
				t.Fatal(err)
			}
			_, err := write(t.Context(), src, extract.Request{Layer: 0}, dir, extract.Options{Force: test.force})
			if got := strings.ReplaceAll(fmt.Sprint(err), dir, "DIR"); test.err == "" && err != nil || test.err != "" && got != test.err {
				t.Errorf("got %q, want %q", got, test.err)
			}
			checkTree(t, test.want, dir)
		})
	}
}

// TestWrongDigest checks that nothing is written of a layer with a wrong digest, neither to
// the directory nor to a writer.
func TestWrongDigest(t *testing.T) {
	layout := deleted().OCILayout(t)
	src := open(t, layout, image.Options{})
	p, err := plan(t.Context(), src, extract.Request{AllVersions: true})
	if err != nil {
		t.Fatal(err)
	}
	single, err := plan(t.Context(), src, extract.Request{Layer: 2, Path: "opt/file"})
	if err != nil {
		t.Fatal(err)
	}
	// The layer changes after it was read, behind the first extracted file.
	blob := filepath.Join(layout, "blobs", "sha256", strings.TrimPrefix(src.Manifests()[0].Layers[2].Digest, "sha256:"))
	other := imagetest.Layer{imagetest.Dir("opt", 0o755), imagetest.Opaque("opt"), imagetest.File("opt/file", noise(4, 5_000_000)), imagetest.File("more", "x")}
	if err := os.WriteFile(blob, imagetest.Gzip(other.Tar()), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	if _, err := p.Write(t.Context(), src, dir, extract.Options{}); err == nil || !strings.Contains(err.Error(), "content does not match the image") && !strings.Contains(err.Error(), "wrong digest") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory remains: %v", err)
	}
	var out strings.Builder
	if err := single.Copy(t.Context(), src, &out, extract.Options{}.Limits); err == nil || out.Len() > 0 {
		t.Errorf("%d bytes of a wrong layer were written, error %v", out.Len(), err)
	}
}

// TestInterrupted checks that a canceled extraction leaves nothing in the directory.
func TestInterrupted(t *testing.T) {
	src := open(t, deleted().OCILayout(t), image.Options{})
	p, err := plan(t.Context(), src, extract.Request{AllVersions: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if _, err := p.Write(ctx, src, dir, extract.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("files remain: %v", entries)
	}
}
