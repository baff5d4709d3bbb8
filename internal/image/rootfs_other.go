//go:build !linux

package image

import "io/fs"

// inode numbers, file capabilities and file systems made up by the kernel are
// looked at on Linux only: elsewhere a root file system is a copy without them.

func identity(fs.FileInfo) (inode, bool) { return inode{}, false }

func fileCapability(string) (string, error) { return "", nil }

func virtualFS(string) string { return "" }
