package scan

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	keySize = 32
	// keyTouch is how often the time of a key in use is renewed, so that pruning
	// does not take it for something that nobody needs.
	keyTouch = 24 * time.Hour
)

// Key gives the random key of this cache, of 32 bytes, made when it is first
// asked for: under it the digest of a secret may be kept, and by no means the
// secret. All processes that use the directory get the same one. Without a cache
// there is none: it is nil.
func (c *Cache) Key() ([]byte, error) {
	if c == nil {
		return nil, nil
	}
	fresh := make([]byte, keySize)
	rand.Read(fresh)
	path := filepath.Join(c.dir, cacheFormat, "key")
	key, err := c.readKey(path)
	if err == nil {
		return key, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = c.makeKey(path, fresh)
	}
	if err == nil {
		key, err = c.readKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("the key of the cache: %w", err)
	}
	return key, nil
}

// readKey reads a key. One that is damaged is removed and counts as absent.
func (c *Cache) readKey(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(key) != keySize || !info.Mode().IsRegular() {
		c.log.Warn("the key of the cache is damaged and will be made again", "path", path)
		if err := os.Remove(path); err != nil {
			return nil, err
		}
		return nil, fs.ErrNotExist
	}
	if now := time.Now(); now.Sub(info.ModTime()) > keyTouch {
		os.Chtimes(path, now, now) // at worst it is made again in a month
	}
	return key, nil
}

// makeKey writes a key, unless another process is faster. The file is whole as
// soon as it has its name.
func (c *Cache) makeKey(path string, key []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), temporaryPrefix) // its mode is 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(key)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	err = os.Link(f.Name(), path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return os.Rename(f.Name(), path) // a file system without hard links
}
