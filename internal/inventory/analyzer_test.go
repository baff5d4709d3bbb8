package inventory

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

// read runs files of a layer through a pass and decodes the result.
func read(t testing.TB, files ...*seaworthy.File) *Layer {
	t.Helper()
	p := New().Open()
	for i, f := range files {
		f.Ordinal = i
		peeked := p.(seaworthy.Peeker).Peek(f.Header, f.Head[:min(len(f.Head), seaworthy.PeekSize)])
		if max(p.Wants(f.Header), peeked) == seaworthy.Skip {
			continue
		}
		if err := p.File(context.Background(), f); err != nil {
			t.Fatal(err)
		}
	}
	data, err := p.Close(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	l, err := Decode(data, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestPass(t *testing.T) {
	huge := fileOf("var/lib/dpkg/status", nil)
	huge.Size = maxDatabase + 1
	got := read(t,
		fileOf("etc/passwd", []byte("root")),
		fileOf("etc/os-release", []byte("ID=debian\nVERSION_ID=\"12\"\n")),
		fileOf("var/lib/dpkg/status", []byte("Package: b\nVersion: 1\n\nPackage: a\nVersion: 1\n\n")),
		fileOf("var/lib/dpkg/status", []byte("Package: b\nVersion: 1\n\nPackage")),
		fileOf("srv/var/lib/dpkg/status", []byte("Package: b\nVersion: 1\n")),
		fileOf("var/lib/dpkg/status", nil),
		huge,
	)
	pkg := func(name string) Package {
		return Package{Type: "deb", Name: name, Version: "1", SourceName: name, SourceVersion: "1"}
	}
	want := &Layer{
		Files: []PackageFile{
			{Ordinal: 2, Format: "dpkg", Role: Database, Packages: []Package{pkg("a"), pkg("b")}},
			{Ordinal: 3, Format: "dpkg", Role: Database, Packages: []Package{pkg("b")}, ReadError: "Line 4: it is not a field.", ReadErrorCode: seaworthy.CodeUnreadable},
			{Ordinal: 5, Format: "dpkg", Role: Database},
			{Ordinal: 6, Format: "dpkg", Role: Database, ReadError: "It has 1073741825 bytes; the limit is 1073741824.", ReadErrorCode: seaworthy.CodeLimitExceeded},
		},
		Releases: []Release{{Ordinal: 1, ID: "debian", VersionID: "12"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWantsAllocatesNothing(t *testing.T) {
	p := New().Open()
	h := &seaworthy.Header{Path: "usr/lib/x86_64-linux-gnu/libsomething.so.1.2.3", Size: 100_000, Mode: 0o755}
	head := elfOf(".text", nil)
	head[16] = byte(elf.ET_DYN)
	if n := testing.AllocsPerRun(100, func() { p.Wants(h); p.(seaworthy.Peeker).Peek(h, head) }); n != 0 {
		t.Errorf("%v allocations for a file without a format", n)
	}
}

// TestResultIsLimited adds files in different orders: the last ones of the archive are
// missing.
func TestResultIsLimited(t *testing.T) {
	file := func(ordinal, size int) PackageFile {
		return PackageFile{Ordinal: ordinal, Format: "a", Packages: []Package{{Name: strings.Repeat("a", size)}}}
	}
	const third = maxResultSize / 3
	files := []PackageFile{file(0, 1), file(1, third), file(2, third), file(3, 2*third), file(4, 1), file(5, maxResultSize)}
	for _, order := range [][]int{{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {4, 3, 0, 5, 2, 1}, {3, 4, 1, 0, 2, 5}} {
		p := &pass{Analyzer: New()}
		for _, i := range order {
			p.add(files[i])
		}
		data, err := p.Close(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l, err := Decode(data, 1<<30)
		if err != nil || len(l.Files) != 3 || l.Files[2].Ordinal != 2 || l.OverLimit != 3 {
			t.Errorf("%v: %d files in the result, %d over the limit, %v", order, len(l.Files), l.OverLimit, err)
		}
	}
}

// TestHundredThousandPackages would take very long if a step were quadratic.
func TestHundredThousandPackages(t *testing.T) {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, "Package: p%06d\nStatus: install ok installed\nVersion: 1.%d\n\n", i, i)
	}
	l := read(t, fileOf("var/lib/dpkg/status", []byte(b.String())))
	if n := len(l.Files[0].Packages); n != 100_000 {
		t.Errorf("%d packages", n)
	}
}

func BenchmarkWants(b *testing.B) {
	p := New().Open()
	h := &seaworthy.Header{Path: "usr/lib/python3/dist-packages/some/module/file.cpython-311.pyc", Size: 100_000, Mode: 0o644}
	for b.Loop() {
		p.Wants(h)
	}
}

func TestSentence(t *testing.T) {
	for text, want := range map[string]string{
		"line 4: it is not a field":                 "Line 4: it is not a field.",
		"x.jar!/y.jar in it: it is not a whole zip": "x.jar!/y.jar in it: it is not a whole zip.",
		"lib/x.jar in it: it is not a whole zip":    "lib/x.jar in it: it is not a whole zip.",
	} {
		if got := sentence(errors.New(text)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
