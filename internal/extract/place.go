package extract

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
)

// placement moves what was written and verified to where it belongs, all of it or,
// if something is in its way, none.
type placement struct {
	root  *os.Root
	from  string // the directory in root where it was written
	force bool
}

func (p *placement) run() error {
	if err := p.each(".", p.check); err != nil {
		return err
	}
	return p.each(".", p.move)
}

// each calls do for everything in a directory of what was written.
func (p *placement) each(dir string, do func(name string, dir bool) error) error {
	f, err := p.root.Open(path.Join(p.from, dir))
	if err != nil {
		return err
	}
	list, err := f.ReadDir(-1)
	f.Close()
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int {
		if a.Name() < b.Name() {
			return -1
		}
		return 1
	})
	for _, e := range list {
		if err := do(path.Join(dir, e.Name()), e.IsDir()); err != nil {
			return err
		}
	}
	return nil
}

// check fails if something is in the way.
func (p *placement) check(name string, isDirectory bool) error {
	there, err := p.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case isDirectory && there.IsDir():
		return p.each(name, p.check)
	case there.IsDir():
		return &Error{
			Problem: TargetIsDirectory,
			Message: fmt.Sprintf("%s is a directory in %s, and no directory in the image", printable(name), p.root.Name()),
		}
	case !p.force:
		return &Error{
			Problem: TargetExists,
			Message: fmt.Sprintf("%s is in %s already", printable(name), p.root.Name()),
		}
	}
	return nil
}

// move gives what was written its place.
func (p *placement) move(name string, isDirectory bool) error {
	there, err := p.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case isDirectory && there.IsDir():
		return p.each(name, p.move)
	case isDirectory:
		if err := p.root.Remove(name); err != nil {
			return err
		}
	}
	return p.root.Rename(path.Join(p.from, name), name)
}
