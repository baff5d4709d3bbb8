//go:build !linux

package image

import "io/fs"

// Inode numbers, file capabilities and virtual file systems are read on Linux only. On
// other systems a root file system is a copy that does not have them.

func identity(fs.FileInfo) (inode, bool) { return inode{}, false }

func fileCapability(string) (string, error) { return "", nil }

func virtualFSType(string) string { return "" }
