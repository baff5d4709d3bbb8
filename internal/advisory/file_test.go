package advisory

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func small(t testing.TB) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	update(t, newUpdater(t, dir, write(t, map[string][]string{"npm": {
		`{"id": "GHSA-1", "aliases": ["CVE-2024-0001"], "summary": "One", "affected": [{"package": {"ecosystem": "npm", "name": "p"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}`,
	}})), "npm")
	return dir, dataPath(dir, "npm")
}

// readAll reads all that a file has of a package.
func readAll(dir string) error {
	db := Open(dir)
	defer db.Close()
	a, err := db.Match(context.Background(), Query{Ecosystem: "npm", Name: "p", Version: "1.0.0"})
	if err != nil {
		return err
	}
	if len(a.Flaws) != 1 || a.Flaws[0].ID != "CVE-2024-0001" {
		return fmt.Errorf("read %+v", a)
	}
	text, err := a.Flaws[0].Text()
	if err == nil && text.Summary != "One" {
		return fmt.Errorf("read %+v", text)
	}
	return err
}

// TestDamage: no byte of a file can change without notice, but for the time of
// the last check.
func TestDamage(t *testing.T) {
	dir, path := small(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := readAll(dir); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		if int64(i) >= checkedAt && i < headerSize {
			continue
		}
		bad := append([]byte(nil), good...)
		bad[i] ^= 0x55
		put(t, path, bad)
		if err := readAll(dir); err == nil {
			t.Errorf("byte %d of %d was changed and nobody noticed", i, len(good))
		}
	}
	for size := range good {
		put(t, path, good[:size])
		if err := readAll(dir); !errors.Is(err, errDamaged) {
			t.Errorf("cut to %d bytes: error %v", size, err)
		}
	}
}

func TestNewerFormat(t *testing.T) {
	dir, path := small(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	binary.LittleEndian.PutUint32(data[len(fileMagic):], fileFormat+1)
	put(t, path, data)
	if err := readAll(dir); err == nil || !strings.Contains(err.Error(), "a newer version of this program wrote it") {
		t.Errorf("error %v", err)
	}
	u := newUpdater(t, dir, write(t, map[string][]string{"npm": {`{"id": "GHSA-2"}`}}))
	if _, err := u.Update(t.Context(), "npm"); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("an update wrote over data of a newer program: error %v", err)
	}
}

func FuzzOpenFile(f *testing.F) {
	_, path := small(f)
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "npm"+fileSuffix)
		put(t, path, data)
		file, err := openFile(path)
		if err != nil {
			return
		}
		for name := range file.tables {
			file.each(name, func(_, value []byte) error {
				d := decode{rest: value}
				d.affects()
				d = decode{rest: value}
				d.advice()
				return nil
			})
		}
		file.close()
	})
}

func FuzzTableIndex(f *testing.F) {
	f.Add([]byte{'s', 1, 1, 'a', 0, 2, 3, 4})
	f.Add([]byte{'z', 1, 1, 'a', 0, 2, 3, 4})
	f.Fuzz(func(t *testing.T, index []byte) {
		file, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		table, err := openTable(io.NewSectionReader(file, 0, 1<<10), index)
		if err == nil {
			table.get([]byte("b"))
			table.close()
		}
	})
}

// TestSorter: more than memory holds, with keys that come again and again.
func TestSorter(t *testing.T) {
	s := &sorter{dir: t.TempDir(), limit: 4 << 10}
	defer s.close()
	const n = 5000
	for i := range n {
		if err := s.add(fmt.Appendf(nil, "key %03d", i*7%500), fmt.Appendf(nil, "%d,", i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.runs) < 10 {
		t.Fatalf("%d runs: the test shows little", len(s.runs))
	}
	last, keys := "", 0
	err := s.groups(func(key, values []byte) error {
		keys++
		if string(key) <= last {
			t.Errorf("%s comes after %s", key, last)
		}
		last = string(key)
		numbers := strings.Split(strings.TrimSuffix(string(values), ","), ",")
		before := -1
		for _, text := range numbers {
			var i int
			fmt.Sscan(text, &i)
			if i <= before || fmt.Sprintf("key %03d", i*7%500) != last {
				t.Errorf("%s has the values %s", key, values)
			}
			before = i
		}
		if len(numbers) != n/500 {
			t.Errorf("%s has %d values, want %d", key, len(numbers), n/500)
		}
		return nil
	})
	if err != nil || keys != 500 {
		t.Errorf("%d keys, error %v", keys, err)
	}
}
