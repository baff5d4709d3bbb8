package crosscheck_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// library is a module whose functions become part of a program in all possible ways.
var library = map[string]string{
	"go.mod": "module example.com/lib.v2\n\ngo 1.20\n",
	"lib.go": `package lib

import "fmt"

func Inlined(x int) int { return x + 1 }

//go:noinline
func Plain(x int) int { return x * 3 }

//go:noinline
func Generic[T any](x T) string { return fmt.Sprint(x) }

type Box[T any] struct{ V T }

//go:noinline
func (b *Box[T]) Pointer() string { return fmt.Sprint(b.V) }

//go:noinline
func (b Box[T]) Value() string { return fmt.Sprint(b.V) }

type P struct{ n int }

//go:noinline
func (p *P) Pointer() { p.n++ }

//go:noinline
func (p P) Value() int { return p.n }

func (p *P) Inlined() int { return p.n + 7 }

func (p *P) Unused() { fmt.Println(p.n) }

type Outer struct{ P }

//go:noinline
func Closure() func() int { n := 0; return func() int { n++; fmt.Println(n); return n } }

//go:noinline
func Unused() { fmt.Println("unused") }

func unexported() { fmt.Println("by Caller") }

//go:noinline
func Caller() { unexported() }
`,
	"starts/starts.go": "package starts\n\nimport \"os\"\n\nfunc init() { os.Setenv(\"STARTED\", \"1\") }\n",
	"sets/sets.go":     "package sets\n\nimport \"os\"\n\nvar Home = os.Getenv(\"HOME\")\n",
	"idle/idle.go":     "package idle\n\nimport \"os\"\n\nfunc init() { os.Setenv(\"IDLE\", \"1\") }\n",
}

const program = `package main

import (
	"fmt"

	"example.com/app/inner"
	lib "example.com/lib.v2"
	"example.com/lib.v2/sets"
	_ "example.com/lib.v2/starts"
	"example.com/local"
	"example.com/original"
	"example.com/original/sub"
)

//go:noinline
func serve() { fmt.Println("serving") }

type server struct{ n int }

//go:noinline
func (s *server) start() { s.n++ }

func init() { fmt.Println("first") }

func unused() { fmt.Println("unused") }

func main() {
	serve()
	(&server{}).start()
	var o lib.Outer
	o.Pointer()
	fmt.Println(lib.Inlined(len(sets.Home)), lib.Plain(2), lib.Generic("x"), lib.Generic(1), o.Value(), o.Inlined(), lib.Closure()())
	b := lib.Box[int]{1}
	fmt.Println(b.Pointer(), b.Value())
	lib.Caller()
	fmt.Println(inner.Do(), original.Do(), sub.Do(), local.Do())
}
`

func doing(name string) string {
	return "package " + name + "\n\nimport \"fmt\"\n\n//go:noinline\nfunc Do() string { return fmt.Sprint(1) }\n\nfunc Unused() { fmt.Println(2) }\n"
}

// symbolCase is a function with its name in an advisory.
type symbolCase struct {
	module, path, symbol string
	present              bool
}

// TestGoFunctions scans programs with functions of all kinds, replaced modules, and a main
// module with a pseudo-version. Each advisory is about one function.
func TestGoFunctions(t *testing.T) {
	proxy := t.TempDir()
	offer(t, proxy, "example.com/lib.v2", "v1.2.0", library)
	offer(t, proxy, "example.com/fork", "v1.5.0", map[string]string{
		"go.mod": "module example.com/original\n\ngo 1.20\n", "o.go": doing("original"), "sub/s.go": doing("sub"),
	})
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"go.mod": `module example.com/app

go 1.20

require (
	example.com/lib.v2 v1.2.0
	example.com/local v1.0.0
	example.com/original v1.0.0
)

replace example.com/original => example.com/fork v1.5.0

replace example.com/local => ./local
`,
		"cmd/app/main.go": program, "inner/inner.go": doing("inner"),
		"local/go.mod": "module example.com/local\n\ngo 1.20\n", "local/l.go": doing("local"),
	})
	commit(t, dir)
	app := build(t, dir, proxy, "-buildvcs=true", "./cmd/app")
	const lib = "example.com/lib.v2"
	cases := []symbolCase{
		{lib, lib, "Inlined", true},
		{lib, lib, "Plain", true},
		{lib, lib, "Generic", true},
		{lib, lib, "Box.Pointer", true},
		{lib, lib, "Box.Value", true},
		{lib, lib, "P.Pointer", true},
		{lib, lib, "P.Value", true},
		{lib, lib, "P.Inlined", true},
		{lib, lib, "Closure", true},
		{lib, lib, "unexported", true},
		{lib, lib, "Unused", false},
		{lib, lib, "P.Unused", false},
		{lib, lib, "Plai", false},
		{lib, lib, "init", false},
		{lib, lib + "/starts", "init", true},
		{lib, lib + "/starts", "init#1", true},
		{lib, lib + "/sets", "init", true},
		{lib, lib + "/idle", "init", false},
		{lib, lib + "/idle", "init#1", false},
		{"example.com/fork", "example.com/fork", "Do", true},
		{"example.com/fork", "example.com/fork", "Unused", false},
		{"example.com/fork", "example.com/fork/sub", "Do", true},
		{"example.com/fork", "example.com/original/sub", "Do", true},
		{"example.com/app", "example.com/app/cmd/app", "serve", true},
		{"example.com/app", "example.com/app/cmd/app", "server.start", true},
		{"example.com/app", "example.com/app/cmd/app", "main", true},
		{"example.com/app", "example.com/app/cmd/app", "init#1", true},
		{"example.com/app", "example.com/app/cmd/app", "unused", false},
		{"example.com/app", "example.com/app/cmd/other", "serve", false},
		{"example.com/app", "example.com/app/inner", "Do", true},
		{"example.com/app", "example.com/app/inner", "Unused", false},
	}
	var texts []string
	for i, c := range cases {
		texts = append(texts, goRecord(t, i, c))
	}
	stripped := build(t, dir, proxy, "-buildvcs=true", "-ldflags=-s -w", "./cmd/app")
	texts = append(texts, about("example.com/original"), strings.Replace(about("example.com/local"), `{"introduced": "0"}`, `{"introduced": "0"}, {"fixed": "2.0.0"}`, 1))
	for name, file := range map[string]string{"plain": app, "stripped": stripped} {
		t.Run(name, func(t *testing.T) {
			img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.FileMode("app", 0o755, string(read(t, file)))}}}
			got := scan(t, source(t, map[string][]string{"Go": texts}), "oci:"+img.OCILayout(t))
			said := make(map[string]string)
			for _, f := range got.Findings {
				_, said[f.ID], _ = strings.Cut(f.Evidence, "vulnerable functions: ")
			}
			if _, ok := said["GO-2099-example.com/original"]; ok {
				t.Error("a replaced module is reported")
			}
			for i, c := range cases {
				want := "absent from /app"
				if c.present {
					want = "present in /app: " + c.path + "." + c.symbol
				}
				if s := said[fmt.Sprintf("GO-2024-%04d", i)]; s != want {
					t.Errorf("%s %s: %q, want %q", c.path, c.symbol, s, want)
				}
			}
			// A directory has no version: whether it is vulnerable is not known.
			if !slices.ContainsFunc(got.Coverage, func(c seaworthy.Coverage) bool { return strings.Contains(c.Subject, "example.com/local (devel)") }) {
				t.Error("a module from a directory is not reported as such")
			}
			if got.exit == 0 {
				t.Error("a clean report")
			}
		})
	}
	checkMain(t, app, dir, proxy)
}

// checkMain checks the pseudo-version of the main module, which comes after the tag before
// it and before the next one.
func checkMain(t *testing.T, app, dir, proxy string) {
	t.Helper()
	modules := modulesOf(t, app)
	at := slices.IndexFunc(modules, func(p installed) bool { return p.name == "example.com/app" })
	if at < 0 || !strings.HasPrefix(modules[at].version, "v1.0.1-0.") {
		t.Fatalf("no pseudo-version: %+v", modules)
	}
	img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.FileMode("app", 0o755, string(read(t, app)))}}}
	var texts, want []string
	for i, fixed := range []string{"1.0.0", "1.0.1", "1.1.0"} {
		id := fmt.Sprintf("GO-2024-%04d", i)
		texts = append(texts, strings.ReplaceAll(about("example.com/app"), "GO-2099-example.com/app", id))
		texts[i] = strings.Replace(texts[i], `{"introduced": "0"}`, `{"introduced": "0"}, {"fixed": "`+fixed+`"}`, 1)
		if i > 0 {
			want = append(want, strings.Join([]string{id, "example.com/app", modules[at].version, fixed}, " "))
		}
	}
	compare(t, want, scan(t, source(t, map[string][]string{"Go": texts}), "oci:"+img.OCILayout(t)))

	// Built without a repository there is no version: what is known of it is not decided.
	devel := build(t, dir, proxy, "-buildvcs=false", "./cmd/app")
	img.Layers[0] = imagetest.Layer{imagetest.FileMode("app", 0o755, string(read(t, devel)))}
	got := scan(t, source(t, map[string][]string{"Go": texts}), "oci:"+img.OCILayout(t))
	if len(got.vulnerabilities()) > 0 || got.exit != 3 {
		t.Errorf("without a version: %q, exit code %d", got.vulnerabilities(), got.exit)
	}
}

// about returns a record about all versions of a module, without functions.
func about(module string) string {
	return `{"id": "GO-2099-` + module + `", "affected": [{"package": {"ecosystem": "Go", "name": "` + module + `"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}`
}

func goRecord(t *testing.T, i int, c symbolCase) string {
	t.Helper()
	specific, err := json.Marshal(map[string]any{"imports": []any{map[string]any{"path": c.path, "symbols": []string{c.symbol}}}})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"id": "GO-2024-%04d", "affected": [{"package": {"ecosystem": "Go", "name": %q}, "ecosystem_specific": %s,
		"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}`, i, c.module, specific)
}

// offer adds a version of a module to a directory in the layout of a module proxy.
func offer(t *testing.T, proxy, module, version string, files map[string]string) {
	t.Helper()
	inside := make(map[string]string)
	for name, text := range files {
		inside[module+"@"+version+"/"+name] = text
	}
	var buf bytes.Buffer
	zipped(t, &buf, inside)
	base := path.Join(module, "@v", version)
	write(t, proxy, map[string]string{
		base + ".zip": buf.String(), base + ".mod": files["go.mod"],
		base + ".info":                  `{"Version": "` + version + `", "Time": "2020-01-01T00:00:00Z"}`,
		path.Join(module, "@v", "list"): version + "\n",
	})
}

// commit makes a directory a Git repository, with a tag and a commit after it.
func commit(t *testing.T, dir string) {
	t.Helper()
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "."}, {"commit", "-q", "-m", "first"}, {"tag", "v1.0.0"}, {"commit", "-q", "--allow-empty", "-m", "second"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
			"GIT_CONFIG_GLOBAL=/dev/null", "HOME="+filepath.Join(dir, ".."))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}
