package userfile

import (
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// openPipe opens a named pipe for reading and waits until it has a writer.
func openPipe(path string, wait time.Duration) (*os.File, error) {
	// Without O_NONBLOCK, open itself waits for a writer.
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	// Not f.Fd: it would make reads block, so that SetReadDeadline has no effect.
	conn, err := f.SyscallConn()
	if err == nil {
		var waitErr error
		err = conn.Control(func(fd uintptr) { waitErr = waitForWriter(int(fd), wait) })
		if err == nil {
			err = waitErr
		}
	}
	if err != nil {
		f.Close()
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return f, nil
}

// waitForWriter waits until a pipe has a writer, or content of one that has closed it.
func waitForWriter(pipe int, wait time.Duration) error {
	var probe [2]int
	if err := unix.Pipe2(probe[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return err
	}
	defer unix.Close(probe[0])
	defer unix.Close(probe[1])
	for deadline := time.Now().Add(wait); ; time.Sleep(10 * time.Millisecond) {
		// tee(2) copies a byte without consuming it: it is 0 without a writer, and EAGAIN
		// with one that has not written yet.
		n, err := unix.Tee(pipe, probe[1], 1, unix.SPLICE_F_NONBLOCK)
		switch {
		case n > 0 || err == unix.EAGAIN:
			return nil
		case err != nil && err != unix.EINTR:
			return err
		case time.Now().After(deadline):
			return ErrNoWriter
		}
	}
}
