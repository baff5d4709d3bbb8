package scan_test

import (
	"os"
	"testing"

	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// TestGoFunction searches for functions in a Go program (this test) behind a link, in a
// script, and in a program that a later layer removed.
func TestGoFunction(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	img := imagetest.Image{Layers: []imagetest.Layer{
		{
			imagetest.FileMode("usr/bin/app", 0o755, string(body)), imagetest.Symlink("bin", "usr/bin"),
			imagetest.FileMode("usr/bin/script", 0o755, "#!/bin/sh\n"), imagetest.Link("usr/bin/again", "usr/bin/app"),
		},
		{imagetest.FileMode("usr/bin/gone", 0o755, "x")},
		{imagetest.Whiteout("usr/bin/gone")},
	}}
	m := read(t, "oci:"+img.OCILayout(t), scan.Options{})
	for _, c := range []struct {
		path, importPath, symbol string
		present, known           bool
	}{
		{"usr/bin/app", "testing", "tRunner", true, true},
		{"usr/bin/app", "archive/tar", "Reader.Next", true, true},
		{"bin/app", "testing", "tRunner", true, true},
		{"usr/bin/again", "testing", "tRunner", true, true},
		{"usr/bin/app", "example.org/nowhere", "Parse", false, true},
		{"usr/bin/script", "testing", "tRunner", false, false},
		{"usr/bin/gone", "testing", "tRunner", false, false},
		{"usr/bin/nothing", "testing", "tRunner", false, false},
		{"", "testing", "tRunner", false, false},
	} {
		present, known := m.GoFunction(c.path, c.importPath, c.symbol)
		if present != c.present || known != c.known {
			t.Errorf("%s %s.%s: present %v, known %v", c.path, c.importPath, c.symbol, present, known)
		}
	}
}
