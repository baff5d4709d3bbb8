//go:build unix

package registryconfig

import "syscall"

// errNotDirectory is the error for a path through a file.
const errNotDirectory = syscall.ENOTDIR
