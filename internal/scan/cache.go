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

// Cache stores the results of reading layers, so that no layer is read twice. Any
// number of processes may use one directory at the same time: a file is written under
// a temporary name and renamed, and a corrupt file counts as absent.
//
//	CACHEDIR.TAG             marks the directory as a cache, for Prune and for backup programs
//	v1/key                   the random key of the cache
//	v1/blobs/ab/cd...        the diffID that was verified for the blob sha256:abcd...
//	v1/layers/ab/cd.../NAME  the part NAME of the results for the layer with diffID sha256:abcd...
//
// NAME contains a digest of the program and its configuration, so that another build or
// another configuration never uses this part.
//
// The advisory database is in a directory next to v1, unless the user moved it.
//
// A nil *Cache is an empty cache that stores nothing.
type Cache struct {
	dir string
	log *slog.Logger
	// program identifies the code of the running program; see programID. If it is "",
	// which means unknown, no result is read from the cache or written to it.
	program string
	// unwritable is set after a failed write.
	unwritable atomic.Bool
}

// cacheFormat names the layout of the directory and of its files.
const cacheFormat = "v1"

var cacheMagic = []byte("seaworthy cache\n")

// OpenCache opens the cache in a directory, which it creates if it is missing. It tags
// the directory with CACHEDIR.TAG, unless the directory has files of other programs.
func OpenCache(dir string, log *slog.Logger) (*Cache, error) {
	if err := os.MkdirAll(filepath.Join(dir, cacheFormat), 0o700); err != nil {
		return nil, fmt.Errorf("cannot create the cache directory: %w", err)
	}
	if err := tagCache(dir); err != nil {
		log.Debug("cannot tag the cache directory", "error", err)
	}
	program, err := programID()
	if err != nil {
		log.Warn("scanning without cached results", "error", err)
	}
	return &Cache{dir: dir, log: log, program: program}, nil
}

var sha256Digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// path returns the path for a digest. An attacker may have chosen the digest, so any
// other text is refused.
func (c *Cache) path(kind, digest string) (string, bool) {
	if c == nil || !sha256Digest.MatchString(digest) {
		return "", false
	}
	hex := strings.TrimPrefix(digest, "sha256:")
	return filepath.Join(c.dir, cacheFormat, kind, hex[:2], hex[2:]), true
}

// diffID returns the diffID that was verified for a blob.
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

// part returns a part of the results for a layer.
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
			c.log.Warn("cannot read a cache file", "error", err)
		}
		return nil, false
	}
	if len(data) < cacheHeader || !bytes.Equal(data[:len(cacheMagic)], cacheMagic) {
		c.log.Warn("cache file is corrupt and will be rebuilt", "path", path)
		return nil, false
	}
	content := data[cacheHeader:]
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], data[len(cacheMagic):cacheHeader]) {
		c.log.Warn("cache file is corrupt and will be rebuilt", "path", path)
		return nil, false
	}
	return content, true
}

// write writes a file. A failure is logged as a warning once and is no error, since a
// scan needs no cache.
func (c *Cache) write(path string, content io.WriterTo) {
	if err := c.tryWrite(path, content); err != nil {
		level := slog.LevelWarn
		if c.unwritable.Swap(true) {
			level = slog.LevelDebug
		}
		c.log.Log(context.Background(), level, "cannot write to the cache; scanning without it", "error", err)
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

// pruneRetries is the maximum number of attempts of an operation that fails because a
// concurrent Prune removed an empty directory or the key.
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

// writeOnce writes a file unless it exists. Other processes never see an incomplete
// file: it is written to tempDir, which must be on the same file system, and linked.
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

// hashingWriter writes to w and hashes the bytes.
type hashingWriter struct {
	w io.Writer
	h hash.Hash
}

// Write implements [io.Writer].
func (w *hashingWriter) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	w.h.Write(p[:n])
	return n, err
}

// partName returns the name of a part of the results for a layer: the given name, and a
// digest of everything besides the layer that decides the result. That is the code of
// the whole program, and the configuration.
//
// The code of one analyzer would be enough, but its dependencies (the parsers, the walk,
// other modules, the toolchain) could only be listed by hand. So each new build of the
// program reads a layer once more.
//
// The name is "" if the part must not be cached.
func (c *Cache) partName(name string, configuration ...string) string {
	if c == nil || c.program == "" {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", c.program, configuration))
	return name + "-" + hex.EncodeToString(sum[:16])
}
