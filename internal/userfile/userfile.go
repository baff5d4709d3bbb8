// Package userfile opens files that a user names, or that lie in the user's directory. Such
// a file may be a named pipe to which no program writes, or a device without an end: the
// package gives an error instead of waiting or reading for ever.
//
// Process substitution of a shell, as in --vex <(command), works: a pipe with a writer is
// read to its end.
package userfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// writerWait is how long a named pipe may have no writer.
const writerWait = 10 * time.Second

// ErrNoWriter is returned for a named pipe that no program has opened for writing.
var ErrNoWriter = errors.New("no program writes to the named pipe")

// Open opens a file for reading. A directory is an error.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return os.Open(path) // for its error
	case info.IsDir():
		return nil, fmt.Errorf("%s is a directory", path)
	case info.Mode()&fs.ModeNamedPipe != 0:
		return openPipe(path, writerWait)
	}
	return os.Open(path)
}

// Read returns the content of a file of at most limit bytes. A larger file is an error.
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	return data, err
}
