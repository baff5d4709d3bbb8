//go:build unix

package image_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"seaworthy.dev/seaworthy/internal/image"
)

// TestConformanceFIFO reads a named pipe, as in <(docker save NAME).
func TestConformanceFIFO(t *testing.T) {
	for name, path := range map[string]string{
		"docker archive": sample().DockerArchive(t, tag),
		"OCI archive":    sample().OCIArchive(t),
		"compressed":     gzipped(t, sample().DockerArchive(t, tag)),
	} {
		t.Run(name, func(t *testing.T) {
			fifo := filepath.Join(t.TempDir(), "fifo")
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			data := read(t, path)
			go os.WriteFile(fifo, data, 0o600) // waits for the reader
			checkSample(t, fifo, image.Options{})
		})
	}
}
