package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
)

// exportedDatabase is a database with two datasets, and the archive of it.
func exportedDatabase(t testing.TB) (dir string, archived []byte) {
	t.Helper()
	dir = t.TempDir()
	build(t, dir, "npm", advisorytest.Record("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z"))
	build(t, dir, "Go", strings.Replace(advisorytest.Record("GO-1", "1.0.0", "2024-01-01T00:00:00Z"), "npm", "Go", 1))
	return dir, export(t, dir)
}

func export(t testing.TB, dir string, names ...string) []byte {
	t.Helper()
	all, err := OpenSnapshots(context.Background(), dir, names)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Export(context.Background(), &out, all); err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	return out.Bytes()
}

// fixes lists the advisories about the package p of npm with their fixes.
func fixes(t testing.TB, dir string) string {
	t.Helper()
	file, err := Open(dir, "npm")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := file.Affected(Vulnerable, seaworthy.ParseEcosystem("npm"), "p")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, row := range rows {
		a, err := file.Advisory(row.Number)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, a.ID+" "+row.Spans[0].Fix())
	}
	return strings.Join(list, ", ")
}

func takeIn(t testing.TB, dir string, archived []byte) error {
	t.Helper()
	i, err := NewImporter(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer i.Discard()
	if err := i.Archive(t.Context(), bytes.NewReader(archived)); err != nil {
		return err
	}
	_, err = i.Commit(t.Context())
	return err
}

func TestShare(t *testing.T) {
	from, archived := exportedDatabase(t)
	dir := t.TempDir()
	if err := takeIn(t, dir, archived); err != nil {
		t.Fatal(err)
	}
	if got := fixes(t, dir); got != "GHSA-1 1.0.0" {
		t.Errorf("vulnerabilities %q", got)
	}
	if again := export(t, dir); !bytes.Equal(again, archived) {
		t.Error("an archive of what was taken in is another one")
	}
	i, err := NewImporter(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	all, err := OpenSnapshots(t.Context(), from, []string{"npm"})
	if err != nil {
		t.Fatal(err)
	}
	// An update notes the time of the check while the file is handed on.
	before, err := io.ReadAll(all[0].Open())
	if err != nil {
		t.Fatal(err)
	}
	file, err := Open(from, "npm")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.MarkChecked(file.Checked.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	after, err := io.ReadAll(all[0].Open())
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("a file that is handed on has changed, %v", err)
	}
	if !i.Has("npm", all[0].Digest) || i.Has("Go", all[0].Digest) {
		t.Error("it is not known what the database has")
	}
	all[0].Close()
	if _, err := OpenSnapshots(t.Context(), from, []string{"PyPI"}); !errors.Is(err, ErrNoData) {
		t.Errorf("error %v, want ErrNoData", err)
	}
}

// TestBadShare: nothing of what is damaged anywhere takes a place.
func TestBadShare(t *testing.T) {
	_, good := exportedDatabase(t)
	npm := bytes.LastIndex(good, []byte(fileMagic)) + 100 // the second of the two
	tampered := slices.Clone(good)
	tampered[npm] ^= 1
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"cut", good[:npm], "advisories of npm: unexpected EOF"},
		{"cut early", good[:1500], "missing"},
		{"another file", []byte("PK\x03\x04"), "not an archive that seaworthy db export writes"},
		{"tampered", tampered, "its digest is sha256:"},
		{"another format", bytes.Replace(good, []byte("version 1"), []byte("version 9"), 1), `the archive has the format "seaworthy advisories, version 9"`},
		{"another name", bytes.Replace(good, []byte(`"name": "npm"`), []byte(`"name": "nqm"`), 1), `it contains the dataset "npm"`},
	} {
		dir := t.TempDir()
		if err := takeIn(t, dir, c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: left behind: %v", c.name, left)
		}
	}
}

// TestShareOfAnotherVersion: neither way does data of a newer program get lost.
func TestShareOfAnotherVersion(t *testing.T) {
	from, good := exportedDatabase(t)
	path := Path(from, "npm")
	for _, c := range []struct {
		format uint32
		want   string
	}{{fileFormat + 1, "a newer version of this program wrote it"}, {fileFormat - 1, "an older version of this program wrote it"}} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		binary.LittleEndian.PutUint32(data[len(fileMagic):], c.format)
		i, err := NewImporter(t.TempDir(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		digest, _ := digestFrom(bytes.NewReader(data))
		if err := i.Add(t.Context(), "npm", digest, bytes.NewReader(data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
		advisorytest.WriteFile(t, path, data)
		if _, err := OpenSnapshots(t.Context(), from, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("exportedDatabase: error %v, want %q", err, c.want)
		}
		if c.format > fileFormat {
			if err := takeIn(t, from, good); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("taken in over data of a newer program: error %v", err)
			}
		} else if err := takeIn(t, from, good); err != nil {
			t.Errorf("data of an older program is in the way: %v", err)
		}
		if err := takeIn(t, t.TempDir(), good); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(from, temporaryPrefix+"*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// FuzzArchive takes in what claims to be an archive of datasets.
func FuzzArchive(f *testing.F) {
	_, good := exportedDatabase(f)
	f.Add(good)
	f.Add(good[:1024])
	f.Add([]byte{})
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		i, err := NewImporter(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer i.Discard()
		i.Archive(t.Context(), bytes.NewReader(data))
		for _, p := range i.pending {
			if _, err := verifyFile(t.Context(), p.path); err != nil {
				t.Error(err)
			}
		}
	})
}
