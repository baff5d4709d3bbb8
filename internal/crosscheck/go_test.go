package crosscheck_test

import (
	"archive/zip"
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// oldApp is a program with old modules. It uses some of the vulnerable functions.
var oldApp = map[string]string{
	"go.mod": `module example.com/old

go 1.20

require (
	golang.org/x/crypto v0.0.0-20190308221718-c2843e01d9a2
	golang.org/x/net v0.0.0-20200822124328-c89045814202
	golang.org/x/text v0.3.0
	gopkg.in/yaml.v2 v2.2.0
)
`,
	"main.go": `package main

import (
	"archive/zip"
	"fmt"
	"net/http"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/net/html"
	"golang.org/x/text/language"
	"gopkg.in/yaml.v2"
)

func main() {
	var v any
	fmt.Println(yaml.Unmarshal([]byte(os.Args[0]), &v), v)
	fmt.Println(html.Parse(strings.NewReader(os.Args[0])))
	fmt.Println(language.Parse(os.Args[0]))
	fmt.Println(ssh.ParseRawPrivateKey([]byte(os.Args[0])))
	fmt.Println(zip.OpenReader(os.Args[0]))
	fmt.Println(http.ListenAndServe(os.Args[0], nil))
}
`,
}

// TestOldGo scans programs with old modules and a standard library that claims to be old:
// stripped, not stripped, and without the table of functions. The expected modules are
// those of `go version -m`, the expected functions those in the debugging information.
func TestOldGo(t *testing.T) {
	advisories := shared(t)
	dir := t.TempDir()
	write(t, dir, oldApp)
	plain := build(t, dir, "", ".")
	stripped := older(t, read(t, build(t, dir, "", "-ldflags=-s -w", ".")))
	mute := noFunctions(t, stripped)
	modules := modulesOf(t, plain)
	modules = append(modules, installed{name: "stdlib", version: oldRelease(t)})
	all := records(t, "Go")
	want := rules{ecosystem: "Go", compare: semver}.expected(all, modules)
	functions := functionsOf(t, plain)
	for name, body := range map[string][]byte{"plain": older(t, read(t, plain)), "stripped": stripped, "mute": mute} {
		img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.FileMode("app", 0o755, string(body))}}}
		got := scan(t, advisories, "oci:"+img.OCILayout(t))
		compare(t, want, got)
		known := functions
		if name == "mute" {
			known = nil
		}
		compareFunctions(t, all, known, got, "app")
	}
}

// compareFunctions compares the evidence about vulnerable functions with the functions of
// the program, nil if they are unknown.
func compareFunctions(t *testing.T, all []record, functions map[string]bool, got report, program string) {
	t.Helper()
	states := make(map[string]int)
	for _, f := range got.Findings {
		var present []string
		nameless, total := false, 0
		for i := range all {
			r := &all[i]
			if r.ID != f.ID && !slices.Contains(f.Aliases, r.ID) {
				continue
			}
			for _, a := range r.Affected {
				var specific struct {
					Imports []struct {
						Path          string
						Symbols, GOOS []string
					}
				}
				if a.Package.Name != f.Package.Name || len(a.Specific) == 0 {
					continue
				}
				if err := json.Unmarshal(a.Specific, &specific); err != nil {
					t.Fatal(err)
				}
				for _, i := range specific.Imports {
					if len(i.GOOS) > 0 && !slices.Contains(i.GOOS, "linux") {
						total++ // a function, though not one of this system
						continue
					}
					nameless = nameless || len(i.Symbols) == 0
					for _, s := range i.Symbols {
						total++
						if functions[i.Path+"."+s] {
							present = append(present, i.Path+"."+s)
						}
					}
				}
			}
		}
		want := "absent"
		switch {
		case nameless || total == 0:
			want = "unknown, because the advisory names none"
		case functions == nil && len(f.Evidence) > 0 && !strings.Contains(f.Evidence, "not compiled for"):
			want = "unknown, because /" + program
		case len(present) > 0:
			want = "present in /" + program + ": "
		}
		states[want]++
		_, said, _ := strings.Cut(f.Evidence, "vulnerable functions: ")
		if !strings.HasPrefix(said, want) {
			t.Errorf("%s of %s: %q, want %q: %q", f.ID, f.Package.Name, said, want, present)
		}
		if clears := f.VEX != nil; clears != (want == "absent") {
			t.Errorf("%s of %s: %+v, want %q", f.ID, f.Package.Name, f.VEX, want)
		}
		if list, ok := strings.CutPrefix(said, "present in /"+program+": "); ok {
			list, more, _ := strings.Cut(list, " and ")
			n := 0
			fmt.Sscanf(more, "%d more", &n)
			names := strings.Split(list, ", ")
			if len(names)+n != len(slices.Compact(slices.Sorted(slices.Values(present)))) || slices.ContainsFunc(names, func(s string) bool { return !functions[s] }) {
				t.Errorf("%s of %s: %q, want %q", f.ID, f.Package.Name, said, present)
			}
		}
	}
	t.Logf("functions: %v", states)
}

// build compiles the program in a directory for Linux and returns its path. Modules come
// from the proxy in a directory, if it is given, and from the user's proxy.
func build(t *testing.T, dir, proxy string, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "app")
	cmd := exec.Command("go", append([]string{"build", "-o", out}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOFLAGS=-mod=mod", "GOSUMDB=off", "GOWORK=off")
	if proxy != "" {
		cmd.Env = append(cmd.Env, "GOPROXY=file://"+filepath.ToSlash(proxy))
		cmd.Env = append(cmd.Env, "GOMODCACHE="+filepath.Join(proxy, "cache"), "GOFLAGS=-mod=mod -modcacherw")
	}
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
	return out
}

// modulesOf returns the modules in the output of `go version -m`, after replacement and
// without those that have no version.
func modulesOf(t *testing.T, program string) []installed {
	t.Helper()
	var all []installed
	for line := range strings.Lines(string(imagetest.Run(t, nil, "go", "version", "-m", program))) {
		f := strings.Fields(line)
		switch {
		case len(f) < 3:
		case f[0] == "mod" || f[0] == "dep":
			all = append(all, installed{name: f[1], version: f[2]})
		case f[0] == "=>":
			all[len(all)-1] = installed{name: f[1], version: f[2]}
		}
	}
	return slices.DeleteFunc(all, func(p installed) bool { return !strings.HasPrefix(p.version, "v") })
}

// functionsOf returns the functions of a program from its symbol table and its debugging
// information, which also has inlined functions. The names are those of the source.
func functionsOf(t *testing.T, program string) map[string]bool {
	t.Helper()
	x, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	names := make(map[string]bool)
	add := func(name string) {
		name, _ = strings.CutPrefix(name, "main.")
		if !strings.Contains(name, ".") || name == "main" {
			name = "main." + name
		}
		names[sourceForm(name)] = true
	}
	symbols, err := x.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC {
			add(s.Name)
		}
	}
	d, err := x.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	for r := d.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			break
		}
		if name, ok := e.Val(dwarf.AttrName).(string); ok && e.Tag == dwarf.TagSubprogram {
			add(name)
		}
	}
	return names
}

var typeArguments = regexp.MustCompile(`\[.*\]`)

// sourceForm returns the name of a function without type arguments, stars and parentheses.
func sourceForm(name string) string {
	name = typeArguments.ReplaceAllString(name, "")
	return strings.NewReplacer("(*", "", ")", "", "%2e", ".").Replace(name)
}

// oldRelease returns an old Go release whose name has the length of the current one.
func oldRelease(t *testing.T) string {
	t.Helper()
	for _, v := range []string{"1.20.1", "1.20.10", "1.20"} {
		if len("go"+v) == len(runtime.Version()) {
			return v
		}
	}
	t.Skipf("no old release is written like %s", runtime.Version())
	return ""
}

// older replaces the Go release in a program by an old one.
func older(t *testing.T, program []byte) []byte {
	t.Helper()
	old := bytes.ReplaceAll(program, []byte(runtime.Version()), []byte("go"+oldRelease(t)))
	if bytes.Equal(old, program) {
		t.Fatal("the program has no Go release")
	}
	return old
}

// noFunctions damages the function table of a program.
func noFunctions(t *testing.T, program []byte) []byte {
	t.Helper()
	x, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		t.Fatal(err)
	}
	s := x.Section(".gopclntab")
	if s == nil {
		t.Fatal("no function table")
	}
	program = slices.Clone(program)
	clear(program[s.Offset:][:8])
	return program
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// source writes records to a directory in the layout of an advisory source.
func source(t *testing.T, ecosystems map[string][]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, texts := range ecosystems {
		files := make(map[string]string)
		for i, text := range texts {
			files[fmt.Sprintf("%06d.json", i)] = text
		}
		var buf bytes.Buffer
		zipped(t, &buf, files)
		write(t, dir, map[string]string{name + "/all.zip": buf.String()})
	}
	return dir
}

func zipped(t *testing.T, out *bytes.Buffer, files map[string]string) {
	t.Helper()
	z := zip.NewWriter(out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}
