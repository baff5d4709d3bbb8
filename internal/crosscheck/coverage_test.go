package crosscheck_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// harmless returns a source of advisories that match nothing in the images below: only a
// gap can keep their reports from being clean.
func harmless(t *testing.T) string {
	t.Helper()
	record := func(ecosystem string) []string {
		return []string{fmt.Sprintf(`{"id": "X-1", "affected": [{"package": {"ecosystem": %q, "name": "nothing"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0.1"}]}]}]}`, ecosystem)}
	}
	return source(t, map[string][]string{
		"Alpine": record("Alpine:v3.23"), "Debian": record("Debian:13"), "Red Hat": record("Red Hat:enterprise_linux:10::baseos"), "AlmaLinux": record("AlmaLinux:10"), "Azure Linux": record("Azure Linux:3"),
		"SUSE": record("SUSE:Linux Enterprise Module for Basesystem 15 SP7"), "Go": record("Go"), "PyPI": record("PyPI"), "crates.io": record("crates.io"),
		"RubyGems": record("RubyGems"), "Maven": record("Maven"),
	})
}

const (
	alpineRelease = "ID=alpine\nVERSION_ID=3.23.0\nPRETTY_NAME=\"Alpine Linux v3.23\"\n"
	debianRelease = "ID=debian\nVERSION_ID=\"13\"\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n"
)

func apkDatabase(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "C:Q1pSfVGw+GCnCfYXJvCWMHBpOsGnI=\nP:package%d\nV:1.%d-r0\nA:x86_64\nL:MIT\no:package%d\nF:usr/lib\nR:file%d\nZ:Q1pSfVGw+GCnCfYXJvCWMHBpOsGnI=\n\n", i, i, i, i)
	}
	return b.String()
}

func dpkgDatabase(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Package: package%d\nStatus: install ok installed\nArchitecture: amd64\nSource: source%d (1.%d)\nVersion: 1.%d-1\nDescription: words\n and more words\n\n", i, i, i, i)
	}
	return b.String()
}

// layers returns an image with the given layers.
func layers(t *testing.T, l ...imagetest.Layer) string {
	return "oci:" + imagetest.Image{Layers: l}.OCILayout(t)
}

// unclean checks that a report is not clean.
func unclean(t *testing.T, r report) {
	t.Helper()
	if r.exit == 0 {
		t.Errorf("a clean report, of %d packages: %+v", len(r.Packages), r.Coverage)
	}
	reported := false
	for _, c := range r.Coverage {
		reported = reported || c.Risk == seaworthy.Vulnerability && c.State != seaworthy.Checked && c.Reason != ""
	}
	if !reported {
		t.Errorf("no gap is reported: %+v", r.Coverage)
	}
}

// TestMissing scans incomplete images and a complete one for each: only the complete ones
// are clean.
func TestMissing(t *testing.T) {
	advisories := harmless(t)
	release, database := imagetest.File("etc/os-release", alpineRelease), imagetest.File("lib/apk/db/installed", apkDatabase(20))
	files := imagetest.Layer{imagetest.File("bin/sh", "x")}
	for i := range 20 {
		files = append(files, imagetest.File(fmt.Sprintf("usr/lib/file%d", i), "x"))
	}
	base := append(imagetest.Layer{release, database}, files...)
	if r := scan(t, advisories, layers(t, base)); r.exit != 0 || len(r.Packages) != 20 {
		t.Fatalf("the whole image: exit code %d, %d packages: %+v", r.exit, len(r.Packages), r.Coverage)
	}
	for name, l := range map[string][]imagetest.Layer{
		"the data of one ecosystem":    {base, {imagetest.File("app/node_modules/a/package.json", `{"name": "a", "version": "1.0.0"}`)}},
		"the data of the release":      {{imagetest.File("etc/os-release", strings.ReplaceAll(alpineRelease, "3.23", "3.22")), database}},
		"a known distribution":         {{imagetest.File("etc/os-release", "ID=nobodys\nVERSION_ID=1\n"), database}},
		"a distribution with feeds":    {{imagetest.File("etc/os-release", "ID=arch\n"), database}},
		"the os-release":               {append(imagetest.Layer{database}, files...)},
		"a deleted os-release":         {base, {imagetest.Whiteout("etc/os-release")}},
		"a deleted database":           {base, {imagetest.Whiteout("lib/apk/db/installed")}},
		"a directory deleted":          {base, {imagetest.Whiteout("lib/apk")}},
		"a directory hidden":           {base, {imagetest.Dir("lib/apk/db", 0o755), imagetest.Opaque("lib/apk/db")}},
		"an emptied database":          {base, {imagetest.File("lib/apk/db/installed", "")}},
		"half of the packages":         {base, {imagetest.File("lib/apk/db/installed", apkDatabase(10))}},
		"a database behind a link":     {base, {imagetest.Symlink("lib/apk/db/installed", "/somewhere")}},
		"a directory for a database":   {base, {imagetest.Whiteout("lib/apk/db/installed")}, {imagetest.Dir("lib/apk/db/installed", 0o755)}},
		"a database, squashed":         {append(imagetest.Layer{release}, files...)},
		"both, squashed":               {files},
		"everything":                   {{imagetest.File("app", "x")}},
		"another type of packages":     {{imagetest.File("etc/os-release", debianRelease), database}},
		"an order of versions":         {base, {imagetest.File("lib/apk/db/installed", apkDatabase(20)+"P:nothing\nV:what?\n\n")}},
		"a manifest that is none":      {base, {imagetest.File("usr/lib/python3/a.dist-info/METADATA", "nothing at all\n\n")}},
		"a gem that is a program":      {base, {imagetest.File("usr/lib/ruby/specifications/a.gemspec", "Gem::Specification.new { |s| s.name = NAME }\n")}},
		"a Go program without modules": {base, {imagetest.FileMode("app", 0o755, string(elfWith(t, ".go.buildinfo", []byte("damaged")))+strings.Repeat("code", 100_000))}},
		"the crates of a program":      {base, {imagetest.FileMode("app", 0o755, string(elfWith(t, ".dep-v0", []byte("damaged")))+strings.Repeat("code", 100_000))}},
		"a jar that is none":           {base, {imagetest.File("app.jar", "PK\x03\x04 and no more")}},
		"a jar 40 deep":                {base, {imagetest.File("app.jar", deepJar(t, 40))}},
		"a jar of a million entries":   {base, {imagetest.File("app.jar", manyEntries(t, 1_000_001))}},
	} {
		t.Run(name, func(t *testing.T) { unclean(t, scan(t, advisories, layers(t, l...))) })
	}
}

// TestCutDatabases scans truncated package databases.
func TestCutDatabases(t *testing.T) {
	advisories := harmless(t)
	dpkg := dpkgDatabase(20)
	for _, c := range []struct {
		path, release, body string
		// end is what a part of the database ends with: cut right after it, it is a
		// whole database with less in it.
		end string
	}{
		{"lib/apk/db/installed", alpineRelease, apkDatabase(20), "\n\n"},
		{"var/lib/dpkg/status", debianRelease, dpkg, "\n\n"},
		{"var/lib/rpm/rpmdb.sqlite", "ID=azurelinux\nVERSION_ID=\"3.0\"\n", string(read(t, imagetest.Shared(t, "rpmdb/cbl-mariner-2.0/rpmdb.sqlite"))), ""},
		{"usr/lib/sysimage/rpm/Packages.db", "ID=\"sles\"\nVERSION_ID=\"15.7\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP7\"\n", string(read(t, imagetest.Shared(t, "rpmdb/sle15-bci/Packages.db"))), ""},
		{"var/lib/rpm/Packages", "ID=\"rhel\"\nVERSION_ID=\"10.1\"\n", string(read(t, imagetest.Shared(t, "rpmdb/libuuid/Packages"))), ""},
	} {
		t.Run(c.path, func(t *testing.T) {
			image := func(body string) report {
				return scan(t, advisories, layers(t, imagetest.Layer{imagetest.File("etc/os-release", c.release), imagetest.File(c.path, body)}))
			}
			whole := image(c.body)
			if whole.exit != 0 {
				t.Fatalf("the whole database: exit code %d: %+v", whole.exit, whole.Coverage)
			}
			const cuts = 30
			for i := range cuts {
				// Not at round numbers, at which files end in pages.
				cut := c.body[:len(c.body)*i/cuts+i%7]
				if c.end != "" && (cut == "" || strings.HasSuffix(cut, c.end)) {
					continue
				}
				r := image(cut)
				if r.exit == 0 && len(r.Packages) < len(whole.Packages) {
					t.Errorf("cut at %d of %d bytes, after %q: a clean report of %d packages of %d", len(cut), len(c.body), cut[max(0, len(cut)-20):], len(r.Packages), len(whole.Packages))
				}
			}
		})
	}
}

// TestManyPackages scans databases with 100,000 packages.
func TestManyPackages(t *testing.T) {
	const n = 100_000
	for path, c := range map[string][2]string{
		"lib/apk/db/installed": {alpineRelease, apkDatabase(n)},
		"var/lib/dpkg/status":  {debianRelease, dpkgDatabase(n)},
	} {
		t.Run(path, func(t *testing.T) {
			ecosystem, name := "Alpine:v3.23", "package99999"
			if c[0] == debianRelease {
				ecosystem, name = "Debian:13", "source99999"
			}
			text := fmt.Sprintf(`{"id": "X-CVE-2024-0001", "upstream": ["CVE-2024-0001"], "affected": [{"package": {"ecosystem": %q, "name": %q}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]}]}`, ecosystem, name)
			base, _, _ := strings.Cut(ecosystem, ":")
			r := scan(t, source(t, map[string][]string{base: {text}}), layers(t, imagetest.Layer{imagetest.File("etc/os-release", c[0]), imagetest.File(path, c[1])}))
			if len(r.Packages) != n || len(r.vulnerabilities()) != 1 {
				t.Errorf("%d packages, %q", len(r.Packages), r.vulnerabilities())
			}
		})
	}
}

// deepJar returns nested archives of the given depth.
func deepJar(t *testing.T, depth int) string {
	t.Helper()
	body := ""
	for i := range depth {
		var buf bytes.Buffer
		files := map[string]string{fmt.Sprintf("META-INF/maven/g/a%d/pom.properties", i): fmt.Sprintf("groupId=g\nartifactId=a%d\nversion=1.0\n", i)}
		if body != "" {
			files["inner.jar"] = body
		}
		zipped(t, &buf, files)
		body = buf.String()
	}
	return body
}

// manyEntries returns an archive whose directory lists one file n times.
func manyEntries(t *testing.T, n int) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	if _, err := z.Create("A.class"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	one := buf.String()
	start, end := strings.Index(one, "PK\x01\x02"), strings.Index(one, "PK\x05\x06")
	var b bytes.Buffer
	b.WriteString(one[:start])
	b.WriteString(strings.Repeat(one[start:end], n))
	size, at := uint64(b.Len()-start), uint64(b.Len())
	b.WriteString("PK\x06\x06")
	for _, v := range []any{uint64(44), uint16(45), uint16(45), uint32(0), uint32(0), uint64(n), uint64(n), size, uint64(start)} {
		binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString("PK\x06\x07")
	for _, v := range []any{uint32(0), at, uint32(1)} {
		binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString("PK\x05\x06\x00\x00\x00\x00" + strings.Repeat("\xff", 12) + "\x00\x00")
	return b.String()
}
