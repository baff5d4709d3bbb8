package extract

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"sync"
	"syscall"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/layer"
)

// Options configures [Plan.Write].
type Options struct {
	// KeepModes sets the permission bits of the image, without setuid, setgid and sticky.
	// The owner of a directory always has access. Without KeepModes only the owner has
	// access, and files are not executable.
	KeepModes bool
	// Force replaces existing files and links.
	Force bool
	// Limits are the limits on the layers that are read.
	Limits layer.Limits
}

// Summary counts what Write has written.
type Summary struct {
	// Files counts regular files and hard links, Links symbolic links.
	Files, Directories, Links int
	// Bytes is the total size of the files. Hard links to each other count once.
	Bytes int64
	// Skipped are the first paths that were not written, sorted by path. SkippedCount is
	// the number of all.
	Skipped      []SkippedPath
	SkippedCount int
}

// Write writes the plan's files to the directory dir, under their paths in the image. With
// Request.AllVersions there is a directory for each layer, layer-N. Write creates dir if it
// does not exist. If it fails, for example because of a wrong digest, it removes everything
// it has written. The error is an *[Error] if something in dir is in the way.
func (p *Plan) Write(ctx context.Context, src image.Source, dir string, opt Options) (_ *Summary, err error) {
	created, err := createDirectory(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		root.Close()
		if err != nil && created {
			os.Remove(dir)
		}
	}()
	name := ".seaworthy-" + rand.Text()
	if err := root.Mkdir(name, 0o700); err != nil {
		return nil, fmt.Errorf("cannot write to %s: %w", dir, cause(err))
	}
	defer root.RemoveAll(name)
	staging, err := root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	defer staging.Close()
	w := &writer{plan: p, root: staging, opt: opt, skipped: p.skipped}
	if err := w.write(ctx, src); err != nil {
		return nil, err
	}
	m := &mover{root: root, from: name, force: opt.Force}
	if err := m.run(); err != nil {
		return nil, err
	}
	return w.summary(), nil
}

// createDirectory creates a directory if it does not exist. It reports whether it did.
func createDirectory(dir string) (created bool, err error) {
	_, err = os.Stat(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return true, os.MkdirAll(dir, 0o777)
}

// writer writes the files of a plan to an empty directory.
type writer struct {
	plan *Plan
	root *os.Root
	opt  Options

	mu      sync.Mutex
	skipped skippedList // guarded by mu
	done    Summary     // guarded by mu
}

// write writes directories first, then files, then symbolic links, so that no path leads
// through a link.
func (w *writer) write(ctx context.Context, src image.Source) error {
	d := &dirCache{root: w.root}
	defer d.close()
	if err := w.forEach(ctx, w.plan.directories, func(it item, e *seaworthy.Entry) error {
		err := w.root.MkdirAll(cmp.Or(w.plan.targetPath(it, e.Path), "."), 0o700)
		return w.record(e.Path, err, func(s *Summary) { s.Directories++ })
	}); err != nil {
		return err
	}
	if err := w.plan.read(ctx, src, w.opt.Limits, func() (visitor, func()) {
		d := &dirCache{root: w.root}
		return func(to []item, h *seaworthy.Header, body io.Reader) error { return w.writeBody(d, to, h, body) }, d.close
	}); err != nil {
		return err
	}
	if err := w.forEach(ctx, w.plan.links, func(it item, e *seaworthy.Entry) error {
		body, _ := w.plan.merged.At(int(it.bodyLayer), int(it.bodyOrdinal))
		target, _ := safeTarget(e.Path, body.Link)
		parent, base, err := d.parent(w.plan.targetPath(it, e.Path))
		if err == nil {
			err = parent.Symlink(target, base)
		}
		return w.record(e.Path, err, func(s *Summary) { s.Links++ })
	}); err != nil {
		return err
	}
	if w.opt.KeepModes && runtime.GOOS != "windows" {
		return w.setModes(ctx)
	}
	return nil
}

// setModes sets the permission bits of the image. It is called last, because they may deny
// the owner access.
func (w *writer) setModes(ctx context.Context) error {
	for _, list := range []struct {
		items []item
		added uint16 // permission bits to add
	}{{w.plan.files, 0}, {w.plan.directories, 0o700}} {
		if err := w.forEach(ctx, list.items, func(it item, e *seaworthy.Entry) error {
			err := w.root.Chmod(cmp.Or(w.plan.targetPath(it, e.Path), "."), fs.FileMode(e.Mode&0o777|list.added))
			if errors.Is(err, fs.ErrNotExist) || isImpossible(err) {
				return nil // it was skipped
			}
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// forEach calls do for each item, with its entry in the image.
func (w *writer) forEach(ctx context.Context, items []item, do func(item, *seaworthy.Entry) error) error {
	for _, it := range items {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		e, _ := w.plan.merged.At(int(it.layer), int(it.ordinal))
		if err := do(it, &e); err != nil {
			return err
		}
	}
	return nil
}

// record counts a path that was written, or adds it to the skipped paths if err means that
// the file system cannot have such a name. It returns any other error.
func (w *writer) record(path string, err error, count func(*Summary)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		count(&w.done)
	case isImpossible(err):
		w.skipped.add(path, "refused by the file system: "+cause(err).Error())
	default:
		return fmt.Errorf("cannot write %s: %w", printable(path), cause(err))
	}
	return nil
}

// cause returns the system's error when writing, without the path: that is in the staging
// directory, which the user does not know.
func cause(err error) error {
	var pathError *fs.PathError
	var linkError *os.LinkError
	switch {
	case errors.As(err, &pathError) && pathError.Op != "read":
		return pathError.Err
	case errors.As(err, &linkError):
		return linkError.Err
	default:
		return err
	}
}

// isImpossible reports whether err means that the file system cannot have such a name, or
// that the name conflicts with another one, as on file systems that ignore case.
func isImpossible(err error) bool {
	for _, e := range []error{fs.ErrExist, fs.ErrInvalid, syscall.ENAMETOOLONG, syscall.ENOTDIR, syscall.EISDIR, syscall.EINVAL, syscall.EILSEQ} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// writeBody writes the content of one entry for all items that need it.
func (w *writer) writeBody(d *dirCache, to []item, h *seaworthy.Header, body io.Reader) error {
	var written *item // the last item with this content
	for i := range to {
		it := &to[i]
		e, _ := w.plan.merged.At(int(it.layer), int(it.ordinal))
		name := w.plan.targetPath(*it, e.Path)
		parent, base, err := d.parent(name)
		length := h.Size
		switch {
		case err != nil:
		case written == nil:
			err = w.createFile(parent, base, body, length)
		default:
			length, err = w.copyOrLink(*written, *it, parent, base, &e)
		}
		if err == nil {
			written = it
		}
		if err := w.record(e.Path, err, func(s *Summary) { s.Files++; s.Bytes += length }); err != nil {
			return err
		}
	}
	return nil
}

// copyOrLink writes the file of item from once more, for item to: as a hard link if they
// are the same file, else as a copy. It returns the number of bytes written.
func (w *writer) copyOrLink(from, to item, parent *os.Root, base string, e *seaworthy.Entry) (length int64, err error) {
	written, _ := w.plan.merged.At(int(from.layer), int(from.ordinal))
	source := w.plan.targetPath(from, written.Path)
	if sameFile(from, to) && w.root.Link(source, w.plan.targetPath(to, e.Path)) == nil {
		return 0, nil
	}
	f, err := w.root.Open(source)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return e.Size, w.createFile(parent, base, f, e.Size)
}

// createFile creates a file with the given content. It fails if the file exists.
func (w *writer) createFile(parent *os.Root, base string, body io.Reader, size int64) error {
	f, err := parent.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, body)
	if err == nil && n != size {
		err = fmt.Errorf("the layer has %d bytes of the file, want %d", n, size)
	}
	return errors.Join(err, f.Close())
}

func (w *writer) summary() *Summary {
	s := w.done
	s.Skipped, s.SkippedCount = w.skipped.list, w.skipped.count
	slices.SortStableFunc(s.Skipped, func(a, b SkippedPath) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	return &s
}

// targetPath returns the path of an item in the target directory.
func (p *Plan) targetPath(it item, name string) string {
	switch {
	case !p.request.AllVersions:
		return name
	case it.duplicate:
		return path.Join(fmt.Sprintf("layer-%d-entry-%d", it.layer, it.ordinal), name)
	default:
		return path.Join(fmt.Sprintf("layer-%d", it.layer), name)
	}
}

// dirCache keeps the directory open in which the last file was written: consecutive files
// are often in the same directory.
type dirCache struct {
	root *os.Root
	path string   // of open
	open *os.Root // nil if there is none
}

// parent opens the directory of a file, and creates it if it does not exist. It returns
// the directory and the last element of the file's path.
func (d *dirCache) parent(name string) (*os.Root, string, error) {
	dir, base := path.Split(name)
	dir = cmp.Or(path.Clean(dir), ".")
	if d.open != nil && d.path == dir {
		return d.open, base, nil
	}
	d.close()
	if err := d.root.MkdirAll(dir, 0o700); err != nil {
		return nil, "", err
	}
	open, err := d.root.OpenRoot(dir)
	if err != nil {
		return nil, "", err
	}
	d.open, d.path = open, dir
	return open, base, nil
}

func (d *dirCache) close() {
	if d.open != nil {
		d.open.Close()
		d.open = nil
	}
}

// maxInMemory is the maximum size in bytes of a file that Copy keeps in memory, and not in
// a temporary file, until its layer is verified.
const maxInMemory = 4 << 20

// Copy writes the content of a [Plan.Single] file to w after its layer was verified. If the
// plan has anything else, it is an error.
func (p *Plan) Copy(ctx context.Context, src image.Source, w io.Writer, limits layer.Limits) error {
	e, ok := p.Single()
	if !ok {
		return errors.New("not a single file")
	}
	var content interface {
		io.Writer
		io.WriterTo
	} = new(bytes.Buffer)
	if e.Size > maxInMemory {
		f, err := os.CreateTemp("", "seaworthy-")
		if err != nil {
			return err
		}
		defer os.Remove(f.Name())
		defer f.Close()
		content = spoolFile{f}
	}
	err := p.read(ctx, src, limits, func() (visitor, func()) {
		return func(_ []item, h *seaworthy.Header, body io.Reader) error {
			_, err := io.Copy(content, body)
			return err
		}, func() {}
	})
	if err != nil {
		return err
	}
	_, err = content.WriteTo(w)
	return err
}

// spoolFile is a temporary file that is first written and then read.
type spoolFile struct{ *os.File }

// WriteTo implements [io.WriterTo]. It reads the file from its start.
func (f spoolFile) WriteTo(w io.Writer) (int64, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	return io.Copy(w, f.File)
}
