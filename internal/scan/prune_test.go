package scan_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/scan"
)

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	read(t, ferry.OCILayout(t), scan.Options{Cache: openCache(t, dir)})
	files := modes(t, filepath.Join(dir, "v1"))
	old := time.Now().Add(-48 * time.Hour)
	removed := 0
	for path := range files {
		if strings.Contains(path, "blobs") {
			os.Chtimes(path, old, old)
			removed++
		}
	}
	p, err := scan.Prune(dir, time.Now().Add(-24*time.Hour))
	if err != nil || p.Files != removed || p.Bytes == 0 {
		t.Errorf("%+v, %v; want %d files", p, err, removed)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "v1")); err != nil || len(entries) == 0 {
		t.Errorf("%v, %v; want the directories that were written to within the hour", entries, err)
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return os.Chtimes(path, old, old)
	})
	if err != nil {
		t.Fatal(err)
	}
	if p, err = scan.Prune(dir, time.Now().Add(time.Hour)); err != nil || p.Files != len(files)-removed {
		t.Errorf("%+v, %v; want %d files", p, err, len(files)-removed)
	}
	if diff := cmp.Diff([]string{"CACHEDIR.TAG"}, paths(t, dir)); diff != "" {
		t.Error("what is left:", diff)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "v1")); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v; want no empty directories", entries, err)
	}
	if p, err := scan.Prune(filepath.Join(dir, "missing"), time.Now()); err != nil || p != (scan.Pruned{}) {
		t.Errorf("a missing directory: %+v, %v", p, err)
	}
}

// TestPruneKeepsFilesOfOthers has files of other programs at every level of the cache.
func TestPruneKeepsFilesOfOthers(t *testing.T) {
	dir := t.TempDir()
	read(t, ferry.OCILayout(t), scan.Options{Cache: openCache(t, dir)})
	var entry string
	for _, path := range paths(t, dir) {
		if strings.Contains(path, "layers") {
			entry = path
		}
	}
	others := []string{
		"letter.txt", ".tmp-letter", "advisories/v1/osv.db", "v2/blobs/letter", // a later version may use v2
		"v1/letter.txt", "v1/other/.tmp-1", "v1/blobs/letter", "v1/blobs/ab/letter", "v1/layers/ab/letter/entries-2-0123456789abcdef",
		"v1/blobs/zz/" + strings.Repeat("a", 62), "v1/blobs/ab/" + strings.Repeat("a", 62), // the form of an entry, without its magic
		filepath.Join(filepath.Dir(entry), "letter"),
	}
	for _, name := range others {
		writeFile(t, filepath.Join(dir, name), "a file of another program")
	}
	if _, err := scan.Prune(dir, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	left := paths(t, dir)
	for _, name := range others {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(data) != "a file of another program" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if len(left) != len(others)+1 { // and the tag
		t.Errorf("left: %q", left)
	}
}

func TestPruneFollowsNoLink(t *testing.T) {
	cache, outside := t.TempDir(), t.TempDir()
	read(t, ferry.OCILayout(t), scan.Options{Cache: openCache(t, cache)})
	hex := strings.Repeat("a", 62)
	entry := filepath.Join(outside, "ab", hex)
	whole, err := os.ReadFile(filepath.Join(cache, findPath(t, cache, "blobs")))
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{"v1", "v1/blobs", "v1/blobs/ab", "v1/blobs/ab/" + hex, "v1/layers"} {
		t.Run(link, func(t *testing.T) {
			dir := t.TempDir()
			openCache(t, dir)
			path := filepath.Join(dir, link)
			os.RemoveAll(path)
			writeFile(t, entry, string(whole))
			target := map[string]string{"v1/blobs/ab": filepath.Join(outside, "ab"), "v1/blobs/ab/" + hex: entry}[link]
			if target == "" {
				target = outside
			}
			if link == "v1" { // a link within the cache directory
				writeFile(t, filepath.Join(dir, "advisories", "blobs", "ab", hex), string(whole))
				target = "advisories"
			}
			os.MkdirAll(filepath.Dir(path), 0o700)
			if err := os.Symlink(target, path); err != nil {
				t.Fatal(err)
			}
			if p, err := scan.Prune(dir, time.Now().Add(time.Hour)); err != nil || p.Files != 0 {
				t.Errorf("%+v, %v; want nothing removed", p, err)
			}
			if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(entry); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPruneRefusesUntagged(t *testing.T) {
	for _, c := range []struct {
		name, tag, want string
	}{
		{"no tag", "", "has no CACHEDIR.TAG"},
		{"empty tag", "\n", "was written by another program"},
		{"tag of another program", "Signature: 8a477f597d28d172789f06886806bc55\n# created by cargo\n", "was written by another program"},
		{"tag is a directory", "dir", "is not a regular file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			read(t, ferry.OCILayout(t), scan.Options{Cache: openCache(t, dir)})
			tag := filepath.Join(dir, "CACHEDIR.TAG")
			if err := os.Remove(tag); err != nil {
				t.Fatal(err)
			}
			switch c.tag {
			case "":
			case "dir":
				os.Mkdir(tag, 0o700)
			default:
				writeFile(t, tag, c.tag)
			}
			before := paths(t, dir)
			_, err := scan.Prune(dir, time.Now().Add(time.Hour))
			if !errors.Is(err, scan.ErrNotCache) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
			if diff := cmp.Diff(before, paths(t, dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCacheIsTagged(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
		want  bool
	}{
		{"new", nil, true},
		{"cache of an older version", []string{"v1/key", "v1/blobs/ab/cd", "v1/.tmp-12"}, true},
		{"advisory database came first", []string{"advisories/index"}, true},
		{"mount point", []string{"lost+found/x"}, true},
		{"directory of the user", []string{"thesis.txt"}, false},
		{"directory v1 of the user", []string{"v1/thesis.txt"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			for _, name := range c.files {
				writeFile(t, filepath.Join(dir, name), "x")
			}
			openCache(t, dir)
			text, err := os.ReadFile(filepath.Join(dir, "CACHEDIR.TAG"))
			if c.want != (err == nil) {
				t.Fatalf("tagged: %v, want %v", err, c.want)
			}
			if c.want && !strings.HasPrefix(string(text), "Signature: 8a477f597d28d172789f06886806bc55\n") {
				t.Errorf("the tag is %q", text)
			}
			if !c.want {
				writeFile(t, filepath.Join(dir, "CACHEDIR.TAG"), "of the user")
				openCache(t, dir)
				if text, _ := os.ReadFile(filepath.Join(dir, "CACHEDIR.TAG")); string(text) != "of the user" {
					t.Errorf("the user's tag was overwritten: %q", text)
				}
			}
		})
	}
}

// TestPruneDuringScans prunes everything, again and again, while images are
// scanned: no scan fails, warns, or finds less, and none loses its key.
func TestPruneDuringScans(t *testing.T) {
	layout, dir := ferry.OCILayout(t), t.TempDir()
	c := census{want: seaworthy.Body}
	want := censusOf(t, read(t, layout, scan.Options{Analyzers: []seaworthy.Analyzer{c}}), c)
	var log sharedLog
	openCache(t, dir)
	done := make(chan struct{})
	var pruning, scanning sync.WaitGroup
	pruning.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if _, err := scan.Prune(dir, time.Now().Add(time.Hour)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 4 {
		scanning.Go(func() {
			for range 25 {
				cache, err := scan.OpenCache(dir, slog.New(slog.NewTextHandler(&log, nil)))
				if err != nil {
					t.Error(err)
					return
				}
				if key, err := cache.Key(); err != nil || len(key) != 32 {
					t.Errorf("key %x, %v", key, err)
				}
				m, err := tryRead(t, layout, scan.Options{Analyzers: []seaworthy.Analyzer{c}, Cache: cache})
				if err != nil {
					t.Error(err)
					return
				}
				if diff := cmp.Diff(want, censusOf(t, m, c)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	scanning.Wait()
	close(done)
	pruning.Wait()
	if text := log.String(); text != "" {
		t.Errorf("warnings:\n%s", text)
	}
	if files := temporaries(t, dir); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// sharedLog is a log that several scans write.
type sharedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements [io.Writer].
func (l *sharedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *sharedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestPruneKeepsUnfinishedFiles shows that a file that is being written survives,
// and one that a killed process left does not.
func TestPruneKeepsUnfinishedFiles(t *testing.T) {
	dir := t.TempDir()
	openCache(t, dir)
	fresh, left := filepath.Join(dir, "v1", "blobs", "ab", ".tmp-1"), filepath.Join(dir, "v1", "blobs", "ab", ".tmp-2")
	writeFile(t, fresh, "x")
	writeFile(t, left, "x")
	old := time.Now().Add(-2 * time.Hour)
	os.Chtimes(left, old, old)
	if p, err := scan.Prune(dir, time.Now().Add(time.Minute)); err != nil || p.Files != 1 {
		t.Errorf("%+v, %v; want one file removed", p, err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error(err)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// paths lists the files below a directory, sorted.
func paths(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		list = append(list, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func findPath(t *testing.T, dir, part string) string {
	t.Helper()
	for _, path := range paths(t, dir) {
		if strings.Contains(path, part) {
			return path
		}
	}
	t.Fatalf("no path with %s in %s", part, dir)
	return ""
}
