//go:build !unix

package cli

import "os"

// lockTemporary does nothing: this system has no advisory locks.
func lockTemporary(*os.File) {}

// removeOrphans does nothing: without locks an orphan cannot be distinguished from a file in use.
func removeOrphans(string) {}
