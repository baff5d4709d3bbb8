package cli_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// standIn is a row of the facts that stand in for records of an ecosystem: see the
// README next to them.
type standIn struct{ id, cve, ecosystem, name, versions string }

func standIns(t *testing.T, ecosystem string) []standIn {
	t.Helper()
	in, err := os.Open(filepath.Join("..", "advisory", "testdata", "records", ecosystem+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []standIn
	for _, r := range rows[1:] {
		all = append(all, standIn{r[0], cmp.Or(r[1], r[0]), r[2], r[3], r[4]})
	}
	return all
}

// record is the fact in the form of OSV.
func (s *standIn) record() map[string]any {
	var events []map[string]string
	for span := range strings.FieldsSeq(s.versions) {
		from, to, _ := strings.Cut(span, "<")
		events = append(events, map[string]string{"introduced": from})
		if last, ok := strings.CutPrefix(to, "="); ok {
			events = append(events, map[string]string{"last_affected": last})
		} else if to != "" {
			events = append(events, map[string]string{"fixed": to})
		}
	}
	return map[string]any{"id": s.id, "aliases": []string{s.cve}, "affected": []any{map[string]any{
		"package": map[string]string{"ecosystem": s.ecosystem, "name": s.name},
		"ranges":  []any{map[string]any{"type": "ECOSYSTEM", "events": events}},
	}}}
}

// affects reports whether a version is affected, by the order of versions that it is given.
func (s *standIn) affects(version string, before func(a, b string) bool) bool {
	for span := range strings.FieldsSeq(s.versions) {
		from, to, _ := strings.Cut(span, "<")
		last, through := strings.CutPrefix(to, "=")
		switch {
		case from != "0" && before(version, from):
		case to == "", before(version, last), through && !before(last, version):
			return true
		}
	}
	return false
}

// bounds are the versions that the fact names.
func (s *standIn) bounds() []string {
	return slices.DeleteFunc(strings.FieldsFunc(s.versions, func(r rune) bool { return r == ' ' || r == '<' || r == '=' }), func(v string) bool { return v == "0" })
}

// numbersBefore orders versions that are numbers with dots between them.
func numbersBefore(a, b string) bool {
	p, q := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(p), len(q)) {
		x, y := 0, 0
		if i < len(p) {
			x, _ = strconv.Atoi(p[i])
		}
		if i < len(q) {
			y, _ = strconv.Atoi(q[i])
		}
		if x != y {
			return x < y
		}
	}
	return false
}

var numbers = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*$`)

// install is how a version of a package gets into an image.
func install(t *testing.T, ecosystem, name, version string, i int) imagetest.Entry {
	t.Helper()
	switch ecosystem {
	case "Maven":
		group, artifact, _ := strings.Cut(name, ":")
		var jar bytes.Buffer
		z := zip.NewWriter(&jar)
		w, err := z.Create("META-INF/maven/" + group + "/" + artifact + "/pom.properties")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(w, "groupId=%s\nartifactId=%s\nversion=%s\n", group, artifact, version)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return imagetest.File(fmt.Sprintf("app/%d/%s-%s.jar", i, artifact, version), jar.String())
	case "NuGet":
		return imagetest.File(fmt.Sprintf("app/%d/app.deps.json", i), fmt.Sprintf(`{"runtimeTarget": {"name": ".NETCoreApp,Version=v6.0"}, "targets": {".NETCoreApp,Version=v6.0": {"%[1]s/%[2]s": {"runtime": {"lib/x.dll": {}}}}},
			"libraries": {"%[1]s/%[2]s": {"type": "package"}}}`, name, version))
	default:
		return imagetest.File(fmt.Sprintf("app/%d/vendor/composer/installed.json", i), fmt.Sprintf(`{"packages": [{"name": %q, "version": %q}]}`, name, "v"+version))
	}
}

// TestStandIns holds the findings in images to a reckoning over facts of real
// advisories, for ecosystems of which the module has no records next to it.
func TestStandIns(t *testing.T) {
	dpkgBefore := func(a, b string) bool {
		return exec.Command("dpkg", "--compare-versions", a, "lt", b).Run() == nil
	}
	for _, c := range []struct {
		ecosystem string
		before    func(a, b string) bool
	}{{"Maven", numbersBefore}, {"NuGet", numbersBefore}, {"Packagist", numbersBefore}, {"Ubuntu", dpkgBefore}} {
		t.Run(c.ecosystem, func(t *testing.T) {
			if _, err := exec.LookPath("dpkg"); err != nil && c.ecosystem == "Ubuntu" {
				t.Skip("dpkg is not installed")
			}
			facts := standIns(t, c.ecosystem)
			versions := make(map[string][]string) // by package: all that a fact names, and earlier ones
			for _, f := range facts {
				if f.ecosystem == "Ubuntu:18.04:LTS" || c.ecosystem != "Ubuntu" {
					versions[f.name] = append(versions[f.name], f.bounds()...)
				}
			}
			layer := imagetest.Layer{}
			var want []string
			var status strings.Builder
			i := 0
			for _, name := range slices.Sorted(maps.Keys(versions)) {
				if c.ecosystem != "Ubuntu" && slices.ContainsFunc(versions[name], func(v string) bool { return !numbers.MatchString(v) }) {
					continue // an order that this test does not know
				}
				list := append(versions[name], "0.0.1")
				slices.Sort(list)
				list = slices.Compact(list)
				if c.ecosystem == "Ubuntu" { // which has one version of a package
					n := i % 2 * (len(list) / 2)
					list = list[n : n+1]
					fmt.Fprintf(&status, "Package: lib-%s\nStatus: install ok installed\nArchitecture: amd64\nSource: %s\nVersion: %s\n\n", name, name, list[0])
				}
				for _, v := range list {
					if i++; c.ecosystem != "Ubuntu" {
						layer = append(layer, install(t, c.ecosystem, name, v, i))
					}
					for _, f := range facts {
						if f.name == name && (c.ecosystem != "Ubuntu" || f.ecosystem == "Ubuntu:18.04:LTS") && f.affects(v, c.before) {
							want = append(want, name+" "+v+" "+f.cve)
						}
					}
				}
			}
			if c.ecosystem == "Ubuntu" {
				layer = imagetest.Layer{
					imagetest.File("etc/os-release", "ID=ubuntu\nVERSION_ID=\"18.04\"\nPRETTY_NAME=\"Ubuntu 18.04.6 LTS\"\n"),
					imagetest.File("var/lib/dpkg/status", status.String()),
				}
			}
			got := scanStandIns(t, c.ecosystem, facts, layer)
			slices.Sort(want)
			if diff := gocmp.Diff(slices.Compact(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(want) < 10 {
				t.Errorf("%d vulnerabilities only: the comparison shows little", len(want))
			}
			t.Logf("%d versions of packages, %d vulnerabilities", i, len(want))
		})
	}
}

// scanStandIns scans an image with the facts alone, and returns a line for each
// vulnerability.
func scanStandIns(t *testing.T, ecosystem string, facts []standIn, layer imagetest.Layer) []string {
	t.Helper()
	records, source := t.TempDir(), t.TempDir()
	for i, f := range facts {
		data, err := json.Marshal(f.record())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(records, strconv.Itoa(i)+".json"), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	zipDirectory(t, filepath.Join(source, ecosystem, "all.zip"), records)
	var out, errs bytes.Buffer
	cli.Run(t.Context(), []string{"scan", "--no-cache", "--format", "json", "--policy", "none", "--risk", "vulnerability", "--db-dir", t.TempDir(), "--advisory-source", source,
		"oci:" + imagetest.Image{Layers: []imagetest.Layer{layer}}.OCILayout(t)},
		cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
	var r struct{ Findings []seaworthy.Finding }
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v: %s", err, &errs)
	}
	var got []string
	for _, f := range r.Findings {
		if !f.Package.Ecosystem.IsZero() {
			name := f.Package.Name
			if f.Package.Source != nil {
				name = f.Package.Source.Name
			}
			got = append(got, name+" "+strings.TrimPrefix(f.Package.Version, "v")+" "+f.ID)
		}
	}
	slices.Sort(got)
	return got
}
