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

// Options say how files are written.
type Options struct {
	// KeepModes gives files and directories the permission bits that they have in
	// the image, never setuid, setgid or sticky; a directory's owner keeps its
	// access. Without it they are the owner's alone, and no file can be executed.
	KeepModes bool
	// Force replaces files and links that are there already.
	Force bool
	// Limits bound the layers that are read.
	Limits layer.Limits
}

// Summary says what was written.
type Summary struct {
	// Files counts regular files and hard links.
	Files, Directories, Links int
	// Bytes is the length of the files; hard links count once.
	Bytes int64
	// LeftOut says what was not written, the first of it, sorted by path;
	// LeftOutCount is the number of all.
	LeftOut      []Note
	LeftOutCount int
}

// Write carries the plan out: it writes everything below a directory, which it
// makes if need be, under its path in the image; with all versions below a
// directory for each layer. If anything is wrong with a layer that is read,
// nothing is left behind.
func (p *Plan) Write(ctx context.Context, src image.Source, dir string, opt Options) (_ *Summary, err error) {
	made, err := makeDirectory(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		root.Close()
		if err != nil && made {
			os.Remove(dir)
		}
	}()
	name := ".seaworthy-" + rand.Text()
	if err := root.Mkdir(name, 0o700); err != nil {
		return nil, fmt.Errorf("writing to %s: %w", dir, cause(err))
	}
	defer root.RemoveAll(name)
	staging, err := root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	defer staging.Close()
	w := &writer{plan: p, root: staging, opt: opt, left: p.leftOut}
	if err := w.write(ctx, src); err != nil {
		return nil, err
	}
	place := &placement{root: root, from: name, force: opt.Force}
	if err := place.run(); err != nil {
		return nil, err
	}
	return w.summary(), nil
}

// makeDirectory makes a directory, and tells whether it was not there.
func makeDirectory(dir string) (made bool, err error) {
	_, err = os.Stat(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return true, os.MkdirAll(dir, 0o777)
}

// writer writes what is planned into an empty directory.
type writer struct {
	plan *Plan
	root *os.Root
	opt  Options

	mu   sync.Mutex
	left notes   // guarded by mu
	done Summary // guarded by mu
}

func (w *writer) write(ctx context.Context, src image.Source) error {
	d := &directory{root: w.root}
	defer d.close()
	if err := w.each(ctx, w.plan.directories, func(it item, e *seaworthy.Entry) error {
		err := w.root.MkdirAll(cmp.Or(w.plan.place(it, e.Path), "."), 0o700)
		return w.wrote(e.Path, err, func(s *Summary) { s.Directories++ })
	}); err != nil {
		return err
	}
	if err := w.plan.read(ctx, src, w.opt.Limits, func() (visitor, func()) {
		d := &directory{root: w.root}
		return func(to []item, h *seaworthy.Header, body io.Reader) error { return w.files(d, to, h, body) }, d.close
	}); err != nil {
		return err
	}
	if err := w.each(ctx, w.plan.links, func(it item, e *seaworthy.Entry) error {
		body, _ := w.plan.merged.At(int(it.bodyLayer), int(it.bodyOrdinal))
		target, _ := safeTarget(e.Path, body.Link)
		parent, base, err := d.of(w.plan.place(it, e.Path))
		if err == nil {
			err = parent.Symlink(target, base)
		}
		return w.wrote(e.Path, err, func(s *Summary) { s.Links++ })
	}); err != nil {
		return err
	}
	if w.opt.KeepModes && runtime.GOOS != "windows" {
		return w.setModes(ctx)
	}
	return nil
}

// setModes gives what was written its permission bits. It comes last, since they may
// forbid to read it.
func (w *writer) setModes(ctx context.Context) error {
	for _, list := range []struct {
		items []item
		more  uint16
	}{{w.plan.files, 0}, {w.plan.directories, 0o700}} {
		if err := w.each(ctx, list.items, func(it item, e *seaworthy.Entry) error {
			err := w.root.Chmod(cmp.Or(w.plan.place(it, e.Path), "."), fs.FileMode(e.Mode&0o777|list.more))
			if errors.Is(err, fs.ErrNotExist) || isImpossible(err) {
				return nil // it was left out
			}
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// each calls do for each of the items.
func (w *writer) each(ctx context.Context, items []item, do func(item, *seaworthy.Entry) error) error {
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

// wrote notes what was written, or what this system cannot have; any other error
// ends the extraction.
func (w *writer) wrote(path string, err error, count func(*Summary)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		count(&w.done)
	case isImpossible(err):
		w.left.add(path, "this file system cannot have it: "+cause(err).Error())
	default:
		return fmt.Errorf("writing %s: %w", printable(path), cause(err))
	}
	return nil
}

// cause is the error of the system in writing, without the path at which it
// happened, which the user did not name.
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

// isImpossible is true for the errors of a name that a file system cannot have, or
// not beside the others that were written, as where case does not matter.
func isImpossible(err error) bool {
	for _, e := range []error{fs.ErrExist, fs.ErrInvalid, syscall.ENAMETOOLONG, syscall.ENOTDIR, syscall.EISDIR, syscall.EINVAL, syscall.EILSEQ} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// files writes a body to all places that want it.
func (w *writer) files(d *directory, to []item, h *seaworthy.Header, body io.Reader) error {
	var written *item // the last place where the body was written
	for i := range to {
		it := &to[i]
		e, _ := w.plan.merged.At(int(it.layer), int(it.ordinal))
		name := w.plan.place(*it, e.Path)
		parent, base, err := d.of(name)
		length := h.Size
		switch {
		case err != nil:
		case written == nil:
			err = w.file(parent, base, body, length)
		default:
			length, err = w.repeat(*written, *it, parent, base, &e)
		}
		if err == nil {
			written = it
		}
		if err := w.wrote(e.Path, err, func(s *Summary) { s.Files++; s.Bytes += length }); err != nil {
			return err
		}
	}
	return nil
}

// repeat gives a body that was written one more name, and tells how many bytes
// that took.
func (w *writer) repeat(from, to item, parent *os.Root, base string, e *seaworthy.Entry) (length int64, err error) {
	written, _ := w.plan.merged.At(int(from.layer), int(from.ordinal))
	source := w.plan.place(from, written.Path)
	if sameFile(from, to) && w.root.Link(source, w.plan.place(to, e.Path)) == nil {
		return 0, nil
	}
	f, err := w.root.Open(source)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return e.Size, w.file(parent, base, f, e.Size)
}

// file writes one file, which is not there yet.
func (w *writer) file(parent *os.Root, base string, body io.Reader, size int64) error {
	f, err := parent.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, body)
	if err == nil && n != size {
		err = fmt.Errorf("the layer has %d bytes of it, not %d", n, size)
	}
	return errors.Join(err, f.Close())
}

func (w *writer) summary() *Summary {
	s := w.done
	s.LeftOut, s.LeftOutCount = w.left.list, w.left.count
	slices.SortStableFunc(s.LeftOut, func(a, b Note) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Why, b.Why)) })
	return &s
}

// place is where an item is written, below the directory.
func (p *Plan) place(it item, name string) string {
	switch {
	case !p.request.AllVersions:
		return name
	case it.again:
		return path.Join(fmt.Sprintf("layer-%d-entry-%d", it.layer, it.ordinal), name)
	default:
		return path.Join(fmt.Sprintf("layer-%d", it.layer), name)
	}
}

// directory keeps the directory open in which the last file was written.
type directory struct {
	root *os.Root
	path string
	open *os.Root
}

// of gives the directory of a file, which it makes if need be, and the last
// element of the file's path.
func (d *directory) of(name string) (*os.Root, string, error) {
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

func (d *directory) close() {
	if d.open != nil {
		d.open.Close()
		d.open = nil
	}
}

// inMemory is the length up to which a single file waits in memory until its layer
// is verified.
const inMemory = 4 << 20

// Copy carries the plan of a [Plan.Single] file out: it writes the file's bytes to
// a writer, once the layer that holds them is verified.
func (p *Plan) Copy(ctx context.Context, src image.Source, w io.Writer, limits layer.Limits) error {
	e, ok := p.Single()
	if !ok {
		return errors.New("not a single file")
	}
	var kept interface {
		io.Writer
		io.WriterTo
	} = new(bytes.Buffer)
	if e.Size > inMemory {
		f, err := os.CreateTemp("", "seaworthy-")
		if err != nil {
			return err
		}
		defer os.Remove(f.Name())
		defer f.Close()
		kept = rewound{f}
	}
	err := p.read(ctx, src, limits, func() (visitor, func()) {
		return func(_ []item, h *seaworthy.Header, body io.Reader) error {
			_, err := io.Copy(kept, body)
			return err
		}, func() {}
	})
	if err != nil {
		return err
	}
	_, err = kept.WriteTo(w)
	return err
}

// rewound is a file that is written to its end and then read from its start.
type rewound struct{ *os.File }

// WriteTo implements [io.WriterTo].
func (r rewound) WriteTo(w io.Writer) (int64, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	return io.Copy(w, r.File)
}
