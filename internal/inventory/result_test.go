package inventory

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEncoding(t *testing.T) {
	in := &Layer{
		Files: []PackageFile{
			{Ordinal: 3, Format: "dpkg", Packages: []Package{{
				Type: "deb", Name: "libc6", Version: "2.36-9", Arch: "amd64", SourceName: "glibc", SourceVersion: "2.36-9",
				Licenses: []string{"LGPL-2.1-or-later", "GPL-2.0-only"}, Modularity: "m:s:1:c:a", InnerPath: "a.jar", ByText: true,
				Files:     newFileList([]installedFile{{"usr/lib/b", []byte{1, 2}}, {"usr/lib/a", nil}, {"usr/lib/b", nil}}),
				Functions: newFunctionSet([]byte("main.main\x00"), nil),
			}, {Type: "deb", Name: "empty"}}},
			{Ordinal: 1 << 20, Format: "rpm", Role: Database, ReadError: "It is cut."},
		},
		Releases:  []Release{{Ordinal: 9, ID: "debian", VersionID: "12", PrettyName: "Debian", CPEName: "cpe:/o"}},
		OverLimit: 4,
	}
	data := in.encode()
	out, err := Decode(data, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Error(diff)
	}
	var files []installedFile
	for path, digest := range out.Files[0].Packages[0].Files.All() {
		files = append(files, installedFile{string(path), slices.Clone(digest)})
	}
	if diff := cmp.Diff([]installedFile{{"usr/lib/a", nil}, {"usr/lib/b", []byte{1, 2}}}, files); diff != "" {
		t.Error(diff)
	}
	for n := range data {
		if _, err := Decode(data[:n], 1<<30); err == nil {
			t.Errorf("the first %d of %d bytes were decoded without an error", n, len(data))
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	l := &Layer{Files: []PackageFile{{Format: "x", Packages: []Package{{Name: "a", Files: newFileList([]installedFile{{"a/b", nil}})}}}}}
	f.Add(l.encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := Decode(data, 1<<30)
		if err != nil {
			return
		}
		again, err := Decode(l.encode(), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(l.encode(), again.encode()) {
			t.Error("two encodings of one layer differ")
		}
	})
}
