package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"seaworthy.dev/seaworthy"
)

// rootFSBlob is the name of the one layer of a root file system.
const rootFSBlob = "root file system"

// openRootFS opens a directory as an image of one layer and no configuration. What
// was left out of it is known once the layer's reader is closed.
func openRootFS(dir string) (Source, error) {
	if dir == "" {
		return nil, withHint(errors.New("dir: names no directory"), "name one, as in dir:/srv/rootfs")
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, withHint(fmt.Errorf("%s is a file, not the directory of a root file system", dir), "for an archive give its path: %s", dir)
	}
	var found resolved
	found.add(Manifest{Layers: []LayerRef{{Blob: rootFSBlob}}}, []Blob{{Name: rootFSBlob, Size: -1}})
	s := &randomSource{resolved: found, parallel: 1}
	s.open = func(ctx context.Context, _ Blob) (io.ReadCloser, error) {
		s.manifests[0].LeftOut = nil
		return streamRootFS(ctx, dir, func(why string) {
			s.manifests[0].LeftOut = append(s.manifests[0].LeftOut, Omission{seaworthy.CodeMountedFileSystem, why})
		})
	}
	return s, nil
}

// streamRootFS gives a directory as a tar stream in the PAX format that depends
// on nothing but what is in it. Names are sorted by bytes within a directory.
// Links and devices are entries and are not followed or opened; sockets are left
// out, as tar has no place for them.
func streamRootFS(ctx context.Context, dir string, leftOut func(why string)) (io.ReadCloser, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer root.Close()
		p := &packer{ctx: ctx, root: root, dir: dir, leftOut: leftOut, w: tar.NewWriter(w), links: make(map[inode]string)}
		err := p.pack(".")
		if err == nil {
			err = p.w.Close()
		}
		w.CloseWithError(err)
	}()
	return &packedFS{r, done}, nil
}

// packedFS is the reading end of a packer.
type packedFS struct {
	*io.PipeReader
	done <-chan struct{}
}

// Close ends the packing, and returns once the directory is no longer used.
func (p *packedFS) Close() error {
	err := p.PipeReader.Close()
	<-p.done
	return err
}

// packer writes a directory as a tar stream.
type packer struct {
	ctx  context.Context
	root *os.Root
	dir  string // for messages
	w    *tar.Writer
	// leftOut is told of what is left out.
	leftOut func(why string)
	links   map[inode]string // the first name of files that have several
}

// inode is the identity of a file.
type inode struct{ device, number uint64 }

// pack writes what is at a name, and all below it.
func (p *packer) pack(name string) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	info, err := p.root.Lstat(name)
	if err != nil {
		return p.explain(name, err)
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return p.packDirectory(name, info)
	case mode&(fs.ModeSocket|fs.ModeIrregular) != 0:
		return nil
	case mode.IsRegular():
		return p.packFile(name, info)
	case mode&fs.ModeSymlink != 0:
		target, err := p.root.Readlink(name)
		if err != nil {
			return p.explain(name, err)
		}
		return p.packHeader(name, info, target)
	default:
		return p.packHeader(name, info, "")
	}
}

func (p *packer) packDirectory(name string, info fs.FileInfo) error {
	if err := p.packHeader(name, info, ""); err != nil {
		return err
	}
	if virtual := virtualFS(p.join(name)); virtual != "" {
		p.leftOut(fmt.Sprintf("%s is left out: a file system of type %s is mounted there, whose content the kernel makes up", p.join(name), virtual))
		return nil
	}
	f, err := p.root.Open(name)
	if err != nil {
		return p.explain(name, err)
	}
	entries, err := f.ReadDir(-1)
	f.Close()
	if err != nil {
		return p.explain(name, err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	slices.Sort(names)
	for _, n := range names {
		if err := p.pack(path.Join(name, n)); err != nil {
			return err
		}
	}
	return nil
}

func (p *packer) packFile(name string, info fs.FileInfo) error {
	id, several := identity(info)
	if several {
		if first, ok := p.links[id]; ok {
			return p.packHeader(name, info, first)
		}
		p.links[id] = name
	}
	f, err := p.root.Open(name)
	if err != nil {
		return p.explain(name, err)
	}
	defer f.Close()
	if err := p.packHeader(name, info, ""); err != nil {
		return err
	}
	n, err := io.Copy(p.w, io.LimitReader(f, info.Size()))
	if err == nil && n < info.Size() {
		err = fmt.Errorf("it became shorter while it was read (%d of %d bytes)", n, info.Size())
	}
	return p.explain(name, err)
}

// packHeader writes an entry. A regular file with a link is a hard link to it.
func (p *packer) packHeader(name string, info fs.FileInfo, link string) error {
	h, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return p.explain(name, err)
	}
	h.Name = name
	switch {
	case info.IsDir():
		h.Name += "/"
	case info.Mode().IsRegular() && link != "":
		h.Typeflag, h.Linkname, h.Size = tar.TypeLink, link, 0
	}
	// The names of users are the host's, and the times of reading are no part
	// of what is there.
	h.Uname, h.Gname = "", ""
	h.AccessTime, h.ChangeTime = time.Time{}, time.Time{}
	h.Format = tar.FormatPAX
	if h.Typeflag == tar.TypeReg {
		capability, err := fileCapability(p.join(name))
		if err != nil {
			return p.explain(name, err)
		}
		if capability != "" {
			h.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": capability}
		}
	}
	return p.explain(name, p.w.WriteHeader(h))
}

func (p *packer) join(name string) string {
	return filepath.Join(p.dir, filepath.FromSlash(name))
}

// explain names the file that could not be read.
func (p *packer) explain(name string, err error) error {
	if err == nil || errors.Is(err, io.ErrClosedPipe) || p.ctx.Err() != nil {
		return err
	}
	err = fmt.Errorf("reading %s in the root file system %s: %w", name, p.dir, err)
	if errors.Is(err, fs.ErrPermission) && runtime.GOOS != "windows" {
		return withHint(err, "read it as root; what cannot be read cannot be judged")
	}
	return err
}
