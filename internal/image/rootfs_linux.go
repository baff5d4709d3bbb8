package image

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// identity gives the identity of a regular file, and whether it may have other
// names.
func identity(info fs.FileInfo) (id inode, several bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || st.Nlink < 2 {
		return inode{}, false
	}
	return inode{device: st.Dev, number: st.Ino}, true
}

// fileCapability gives the extended attribute security.capability, or "".
func fileCapability(path string) (string, error) {
	buf := make([]byte, 64) // struct vfs_ns_cap_data has 24 bytes
	n, err := unix.Lgetxattr(path, "security.capability", buf)
	switch {
	case err == nil:
		return string(buf[:n]), nil
	case errors.Is(err, unix.ENODATA), errors.Is(err, unix.ENOTSUP):
		return "", nil
	default:
		return "", fmt.Errorf("its file capability: %w", err)
	}
}

// virtualFS names the file system of a directory if its files are made up by the
// kernel, as in the /proc of a running system; else it gives "".
func virtualFS(dir string) string {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return ""
	}
	switch int64(st.Type) {
	case unix.PROC_SUPER_MAGIC:
		return "proc"
	case unix.SYSFS_MAGIC:
		return "sysfs"
	case unix.CGROUP_SUPER_MAGIC, unix.CGROUP2_SUPER_MAGIC:
		return "cgroup"
	case unix.DEVPTS_SUPER_MAGIC:
		return "devpts"
	case unix.DEBUGFS_MAGIC:
		return "debugfs"
	case unix.TRACEFS_MAGIC:
		return "tracefs"
	case unix.SECURITYFS_MAGIC:
		return "securityfs"
	case unix.BPF_FS_MAGIC:
		return "bpf"
	}
	return ""
}
