package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestSelf shows that the program finds nothing in an image of itself: it holds
// the beginnings of all the secrets that it looks for.
func TestSelf(t *testing.T) {
	program := filepath.Join(t.TempDir(), "seaworthy")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "seaworthy.dev/seaworthy/cmd/seaworthy")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.FileMode("usr/local/bin/seaworthy", 0o555, string(binary))}}}
	img.Config.Config.User = "65532:65532"
	img.Config.Config.Env = []string{"PATH=/usr/local/bin"}
	img.Config.Config.Entrypoint = []string{"/usr/local/bin/seaworthy"}
	var out, errs bytes.Buffer
	code := cli.Run(t.Context(), []string{"scan", "--no-cache", "--policy", "none", "--platform", "linux/amd64", "--fail-on", "low", "--risk", "misconfiguration,secret", img.OCILayout(t)},
		cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
	if code != cli.ExitPass {
		t.Errorf("exit code %d\n%s%s", code, &out, &errs)
	}
}
