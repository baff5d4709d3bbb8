package scan_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// TestBaseOfBuiltImages builds an image on an old base image, with both builders of the
// Docker daemon and in two stages, the second on top of the first.
func TestBaseOfBuiltImages(t *testing.T) {
	old := time.Date(2020, 1, 23, 16, 53, 6, 0, time.UTC)
	base := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("etc/os-release", "ID=harbour\n")}, {imagetest.File("bin/sh", "x")}}}
	base.Config.History = []seaworthy.History{
		{CreatedBy: "/bin/sh -c #(nop) ADD file:1 in / ", Created: &old},
		{CreatedBy: "/bin/sh -c #(nop) COPY file:2 in /bin ", Created: &old},
		{CreatedBy: `/bin/sh -c #(nop)  CMD ["/bin/sh"]`, Created: &old, EmptyLayer: true},
	}
	address := imagetest.DockerDaemon(t)
	env := []string{"DOCKER_HOST=" + address}
	imagetest.Run(t, env, "docker", "load", "-i", base.DockerArchive(t, "harbour:1"))
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Dockerfile": "FROM harbour:1 AS one\nCOPY app /app\nCMD [\"/app\"]\nFROM one\nENV A=b\nCOPY app /again\nCMD [\"/again\"]\n",
		"app":        "app",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ name, program, buildKit, evidence string }{
		{"classic", "docker", "0", "the history has a CMD after layer 1, and another one for younger layers"},
		// The client of Debian's docker.io has BuildKit built in; others need a plugin.
		{"BuildKit", "/usr/bin/docker", "1", "the history passes from the classic builder or Buildah to BuildKit after layer 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "app.tar")
			imagetest.Run(t, append(env, "DOCKER_BUILDKIT="+test.buildKit), test.program, "build", "--no-cache", "-t", "app:"+test.buildKit, dir)
			imagetest.Run(t, env, "docker", "save", "-o", file, "app:"+test.buildKit)
			img := read(t, file, scan.Options{}).Image()
			if len(img.Layers) != 4 || img.BaseBoundary == nil || *img.BaseBoundary != 2 || img.Base.Evidence != test.evidence {
				t.Errorf("%d layers, boundary %v, %+v", len(img.Layers), img.BaseBoundary, img.Base)
			}
		})
	}
}
