package crosscheck_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestDebian scans Debian 12 from the main archive, without later security fixes. It lists
// packages with dpkg-query and compares versions with dpkg.
func TestDebian(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("debootstrap must be started by root")
	}
	advisories := shared(t)
	root := filepath.Join(t.TempDir(), "root")
	imagetest.Run(t, nil, "debootstrap", "--variant=minbase", "--include=curl,openssl,python3-requests", "bookworm", root)
	listing := imagetest.Run(t, nil, "dpkg-query", "--admindir", filepath.Join(root, "var/lib/dpkg"),
		"-W", "-f", "${db:Status-Status} ${Package} ${Version} ${source:Package} ${source:Version}\n")
	packages := dpkgListing(t, string(listing))
	if len(packages) < 80 {
		t.Fatalf("%d packages", len(packages))
	}
	archive, layout := saved(t, root)
	rules := rules{ecosystem: "Debian:12"}
	want := settle(dpkgOrder(t), func(o order) []string {
		rules.compare = o
		return rules.expected(records(t, "Debian"), packages)
	})
	other := 0
	for _, p := range packages {
		if p.version != p.at {
			other++
		}
	}
	t.Logf("%d packages, %d at another version than their source", len(packages), other)
	for _, reference := range []string{"docker-archive:" + archive, "oci:" + layout} {
		got := scan(t, advisories, reference)
		comparePackages(t, packages, got, "deb")
		compare(t, want, got)
	}
}

// dpkgListing parses the output of dpkg-query.
func dpkgListing(t *testing.T, text string) []installed {
	t.Helper()
	var all []installed
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) != 5 {
			t.Fatalf("%q", line)
		}
		if f[0] == "installed" {
			all = append(all, installed{name: f[1], version: f[2], about: f[3], at: f[4]})
		}
	}
	return all
}

// saved converts a root file system to a Docker archive and an OCI layout, without files
// that do not matter here.
func saved(t *testing.T, root string) (archive, layout string) {
	t.Helper()
	dir := t.TempDir()
	imagetest.Run(t, nil, "tar", "-C", root, "-cf", filepath.Join(dir, "layer.tar"), "--numeric-owner",
		"--exclude=./var/cache", "--exclude=./usr/share/locale", "--exclude=./usr/share/man", "--exclude=./usr/share/zoneinfo", "--exclude=./dev", "--exclude=./proc", "--exclude=./sys", ".")
	sum, _, _ := strings.Cut(string(imagetest.Run(t, nil, "sha256sum", filepath.Join(dir, "layer.tar"))), " ")
	config := `{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:` + sum + `"]},"history":[{"created_by":"ADD rootfs.tar /"}]}`
	manifest := `[{"Config":"config.json","RepoTags":["debian:12"],"Layers":["layer.tar"]}]`
	for name, text := range map[string]string{"config.json": config, "manifest.json": manifest} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	archive, layout = filepath.Join(t.TempDir(), "debian.tar"), filepath.Join(t.TempDir(), "layout")
	imagetest.Run(t, nil, "tar", "-C", dir, "-cf", archive, "layer.tar", "config.json", "manifest.json")
	imagetest.Run(t, nil, "skopeo", "--insecure-policy", "copy", "--quiet", "--dest-oci-accept-uncompressed-layers", "docker-archive:"+archive, "oci:"+layout+":latest")
	return archive, layout
}

// dpkgOrder compares versions with dpkg.
func dpkgOrder(t *testing.T) func([][2]string) []int {
	return func(pairs [][2]string) []int {
		var in strings.Builder
		for _, p := range pairs {
			fmt.Fprintln(&in, p[0], p[1])
		}
		const script = `while read -r a b; do
			if dpkg --compare-versions "$a" lt "$b"; then echo -1; elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi
		done`
		cmd := exec.Command("sh", "-c", script)
		cmd.Stdin = strings.NewReader(in.String())
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return numbers(t, out, len(pairs))
	}
}

// numbers parses numbers separated by white space.
func numbers(t *testing.T, out []byte, want int) []int {
	t.Helper()
	var all []int
	for word := range strings.FieldsSeq(string(out)) {
		n, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	if len(all) != want {
		t.Fatalf("%d results for %d comparisons", len(all), want)
	}
	return all
}

// TestDebianVersions scans an image with packages of the source packages in advisories, at
// and next to the versions there. Some binary packages have a version other than that of
// their source: another epoch, or a rebuild.
func TestDebianVersions(t *testing.T) {
	advisories := shared(t)
	all := records(t, "Debian")
	chosen := sample(all, "Debian:12", 200, regexp.MustCompile(`^([0-9]+:)?[0-9][0-9A-Za-z.+~-]*$`), nil)
	var packages []installed
	var db strings.Builder
	for i, p := range chosen {
		p.about, p.at = p.name, p.version
		source := ""
		switch i % 5 {
		case 1: // rebuilt
			p.version += "+b1"
			source = fmt.Sprintf("Source: %s (%s)\n", p.about, p.at)
		case 2: // with a name and a version of its own
			p.name, p.version = "lib"+p.name, "9:1.0~rc1-1"
			source = fmt.Sprintf("Source: %s (%s)\n", p.about, p.at)
		case 3:
			p.name += "-data"
			source = fmt.Sprintf("Source: %s\n", p.about)
		case 4: // before the release
			p.version += "~bpo12+1"
			p.at = p.version
		}
		p.name += fmt.Sprint(i)
		if source == "" {
			source = fmt.Sprintf("Source: %s\n", p.about)
		}
		fmt.Fprintf(&db, "Package: %s\nStatus: install ok installed\nArchitecture: amd64\n%sVersion: %s\n\n", p.name, source, p.version)
		packages = append(packages, p)
	}
	// What was removed is not there.
	fmt.Fprintf(&db, "Package: openssl\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1.0\n\n")
	img := imagetest.Image{Layers: []imagetest.Layer{{
		imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"),
		imagetest.File("var/lib/dpkg/status", db.String()),
	}}}
	rules := rules{ecosystem: "Debian:12"}
	want := settle(dpkgOrder(t), func(o order) []string {
		rules.compare = o
		return rules.expected(all, packages)
	})
	got := scan(t, advisories, "docker-archive:"+img.DockerArchive(t, "debian:12"))
	t.Logf("%d packages", len(packages))
	comparePackages(t, packages, got, "deb")
	compare(t, want, got)
}
