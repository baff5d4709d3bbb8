package image_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestNames has stores that name their image in the ways of docker save, podman, skopeo and
// BuildKit.
func TestNames(t *testing.T) {
	old := files(t, imagetest.Unpack(t, sample().DockerArchive(t, tag)))
	both := files(t, imagetest.Unpack(t, sample().DockerArchiveOCI(t, tag)))
	layout := files(t, sample().OCILayout(t))
	with := func(files map[string][]byte, name, from, to string) map[string][]byte {
		changed := make(map[string][]byte)
		for n, data := range files {
			changed[n] = data
		}
		text := strings.Replace(string(files[name]), from, to, 1)
		if text == string(files[name]) {
			t.Fatalf("%s has no %s", name, from)
		}
		changed[name] = []byte(text)
		return changed
	}
	var many strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&many, `"n%d:1",`, i)
	}
	for name, test := range map[string]struct {
		files     map[string][]byte
		want      []string
		omissions int
	}{
		"docker save":                  {old, []string{"ship:1"}, 0},
		"several tags":                 {with(old, "manifest.json", `"ship:1"`, `"ship:1","registry.example:5000/team/ship:2"`), []string{"ship:1", "registry.example:5000/team/ship:2"}, 0},
		"no tag":                       {with(old, "manifest.json", `["ship:1"]`, `null`), nil, 0},
		"docker save, both forms":      {both, []string{"docker.io/library/ship:1", "ship:1"}, 0},
		"layout with a bare tag":       {layout, nil, 0},
		"layout with a full name":      {with(layout, "index.json", `"latest"`, `"localhost/team/ship:v1"`), []string{"localhost/team/ship:v1"}, 0},
		"what is no name":              {with(old, "manifest.json", `"ship:1"`, `"ship:1","a b","\u001b[2J","##vso[x]y",""`), []string{"ship:1"}, 0},
		"more names than an image has": {with(old, "manifest.json", `"ship:1"`, many.String()+`"ship:1"`), nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := imagetest.Archive(t, test.files)
			for _, reference := range []string{path, "-"} {
				opt := image.Options{}
				if reference == "-" {
					file, err := os.Open(path)
					if err != nil {
						t.Fatal(err)
					}
					defer file.Close()
					opt.Stdin = file
				}
				manifests, _, err := readAll(t.Context(), reference, opt)
				if err != nil {
					t.Fatal(err)
				}
				m := manifests[0]
				if test.omissions > 0 {
					if len(m.Names) != 1000 || len(m.Omissions) != test.omissions {
						t.Errorf("%s: %d names, omissions %v", reference, len(m.Names), m.Omissions)
					}
					continue
				}
				if diff := cmp.Diff(test.want, m.Names); diff != "" {
					t.Errorf("%s: %s", filepath.Base(reference), diff)
				}
			}
		})
	}
}
