//go:build !linux

package userfile

import (
	"os"
	"time"
)

// openPipe opens a named pipe for reading. Only Linux reports whether it has a writer.
func openPipe(path string, _ time.Duration) (*os.File, error) { return os.Open(path) }
