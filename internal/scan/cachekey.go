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
	keyName = "key"
	keySize = 32
	// keyTouch is the age at which the modification time of a key in use is renewed, so
	// that Prune does not remove the key.
	keyTouch = 24 * time.Hour
)

// Key returns the random key of this cache, 32 bytes, and creates it on first use. It
// is the key of HMACs of secrets, which may be cached; secrets themselves may not. All
// processes that use the directory get the same key. The key of a nil Cache is nil.
func (c *Cache) Key() ([]byte, error) {
	if c == nil {
		return nil, nil
	}
	fresh := make([]byte, keySize)
	rand.Read(fresh)
	path := filepath.Join(c.dir, cacheFormat, keyName)
	key, err := c.readKey(path)
	for range pruneRetries {
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err = writeOnce(path, filepath.Dir(path), fresh); err == nil {
			key, err = c.readKey(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the key of the cache: %w", err)
	}
	return key, nil
}

// readKey reads a key. It removes a corrupt key, which then counts as absent.
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
		c.log.Warn("the key of the cache is corrupt and will be replaced", "path", path)
		if err := os.Remove(path); err != nil {
			return nil, err
		}
		return nil, fs.ErrNotExist
	}
	if now := time.Now(); now.Sub(info.ModTime()) > keyTouch {
		os.Chtimes(path, now, now) // if that fails, the key is pruned later and replaced
	}
	return key, nil
}
