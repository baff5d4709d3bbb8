package rpmdb

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// packagesOf returns the names of the packages of a database, up to the first error.
func packagesOf(open func(io.ReaderAt, int64) Headers, data []byte) (names []string, err error) {
	for header, err := range open(bytes.NewReader(data), int64(len(data))) {
		if err != nil {
			return names, err
		}
		p, err := ParseHeader(header)
		if err != nil {
			return names, err
		}
		names = append(names, p.Name)
	}
	return names, nil
}

// headerOf returns a header with text values.
func headerOf(values map[uint32]string) []byte {
	var index, data []byte
	tags := make([]uint32, 0, len(values))
	for tag := range values {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	for _, tag := range tags {
		for _, n := range []uint32{tag, typeString, uint32(len(data)), 1} {
			index = binary.BigEndian.AppendUint32(index, n)
		}
		data = append(append(data, values[tag]...), 0)
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	return slices.Concat(out, index, data)
}

func TestHeader(t *testing.T) {
	whole := headerOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2", tagSourceRPM: "a-b-1-2.nosrc.rpm"})
	got, err := ParseHeader(whole)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&Package{Name: "a", Version: "1", Release: "2", SourceRPM: "a-b-1-2.nosrc.rpm", Files: []File{}}, got); diff != "" {
		t.Error(diff)
	}
	for n := range whole {
		if _, err := ParseHeader(whole[:n]); err == nil {
			t.Errorf("the first %d of %d bytes of a header: no error", n, len(whole))
		}
	}
	absurd := slices.Clone(whole)
	binary.BigEndian.PutUint32(absurd, 1<<32-1)
	if _, err := ParseHeader(absurd); err == nil {
		t.Error("a header of four billion tags was read")
	}
	many := headerOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2", tagBaseNames: "x"})
	binary.BigEndian.PutUint32(many[8+3*indexEntry+12:], maxFiles+1)
	if _, err := ParseHeader(many); err == nil {
		t.Error("a header of a million files was read")
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(headerOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2"}))
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0x03, 0xec, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParseHeader(data)
		if err == nil && p.Name == "" {
			t.Error("a package without a name")
		}
	})
}

func FuzzSQLite(f *testing.F) {
	f.Add(gunzip(f, "../inventory/testdata/rpmdb.sqlite.gz")[:16<<10])
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = packagesOf(SQLite, data)
	})
}

// ndbOf returns an ndb database with blobs.
func ndbOf(blobs ...[]byte) []byte {
	le := binary.LittleEndian
	out := make([]byte, ndbPage)
	le.PutUint32(out, ndbMagic)
	le.PutUint32(out[12:], 1)
	for at := 2 * ndbSlot; at < ndbPage; at += ndbSlot {
		le.PutUint32(out[at:], ndbSlotMagic)
	}
	for i, b := range blobs {
		slot := out[(2+i)*ndbSlot:]
		le.PutUint32(slot[4:], uint32(i+1))
		le.PutUint32(slot[8:], uint32(len(out)/ndbSlot))
		out = le.AppendUint32(out, ndbBlobMagic)
		out = le.AppendUint32(out, uint32(i+1))
		out = le.AppendUint32(out, 0)
		out = le.AppendUint32(out, uint32(len(b)))
		out = append(out, b...)
		for len(out)%ndbSlot != 0 {
			out = append(out, 0)
		}
	}
	return out
}

func FuzzNDB(f *testing.F) {
	f.Add(ndbOf(headerOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2"})))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = packagesOf(NDB, data)
	})
}

// berkeleyOf returns a Berkeley DB database with one hash page. One value is on it, another
// one on an overflow page.
func berkeleyOf(inline, overflow []byte) []byte {
	const page = 4096
	le := binary.LittleEndian
	out := make([]byte, 3*page)
	le.PutUint32(out[12:], bdbHashMagic)
	le.PutUint32(out[20:], page)
	out[bdbType] = bdbHashMeta
	le.PutUint32(out[32:], 2)
	off := make([]byte, 12)
	off[0] = bdbOffPage
	le.PutUint32(off[4:], 2)
	le.PutUint32(off[8:], uint32(len(overflow)))
	items := [][]byte{{bdbKeyData, 1, 0, 0, 0}, append([]byte{bdbKeyData}, inline...), {bdbKeyData, 2, 0, 0, 0}, off, {bdbKeyData, 0, 0, 0, 0}, {bdbKeyData, 9, 9, 9, 9}}
	hash := out[page:][:page]
	hash[bdbType] = bdbHash
	le.PutUint16(hash[bdbEntries:], uint16(len(items)))
	end := page
	for i, item := range items {
		end -= len(item)
		copy(hash[end:], item)
		le.PutUint16(hash[bdbPageHeader+2*i:], uint16(end))
	}
	over := out[2*page:]
	over[bdbType] = bdbOverflow
	le.PutUint16(over[bdbOffset:], uint16(len(overflow)))
	copy(over[bdbPageHeader:], overflow)
	return out
}

func TestMadeDatabases(t *testing.T) {
	a := headerOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2"})
	b := headerOf(map[uint32]string{tagName: "b", tagVersion: "1", tagRelease: "2"})
	want := []string{"a", "b"}
	for name, c := range map[string]struct {
		open func(io.ReaderAt, int64) Headers
		data []byte
	}{
		"ndb":         {NDB, ndbOf(a, b)},
		"Berkeley DB": {Berkeley, berkeleyOf(a, b)},
	} {
		got, err := packagesOf(c.open, c.data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	got, err := packagesOf(NDB, ndbOf(a, a[:12]))
	if len(got) != 1 || err == nil {
		t.Errorf("a damaged header after a valid one: %d packages, error %v", len(got), err)
	}
}

func FuzzBerkeley(f *testing.F) {
	h := headerOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2"})
	f.Add(berkeleyOf(h, h))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = packagesOf(Berkeley, data)
	})
}

func gunzip(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
