package scan

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

const testBuildID = "uIDxW5LJ_M6K7wMifC1J/eo3tjWvOWOdXXgcIpMDI/2YGC0BAhtRRdnN9aMruO/LL_QXTv4OVIm9elKbQtu"

func TestExecutableID(t *testing.T) {
	const digest = "sha256 "
	for _, c := range []struct{ name, file, want string }{
		{"ELF", "\x7fELF...\x04\x00\x00\x00\x53\x00\x00\x00\x04\x00\x00\x00Go\x00\x00" + testBuildID + "\x00code", "go " + testBuildID},
		{"other formats", "MZ...\xff Go build ID: \"" + testBuildID + "\"\n \xffcode", "go " + testBuildID},
		{"the same ID for every build", "\x7fELF...Go\x00\x00redacted\x00code", digest},
		{"no ID", "\x7fELF...code", digest},
		{"an ID as data", "\x7fELF..." + testBuildID, digest},
		{"an ID far behind", strings.Repeat("\x00", maxBuildIDOffset) + "Go\x00\x00" + testBuildID, digest},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := executableID(strings.NewReader(c.file))
			if err != nil || !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
			if c.want != digest {
				return
			}
			other, err := executableID(strings.NewReader(c.file + "."))
			if err != nil || other == got {
				t.Errorf("another executable has the ID %q, %v", other, err)
			}
		})
	}
	if _, err := executableID(strings.NewReader("")); err == nil {
		t.Error("an empty file has an ID")
	}
}

func TestProgramIDIsTheBuildID(t *testing.T) {
	got, err := programID()
	if err != nil || !strings.HasPrefix(got, "go ") {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestChangedProgramUsesNoOldResult builds a program from several versions of its sources.
// All of them use one cache.
func TestChangedProgramUsesNoOldResult(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs")
	}
	layout := imagetest.Image{Layers: []imagetest.Layer{{
		imagetest.File("etc/os-release", "ID=alpine\nVERSION_ID=3.22.1\n"),
		imagetest.File("lib/apk/db/installed", "P:musl\nV:1.2.5-r10\n\n"),
		imagetest.File("opt/ships.manifest", "ferry 1.0\n"),
	}}}.OCILayout(t)
	cache := t.TempDir()
	packages := func(program string) string {
		t.Helper()
		out, err := exec.Command(program, cache, layout).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}

	plain := buildChanged(t, nil)
	for _, c := range []struct{ name, program, cold string }{
		{"as it is", plain, "musl 1.2.5-r10\n"},
		{"a new format", buildChanged(t, map[string]func(string) string{
			"inventory/format.go": replace(t, "languageFormats())", "languageFormats(), shipFormats())"),
			"inventory/ships.go": func(string) string {
				return `package inventory

import (
	"context"
	"strings"

	"seaworthy.dev/seaworthy"
)

func shipFormats() []format {
	return []format{{name: "ships", extensions: []string{".manifest"}, want: seaworthy.Body, max: 1000, parse: parseShips}}
}

func parseShips(_ context.Context, f *seaworthy.File) ([]Package, error) {
	name, version, _ := strings.Cut(strings.TrimSpace(string(f.Head)), " ")
	return []Package{{Type: "generic", Name: name, Version: version}}, nil
}
`
			},
		}), "ferry 1.0\nmusl 1.2.5-r10\n"},
		{"a changed parser", buildChanged(t, map[string]func(string) string{
			"inventory/apk.go": replace(t, `p.pkg.Type = "apk"`, `p.pkg.Type, p.pkg.Name = "apk", "lib"+p.pkg.Name`),
		}), "libmusl 1.2.5-r10\n"},
		{"as it was", plain, "musl 1.2.5-r10\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fromCache := "0"
			if c.name == "as it was" {
				fromCache = "1"
			}
			if got, want := packages(c.program), c.cold+"layers from the cache: "+fromCache+"\n"; got != want {
				t.Errorf("first:\n%swant:\n%s", got, want)
			}
			if got, want := packages(c.program), c.cold+"layers from the cache: 1\n"; got != want {
				t.Errorf("then:\n%swant:\n%s", got, want)
			}
		})
	}
}

func replace(t *testing.T, old, new string) func(string) string {
	return func(text string) string {
		if strings.Count(text, old) != 1 {
			t.Fatalf("%q is not exactly once in\n%s", old, text)
		}
		return strings.Replace(text, old, new, 1)
	}
}

// buildChanged builds testdata/packages with changed files of internal. A file that does
// not exist counts as empty.
func buildChanged(t *testing.T, changes map[string]func(string) string) (program string) {
	t.Helper()
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name, change := range changes {
		original, err := filepath.Abs(filepath.Join("..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(original)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		changed := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(changed, []byte(change(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[original] = changed
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), list, 0o600); err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "packages.exe")
	cmd := exec.Command("go", "build", "-o", program, "-overlay", filepath.Join(dir, "overlay.json"), "./testdata/packages")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}
