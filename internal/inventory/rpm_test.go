package inventory

import (
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

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

// TestRPMAgainstRPM compares a database that rpm made with what rpm says of it.
// Each block of the text is a package and its files, as rpm -qa prints them.
func TestRPMAgainstRPM(t *testing.T) {
	packages, err := parseRPM(sqliteHeaders)(context.Background(), fileOf("var/lib/rpm/rpmdb.sqlite", gunzip(t, "testdata/rpmdb.sqlite.gz")))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, p := range packages {
		var b strings.Builder
		version, modularity := p.Version, p.Modularity
		if !strings.Contains(version, ":") {
			version = "0:" + version
		}
		if modularity == "" {
			modularity = "(none)"
		}
		fmt.Fprintf(&b, "%s %s %s %s-%s.src.rpm %s %s\n", p.Name, version, p.Arch, p.SourceName, p.SourceVersion, modularity, p.Licenses[0])
		for path, digest := range p.Files.All() {
			b.WriteString(strings.TrimSpace(fmt.Sprintf("/%s %x", path, digest)) + "\n")
		}
		blocks = append(blocks, b.String())
	}
	slices.Sort(blocks)
	want, err := os.ReadFile("testdata/rpmdb.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(strings.Join(blocks, ""), "\n")); diff != "" {
		t.Error(diff)
	}
}

// rpmBackends are real databases, with the number of packages that rpm finds there
// and one of them.
func rpmBackends() []struct {
	shared string
	open   func(*seaworthy.File) headers
	count  int
	one    Package
} {
	return []struct {
		shared string
		open   func(*seaworthy.File) headers
		count  int
		one    Package
	}{
		{"rpmdb/cbl-mariner-2.0/rpmdb.sqlite", sqliteHeaders, 129, Package{
			Type: "rpm", Name: "curl-libs", Version: "7.76.0-6.cm2", Arch: "x86_64",
			SourceName: "curl", SourceVersion: "7.76.0-6.cm2", Licenses: []string{"MIT"},
		}},
		{"rpmdb/sle15-bci/Packages.db", ndbHeaders, 35, Package{
			Type: "rpm", Name: "libbz2-1", Version: "1.0.6-5.11.1", Arch: "x86_64",
			SourceName: "bzip2", SourceVersion: "1.0.6-5.11.1", Licenses: []string{"BSD-3-Clause"},
		}},
		{"rpmdb/libuuid/Packages", bdbHeaders, 1, Package{
			Type: "rpm", Name: "libuuid", Version: "2.32.1-42.el8_8", Arch: "x86_64",
			SourceName: "util-linux", SourceVersion: "2.32.1-42.el8_8", Licenses: []string{"BSD"},
		}},
	}
}

func TestRPMBackends(t *testing.T) {
	for _, c := range rpmBackends() {
		t.Run(c.shared, func(t *testing.T) {
			data, err := os.ReadFile(imagetest.Shared(t, c.shared))
			if err != nil {
				t.Fatal(err)
			}
			packages, err := parseRPM(c.open)(context.Background(), fileOf("x", data))
			if err != nil {
				t.Fatal(err)
			}
			if len(packages) != c.count {
				t.Errorf("%d packages, want %d", len(packages), c.count)
			}
			i := slices.IndexFunc(packages, func(p Package) bool { return p.Name == c.one.Name })
			if i < 0 {
				t.Fatalf("no %s", c.one.Name)
			}
			got := packages[i]
			if got.Files == nil {
				t.Errorf("%s has no files", got.Name)
			}
			got.Files = nil
			if diff := cmp.Diff(c.one, got); diff != "" {
				t.Error(diff)
			}
			for _, size := range []int{0, 10, 100, len(data) / 3, len(data) - len(data)/10} {
				got, err := parseRPM(c.open)(context.Background(), fileOf("x", data[:size]))
				if err == nil {
					t.Errorf("%d of %d bytes gave %d packages and no error", size, len(data), len(got))
				}
			}
		})
	}
}

// rpmHeaderOf makes a header of text values.
func rpmHeaderOf(values map[uint32]string) []byte {
	var index, data []byte
	tags := make([]uint32, 0, len(values))
	for tag := range values {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	for _, tag := range tags {
		for _, n := range []uint32{tag, rpmString, uint32(len(data)), 1} {
			index = binary.BigEndian.AppendUint32(index, n)
		}
		data = append(append(data, values[tag]...), 0)
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	return slices.Concat(out, index, data)
}

func TestRPMHeader(t *testing.T) {
	whole := rpmHeaderOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2", tagSourceRPM: "a-b-1-2.nosrc.rpm"})
	got, err := parseRPMHeader(whole)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Package{Type: "rpm", Name: "a", Version: "1-2", SourceName: "a-b", SourceVersion: "1-2"}, got); diff != "" {
		t.Error(diff)
	}
	for n := range whole {
		if _, err := parseRPMHeader(whole[:n]); err == nil {
			t.Errorf("%d of %d bytes are a header", n, len(whole))
		}
	}
	absurd := slices.Clone(whole)
	binary.BigEndian.PutUint32(absurd, 1<<32-1)
	if _, err := parseRPMHeader(absurd); err == nil {
		t.Error("a header of four billion tags was read")
	}
	many := rpmHeaderOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2", tagBaseNames: "x"})
	binary.BigEndian.PutUint32(many[8+3*rpmIndexEntry+12:], maxFiles+1)
	if _, err := parseRPMHeader(many); err == nil {
		t.Error("a header of a million files was read")
	}
}

func TestRPMLog(t *testing.T) {
	got := read(t,
		fileOf("var/lib/rpm/rpmdb.sqlite-wal", nil),
		fileOf("usr/lib/sysimage/rpm/rpmdb.sqlite-wal", []byte("changes")),
	)
	want := []Found{{Ordinal: 1, Format: formatRPMLog, Role: Supplement, Unread: "It holds 7 bytes of changes that are not in the database yet, and they were not read.", UnreadCode: seaworthy.CodeUnreadable}}
	if diff := cmp.Diff(want, got.Found); diff != "" {
		t.Error(diff)
	}
}

func TestRPMManifest(t *testing.T) {
	const text = "openssl-libs\t1.1.1k-7.cm2\t1650000000\t1640000000\tMicrosoft Corporation\t(none)\t100\tx86_64\t0\topenssl-1.1.1k-7.cm2.src.rpm\n" +
		"bind\t9.16-1.cm2\t1\t1\tMicrosoft Corporation\t32\t100\tx86_64\t32\tbind-9.16-1.cm2.src.rpm\n"
	got, err := parseRPMManifest(context.Background(), fileOf("x", []byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	want := []Package{
		{Type: "rpm", Name: "openssl-libs", Version: "1.1.1k-7.cm2", Arch: "x86_64", SourceName: "openssl", SourceVersion: "1.1.1k-7.cm2"},
		{Type: "rpm", Name: "bind", Version: "32:9.16-1.cm2", Arch: "x86_64", SourceName: "bind", SourceVersion: "9.16-1.cm2"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := parseRPMManifest(context.Background(), fileOf("x", []byte(text[:len(text)-40]))); err == nil {
		t.Error("a manifest that is cut was read whole")
	}
}

func FuzzRPMHeader(f *testing.F) {
	f.Add(rpmHeaderOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2"}))
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0x03, 0xec, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parseRPMHeader(data)
		if err == nil && p.Name == "" {
			t.Error("a package without a name")
		}
	})
}

func FuzzSQLite(f *testing.F) {
	f.Add(gunzip(f, "testdata/rpmdb.sqlite.gz")[:16<<10])
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = parseRPM(sqliteHeaders)(context.Background(), fileOf("x", data))
	})
}

// ndbOf makes an ndb database of blobs.
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
	f.Add(ndbOf(rpmHeaderOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2"})))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = parseRPM(ndbHeaders)(context.Background(), fileOf("x", data))
	})
}

// berkeleyOf makes a Berkeley DB database of one hash page, with one value on it
// and one on an overflow page.
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
	a := rpmHeaderOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2"})
	b := rpmHeaderOf(map[uint32]string{tagName: "b", tagVersion: "1", tagRelease: "2"})
	want := []Package{{Type: "rpm", Name: "a", Version: "1-2"}, {Type: "rpm", Name: "b", Version: "1-2"}}
	for name, c := range map[string]struct {
		open func(*seaworthy.File) headers
		data []byte
	}{
		"ndb":         {ndbHeaders, ndbOf(a, b)},
		"Berkeley DB": {bdbHeaders, berkeleyOf(a, b)},
	} {
		got, err := parseRPM(c.open)(context.Background(), fileOf("x", c.data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	got, err := parseRPM(ndbHeaders)(context.Background(), fileOf("x", ndbOf(a, a[:12])))
	if len(got) != 1 || err == nil {
		t.Errorf("a damaged header beside a whole one: %d packages, error %v", len(got), err)
	}
}

func FuzzBerkeley(f *testing.F) {
	h := rpmHeaderOf(map[uint32]string{tagName: "a", tagVersion: "1", tagRelease: "2"})
	f.Add(berkeleyOf(h, h))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = parseRPM(bdbHeaders)(context.Background(), fileOf("x", data))
	})
}
