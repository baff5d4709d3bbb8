package inventory

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

// fileOf returns a file in memory for a parser.
func fileOf(path string, body []byte) *seaworthy.File {
	return seaworthy.NewFile(&seaworthy.Header{Path: path, Size: int64(len(body))}, body, true)
}

const dpkgStatus = `Package: libc6
Status: install ok installed
Priority: optional
Architecture: amd64
Multi-Arch: same
Source: glibc
Version: 2.36-9+deb12u4
Conffiles:
 /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab
Description: GNU C Library: Shared libraries

Package: dmsetup
Status: install ok installed
Architecture: amd64
Source: lvm2 (2.03.16-2)
Version: 2:1.02.185-2

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

PACKAGE: held
status: hold ok half-configured
Architecture: all
Version: 3

`

func TestDpkgStatus(t *testing.T) {
	got, err := parseDpkgStatus(context.Background(), fileOf("var/lib/dpkg/status", []byte(dpkgStatus)))
	if err != nil {
		t.Fatal(err)
	}
	want := []Package{
		{Type: "deb", Name: "libc6", Version: "2.36-9+deb12u4", Arch: "amd64", SourceName: "glibc", SourceVersion: "2.36-9+deb12u4"},
		{Type: "deb", Name: "dmsetup", Version: "2:1.02.185-2", Arch: "amd64", SourceName: "lvm2", SourceVersion: "2.03.16-2"},
		{Type: "deb", Name: "held", Version: "3", Arch: "all", SourceName: "held", SourceVersion: "3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzDpkgStatus(f *testing.F) {
	f.Add([]byte(dpkgStatus))
	f.Add([]byte("Package: a\nVersion:"))
	f.Fuzz(func(t *testing.T, data []byte) {
		packages, _ := parseDpkgStatus(context.Background(), fileOf("var/lib/dpkg/status", data))
		for _, p := range packages {
			if p.Name == "" || p.Version == "" {
				t.Errorf("a package without name or version: %+v", p)
			}
		}
	})
}
