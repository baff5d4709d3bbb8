package inventory

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// plain is a package with its decoded list of files.
type plain struct {
	Package Package
	Files   []string // path and digest in hexadecimal
}

func spellOut(packages []Package) []plain {
	var list []plain
	for _, p := range packages {
		var files []string
		for path, digest := range p.Files.All() {
			files = append(files, strings.TrimSpace(fmt.Sprintf("%s %x", path, digest)))
		}
		p.Files = nil
		list = append(list, plain{p, files})
	}
	return list
}

const apkInstalled = `C:Q1x6WFRxtCFOJEJVxd3X43cgTKiZQ=
P:ssl_client
V:1.30.1-r3
A:x86_64
L:GPL-2.0-only
o:busybox
F:
R:root-file
F:usr/bin
M:0:0:1777
R:ssl_client
a:0:0:755
Z:Q1BQUFBQUFBQUFBQUFBQUFBQUFBQU=
R:other
Z:Q2AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=

P:libc-utils
V:0.7.1-r0

`

func TestTextDatabases(t *testing.T) {
	const md5 = "d41d8cd98f00b204e9800998ecf8427e"
	for _, c := range []struct {
		path, text string
		want       []plain
	}{
		{"lib/apk/db/installed", apkInstalled, []plain{
			{Package{Type: "apk", Name: "libc-utils", Version: "0.7.1-r0", SourceName: "libc-utils", SourceVersion: "0.7.1-r0"}, nil},
			{
				Package{Type: "apk", Name: "ssl_client", Version: "1.30.1-r3", Arch: "x86_64", SourceName: "busybox", SourceVersion: "1.30.1-r3", Licenses: []string{"GPL-2.0-only"}},
				[]string{"root-file", "usr/bin/other 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "usr/bin/ssl_client 0505050505050505050505050505050505050505"},
			},
		}},
		{"var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\nArchitecture: amd64\n", []plain{
			{Package{Type: "deb", Name: "base-files", Version: "12", Arch: "amd64", SourceName: "base-files", SourceVersion: "12"}, nil},
		}},
		{"var/lib/dpkg/status.d/base.md5sums", md5 + "  usr/share/a b\n", []plain{
			{Package{Type: "deb", Name: "base"}, []string{"usr/share/a b " + md5}},
		}},
		{"var/lib/dpkg/status.d/libc6/control", "Package: libc6\nVersion: 2.36\nArchitecture: amd64\nSource: glibc\n", []plain{
			{Package{Type: "deb", Name: "libc6", Version: "2.36", Arch: "amd64", SourceName: "glibc", SourceVersion: "2.36"}, nil},
		}},
		{"var/lib/dpkg/status.d/libc6/md5sums", md5 + "  usr/share/a b\n", []plain{
			{Package{Type: "deb", Name: "libc6"}, []string{"usr/share/a b " + md5}},
		}},
		{"var/lib/dpkg/status.d/python3.11", "Package: python3.11\nVersion: 3.11\nArchitecture: amd64\n", []plain{
			{Package{Type: "deb", Name: "python3.11", Version: "3.11", Arch: "amd64", SourceName: "python3.11", SourceVersion: "3.11"}, nil},
		}},
		{"var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib\n/lib/x86_64-linux-gnu\n/lib/x86_64-linux-gnu/libc.so.6\n/lib.conf\n/usr\n/usr/empty\n", []plain{
			{Package{Type: "deb", Name: "libc6", Arch: "amd64"}, []string{"lib.conf", "lib/x86_64-linux-gnu/libc.so.6", "usr/empty"}},
		}},
		{"usr/lib/opkg/status", "Package: libc\nVersion: 1.1\nStatus: install user installed\nSource: feeds/base/libc\nArchitecture: x86_64\n\n", []plain{
			{Package{Type: "opkg", Name: "libc", Version: "1.1", Arch: "x86_64", SourceName: "libc", SourceVersion: "1.1"}, nil},
		}},
		{"usr/lib/opkg/info/libc.list", "/lib/libc.so\t100755\n", []plain{
			{Package{Type: "opkg", Name: "libc"}, []string{"lib/libc.so"}},
		}},
		{"var/lib/pacman/local/lib32-acl-1:2.3.1-3/desc", "%NAME%\nlib32-acl\n\n%VERSION%\n1:2.3.1-3\n\n%BASE%\nacl\n\n%ARCH%\nx86_64\n\n%LICENSE%\nGPL\nLGPL\n\n", []plain{
			{Package{Type: "alpm", Name: "lib32-acl", Version: "1:2.3.1-3", Arch: "x86_64", SourceName: "acl", SourceVersion: "1:2.3.1-3", Licenses: []string{"GPL", "LGPL"}}, nil},
		}},
		{"var/lib/pacman/local/lib32-acl-1:2.3.1-3/files", "%FILES%\nusr/\nusr/lib/\nusr/lib/libacl.so\n\n%BACKUP%\netc/acl.conf\tabc\n\n", []plain{
			{Package{Type: "alpm", Name: "lib32-acl", Version: "1:2.3.1-3"}, []string{"usr/lib/libacl.so"}},
		}},
		{"var/db/pkg/dev-libs/openssl-3.0.13-r2/CONTENTS", "dir /usr\nobj /usr/bin/open ssl " + md5 + " 1700000000\nsym /usr/lib/a.so -> a.so.1 1700000000\n", []plain{
			{
				Package{Type: "ebuild", Name: "dev-libs/openssl", Version: "3.0.13-r2", SourceName: "dev-libs/openssl", SourceVersion: "3.0.13-r2"},
				[]string{"usr/bin/open ssl " + md5, "usr/lib/a.so"},
			},
		}},
	} {
		t.Run(c.path, func(t *testing.T) {
			l := read(t, fileOf(c.path, []byte(c.text)))
			if len(l.Files) != 1 {
				t.Fatalf("%d files found", len(l.Files))
			}
			if l.Files[0].ReadError != "" {
				t.Errorf("unread: %s", l.Files[0].ReadError)
			}
			if diff := cmp.Diff(c.want, spellOut(l.Files[0].Packages)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTruncatedDatabases has databases that are truncated.
func TestTruncatedDatabases(t *testing.T) {
	for path, text := range map[string]string{
		"var/lib/dpkg/status":                      "Package: a\nVersion: 1\n\nPackage: b\nVersi",
		"var/lib/dpkg/status.d/a":                  "Package: a\nVersion: 1.",
		"lib/apk/db/installed":                     "P:a\nV:1\n\nP:b\n",
		"usr/lib/apk/db/installed":                 "P:a\nV:1.",
		"usr/lib/opkg/status":                      "Package: a\nStatus: install ok installed\n\n",
		"var/lib/pacman/local/a-1-1/desc":          "%NAME%\na\n\n%VERS",
		"var/lib/rpm/rpmdb.sqlite":                 "SQLite",
		"var/lib/rpm/Packages":                     "",
		"var/lib/rpm/Packages.db":                  "RpmP",
		"var/db/pkg/dev-libs/openssl/CONTENTS":     "dir /usr\n",
		"var/lib/rpmmanifest/container-manifest-2": "a\t1\n",
	} {
		l := read(t, fileOf(path, []byte(text)))
		if len(l.Files) != 1 || l.Files[0].ReadError == "" {
			t.Errorf("%s: %q is truncated, and there is no error: %+v", path, text, l.Files)
		}
	}
	for _, path := range []string{"var/lib/dpkg/status", "lib/apk/db/installed"} {
		if l := read(t, fileOf(path, []byte("P:a\nPackage:a\nV:1\nVersion:1\n"))); l.Files[0].ReadError == "" {
			t.Errorf("%s: a truncated package: no error", path)
		}
	}
	if l := read(t, fileOf("var/lib/dpkg/status.d/a", []byte("Package: a\nVersion: 1\n"))); l.Files[0].ReadError != "" {
		t.Errorf("a file of one package: %s", l.Files[0].ReadError)
	}
	long := "Package: a\nVersion: 1\nDescription: " + strings.Repeat("a", maxLine+1) + "\n\n"
	if l := read(t, fileOf("var/lib/dpkg/status", []byte(long))); l.Files[0].ReadError == "" {
		t.Error("a line over the limit: no error")
	}
}

// TestOversizedDatabases has files that exceed a limit.
func TestOversizedDatabases(t *testing.T) {
	deep := strings.Repeat("d", 60_000)
	for _, c := range []struct{ path, text, want string }{
		{"var/lib/dpkg/status", strings.Repeat("Package:a\nVersion:1\n\n", maxPackages+1), "names more than 300000 packages"},
		{"lib/apk/db/installed", strings.Repeat("P:a\nV:1\n\n", maxPackages+1), "names more than 300000 packages"},
		{"var/lib/dpkg/info/a.list", strings.Repeat("/a\n", maxFiles+1), "lists more than 1000000 files"},
		{"lib/apk/db/installed", strings.Repeat("P:a\nV:1\nF:"+deep+"\nR:x\n\n", maxResultSize/2/len(deep)+2), "lists of files take more than"},
	} {
		l := read(t, fileOf(c.path, []byte(c.text)))
		if len(l.Files) != 1 || !strings.Contains(l.Files[0].ReadError, c.want) {
			t.Errorf("%s: want %q of %d files found", c.path, c.want, len(l.Files))
		}
	}
}

// TestDpkgAgainstDpkg compares the database of the machine with the output of dpkg-query.
func TestDpkgAgainstDpkg(t *testing.T) {
	out, err := exec.Command("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n").Output()
	if err != nil {
		t.Skip("dpkg-query is not installed")
	}
	data, err := os.ReadFile("/var/lib/dpkg/status")
	if err != nil {
		t.Skip(err)
	}
	var want []string
	for line := range strings.Lines(string(out)) {
		status, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if status != "not-installed" && status != "config-files" {
			want = append(want, rest)
		}
	}
	packages, err := parseDpkgStatus(context.Background(), fileOf("var/lib/dpkg/status", data))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range packages {
		got = append(got, strings.Join([]string{p.Name, p.Version, p.Arch, p.SourceName, p.SourceVersion}, " "))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzTextDatabases runs every parser of text databases on any text.
func FuzzTextDatabases(f *testing.F) {
	f.Add([]byte(apkInstalled))
	f.Add([]byte(dpkgStatus))
	f.Add([]byte("%NAME%\na\n\n%FILES%\nusr/lib/a\n\n"))
	f.Add([]byte("obj /usr/bin/a " + hex.EncodeToString(make([]byte, 16)) + " 17\nsym /a -> b 1\n"))
	f.Add([]byte("/.\n/usr\n/usr/a\n"))
	paths := []string{
		"lib/apk/db/installed", "var/lib/dpkg/info/a:b.list", "var/lib/dpkg/info/a.md5sums", "usr/lib/opkg/status", "usr/lib/opkg/info/a.list",
		"var/lib/pacman/local/a-1-2/desc", "var/lib/pacman/local/a/files", "var/db/pkg/a/b-1/CONTENTS", "var/db/pkg/CONTENTS",
		"var/lib/rpmmanifest/container-manifest-2", "etc/os-release", "usr/share/doc/a/copyright",
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		imagetest.LimitInput(t, func() {
			var files []*seaworthy.File
			for _, p := range paths {
				files = append(files, fileOf(p, data))
			}
			for _, found := range read(t, files...).Files {
				for _, p := range found.Packages {
					last := ""
					for path := range p.Files.All() {
						if last != "" && string(path) <= last {
							t.Fatalf("%s: %q after %q", found.Format, path, last)
						}
						last = string(path)
					}
				}
			}
		})
	})
}
