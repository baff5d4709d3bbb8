//go:build !unix

package registryconfig

import "io/fs"

// errNotDirectory is the error for a path through a file.
var errNotDirectory = fs.ErrNotExist
