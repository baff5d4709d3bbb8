package image

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSplitTag(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"layout", "with:colon", "with@sign"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	digest := "sha256:" + strings.Repeat("a", 64)
	for _, test := range []struct{ in, path, tag string }{
		{"layout", "layout", ""},
		{"layout:v1", "layout", "v1"},
		{"layout:registry.example:5000/ship:1", "layout", "registry.example:5000/ship:1"},
		{"layout@" + digest, "layout", digest},
		{"with:colon", "with:colon", ""},
		{"with:colon:v1", "with:colon", "v1"},
		{"with@sign", "with@sign", ""},
		{"with@sign:v1", "with@sign", "v1"},
		{"with@sign@" + digest, "with@sign", digest},
		{"missing", "missing", ""},
		{"missing:v1", "missing", "v1"},
	} {
		path, tag := splitTag(dir + "/" + test.in)
		if path != dir+"/"+test.path || tag != test.tag {
			t.Errorf("%s: path %s, tag %q; want %s, %q", test.in, path, tag, test.path, test.tag)
		}
	}
}

func TestClaimedID(t *testing.T) {
	hex := strings.Repeat("a", 64)
	for name, want := range map[string]string{
		hex + ".json":            "sha256:" + hex,
		"./" + hex + ".json":     "sha256:" + hex,
		"sha256:" + hex:          "sha256:" + hex,
		"blobs/sha256/" + hex:    "sha256:" + hex,
		"config.json":            "",
		hex[1:] + ".json":        "",
		"blobs/sha256/../" + hex: "",
		strings.ToUpper(hex):     "",
	} {
		if got := claimedID(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestLabel checks the references of images if one reference names several.
func TestLabel(t *testing.T) {
	image := func(os, digest string) Manifest {
		m := Manifest{Digest: digest}
		m.Config.OS, m.Config.Architecture = os, "amd64"
		return m
	}
	r := imageSet{manifests: []Manifest{image("linux", "sha256:1"), image("windows", "sha256:2"), image("windows", "sha256:3")}}
	r.label("ship:1")
	want := []string{"ship:1 (linux/amd64)", "ship:1 (windows/amd64, sha256:2)", "ship:1 (windows/amd64, sha256:3)"}
	for i, m := range r.manifests {
		if m.Reference != want[i] {
			t.Errorf("%q, want %q", m.Reference, want[i])
		}
	}
}
