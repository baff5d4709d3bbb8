package scan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The tag of a cache directory, by https://bford.info/cachedir/.
const (
	tagName      = "CACHEDIR.TAG"
	tagSignature = "Signature: 8a477f597d28d172789f06886806bc55"
	tagCreator   = "Seaworthy"
	tagText      = tagSignature + "\n" +
		"# This file is a cache directory tag created by " + tagCreator + ".\n" +
		"# For information about cache directory tags, see https://bford.info/cachedir/\n"
)

// ErrNotCache is returned by Prune for a directory without the tag of the cache.
var ErrNotCache = errors.New("not a Seaworthy cache")

// ownNames are the names that a cache directory may hold besides its tag, by
// directory. A directory that holds others is not tagged: backup programs would
// skip the user's files.
var ownNames = map[string][]string{
	".":         {cacheFormat, "advisories", "lost+found"},
	cacheFormat: {"blobs", "layers", keyName},
}

// tagCache tags a cache directory that has no tag, unless it holds files of
// others. Caches of older versions have none.
func tagCache(dir string) error {
	tag := filepath.Join(dir, tagName)
	if _, err := os.Lstat(tag); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for sub, own := range ownNames {
		entries, err := os.ReadDir(filepath.Join(dir, sub))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !slices.Contains(own, e.Name()) && !strings.HasPrefix(e.Name(), temporaryPrefix) && e.Name() != tagName {
				return fmt.Errorf("it holds %s, which is not of the cache", filepath.Join(sub, e.Name()))
			}
		}
	}
	return writeOnce(tag, filepath.Join(dir, cacheFormat), []byte(tagText))
}

// Pruned counts what Prune removed.
type Pruned struct {
	Files int
	Bytes int64
}

// abandonedAfter is the age from which a temporary file has no writer any more.
const abandonedAfter = time.Hour

// Prune removes the entries that a cache wrote before a time, and temporary files and
// empty directories older than an hour. It removes nothing that a cache did not write, follows no
// symbolic link, and returns ErrNotCache for a directory without the tag of a
// cache. A missing directory is an empty cache. Scans may run at the same time:
// to them a removed entry is a miss.
func Prune(dir string, before time.Time) (Pruned, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Pruned{}, nil
	}
	if err != nil {
		return Pruned{}, fmt.Errorf("pruning the cache: %w", err)
	}
	defer root.Close()
	if err := checkTag(root); err != nil {
		return Pruned{}, fmt.Errorf("cannot prune %s: %w", dir, err)
	}
	p := pruner{root: root, before: before, abandoned: time.Now().Add(-abandonedAfter)}
	if err := p.prune(); err != nil {
		return p.pruned, fmt.Errorf("pruning the cache: %w", err)
	}
	return p.pruned, nil
}

func checkTag(root *os.Root) error {
	info, err := root.Lstat(tagName)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: it has no %s", ErrNotCache, tagName)
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: its %s is not a regular file", ErrNotCache, tagName)
	}
	text, err := readHead(root, tagName, 4<<10)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(text, []byte(tagSignature)) || !bytes.Contains(text, []byte(tagCreator)) {
		return fmt.Errorf("%w: its %s was written by another program", ErrNotCache, tagName)
	}
	return nil
}

// readHead returns the first bytes of a file.
func readHead(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

type pruner struct {
	root      *os.Root
	before    time.Time
	abandoned time.Time
	pruned    Pruned
}

// The paths of what a cache writes, with slashes, from its directory.
var (
	cacheDirPath   = regexp.MustCompile(`^v1(/(blobs|layers)(/[0-9a-f]{2})?|/layers/[0-9a-f]{2}/[0-9a-f]{62})?$`)
	cacheEntryPath = regexp.MustCompile(`^v1/(blobs/[0-9a-f]{2}/[0-9a-f]{62}|layers/[0-9a-f]{2}/[0-9a-f]{62}/[^/]+)$`)
)

func (p *pruner) prune() error {
	// WalkDir would follow the first name if that were a symbolic link.
	if info, err := p.root.Lstat(cacheFormat); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return nil
	} else if err != nil {
		return err
	}
	var dirs []string
	err := fs.WalkDir(p.root.FS(), cacheFormat, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed meanwhile
			return nil
		case err != nil:
			return err
		case !d.IsDir():
			return p.file(name, d)
		case !cacheDirPath.MatchString(name):
			return fs.SkipDir
		}
		if name != cacheFormat && p.isIdle(d) {
			dirs = append(dirs, name)
		}
		return nil
	})
	for _, dir := range slices.Backward(dirs) {
		p.root.Remove(dir) // fails, as it should, unless the directory is empty
	}
	return err
}

// isIdle reports whether nothing was written to a directory lately. Others stay, also
// if they are empty now: a scan may be about to write to them, and would find each one
// that it made removed again.
func (p *pruner) isIdle(d fs.DirEntry) bool {
	info, err := d.Info()
	return err == nil && info.ModTime().Before(p.abandoned)
}

// file removes a file if the cache wrote it and it is old enough.
func (p *pruner) file(name string, d fs.DirEntry) error {
	if !d.Type().IsRegular() {
		return nil
	}
	info, err := d.Info()
	if err != nil {
		return nil // removed meanwhile
	}
	limit := p.before
	if strings.HasPrefix(d.Name(), temporaryPrefix) {
		limit = p.abandoned
	}
	if !info.ModTime().Before(limit) || !p.isOwn(name, info) {
		return nil
	}
	if err := p.root.Remove(name); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	p.pruned.Files++
	p.pruned.Bytes += info.Size()
	return nil
}

// isOwn reports whether a cache wrote the file, by its path and how it begins. An
// interrupted write may leave an empty file.
func (p *pruner) isOwn(name string, info fs.FileInfo) bool {
	switch {
	case strings.HasPrefix(info.Name(), temporaryPrefix):
		return true
	case name == cacheFormat+"/"+keyName:
		return info.Size() == keySize
	case !cacheEntryPath.MatchString(name):
		return false
	case info.Size() == 0:
		return true
	}
	head, err := readHead(p.root, name, int64(len(cacheMagic)))
	return err == nil && bytes.Equal(head, cacheMagic)
}
