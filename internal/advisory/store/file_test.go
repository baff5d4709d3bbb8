package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// build writes a dataset of records in JSON.
func build(t testing.TB, dir, name string, records ...string) (path string) {
	t.Helper()
	b, err := NewBuilder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range records {
		r, err := osv.Parse([]byte(text))
		if err == nil {
			err = b.Add(r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Commit(t.Context(), Info{Name: name}, time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	return Path(dir, name)
}

func small(t testing.TB) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	return dir, build(t, dir, "npm", `{"id": "GHSA-1", "aliases": ["CVE-2024-0001"], "summary": "One", "affected": [{"package": {"ecosystem": "npm", "name": "p"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}`)
}

// readAll reads all that a file has about the package p.
func readAll(dir string) error {
	file, err := Open(dir, "npm")
	if err != nil {
		return err
	}
	defer file.Close()
	rows, err := file.Affected(Vulnerable, seaworthy.ParseEcosystem("npm"), "p")
	if err != nil {
		return err
	}
	if len(rows) != 1 || len(rows[0].Spans) != 1 || rows[0].Spans[0].From != version.Zero {
		return fmt.Errorf("read %+v", rows)
	}
	a, err := file.Advisory(rows[0].Number)
	if err != nil {
		return err
	}
	if a.ID != "GHSA-1" || !slices.Equal(a.Aliases, []string{"CVE-2024-0001"}) {
		return fmt.Errorf("read %+v", a)
	}
	text, err := file.Text(rows[0].Number)
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
		if int64(i) >= checkedOffset && i < headerSize {
			continue
		}
		bad := append([]byte(nil), good...)
		bad[i] ^= 0x55
		advisorytest.WriteFile(t, path, bad)
		if err := readAll(dir); err == nil {
			t.Errorf("byte %d of %d was changed and nobody noticed", i, len(good))
		}
	}
	for size := range good {
		advisorytest.WriteFile(t, path, good[:size])
		if err := readAll(dir); !errors.Is(err, ErrDamaged) {
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
	advisorytest.WriteFile(t, path, data)
	if err := readAll(dir); err == nil || !strings.Contains(err.Error(), "a newer version of this program wrote it") {
		t.Errorf("error %v", err)
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
		advisorytest.WriteFile(t, path, data)
		file, err := openFile(path)
		if err != nil {
			return
		}
		for name := range file.tables {
			file.forEach(name, func(key, value []byte) error {
				for _, read := range []func(*decoder){func(d *decoder) { d.affected() }, func(d *decoder) { d.advisory() }, func(d *decoder) { d.text() }} {
					d := decoder{rest: value}
					read(&d)
				}
				return nil
			})
		}
		file.Affected(Vulnerable, seaworthy.ParseEcosystem("npm"), "p")
		file.Rating(1)
		file.EPSS(1)
		file.KEV(1)
		file.ReleaseEnd("debian", "12")
		file.Close()
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
	err := s.forEach(func(key, values []byte) error {
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
