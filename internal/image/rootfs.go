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

// rootFSBlob is the name of the only layer of a root file system.
const rootFSBlob = "root file system"

// openRootFS opens a directory as an image with one layer and without a configuration.
// Manifest.Omissions is complete once the reader of the layer is closed.
func openRootFS(dir string) (Source, error) {
	if dir == "" {
		return nil, withHint(errors.New("dir: without a directory"), "add one, as in dir:/srv/rootfs")
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, withHint(fmt.Errorf("%s is a file, not the directory of a root file system", dir), "for an archive use its path: %s", dir)
	}
	var found imageSet
	found.add(Manifest{Layers: []LayerRef{{Blob: rootFSBlob}}}, []Blob{{Name: rootFSBlob, Size: -1}})
	s := &randomAccessSource{imageSet: found, parallel: 1}
	s.open = func(ctx context.Context, _ Blob) (io.ReadCloser, error) {
		s.manifests[0].Omissions = nil
		return streamRootFS(ctx, dir, func(reason string) {
			s.manifests[0].Omissions = append(s.manifests[0].Omissions, Omission{seaworthy.CodeMountedFileSystem, reason})
		})
	}
	return s, nil
}

// streamRootFS returns a directory as a tar stream in PAX format. The stream depends only
// on the content of the directory: entries are sorted by name within a directory, and
// access times are omitted. Links are not followed and devices are not opened; they are
// entries. Sockets are omitted because tar has no entry type for them. The reader calls
// onOmission for every mounted virtual file system that it skips.
func streamRootFS(ctx context.Context, dir string, onOmission func(reason string)) (io.ReadCloser, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer root.Close()
		p := &packer{ctx: ctx, root: root, dir: dir, onOmission: onOmission, w: tar.NewWriter(w), links: make(map[inode]string)}
		err := p.pack(".")
		if err == nil {
			err = p.w.Close()
		}
		w.CloseWithError(err)
	}()
	return &packedReader{r, done}, nil
}

// packedReader reads the tar stream that a packer writes.
type packedReader struct {
	*io.PipeReader
	done <-chan struct{}
}

// Close stops the packer and waits until it has released the directory.
func (p *packedReader) Close() error {
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

	onOmission func(reason string)
	links      map[inode]string // the first name of a file that has several
}

// inode identifies a file, whichever name it has.
type inode struct{ device, number uint64 }

// pack writes the file or directory name, and everything below it.
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
	if fsType := virtualFSType(p.join(name)); fsType != "" {
		p.onOmission(fmt.Sprintf("%s is skipped: it is a virtual file system of the kernel (%s)", p.join(name), fsType))
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
		err = fmt.Errorf("the file became shorter during the scan (%d of %d bytes)", n, info.Size())
	}
	return p.explain(name, err)
}

// packHeader writes the header of an entry. Link is the target of a symbolic link. For a
// regular file it is the earlier name that the file is a hard link to, if not empty.
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
	// User names are those of the host, and access times change with every scan.
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

// join returns the path of an entry on the host.
func (p *packer) join(name string) string {
	return filepath.Join(p.dir, filepath.FromSlash(name))
}

// explain returns err with the name of the file that could not be read.
func (p *packer) explain(name string, err error) error {
	if err == nil || errors.Is(err, io.ErrClosedPipe) || p.ctx.Err() != nil {
		return err
	}
	err = fmt.Errorf("cannot read %s in the root file system %s: %w", name, p.dir, err)
	if errors.Is(err, fs.ErrPermission) && runtime.GOOS != "windows" {
		return withHint(err, "run as root: a file that cannot be read cannot be checked")
	}
	return err
}
