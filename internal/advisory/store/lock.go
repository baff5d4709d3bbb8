package store

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockWait is the time between two attempts to get a lock that another process holds.
const lockWait = 50 * time.Millisecond

// Lock takes the lock of the writers of a dataset, and waits while another process holds
// it. The caller releases it with unlock.
func Lock(ctx context.Context, dir, name string, log *slog.Logger) (unlock func(), err error) {
	path := PathOf(dir, name, fileSuffix+".lock")
	const patience = time.Second // then the log says why nothing happens
	start, logged := time.Now(), false
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		locked, err := tryLock(f)
		if locked {
			return func() { f.Close() }, nil // closing the file releases the lock
		}
		f.Close()
		if err != nil {
			return nil, &os.PathError{Op: "lock", Path: path, Err: err}
		}
		if !logged && time.Since(start) > patience {
			log.Warn("another update is running; waiting for it to end", "ecosystem", name)
			logged = true
		}
		select {
		case <-time.After(lockWait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Sweep removes the temporary files that killed processes left in a directory: those that
// were not written to for a day.
func Sweep(dir string, now time.Time) {
	const abandoned = 24 * time.Hour
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), temporaryPrefix) && now.Sub(info.ModTime()) > abandoned {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
