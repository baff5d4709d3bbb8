package scan

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
)

// Cache keeps what was made of layers that were read, so that no layer need be
// read twice. Any number of processes may use one directory at the same time:
// a file is written aside and renamed, and a damaged one counts as absent.
//
//	CACHEDIR.TAG             marks the directory as a cache, for Prune and for backup programs
//	v1/key                   the random key of the cache
//	v1/blobs/ab/cd...        the diffID that was verified for the blob sha256:abcd...
//	v1/layers/ab/cd.../NAME  the part NAME of what was made of the layer with diffID sha256:abcd...
//
// NAME has a digest of what made the part, so that another build of the program and
// another configuration have parts of their own.
//
// The advisory database has its own directory here unless it is kept elsewhere.
//
// A nil *Cache holds nothing and keeps nothing.
type Cache struct {
	dir string
	log *slog.Logger
	// program identifies the code that makes the results; see programID. It is "" if
	// that is unknown, and then no result is taken from the cache or put into it.
	program string
	// unwritable is set once something could not be written.
	unwritable atomic.Bool
}

// cacheFormat names the layout of the directory and of its files.
const cacheFormat = "v1"

var cacheMagic = []byte("seaworthy cache\n")

// OpenCache opens the cache in a directory and creates the directory if it is
// missing. It tags the directory unless that also holds files of others.
func OpenCache(dir string, log *slog.Logger) (*Cache, error) {
	if err := os.MkdirAll(filepath.Join(dir, cacheFormat), 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the cache directory: %w", err)
	}
	if err := tagCache(dir); err != nil {
		log.Debug("the cache directory cannot be tagged", "error", err)
	}
	program, err := programID()
	if err != nil {
		log.Warn("the scan goes on without cached results", "error", err)
	}
	return &Cache{dir: dir, log: log, program: program}, nil
}

var sha256Digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// path gives the place for a digest, which may come from an attacker.
func (c *Cache) path(kind, digest string) (string, bool) {
	if c == nil || !sha256Digest.MatchString(digest) {
		return "", false
	}
	hex := strings.TrimPrefix(digest, "sha256:")
	return filepath.Join(c.dir, cacheFormat, kind, hex[:2], hex[2:]), true
}

// diffID gives the diffID of a blob that was read before.
func (c *Cache) diffID(blobDigest string) (string, bool) {
	path, ok := c.path("blobs", blobDigest)
	if !ok {
		return "", false
	}
	data, ok := c.read(path)
	if !ok || !sha256Digest.Match(data) {
		return "", false
	}
	return string(data), true
}

func (c *Cache) storeDiffID(blobDigest, diffID string) {
	if path, ok := c.path("blobs", blobDigest); ok {
		c.write(path, bytes.NewReader([]byte(diffID)))
	}
}

// part gives a part of what was made of a layer.
func (c *Cache) part(diffID, name string) ([]byte, bool) {
	path, ok := c.path("layers", diffID)
	if !ok || name == "" {
		return nil, false
	}
	return c.read(filepath.Join(path, name))
}

func (c *Cache) storePart(diffID, name string, content io.WriterTo) {
	if path, ok := c.path("layers", diffID); ok && name != "" {
		c.write(filepath.Join(path, name), content)
	}
}

// A file is the magic, the SHA-256 of the content, and the content.
const cacheHeader = 16 + sha256.Size

func (c *Cache) read(path string) ([]byte, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.log.Warn("cache file cannot be read", "error", err)
		}
		return nil, false
	}
	if len(data) < cacheHeader || !bytes.Equal(data[:len(cacheMagic)], cacheMagic) {
		c.log.Warn("cache file is damaged and will be made again", "path", path)
		return nil, false
	}
	content := data[cacheHeader:]
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], data[len(cacheMagic):cacheHeader]) {
		c.log.Warn("cache file is damaged and will be made again", "path", path)
		return nil, false
	}
	return content, true
}

// write stores a file or, where that fails, says so once and leaves it at that: a
// scan needs no cache.
func (c *Cache) write(path string, content io.WriterTo) {
	if err := c.tryWrite(path, content); err != nil {
		level := slog.LevelWarn
		if c.unwritable.Swap(true) {
			level = slog.LevelDebug
		}
		c.log.Log(context.Background(), level, "cannot write to the cache; the scan goes on without it", "error", err)
	}
}

const temporaryPrefix = ".tmp-"

func (c *Cache) tryWrite(path string, content io.WriterTo) (err error) {
	f, err := createTemporary(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	header := make([]byte, cacheHeader)
	copy(header, cacheMagic)
	if _, err := f.Write(header); err != nil {
		return err
	}
	h := sha256.New()
	if _, err := content.WriteTo(&hashingWriter{f, h}); err != nil {
		return err
	}
	if _, err := f.WriteAt(h.Sum(nil), int64(len(cacheMagic))); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// pruneRetries is how often an operation is repeated because Prune, running at
// the same time, removed an empty directory or the key.
const pruneRetries = 10

// createTemporary creates a file with mode 0600 in a directory, which it creates
// if it is missing.
func createTemporary(dir string) (f *os.File, err error) {
	for range pruneRetries {
		if err = os.MkdirAll(dir, 0o700); err == nil {
			f, err = os.CreateTemp(dir, temporaryPrefix)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return f, err
}

// writeOnce writes a file unless it exists. The file is complete as soon as it
// has its name. The temporary file is created in tempDir, on the same file system.
func writeOnce(path, tempDir string, content []byte) error {
	f, err := createTemporary(tempDir)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	err = os.Link(f.Name(), path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return os.Rename(f.Name(), path) // a file system without hard links
}

type hashingWriter struct {
	w io.Writer
	h hash.Hash
}

func (w *hashingWriter) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	w.h.Write(p[:n])
	return n, err
}

// partName returns the name of a part of what was made of a layer: who made it,
// and a digest of everything that decides the result beside the layer. That is
// the code of the whole program, and the configuration.
//
// The code of one analyzer would be enough, but what it depends on (the parsers,
// the walk, other modules, the toolchain) could only be listed by hand. So each new
// build of the program reads a layer once more.
//
// The name is "" if the part must not be cached.
func (c *Cache) partName(name string, configuration ...string) string {
	if c == nil || c.program == "" {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", c.program, configuration))
	return name + "-" + hex.EncodeToString(sum[:16])
}
