package crosscheck_test

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

var strictSemver = regexp.MustCompile(`^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

// language installs packages of a language in an image.
type language struct {
	ecosystem, kind string
	compare         order
	// valid matches the versions that the order knows.
	valid    *regexp.Regexp
	spelling func(string) string
	layer    func(*testing.T, []installed) imagetest.Layer
}

// languages returns the languages with advisory records in the shared directory.
func languages() []language {
	return []language{
		{"npm", "npm", semver, strictSemver, nil, nodeModules},
		{"RubyGems", "gem", gemOrder, regexp.MustCompile(`^[0-9]+(\.[0-9A-Za-z]+)*$`), nil, gemspecs},
		{"PyPI", "pypi", pep440, pep440Form, pythonName, wheels},
		{"crates.io", "cargo", semver, strictSemver, nil, auditable},
	}
}

// TestLanguages scans images with packages of each language, at versions at and next to
// the boundaries of the advisories about them.
func TestLanguages(t *testing.T) {
	advisories := shared(t)
	for _, l := range languages() {
		t.Run(l.ecosystem, func(t *testing.T) {
			all := records(t, l.ecosystem)
			packages := sample(all, l.ecosystem, 800, l.valid, l.spelling)
			want := rules{l.ecosystem, l.compare, l.spelling}.expected(all, packages)
			img := imagetest.Image{Layers: []imagetest.Layer{l.layer(t, packages)}}
			got := scan(t, advisories, "oci:"+img.OCILayout(t))
			t.Logf("%d packages", len(packages))
			comparePackages(t, packages, got, l.kind)
			compare(t, want, got)
		})
	}
}

// sample returns packages of an ecosystem that have advisories, at the versions there and
// next to them. Packages with a version that cannot be compared are skipped.
func sample(all []record, ecosystem string, n int, valid *regexp.Regexp, spelling func(string) string) []installed {
	random := rand.New(rand.NewPCG(7, uint64(len(ecosystem))))
	versions := make(map[string][]string)
	unknown := make(map[string]bool)
	var names []string
	for _, r := range all {
		for _, a := range r.Affected {
			if a.Package.Ecosystem != ecosystem {
				continue
			}
			name := a.Package.Name
			if spelling != nil {
				name = spelling(name)
			}
			if _, ok := versions[name]; !ok {
				names = append(names, name)
			}
			add := func(v string) {
				if !valid.MatchString(strings.ToLower(v)) {
					unknown[name] = true
				}
				versions[name] = append(versions[name], v)
			}
			versions[name] = append(versions[name], "1.0.0")
			for events := range a.events() {
				for _, e := range events {
					for _, v := range e {
						if v != "0" {
							add(v)
						}
					}
				}
			}
			for _, v := range a.Versions {
				add(v)
			}
		}
	}
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var packages []installed
	for _, name := range names {
		if len(packages) >= n {
			break
		}
		if unknown[name] {
			continue
		}
		list := versions[name]
		for range 3 {
			v := list[random.IntN(len(list))]
			for _, v := range []string{v, less(v), more(v)} {
				p := installed{name: name, version: v}
				if valid.MatchString(v) && !slices.Contains(packages, p) {
					packages = append(packages, p)
				}
			}
		}
	}
	return packages
}

var lastNumber = regexp.MustCompile(`[0-9]+([^0-9]*)$`)

// less and more return versions just before and after a version.
func less(v string) string { return step(v, -1) }
func more(v string) string { return step(v, 1) }

func step(v string, by int) string {
	at := lastNumber.FindStringSubmatchIndex(v)
	if at == nil {
		return v
	}
	n := 0
	fmt.Sscan(v[at[0]:at[2]], &n)
	return fmt.Sprintf("%s%d%s", v[:at[0]], max(n+by, 0), v[at[2]:])
}

func nodeModules(t *testing.T, packages []installed) (l imagetest.Layer) {
	for i, p := range packages {
		text, err := json.Marshal(map[string]string{"name": p.name, "version": p.version, "license": "MIT"})
		if err != nil {
			t.Fatal(err)
		}
		l = append(l, imagetest.File(fmt.Sprintf("app/%d/node_modules/%s/package.json", i, p.name), string(text)))
	}
	return l
}

func gemspecs(_ *testing.T, packages []installed) (l imagetest.Layer) {
	for i, p := range packages {
		text := fmt.Sprintf("# -*- encoding: utf-8 -*-\n# stub: %s %s ruby lib\n\nGem::Specification.new do |s|\n  s.name = %q.freeze\n  s.version = %q\nend\n", p.name, p.version, p.name, p.version)
		l = append(l, imagetest.File(fmt.Sprintf("usr/lib/ruby/%d/specifications/%s-%s.gemspec", i, p.name, p.version), text))
	}
	return l
}

// wheels writes package names in other spellings: upper case, other separators.
func wheels(_ *testing.T, packages []installed) (l imagetest.Layer) {
	for i, p := range packages {
		name := p.name
		switch i % 3 {
		case 1:
			name = strings.ToUpper(name)
		case 2:
			name = strings.ReplaceAll(name, "-", "_.")
		}
		l = append(l, imagetest.File(fmt.Sprintf("usr/lib/python3/%d/site-packages/p-%s.dist-info/METADATA", i, p.version),
			fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n\nWords.\nVersion: 99\n", name, p.version)))
	}
	return l
}

func pythonName(name string) string {
	return regexp.MustCompile(`[-_.]+`).ReplaceAllString(strings.ToLower(name), "-")
}

// auditable returns a program with the crate list of cargo-auditable.
func auditable(t *testing.T, packages []installed) imagetest.Layer {
	t.Helper()
	var crates []map[string]any
	for _, p := range packages {
		crates = append(crates, map[string]any{"name": p.name, "version": p.version, "source": "crates.io"})
	}
	// What only builds the program is not in it.
	crates = append(crates, map[string]any{"name": "openssl-src", "version": "111.0.0", "source": "crates.io", "kind": "build"})
	text, err := json.Marshal(map[string]any{"packages": crates})
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(text)
	z.Close()
	return imagetest.Layer{imagetest.FileMode("usr/bin/tool", 0o755, string(elfWith(t, ".dep-v0", packed.Bytes()))+strings.Repeat("code", 100_000))}
}

// elfWith returns an ELF file for amd64 with one section besides the section names.
func elfWith(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	names := "\x00" + name + "\x00.shstrtab\x00"
	const header, entry = 64, 64
	body := append(slices.Clone(content), names...)
	var out bytes.Buffer
	h := elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Shoff: uint64(header + len(body)), Ehsize: header, Shentsize: entry, Shnum: 3, Shstrndx: 2,
	}
	sections := []elf.Section64{
		{},
		{Name: 1, Type: uint32(elf.SHT_PROGBITS), Off: header, Size: uint64(len(content)), Addralign: 1},
		{Name: uint32(len(name) + 2), Type: uint32(elf.SHT_STRTAB), Off: uint64(header + len(content)), Size: uint64(len(names)), Addralign: 1},
	}
	for _, part := range []any{h, body, sections} {
		if err := binary.Write(&out, binary.LittleEndian, part); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// TestAlpine scans images of Alpine Linux with hundreds of packages, at and next to the
// versions in its security database. Some have the name of their source package, some
// another one.
func TestAlpine(t *testing.T) {
	advisories := shared(t)
	all := records(t, "Alpine")
	for _, release := range []string{"3.10", "3.11"} {
		t.Run(release, func(t *testing.T) {
			r := rules{ecosystem: "Alpine:v" + release, compare: apkOrder}
			packages := sample(all, r.ecosystem, 800, apkForm, nil)
			var db strings.Builder
			for i := range packages {
				p := &packages[i]
				if p.about = p.name; i%2 == 1 {
					p.name += "-libs"
				}
				fmt.Fprintf(&db, "C:Q1pSfVGw+GCnCfYXJvCWMHBpOsGnI=\nP:%s\nV:%s\nA:x86_64\nS:1\nI:1\nT:t\nU:u\nL:MIT\no:%s\nm:m\nt:1\nc:0\nD:so:libc.musl-x86_64.so.1\np:so:x.so.1=1\n\n", p.name, p.version, p.about)
			}
			img := imagetest.Image{Layers: []imagetest.Layer{{
				imagetest.File("etc/os-release", "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID="+release+".4\nPRETTY_NAME=\"Alpine Linux v"+release+"\"\n"),
				imagetest.File("lib/apk/db/installed", db.String()),
			}}}
			got := scan(t, advisories, "docker-archive:"+img.DockerArchive(t, "alpine:"+release))
			t.Logf("%d packages", len(packages))
			comparePackages(t, packages, got, "apk")
			compare(t, r.expected(all, packages), got)
			if got.exit != 1 {
				t.Errorf("exit code %d", got.exit)
			}
		})
	}
}

// TestBitnami checks an SBOM with software as Bitnami packages it, at and next to the
// boundaries of its advisories.
func TestBitnami(t *testing.T) {
	advisories := shared(t)
	all := records(t, "Bitnami")
	packages := sample(all, "Bitnami", 500, regexp.MustCompile(`^[0-9]+(\.[0-9]+)*(-[a-zA-Z][0-9A-Za-z.-]*)?$`), nil)
	var components []map[string]string
	for _, p := range packages {
		components = append(components, map[string]string{"type": "library", "bom-ref": p.name + p.version, "name": p.name, "version": p.version, "purl": "pkg:bitnami/" + p.name + "@" + p.version})
	}
	sbom, err := json.Marshal(map[string]any{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"sbom.json": string(sbom)})
	got := scan(t, advisories, "sbom:"+filepath.Join(dir, "sbom.json"))
	t.Logf("%d packages", len(packages))
	comparePackages(t, packages, got, "bitnami")
	compare(t, rules{ecosystem: "Bitnami", compare: semver}.expected(all, packages), got)
	compareExploited(t, got)
}
