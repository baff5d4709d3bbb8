//go:build linux

package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestChange(t *testing.T) {
	root := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	path := func(name string) string { return filepath.Join(root, name) }
	must(os.MkdirAll(path("kept/below"), 0o755))
	must(os.MkdirAll(path("gone/below"), 0o755))
	for _, name := range []string{"kept/same", "kept/below/changed", "kept/removed", "gone/below/file"} {
		must(os.WriteFile(path(name), []byte(name), 0o644))
	}
	before, err := readTree(root)
	must(err)

	must(os.WriteFile(path("kept/below/changed"), []byte("other"), 0o644))
	must(os.WriteFile(path("kept/new"), nil, 0o644))
	must(os.Link(path("kept/new"), path("kept/zlink")))
	must(os.Symlink("new", path("kept/symlink")))
	must(os.Remove(path("kept/removed")))
	must(os.RemoveAll(path("gone")))
	after, err := readTree(root)
	must(err)

	var layer bytes.Buffer
	must(after.since(before).writeTar(&layer, root))
	var got []string
	for r := tar.NewReader(&layer); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		must(err)
		got = append(got, string(h.Typeflag)+" "+h.Name+" "+h.Linkname)
	}
	want := []string{
		"0 .wh.gone ", "0 kept/.wh.removed ",
		"5 kept/ ", "5 kept/below/ ", "0 kept/below/changed ", "0 kept/new ", "2 kept/symlink new", "1 kept/zlink kept/new",
	}
	if !slices.Equal(got, want) {
		t.Errorf("layer holds\n%q, want\n%q", got, want)
	}
}
