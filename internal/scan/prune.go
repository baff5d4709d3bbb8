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

// ownNames are the names that a cache directory may have besides its tag, by
// directory. A directory with other names is not tagged, because backup programs would
// then skip the user's files.
var ownNames = map[string][]string{
	".":         {cacheFormat, "advisories", "lost+found"},
	cacheFormat: {"blobs", "layers", keyName},
}

// tagCache tags a cache directory that has no tag, such as one of an older version. It
// returns an error if the directory has files of other programs.
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
				return fmt.Errorf("%s is not a file of the cache", filepath.Join(sub, e.Name()))
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

// abandonedAfter is the age at which a temporary file has no writer any more.
const abandonedAfter = time.Hour

// Prune removes the entries that a cache wrote before a time, and temporary files and
// empty directories older than an hour. It removes nothing that a cache did not write
// and follows no symbolic link. It returns ErrNotCache for a directory without the tag
// of a cache. A missing directory is an empty cache. Scans may run at the same time: a
// removed entry is a cache miss.
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

// checkTag returns ErrNotCache unless the directory has the tag of a cache.
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

// readHead returns the first bytes of a file, at most limit.
func readHead(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

// pruner is one run of Prune.
type pruner struct {
	root      *os.Root
	before    time.Time // older entries are removed
	abandoned time.Time // older temporary files and empty directories are removed
	pruned    Pruned
}

// The slash-separated paths, relative to the cache directory, that a cache writes.
var (
	cacheDirPath   = regexp.MustCompile(`^v1(/(blobs|layers)(/[0-9a-f]{2})?|/layers/[0-9a-f]{2}/[0-9a-f]{62})?$`)
	cacheEntryPath = regexp.MustCompile(`^v1/(blobs/[0-9a-f]{2}/[0-9a-f]{62}|layers/[0-9a-f]{2}/[0-9a-f]{62}/[^/]+)$`)
)

func (p *pruner) prune() error {
	// WalkDir follows a symbolic link if it is the root of the walk.
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

// isIdle reports whether a directory was not written to within the last hour. Others
// stay even if they are empty: a scan may have just created them and be about to write.
func (p *pruner) isIdle(d fs.DirEntry) bool {
	info, err := d.Info()
	return err == nil && info.ModTime().Before(p.abandoned)
}

// file removes a file if a cache wrote it and it is old enough.
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

// isOwn reports whether a cache wrote the file, according to its path and its first
// bytes. An interrupted write may leave an empty file.
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
