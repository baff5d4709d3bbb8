//go:build linux

package main

import (
	"archive/tar"
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// tree is the state of a directory tree: for each path, what changes with the file.
type tree map[string]state

type state struct {
	inode uint64
	ctime syscall.Timespec
	dir   bool
	mode  uint32
	uid   uint32
	gid   uint32
}

// readTree reads the state of everything below root but kernel file systems.
func readTree(root string) (tree, error) {
	t := tree{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == root {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		sys := info.Sys().(*syscall.Stat_t)
		s := state{inode: sys.Ino, ctime: sys.Ctim, dir: d.IsDir(), mode: sys.Mode, uid: sys.Uid, gid: sys.Gid}
		if s.dir { // a change inside a directory is no change of the directory
			s.ctime = syscall.Timespec{}
		}
		t[rel] = s
		if rel == "proc" || rel == "sys" || rel == "dev" {
			return fs.SkipDir
		}
		return nil
	})
	return t, err
}

// change is the difference that one step made to a tree.
type change struct {
	written []string // in lexical order, so that directories precede their contents
	removed []string // without the paths below a removed directory
}

func (t tree) since(before tree) change {
	var c change
	for _, name := range slices.Sorted(maps.Keys(t)) {
		if old, ok := before[name]; !ok || old != t[name] {
			c.written = append(c.written, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		_, here := t[name]
		if dir := path.Dir(name); !here && (dir == "." || t[dir].dir) {
			c.removed = append(c.removed, name)
		}
	}
	return c
}

// writeTar writes the change as a layer: written files as they are below root,
// removed ones as whiteouts.
func (c change) writeTar(dst io.Writer, root string) error {
	buffered := bufio.NewWriterSize(dst, 1<<20)
	w := tar.NewWriter(buffered)
	links := map[uint64]string{}
	parents := map[string]bool{".": true}
	for _, name := range c.removed {
		whiteout := path.Join(path.Dir(name), ".wh."+path.Base(name))
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: whiteout, Mode: 0o644}); err != nil {
			return err
		}
	}
	for _, name := range c.written {
		if err := writeParents(w, root, path.Dir(name), parents); err != nil {
			return err
		}
		parents[name] = true
		if err := writeEntry(w, root, name, links); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return errors.Join(w.Close(), buffered.Flush())
}

func writeParents(w *tar.Writer, root, dir string, done map[string]bool) error {
	if done[dir] {
		return nil
	}
	done[dir] = true
	if err := writeParents(w, root, path.Dir(dir), done); err != nil {
		return err
	}
	return writeEntry(w, root, dir, nil)
}

func writeEntry(w *tar.Writer, root, name string, links map[uint64]string) error {
	full := filepath.Join(root, name)
	info, err := os.Lstat(full)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSocket != 0 {
		return nil
	}
	var link string
	if info.Mode()&fs.ModeSymlink != 0 {
		if link, err = os.Readlink(full); err != nil {
			return err
		}
	}
	h, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return err
	}
	h.Name = name
	if info.IsDir() {
		h.Name += "/"
	}
	h.Uname, h.Gname = "", ""
	sys := info.Sys().(*syscall.Stat_t)
	if first, ok := links[sys.Ino]; ok && info.Mode().IsRegular() {
		h.Typeflag, h.Linkname, h.Size = tar.TypeLink, first, 0
		return w.WriteHeader(h)
	}
	if info.Mode().IsRegular() && sys.Nlink > 1 && links != nil {
		links[sys.Ino] = name
	}
	if err := addCapability(h, full); err != nil {
		return err
	}
	if err := w.WriteHeader(h); err != nil || !info.Mode().IsRegular() {
		return err
	}
	f, err := os.Open(full)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// addCapability records a file's capabilities as docker build does.
func addCapability(h *tar.Header, file string) error {
	value := make([]byte, 64)
	n, err := unix.Lgetxattr(file, "security.capability", value)
	if errors.Is(err, unix.ENODATA) || errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	if err != nil {
		return err
	}
	h.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": string(value[:n])}
	return nil
}
