package extract

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// mover moves verified files from the staging directory to their final place. If a file
// is in the way, it moves nothing.
type mover struct {
	root  *os.Root
	from  string // the staging directory, in root
	force bool
}

func (p *mover) run() error {
	if err := p.forEach(".", p.check); err != nil {
		return err
	}
	return p.forEach(".", p.move)
}

// forEach calls do for each entry of a directory in the staging directory, sorted by name.
func (p *mover) forEach(dir string, do func(name string, dir bool) error) error {
	f, err := p.root.Open(path.Join(p.from, dir))
	if err != nil {
		return err
	}
	list, err := f.ReadDir(-1)
	f.Close()
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range list {
		if err := do(path.Join(dir, e.Name()), e.IsDir()); err != nil {
			return err
		}
	}
	return nil
}

// check returns an error if a file or directory is in the way of name.
func (p *mover) check(name string, isDirectory bool) error {
	existing, err := p.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case isDirectory && existing.IsDir():
		return p.forEach(name, p.check)
	case existing.IsDir():
		return &Error{
			Problem: TargetIsDirectory,
			Message: fmt.Sprintf("%s is a directory in %s but not in the image", printable(name), p.root.Name()),
		}
	case !p.force:
		return &Error{
			Problem: TargetExists,
			Message: fmt.Sprintf("%s already exists in %s", printable(name), p.root.Name()),
		}
	}
	return nil
}

// move moves name from the staging directory to its final place.
func (p *mover) move(name string, isDirectory bool) error {
	existing, err := p.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case isDirectory && existing.IsDir():
		return p.forEach(name, p.move)
	case isDirectory:
		if err := p.root.Remove(name); err != nil {
			return err
		}
	}
	return p.root.Rename(path.Join(p.from, name), name)
}
