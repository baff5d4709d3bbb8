package store

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Lock waits until no other process writes the dataset.
func Lock(ctx context.Context, dir, name string, log *slog.Logger) (unlock func(), err error) {
	type outcome struct {
		unlock func()
		err    error
	}
	locked := make(chan outcome, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(PathOf(dir, name, fileSuffix+".lock")).Lock()
		locked <- outcome{unlock, err}
	}()
	const patience = time.Second
	impatient := time.After(patience)
	for {
		select {
		case o := <-locked:
			return o.unlock, o.err
		case <-impatient:
			log.Warn("another update is running; waiting for it to end", "ecosystem", name)
		case <-ctx.Done():
			go func() { // the lock may still come, and is not needed any more
				if o := <-locked; o.err == nil {
					o.unlock()
				}
			}()
			return nil, ctx.Err()
		}
	}
}

// Sweep removes the temporary files that killed processes left in a directory.
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
