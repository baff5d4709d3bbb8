package scan_test

import (
	"compress/gzip"
	"crypto/md5"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

const bookworm = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"

// dpkg returns a status file with packages given as "name version".
func dpkg(packages ...string) imagetest.Entry {
	var b strings.Builder
	for _, p := range packages {
		name, version, _ := strings.Cut(p, " ")
		fmt.Fprintf(&b, "Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n\n", name, version)
	}
	return imagetest.File("var/lib/dpkg/status", b.String())
}

// apk returns a database with packages given as "name version file...".
func apk(packages ...string) imagetest.Entry {
	var b strings.Builder
	for _, p := range packages {
		fields := strings.Fields(p)
		fmt.Fprintf(&b, "P:%s\nV:%s\nA:x86_64\n", fields[0], fields[1])
		for _, f := range fields[2:] {
			dir, base := f[:strings.LastIndex(f, "/")], f[strings.LastIndex(f, "/")+1:]
			fmt.Fprintf(&b, "F:%s\nR:%s\n", dir, base)
		}
		b.WriteString("\n")
	}
	return imagetest.File("lib/apk/db/installed", b.String())
}

func layers(l ...imagetest.Layer) imagetest.Image { return imagetest.Image{Layers: l} }

// packagesOf returns a line for each package with its locations.
func packagesOf(m *scan.Merged) []string {
	var lines []string
	for _, p := range m.Packages() {
		line := fmt.Sprintf("%s %s %s", p.Name, p.Version, p.Ecosystem)
		for _, l := range p.Locations {
			line += fmt.Sprintf(" %s@%d", l.Path, *l.Layer)
		}
		if p.OwnedBy != "" {
			line += " owned by " + p.OwnedBy
		}
		lines = append(lines, line)
	}
	return lines
}

func gapsOf(m *scan.Merged) []string {
	var lines []string
	for _, c := range m.InventoryGaps() {
		lines = append(lines, fmt.Sprintf("%s: %s: %s", c.Subject, c.State, c.Reason))
	}
	return lines
}

func TestPackageLayers(t *testing.T) {
	m := read(t, layers(
		imagetest.Layer{imagetest.File("etc/os-release", bookworm), dpkg("base 1", "removed 1", "back 1", "upgraded 1")},
		imagetest.Layer{dpkg("base 1", "upgraded 2", "new 1")},
		imagetest.Layer{dpkg("base 1", "upgraded 2", "new 1", "back 1")},
	).OCILayout(t), scan.Options{})
	want := []string{
		"back 1 Debian:12 var/lib/dpkg/status@2",
		"base 1 Debian:12 var/lib/dpkg/status@0",
		"new 1 Debian:12 var/lib/dpkg/status@1",
		"upgraded 2 Debian:12 var/lib/dpkg/status@1",
	}
	if diff := cmp.Diff(want, packagesOf(m)); diff != "" {
		t.Error(diff)
	}
	p := m.Packages()[2]
	if p.PURL != "pkg:deb/debian/new@1?arch=amd64&distro=debian-12" || p.Locations[0].Instruction != "COPY layer1 /" {
		t.Errorf("%+v", p)
	}
	if gaps := gapsOf(m); len(gaps) > 0 {
		t.Errorf("gaps: %q", gaps)
	}
}

// TestReinstalledPackage has a manifest that one layer deleted and a later one added
// again, and one that replaced a directory of a lower layer.
func TestReinstalledPackage(t *testing.T) {
	module := func(name string) imagetest.Entry {
		return imagetest.File("app/node_modules/"+name+"/package.json", `{"name": "`+name+`", "version": "1.0.0"}`)
	}
	m := read(t, layers(
		imagetest.Layer{module("back"), module("again"), module("stays")},
		imagetest.Layer{imagetest.Whiteout("app/node_modules/back")},
		imagetest.Layer{module("back"), imagetest.Dir("app/node_modules/again", 0o755), imagetest.Opaque("app/node_modules/again"), module("again")},
	).OCILayout(t), scan.Options{})
	want := []string{
		"again 1.0.0 npm app/node_modules/again/package.json@0",
		"back 1.0.0 npm app/node_modules/back/package.json@2",
		"stays 1.0.0 npm app/node_modules/stays/package.json@0",
	}
	if diff := cmp.Diff(want, packagesOf(m)); diff != "" {
		t.Error(diff)
	}
}

// TestOwner has Debian's merged /usr, where the file lists and the layers have different
// paths, and an upgrade in a higher layer that replaced one list.
func TestOwner(t *testing.T) {
	m := read(t, layers(
		imagetest.Layer{
			imagetest.File("etc/os-release", bookworm), dpkg("bash 5", "libc6 2", "base-files 12"),
			imagetest.Symlink("bin", "usr/bin"), imagetest.Dir("usr/bin", 0o755), imagetest.File("usr/bin/bash", "b"), imagetest.File("usr/bin/stray", "s"),
			imagetest.File("usr/lib/libc.so.6", "l"), imagetest.File("usr/lib/old", "o"),
			imagetest.File("var/lib/dpkg/info/bash.list", "/.\n/bin\n/bin/bash\n"),
			imagetest.File("var/lib/dpkg/info/libc6:amd64.list", "/.\n/usr\n/usr/lib\n/usr/lib/libc.so.6\n/usr/lib/old\n"),
		},
		imagetest.Layer{
			imagetest.File("var/lib/dpkg/info/libc6:amd64.list", "/.\n/usr\n/usr/lib\n/usr/lib/libc.so.6\n"),
			imagetest.File("var/lib/dpkg/info/libc6:amd64.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/lib/libc.so.6\n"),
		},
	).OCILayout(t), scan.Options{})
	for path, want := range map[string]string{
		"usr/bin/bash": "bash", "bin/bash": "bash", "usr/lib/libc.so.6": "libc6",
		"usr/bin/stray": "", "usr/lib/old": "", "usr/lib": "", "nowhere": "",
	} {
		got := ""
		if p, ok := m.Owner(path); ok {
			got = p.Name
		}
		if got != want {
			t.Errorf("%s is owned by %q, want %q", path, got, want)
		}
	}
	empty, other := md5.Sum(nil), md5.Sum([]byte("other"))
	for path, want := range map[string]bool{"usr/lib/libc.so.6": true, "usr/bin/bash": false, "usr/bin/stray": false, "nowhere": false} {
		if _, ok := m.Installed(path, [][]byte{other[:], empty[:]}); ok != want {
			t.Errorf("%s is unchanged since its installation: %v, want %v", path, ok, want)
		}
	}
	if _, ok := m.Installed("usr/lib/libc.so.6", [][]byte{other[:]}); ok {
		t.Error("a changed file counts as unchanged")
	}
}

func TestDistrolessOwner(t *testing.T) {
	m := read(t, layers(imagetest.Layer{
		imagetest.File("usr/lib/os-release", bookworm), imagetest.Symlink("etc/os-release", "../usr/lib/os-release"),
		imagetest.File("var/lib/dpkg/status.d/bGliYzY", "Package: libc6\nVersion: 2.36-9\nArchitecture: amd64\n"),
		imagetest.File("var/lib/dpkg/status.d/bGliYzY.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/lib/libc.so.6\n"),
		imagetest.File("usr/lib/libc.so.6", ""),
		imagetest.File("usr/share/doc/libc6/copyright", "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-2\n"),
	}).OCILayout(t), scan.Options{})
	if diff := cmp.Diff([]string{"libc6 2.36-9 Debian:12 var/lib/dpkg/status.d/bGliYzY@0"}, packagesOf(m)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GPL-2.0-only"}, m.Packages()[0].Licenses); diff != "" {
		t.Error(diff)
	}
	if p, ok := m.Owner("usr/lib/libc.so.6"); !ok || p.Name != "libc6" {
		t.Errorf("owner %v", p)
	}
	if gaps := gapsOf(m); len(gaps) > 0 {
		t.Errorf("gaps: %q", gaps)
	}
}

// TestRulesDistrolessOwner has a directory for each package, as Bazel's rules_distroless
// writes them.
func TestRulesDistrolessOwner(t *testing.T) {
	const python = "usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO"
	m := read(t, layers(imagetest.Layer{
		imagetest.File("etc/os-release", bookworm),
		imagetest.File("var/lib/dpkg/status.d/requests/control", "Package: python3-requests\nVersion: 2.28.1+dfsg-1\nArchitecture: all\n"),
		imagetest.File("var/lib/dpkg/status.d/requests/md5sums", "d41d8cd98f00b204e9800998ecf8427e  "+python+"\n"),
		imagetest.File(python, "Metadata-Version: 2.1\nName: requests\nVersion: 2.28.1\n"),
	}).OCILayout(t), scan.Options{})
	want := []string{
		"python3-requests 2.28.1+dfsg-1 Debian:12 var/lib/dpkg/status.d/requests/control@0",
		"requests 2.28.1 PyPI " + python + "@0 owned by pkg:deb/debian/python3-requests@2.28.1%2Bdfsg-1?arch=all&distro=debian-12",
	}
	if diff := cmp.Diff(want, packagesOf(m)); diff != "" {
		t.Error(diff)
	}
	if gaps := gapsOf(m); len(gaps) > 0 {
		t.Errorf("gaps: %q", gaps)
	}
}

// TestInventoryGaps has an image for each kind of gap in an inventory.
func TestInventoryGaps(t *testing.T) {
	release := imagetest.File("etc/os-release", bookworm)
	alpine := imagetest.File("etc/os-release", "ID=alpine\nVERSION_ID=3.18.4\nPRETTY_NAME=\"Alpine Linux v3.18\"\n")
	lib := imagetest.File("usr/lib/libssl.so", "x")
	ssl := apk("openssl 3.1-r0 usr/lib/libssl.so", "musl 1.2-r0 lib/ld-musl")
	musl := imagetest.File("lib/ld-musl", "x")
	for name, c := range map[string]struct {
		image imagetest.Image
		want  []string
	}{
		"complete":                  {layers(imagetest.Layer{alpine, lib, musl, ssl}), nil},
		"one program":               {layers(imagetest.Layer{imagetest.FileMode("app", 0o755, "x"), imagetest.File("etc/passwd", "")}), nil},
		"no distribution":           {layers(imagetest.Layer{lib, musl, ssl}), []string{"distribution: not-checked: The image has no os-release file, so it is not known which advisories apply to its 2 packages."}},
		"no distribution, no names": {layers(imagetest.Layer{lib}), []string{"distribution: not-checked: The image has the directories of an operating system, but neither an os-release file nor a package database."}},
		"no database":               {layers(imagetest.Layer{release, lib}), []string{"distribution: not-checked: The distribution is Debian GNU/Linux 12 (bookworm), but its package database is missing or empty."}},
		"unknown distribution": {
			layers(imagetest.Layer{imagetest.File("etc/os-release", "ID=ship\nID_LIKE=debian\n"), dpkg("a 1")}),
			[]string{`1 package of type deb: not-checked: There is no advisory source for the distribution "ship".`},
		},
		"packages of another distribution": {
			layers(imagetest.Layer{release, dpkg("a 1"), lib, musl, ssl}),
			[]string{`2 packages of type apk: not-checked: The packages of "Debian GNU/Linux 12 (bookworm)" have the type deb, but these have the type apk.`},
		},
		"cut database": {
			layers(imagetest.Layer{release, imagetest.File("var/lib/dpkg/status", "Package: a\nVersion: 1\n\nPackage: b\nVers")}),
			[]string{"layer 0: var/lib/dpkg/status: partial: As dpkg: Line 5: it is not a field."},
		},
		"broken database": {
			layers(imagetest.Layer{imagetest.File("etc/os-release", "ID=rocky\nVERSION_ID=9.3\n"), imagetest.File("var/lib/rpm/rpmdb.sqlite", "SQLite format 3\x00")}),
			[]string{
				"distribution: not-checked: The distribution is rocky, but its package database is missing or empty.",
				"layer 0: var/lib/rpm/rpmdb.sqlite: failed: As rpm: It is too short for a SQLite database.",
			},
		},
		"database elsewhere": {
			layers(imagetest.Layer{release, imagetest.File("srv/packages", "Package: a\nVersion: 1\n"), imagetest.Symlink("var/lib/dpkg/status", "/srv/packages")}),
			[]string{
				"distribution: not-checked: The distribution is Debian GNU/Linux 12 (bookworm), but its package database is missing or empty.",
				"layer 0: var/lib/dpkg/status: not-checked: The package database was not read: it is a link or not a regular file.",
			},
		},
		"deleted database": {
			layers(imagetest.Layer{alpine, lib, musl, ssl}, imagetest.Layer{imagetest.Whiteout("lib/apk")}),
			[]string{
				"distribution: not-checked: The distribution is Alpine Linux v3.18, but its package database is missing or empty.",
				"layer 0: lib/apk/db/installed: not-checked: Layer 1 (COPY layer1 /) removed 2 packages from the package database and left the files: musl, openssl.",
			},
		},
		"database replaced": {
			layers(imagetest.Layer{alpine, lib, musl, ssl}, imagetest.Layer{apk("musl 1.2-r0 lib/ld-musl")}),
			[]string{"layer 0: lib/apk/db/installed: not-checked: Layer 1 (COPY layer1 /) removed 1 package from the package database and left the files: openssl."},
		},
		"package removed as it should be": {
			layers(imagetest.Layer{alpine, lib, musl, ssl}, imagetest.Layer{apk("musl 1.2-r0 lib/ld-musl"), imagetest.Whiteout("usr/lib/libssl.so")}), nil,
		},
		"package renamed": {
			layers(imagetest.Layer{alpine, lib, musl, ssl}, imagetest.Layer{apk("musl 1.2-r0 lib/ld-musl", "openssl3 3.1-r0 usr/lib/libssl.so"), lib}), nil,
		},
		"lists gone too": {
			layers(imagetest.Layer{release, dpkg("a 1", "b 1")}, imagetest.Layer{imagetest.Whiteout("var/lib/dpkg")}),
			[]string{
				"distribution: not-checked: The distribution is Debian GNU/Linux 12 (bookworm), but its package database is missing or empty.",
				"layer 0: var/lib/dpkg/status: not-checked: Layer 1 (COPY layer1 /) removed 2 packages from the package database and left the files: a, b.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := read(t, c.image.OCILayout(t), scan.Options{})
			if diff := cmp.Diff(c.want, gapsOf(m)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInventoryOfWindows(t *testing.T) {
	m := read(t, layers(imagetest.Layer{imagetest.File("Files/a", "x")}).OCILayout(t), scan.Options{})
	m.Image().Config.OS = "windows"
	if diff := cmp.Diff([]string{"image: not-checked: Packages of images for windows are not supported."}, gapsOf(m)); diff != "" {
		t.Error(diff)
	}
}

// TestPackagesAreReported checks the order of events. Gaps are not among them, since only
// the analyzer for vulnerabilities reports them.
func TestPackagesAreReported(t *testing.T) {
	m := read(t, layers(imagetest.Layer{dpkg("b 1", "a 1")}).OCILayout(t), scan.Options{})
	p := &packagePrinter{}
	if err := scan.Analyze(t.Context(), m, nil, p); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, p.names); diff != "" {
		t.Error(diff)
	}
	if len(p.coverage) > 0 || len(m.InventoryGaps()) == 0 {
		t.Errorf("coverage %v, gaps %v", p.coverage, m.InventoryGaps())
	}
}

type packagePrinter struct {
	seaworthy.Handler
	names    []string
	coverage []*seaworthy.Coverage
}

func (*packagePrinter) Image(*seaworthy.Image) error { return nil }

func (p *packagePrinter) Package(pkg *seaworthy.Package) error {
	p.names = append(p.names, pkg.Name)
	return nil
}

func (p *packagePrinter) Coverage(c *seaworthy.Coverage) error {
	p.coverage = append(p.coverage, c)
	return nil
}

// TestRPM has a database of rpm in the current place, and a link to it in the old place.
func TestRPM(t *testing.T) {
	f, err := os.Open("../inventory/testdata/rpmdb.sqlite.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	db, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	m := read(t, layers(
		imagetest.Layer{
			imagetest.File("etc/os-release", "ID=\"rocky\"\nVERSION_ID=\"9.3\"\nPRETTY_NAME=\"Rocky Linux 9.3 (Blue Onyx)\"\n"),
			imagetest.File("usr/lib/sysimage/rpm/rpmdb.sqlite", string(db)), imagetest.File("usr/lib/sysimage/rpm/rpmdb.sqlite-wal", ""),
			imagetest.Symlink("var/lib/rpm", "../../usr/lib/sysimage/rpm"), imagetest.File("etc/seaworthy-test-1.conf", ""),
		},
	).OCILayout(t), scan.Options{})
	if n := len(m.Packages()); n != 32 {
		t.Errorf("%d packages", n)
	}
	got, ok := m.Owner("etc/seaworthy-test-1.conf")
	if !ok {
		t.Fatal("etc/seaworthy-test-1.conf has no owner")
	}
	want := &seaworthy.Package{
		Name: "libseaworthy-test-1", Version: "1:1.1-2.el8", Arch: "noarch", Ecosystem: seaworthy.ParseEcosystem("Rocky Linux:9"),
		PURL:       "pkg:rpm/rocky/libseaworthy-test-1@1.1-2.el8?arch=noarch&distro=rocky-9.3&epoch=1",
		Source:     &seaworthy.SourcePackage{Name: "seaworthy-test-1", Version: "1.1-2.el8"},
		Modularity: "tests:stream:8010020200101000000:abcdef12",
		Licenses:   []string{"MIT AND Apache-2.0"},
		Locations:  []seaworthy.Location{{Path: "usr/lib/sysimage/rpm/rpmdb.sqlite", Layer: new(0), Instruction: "COPY layer0 /"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if gaps := gapsOf(m); len(gaps) > 0 {
		t.Errorf("gaps: %q", gaps)
	}
}

// TestLanguageOwner has the same Python package three times: installed by dpkg, replaced
// by a later layer, and in a file that no package owns.
func TestLanguageOwner(t *testing.T) {
	const text = "Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n"
	const dist = "usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO"
	const site = "usr/local/lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA"
	base := imagetest.Layer{
		imagetest.File("etc/os-release", bookworm), dpkg("python3-six 1.16.0-4"),
		imagetest.File("var/lib/dpkg/info/python3-six.list", "/usr\n/"+dist+"\n"), imagetest.File(dist, text), imagetest.File(site, text),
	}
	six := func(m *scan.Merged) []string {
		return slices.DeleteFunc(packagesOf(m), func(s string) bool { return !strings.HasPrefix(s, "six ") })
	}
	got := six(read(t, layers(base).OCILayout(t), scan.Options{}))
	want := []string{
		"six 1.16.0 PyPI " + site + "@0",
		"six 1.16.0 PyPI " + dist + "@0 owned by pkg:deb/debian/python3-six@1.16.0-4?arch=amd64&distro=debian-12",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = six(read(t, layers(base, imagetest.Layer{imagetest.File(dist, text)}).OCILayout(t), scan.Options{}))
	if diff := cmp.Diff([]string{"six 1.16.0 PyPI " + dist + "@0 " + site + "@0"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestInventoryFromCache reads an image with each kind of database without and with a
// cache.
func TestInventoryFromCache(t *testing.T) {
	layout := layers(
		imagetest.Layer{imagetest.File("etc/os-release", bookworm), dpkg("base 1"), imagetest.File("var/lib/dpkg/info/base.list", "/usr/lib/a\n"), imagetest.File("usr/lib/a", "")},
		imagetest.Layer{dpkg("base 1", "new 1")},
	).OCILayout(t)
	dir := t.TempDir()
	var seen [2][]string
	for i := range seen {
		m := read(t, layout, scan.Options{Cache: openCache(t, dir)})
		owner, _ := m.Owner("usr/lib/a")
		seen[i] = append(packagesOf(m), owner.Name, m.Image().OS.PrettyName)
	}
	if diff := cmp.Diff(seen[0], seen[1]); diff != "" {
		t.Error(diff)
	}
}

// TestAlpine compares the packages of a real image with the lines P: and V: of its apk
// database.
func TestAlpine(t *testing.T) {
	path := imagetest.Shared(t, "images/alpine-310.tar.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skip(err)
	}
	m := read(t, path, scan.Options{})
	var got []string
	for _, p := range m.Packages() {
		if strings.HasPrefix(p.PURL, "pkg:apk/") {
			got = append(got, p.PURL+" "+p.Ecosystem.String()+" from "+p.Source.Name)
		}
	}
	if len(got) != 14 || !slices.Contains(got, "pkg:apk/alpine/libssl1.1@1.1.1d-r2?arch=x86_64&distro=alpine-3.10.4 Alpine:v3.10 from openssl") {
		t.Errorf("%d packages: %s", len(got), strings.Join(got, "\n"))
	}
	if p, ok := m.Owner("bin/busybox"); !ok || p.Name != "busybox" {
		t.Errorf("the owner of bin/busybox is %v", p)
	}
	if gaps := gapsOf(m); len(gaps) > 0 {
		t.Errorf("gaps: %q", gaps)
	}
}

// TestManyVersionsOfADatabase would take very long if a step were quadratic in the
// packages or the layers.
func TestManyVersionsOfADatabase(t *testing.T) {
	const count, versions = 20_000, 8
	var packages []string
	for i := range count {
		packages = append(packages, fmt.Sprintf("p%d 1", i))
	}
	var l []imagetest.Layer
	for range versions {
		packages = packages[:len(packages)-1]
		l = append(l, imagetest.Layer{imagetest.File("etc/os-release", bookworm), dpkg(packages...)})
	}
	m := read(t, layers(l...).OCILayout(t), scan.Options{})
	if n := len(m.Packages()); n != count-versions {
		t.Errorf("%d packages", n)
	}
	for _, p := range m.Packages() {
		if *p.Locations[0].Layer != 0 {
			t.Fatalf("%s was installed by layer %d", p.Name, *p.Locations[0].Layer)
		}
	}
}

// TestLockFileNextToPackages has a lock file next to the packages that are installed, which
// has a replaced version and a package for development, and one without.
func TestLockFileNextToPackages(t *testing.T) {
	const lock = "lodash@^4.17.4:\n  version \"4.17.4\"\n\nmarked@^0.3.5:\n  version \"0.3.5\"\n"
	m := read(t, layers(imagetest.Layer{
		imagetest.File("app/yarn.lock", lock),
		imagetest.File("app/node_modules/lodash/package.json", `{"name":"lodash","version":"4.17.21"}`),
		imagetest.File("old/yarn.lock", lock),
		imagetest.File("old/node_modules/lodash/package.json", `{"name":"lodash","version":"4.17.20"}`),
	}, imagetest.Layer{imagetest.Whiteout("old/node_modules")}).DockerArchive(t, "a"), scan.Options{})
	want := []string{"lodash 4.17.21 npm app/node_modules/lodash/package.json@0", "lodash 4.17.4 npm old/yarn.lock@0", "marked 0.3.5 npm old/yarn.lock@0"}
	slices.Sort(want)
	if diff := cmp.Diff(want, packagesOf(m)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRPMLogOfAnotherLayer has a database, and in the layer above the write-ahead log with the
// packages that this layer installed.
func TestRPMLogOfAnotherLayer(t *testing.T) {
	unpack := func(name string) string {
		f, err := os.Open("../inventory/testdata/rpmlog/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	const path = "usr/lib/sysimage/rpm/rpmdb.sqlite"
	m := read(t, layers(
		imagetest.Layer{imagetest.File("etc/os-release", "ID=almalinux\nVERSION_ID=9.4\n"), imagetest.File(path, unpack("base.sqlite.gz"))},
		imagetest.Layer{imagetest.File(path+"-wal", unpack("removed.wal.gz"))},
	).OCILayout(t), scan.Options{})
	want := []string{
		"bash 5.1.8-1.el9 AlmaLinux:9 " + path + "-wal@1",
		"openssl-libs 1:3.0.1-1.el9 AlmaLinux:9 " + path + "-wal@1",
		"zlib 1.2.11-1.el9 AlmaLinux:9 " + path + "@0",
	}
	if diff := cmp.Diff(want, packagesOf(m)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if gaps := gapsOf(m); len(gaps) > 0 {
		t.Errorf("gaps: %q", gaps)
	}
}
