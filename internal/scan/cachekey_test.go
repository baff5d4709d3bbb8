package scan

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func openTestCache(t *testing.T, dir string) *Cache {
	t.Helper()
	c, err := OpenCache(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testKey(t *testing.T, c *Cache) []byte {
	t.Helper()
	key, err := c.Key()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestKeyIsSharedByProcesses(t *testing.T) {
	dir := t.TempDir()
	keys := make([][]byte, 16)
	var wait sync.WaitGroup
	for i := range keys {
		wait.Go(func() {
			if c, err := OpenCache(dir, slog.New(slog.DiscardHandler)); err == nil {
				keys[i], _ = c.Key()
			}
		})
	}
	wait.Wait()
	for _, k := range keys {
		if len(k) != keySize || !bytes.Equal(k, keys[0]) {
			t.Fatalf("keys differ: %x and %x", k, keys[0])
		}
	}
	path := filepath.Join(dir, cacheFormat, "key")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, cacheFormat, temporaryPrefix+"*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDamagedKeyIsReplaced(t *testing.T) {
	c := openTestCache(t, t.TempDir())
	first := testKey(t, c)
	path := filepath.Join(c.dir, cacheFormat, "key")
	if err := os.WriteFile(path, first[:5], 0o600); err != nil {
		t.Fatal(err)
	}
	second := testKey(t, c)
	if bytes.HasPrefix(second, first[:5]) || !bytes.Equal(second, testKey(t, c)) {
		t.Errorf("a damaged key was kept: %x, then %x", first, second)
	}
	var none *Cache
	if key := testKey(t, none); key != nil {
		t.Errorf("without a cache there is the key %x", key)
	}
}

func TestPruneKeepsAKeyInUse(t *testing.T) {
	c := openTestCache(t, t.TempDir())
	first := testKey(t, c)
	path := filepath.Join(c.dir, cacheFormat, "key")
	old := time.Now().Add(-40 * 24 * time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	testKey(t, c)
	if _, err := Prune(c.dir, time.Now().Add(-30*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, testKey(t, c)) {
		t.Error("the key of a cache in use was pruned")
	}
}
