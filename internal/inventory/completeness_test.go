package inventory

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// TestEcosystemsHaveAnOrder fails if packages get an ecosystem whose versions cannot be
// compared, so that no vulnerability would ever be found in them.
func TestEcosystemsHaveAnOrder(t *testing.T) {
	names := make(map[string]string) // to where it is from
	for kind, name := range languageEcosystems {
		names[name] = "the type " + kind
	}
	for id, d := range distributions {
		if d.ecosystem != "" {
			names[d.ecosystem] = "the distribution " + id
		}
	}
	for name, from := range names {
		if !slices.Contains(version.Ecosystems(), name) {
			t.Errorf("%s has the ecosystem %s, and package advisory/version does not know the order of its versions", from, name)
		}
		if _, err := version.Parse(seaworthy.Ecosystem{Name: name}, "1.2.3"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFormatsOfFiles(t *testing.T) {
	for _, c := range []struct{ format, path, head string }{
		{formatDpkg, "var/lib/dpkg/status", ""},
		{formatDpkg, "var/lib/dpkg/status.d/tzdata", ""},
		{formatDpkgFiles, "var/lib/dpkg/info/bash.list", ""},
		{formatDpkgDigests, "var/lib/dpkg/info/bash.md5sums", ""},
		{formatChisel, "var/lib/chisel/manifest.wall", ""},
		{formatAPK, "lib/apk/db/installed", ""},
		{formatRPM, "var/lib/rpm/rpmdb.sqlite", ""},
		{formatRPM, "var/lib/rpm/Packages.db", ""},
		{formatRPM, "var/lib/rpm/Packages", ""},
		{formatRPMManifest, "var/lib/rpmmanifest/container-manifest-2", ""},
		{formatPacman, "var/lib/pacman/local/bash-5.2-1/desc", ""},
		{formatPacmanFiles, "var/lib/pacman/local/bash-5.2-1/files", ""},
		{formatOpkg, "usr/lib/opkg/status", ""},
		{formatOpkgFiles, "usr/lib/opkg/info/busybox.list", ""},
		{formatPortage, "var/db/pkg/app-shells/bash-5.2/CONTENTS", ""},
		{formatExecutable, "usr/bin/server", "\x7fELF\x02\x01\x01"},
		{formatJava, "srv/app.jar", ""},
		{formatJava, "srv/app", "PK\x03\x04"},
	} {
		t.Run(c.path, func(t *testing.T) {
			h := &seaworthy.Header{Path: c.path, Size: 100_000}
			var names []string
			for _, list := range formats() {
				x := newFormatIndex(list)
				mask, _ := x.peeked(h, []byte(c.head))
				for i := range list {
					if (x.of(h)|mask)&(1<<i) != 0 {
						names = append(names, list[i].name)
					}
				}
			}
			if !slices.Equal(names, []string{c.format}) {
				t.Errorf("it has the formats %q, want %q", names, c.format)
			}
		})
	}
}

// TestFormatsHaveTests fails if no test of the package names a format.
func TestFormatsHaveTests(t *testing.T) {
	constants, tested := make(map[string]string), make(map[string]bool) // by value; by name or value
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		isTest := strings.HasSuffix(e.Name(), "_test.go")
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if len(n.Values) == 1 && !isTest {
					if l, ok := n.Values[0].(*ast.BasicLit); ok && l.Kind == token.STRING {
						value, _ := strconv.Unquote(l.Value)
						constants[value] = n.Names[0].Name
					}
				}
			case *ast.Ident:
				if isTest {
					tested[n.Name] = true
				}
			case *ast.BasicLit:
				if value, err := strconv.Unquote(n.Value); isTest && err == nil {
					tested[value] = true
				}
			}
			return true
		})
	}
	for _, f := range slices.Concat(formats()...) {
		if !tested[f.name] && !tested[constants[f.name]] {
			t.Errorf("no test names the format %q (%s)", f.name, constants[f.name])
		}
	}
}
