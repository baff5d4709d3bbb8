//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// temporaryName is the name of the temporary file of a report.
var temporaryName = regexp.MustCompile(`^\.seaworthy-[A-Z2-7]{26}$`)

// orphanAge is the age from which a temporary file can be an orphan. A younger one may not
// be locked yet.
const orphanAge = time.Minute

// lockTemporary marks a temporary file as in use until it is closed.
func lockTemporary(f *os.File) {
	// Without the lock the file may be taken for an orphan by another run. A file system
	// without locks is no reason to fail.
	syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// removeOrphans removes temporary files that runs left in a directory when they were
// killed: those that are old and that no process has locked.
func removeOrphans(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // creating a file there will return the error
	}
	for _, e := range entries {
		if !temporaryName.MatchString(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < orphanAge {
			continue
		}
		removeOrphan(filepath.Join(dir, e.Name()))
	}
}

// removeOrphan removes a temporary file unless a process has locked it.
func removeOrphan(path string) {
	f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		os.Remove(path)
	}
}
