package secret

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// The repository itself holds no literal that looks like a secret: tests make
// theirs up at run time.
func TestRepository(t *testing.T) {
	root := filepath.Join("..", "..")
	list := exec.Command("git", "ls-files", "-z")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Skip("no checkout of Git: ", err)
	}
	var layer imagetest.Layer
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		body, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if os.IsNotExist(err) {
			continue // deleted, and not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		layer = append(layer, imagetest.File("src/"+name, string(body)))
	}
	if len(layer) < 100 {
		t.Fatalf("only %d files", len(layer))
	}
	for _, f := range analyze(t, imagetest.Image{Layers: []imagetest.Layer{layer}}).findings {
		if f.Severity >= seaworthy.Low {
			t.Errorf("%s:%d: %s %s", f.Locations[0].Path, f.Locations[0].Line, f.Severity, f.ID)
		}
	}
}
