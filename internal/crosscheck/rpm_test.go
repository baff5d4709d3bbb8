package crosscheck_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// rpmOrder compares versions with rpm.
func rpmOrder(t *testing.T) func([][2]string) []int {
	return func(pairs [][2]string) []int {
		var lines strings.Builder
		for _, p := range pairs {
			fmt.Fprintf(&lines, "%s\n%s\n", p[0], p[1])
		}
		file := filepath.Join(t.TempDir(), "pairs")
		if err := os.WriteFile(file, []byte(lines.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return numbers(t, imagetest.Run(t, nil, "rpm", "--eval", `%{lua:
			local f, all = io.open("`+file+`"), {}
			for a in f:lines() do table.insert(all, rpm.vercmp(a, f:read())) end
			print(table.concat(all, " "))
		}`), len(pairs))
	}
}

// copyOf copies a file of the shared directory to a new directory, which it returns: rpm
// writes to the directory of a database even when it only reads it.
func copyOf(t *testing.T, file string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), read(t, file), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// rpmQuery lists the packages of the database in a directory: name, version with
// its epoch, name and version of the source, module and stream.
func rpmQuery(t *testing.T, dir string) (all []installed) {
	t.Helper()
	out := imagetest.Run(t, nil, "rpm", "--dbpath", dir, "-qa", "--qf", "%{NAME} %{EPOCHNUM} %{VERSION}-%{RELEASE} %{SOURCERPM} %{MODULARITYLABEL}\n")
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) != 5 {
			t.Fatalf("%q", line)
		}
		all = append(all, rpmPackage(f[0], f[1], f[2], f[3], f[4]))
	}
	return all
}

func rpmPackage(name, epoch, version, source, label string) installed {
	p := installed{name: name, version: version}
	if m := regexp.MustCompile(`^(.+)-([^-]+-[^-]+)\.(no)?src\.rpm$`).FindStringSubmatch(source); m != nil {
		p.about, p.at = m[1], m[2]
	}
	if epoch != "0" {
		p.version = epoch + ":" + p.version
		p.at = epoch + ":" + p.at
	}
	if parts := strings.SplitN(label, ":", 3); len(parts) == 3 {
		p.stream = parts[0] + ":" + parts[1]
	}
	return p
}

// TestRPMDatabases scans images with the databases of real ones, in each of the three
// formats, and advisories about their packages at and next to the versions that they have.
func TestRPMDatabases(t *testing.T) {
	mariner, sle, rhel := imagetest.Shared(t, "rpmdb/cbl-mariner-2.0/rpmdb.sqlite"), imagetest.Shared(t, "rpmdb/sle15-bci/Packages.db"), imagetest.Shared(t, "rpmdb/libuuid/Packages")
	for _, c := range []struct {
		name, file, path, release string
		data, ecosystem           string // where the advisories lie, and as they name it
		packages                  []installed
		ofSource                  bool
	}{
		{
			"SQLite", mariner, "var/lib/rpm/rpmdb.sqlite", "ID=mariner\nVERSION_ID=\"2.0\"\nPRETTY_NAME=\"CBL-Mariner/Linux\"\n",
			"Azure Linux", "Azure Linux:2", rpmQuery(t, copyOf(t, mariner)), true,
		},
		{
			"ndb", sle, "usr/lib/sysimage/rpm/Packages.db", "ID=\"sles\"\nVERSION_ID=\"15.3\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP3\"\n",
			"SUSE", "SUSE:Linux Enterprise Module for Basesystem 15 SP3", ndbPackages(t, sle), true,
		},
		{
			"Berkeley", rhel, "var/lib/rpm/Packages", "ID=\"rhel\"\nVERSION_ID=\"8.8\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 8.8 (Ootpa)\"\n",
			"Red Hat", "Red Hat:enterprise_linux:8::baseos", rpmQuery(t, copyOf(t, rhel)), false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			packages := slices.Clone(c.packages)
			if !c.ofSource {
				for i := range packages {
					packages[i].about, packages[i].at = "", ""
				}
			}
			packages = slices.DeleteFunc(packages, func(p installed) bool { return p.name == "gpg-pubkey" })
			var all []record
			var texts []string
			seen := make(map[string]bool)
			for _, p := range packages {
				if about, at := p.subject(); !seen[about] {
					seen[about] = true
					for _, fixed := range []string{at, more(at), less(at), "1:" + strings.TrimPrefix(at, "1:"), at + ".1", at + "~", "0:" + at, "0"} {
						text := fmt.Sprintf(`{"id": "ALSA-2024:%d", "upstream": ["CVE-2024-%d"], "related": ["CVE-2024-%[2]d"], "summary": "Important: %s", "affected": [{"package": {"ecosystem": %q, "name": %q},
							"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": %q}]}]}]}`, len(texts), 10_000+len(texts), about, c.ecosystem, about, fixed)
						var r record
						if err := json.Unmarshal([]byte(text), &r); err != nil {
							t.Fatal(err)
						}
						all, texts = append(all, r), append(texts, text)
					}
				}
			}
			want := settle(rpmOrder(t), func(o order) []string { return rules{ecosystem: c.ecosystem, compare: o}.expected(all, packages) })
			img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("etc/os-release", c.release), imagetest.File(c.path, string(read(t, c.file)))}}}
			got := scan(t, source(t, map[string][]string{c.data: texts}), "oci:"+img.OCILayout(t))
			t.Logf("%d packages", len(packages))
			comparePackages(t, packages, got, "rpm")
			compare(t, want, got)
		})
	}
}

// ndbPackages reads the headers in rpm's ndb format, which Debian's rpm does not: blobs
// that begin with "BlbS", a number, a generation and the length.
func ndbPackages(t *testing.T, path string) (all []installed) {
	t.Helper()
	data := read(t, path)
	for off := 0; off+16 <= len(data); off += 16 {
		if !bytes.HasPrefix(data[off:], []byte("BlbS")) {
			continue
		}
		length := int(binary.LittleEndian.Uint32(data[off+12:]))
		blob := data[off+16 : off+16+length]
		entries := int(binary.BigEndian.Uint32(blob))
		store := blob[8+16*entries:]
		values := map[uint32]string{1003: "0", 5096: "(none)"}
		for i := range entries {
			entry := blob[8+16*i:]
			tag, kind, at := binary.BigEndian.Uint32(entry), binary.BigEndian.Uint32(entry[4:]), binary.BigEndian.Uint32(entry[8:])
			switch {
			case tag == 1003:
				values[tag] = fmt.Sprint(binary.BigEndian.Uint32(store[at:]))
			case kind == 6: // text
				text, _, _ := bytes.Cut(store[at:], []byte{0})
				values[tag] = string(text)
			}
		}
		all = append(all, rpmPackage(values[1000], values[1003], values[1001]+"-"+values[1002], values[1044], values[5096]))
	}
	return all
}

// TestAlmaLinux scans images whose packages rpm installed: of the names and versions in
// AlmaLinux's advisories, and next to them; of modules, of another stream of a module, and
// of none.
func TestAlmaLinux(t *testing.T) {
	advisories := shared(t)
	all := records(t, "AlmaLinux")
	streams := moduleStreams(all)
	for release, n := range map[string]int{"8": 240, "9": 90, "10": 60} {
		t.Run(release, func(t *testing.T) {
			r := rules{ecosystem: "AlmaLinux:" + release}
			chosen := sample(all, r.ecosystem, n, regexp.MustCompile(`^([0-9]+:)?[0-9][0-9A-Za-z.+~^_]*-[0-9A-Za-z.+~^_]+$`), nil)
			for i := range chosen {
				if p := &chosen[i]; strings.Contains(p.version, ".module_el") {
					own := streams[p.name]
					p.stream = []string{own, own, "other:1", ""}[i%4]
				}
			}
			root := install(t, chosen)
			db := filepath.Join(root, "var/lib/rpm/rpmdb.sqlite")
			packages := rpmQuery(t, filepath.Dir(db))
			for i := range packages {
				packages[i].about, packages[i].at = "", "" // advisories name what is installed
			}
			want := settle(rpmOrder(t), func(o order) []string { r.compare = o; return r.expected(all, packages) })
			img := imagetest.Image{Layers: []imagetest.Layer{{
				imagetest.File("etc/os-release", "ID=\"almalinux\"\nVERSION_ID=\""+release+".4\"\nPRETTY_NAME=\"AlmaLinux "+release+".4\"\n"),
				imagetest.File("var/lib/rpm/rpmdb.sqlite", string(read(t, db))),
			}}}
			got := scan(t, advisories, "docker-archive:"+img.DockerArchive(t, "alma:latest"))
			modular := 0
			for _, p := range packages {
				if strings.Contains(p.version, ".module_el") {
					modular++
				}
			}
			t.Logf("%d packages, %d of modules", len(packages), modular)
			comparePackages(t, packages, got, "rpm")
			compare(t, want, got)
			compareExploited(t, got)
			if got.exit != 1 {
				t.Errorf("exit code %d", got.exit)
			}
		})
	}
}

// moduleStreams gives a stream for each package that is in a module.
func moduleStreams(all []record) map[string]string {
	streams := make(map[string]string)
	form := regexp.MustCompile(`(?:^|: )([a-z0-9][a-z0-9.+_-]*:[a-z0-9.+_-]+)[ /]`)
	for i := range all {
		if m := form.FindStringSubmatch(all[i].Summary); m != nil {
			for _, a := range all[i].Affected {
				streams[a.Package.Name] = m[1]
			}
		}
	}
	return streams
}

// install builds packages and installs them below a directory of their own. A build has
// each name once.
func install(t *testing.T, packages []installed) (root string) {
	t.Helper()
	root = t.TempDir()
	imagetest.Run(t, nil, "rpm", "--root", root, "--dbpath", "/var/lib/rpm", "--initdb")
	for round := 0; len(packages) > 0; round++ {
		var spec strings.Builder
		fmt.Fprintf(&spec, "Name: round%d\nVersion: 1\nRelease: 1\nSummary: A test\nLicense: MIT\nBuildArch: noarch\n%%description\n.\n", round)
		var later []installed
		named := make(map[string]bool)
		for _, p := range packages {
			if named[p.name] {
				later = append(later, p)
				continue
			}
			named[p.name] = true
			version, release, _ := strings.Cut(p.version, "-")
			fmt.Fprintf(&spec, "%%package -n %s\nSummary: A test\n", p.name)
			if epoch, rest, ok := strings.Cut(version, ":"); ok {
				version = rest
				fmt.Fprintf(&spec, "Epoch: %s\n", epoch)
			}
			fmt.Fprintf(&spec, "Version: %s\nRelease: %s\n", version, release)
			if p.stream != "" {
				fmt.Fprintf(&spec, "ModularityLabel: %s:8060020220101000000:0123abcd\n", p.stream)
			}
			fmt.Fprintf(&spec, "%%description -n %[1]s\n.\n%%files -n %[1]s\n", p.name)
		}
		dir := t.TempDir()
		write(t, dir, map[string]string{"round.spec": spec.String()})
		imagetest.Run(t, nil, "rpmbuild", "--quiet", "-bb", "--define", "_topdir "+dir, "--define", "_binary_payload w0.gzdio", filepath.Join(dir, "round.spec"))
		files, err := filepath.Glob(filepath.Join(dir, "RPMS", "*", "*.rpm"))
		if err != nil || len(files) != len(named) {
			t.Fatalf("%d of %d packages were built: %v", len(files), len(named), err)
		}
		imagetest.Run(t, nil, "rpm", append([]string{"--root", root, "--dbpath", "/var/lib/rpm", "-i", "--justdb", "--nodeps", "--noscripts", "--force", "--nosignature"}, files...)...)
		packages = later
	}
	return root
}
