package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestInterrupt ends a scan that waits for bytes which never come: within a
// second, with a message, and with nothing left behind.
func TestInterrupt(t *testing.T) {
	archive, err := os.ReadFile(imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("big", strings.Repeat("x", 1<<20))}}}.DockerArchive(t, "example/app:1.0"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, given := range []int{0, 10, 600, len(archive) / 2} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		go w.Write(archive[:given])
		ctx, cancel := context.WithCancel(t.Context())
		var canceled time.Time
		time.AfterFunc(200*time.Millisecond, func() {
			canceled = time.Now()
			cancel()
		})
		var out, errs bytes.Buffer
		code := cli.Run(ctx, []string{"scan", "--offline", "--cache-dir", filepath.Join(dir, "cache"), "--output", filepath.Join(dir, "report"), "-"},
			cli.Environment{Stdin: r, Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
		if took := time.Since(canceled); took > time.Second {
			t.Errorf("after %d bytes: it took %v to stop", given, took)
		}
		if code != cli.ExitError || errs.String() != "error: interrupted\n" || out.Len() > 0 {
			t.Errorf("after %d bytes: exit code %d, %q, %q", given, code, errs.String(), out.String())
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "cache" {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}
