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
