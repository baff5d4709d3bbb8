package cli_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

var update = flag.Bool("update", false, "update the expected output in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"vulnerabilities": printVulnerabilities,
		"seaworthy": func() {
			if n, err := strconv.Atoi(os.Getenv("CORES")); err == nil {
				runtime.GOMAXPROCS(n)
			}
			os.Exit(cli.Run(context.Background(), os.Args[1:], cli.Environment{
				Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv,
				Version: "v0-test", Commit: "0123456789abcdef",
			}))
		},
	})
}

// printVulnerabilities prints the vulnerabilities in a report as they stand there.
func printVulnerabilities() {
	var report struct{ Findings []json.RawMessage }
	data, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(data, &report)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, raw := range report.Findings {
		var f seaworthy.Finding
		if json.Unmarshal(raw, &f) == nil && f.Risk == seaworthy.Vulnerability {
			fmt.Printf("%s\n", raw)
		}
	}
}

// TestScripts is the specification of the command line: a txtar file for each
// subject in testdata/script. Besides testscript's own commands there are
//
//	mkimage FORM OUT [-config FILE] TREE...   make an image with a layer for each tree
//	exits CODE command...                     run a command and demand its exit code
//	fill FILE...                              put $PASSWORD and $TOKEN in place of @PASSWORD@ and @TOKEN@
//	mkzip OUT DIR                             make a zip archive of the files in a directory
//	exec vulnerabilities FILE                 print the vulnerabilities in a JSON report
//
// where FORM is oci, docker or oci-archive.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			env.Setenv("SEAWORTHY_OFFLINE", "true")
			env.Setenv("PASSWORD", madeUp("password", 10))
			env.Setenv("TOKEN", madeUp("token", 18))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"mkimage": makeImage,
			"exits":   exits,
			"mkzip":   makeZip,
			"fill":    fill,
		},
	})
}

// madeUp is a value of at most 32 bytes that looks like a secret, the same in each run.
func madeUp(kind string, n int) string {
	value := make([]byte, n)
	for i, b := range sha256.Sum256([]byte(kind)) {
		if i < n {
			set := [...]string{"bcdfghjkmnpqrstv", "BCDFGHJKMNPQRSTV", "0123456789"}[i%3]
			value[i] = set[int(b)%len(set)]
		}
	}
	return string(value)
}

// fill writes secrets into files, which are kept without.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: fill FILE...")
	}
	values := strings.NewReplacer("@PASSWORD@", ts.Getenv("PASSWORD"), "@TOKEN@", ts.Getenv("TOKEN"))
	for _, file := range args {
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(values.Replace(ts.ReadFile(file))), 0o600))
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit interface{ ExitCode() int }
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func makeImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: mkimage FORM OUT [-config FILE] TREE...")
	}
	form, out, trees := args[0], ts.MkAbs(args[1]), args[2:]
	var img imagetest.Image
	if len(trees) >= 2 && trees[0] == "-config" {
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(trees[1])), &img.Config))
		trees = trees[2:]
	}
	for _, tree := range trees {
		img.Layers = append(img.Layers, treeLayer(ts, ts.MkAbs(tree)))
	}
	t := &scriptTB{ts: ts}
	switch form {
	case "oci":
		ts.Check(os.CopyFS(out, os.DirFS(img.OCILayout(t))))
	case "docker":
		copyFile(ts, img.DockerArchive(t, "example/app:1.0"), out)
	case "oci-archive":
		copyFile(ts, img.OCIArchive(t), out)
	default:
		ts.Fatalf("mkimage: unknown form %s", form)
	}
}

func copyFile(ts *testscript.TestScript, from, to string) {
	data, err := os.ReadFile(from)
	ts.Check(err)
	ts.Check(os.WriteFile(to, data, 0o644))
}

// treeLayer is a layer of a directory's files, all owned by root.
func treeLayer(ts *testscript.TestScript, dir string) imagetest.Layer {
	var l imagetest.Layer
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		link := ""
		if d.Type() == fs.ModeSymlink {
			if link, err = os.Readlink(path); err != nil {
				return err
			}
		}
		h, err := tar.FileInfoHeader(info, link)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if d.IsDir() {
			name += "/"
		}
		e := imagetest.Entry{Header: tar.Header{Typeflag: h.Typeflag, Name: name, Mode: h.Mode, Size: h.Size, Linkname: link}}
		if d.Type().IsRegular() {
			if e.Body, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		l = append(l, e)
		return nil
	}))
	return l
}

// scriptTB lets imagetest work for a script.
type scriptTB struct {
	testing.TB
	ts *testscript.TestScript
}

func (t *scriptTB) Helper()           {}
func (t *scriptTB) Fatal(args ...any) { t.ts.Fatalf("%v", args) }
func (t *scriptTB) TempDir() string {
	dir, err := os.MkdirTemp(t.ts.Getenv("WORK"), "image-")
	t.ts.Check(err)
	return dir
}

// privateKey is a fresh private key in PEM.
func privateKey(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// cacheWithKey is the directory of an empty cache that has a key already.
func cacheWithKey(t *testing.T, key string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "v1"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "v1", "key"), []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestSameBytes shows that a report does not depend on cores or on the cache.
func TestSameBytes(t *testing.T) {
	img := imagetest.Image{Layers: []imagetest.Layer{
		{imagetest.Dir("etc", 0o755), imagetest.File("etc/os-release", "ID=debian\n"), imagetest.File("etc/passwd", "root::0:0::/:/bin/sh\ntoor::0:0::/:/bin/sh\n")},
		{imagetest.FileMode("bin/one", 0o4755, "x"), imagetest.FileMode("bin/two", 0o4755, "x"), imagetest.Dir("srv/.git", 0o755), imagetest.File("srv/.git/HEAD", "ref: refs/heads/main\n")},
		{imagetest.Whiteout("bin/one"), imagetest.File("root/.netrc", "x"), imagetest.File("srv/keys.pem", privateKey(t)+privateKey(t)), imagetest.File("etc/sudoers", "%sudo ALL=(ALL) NOPASSWD: ALL\n")},
	}}
	img.Config.Config.User = "0"
	img.Config.Config.Env = []string{"PATH=/bin:.:", "API_TOKEN=" + "abcdef"}
	references := []string{img.OCILayout(t), img.OCIArchive(t), img.DockerArchive(t, "example/app:1.0")}
	key := madeUp("cache", 32)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, reference := range references {
		var first []byte
		for _, cores := range []int{1, 2, 16} {
			runtime.GOMAXPROCS(cores)
			cache := cacheWithKey(t, key)
			for _, state := range []string{"cold", "warm"} {
				var out, errs bytes.Buffer
				cli.Run(t.Context(), []string{"scan", "--offline", "--format", "json", "--cache-dir", cache, "--platform", "linux/amd64", "--policy", "none", reference},
					cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
				if out.Len() == 0 {
					t.Fatalf("no report: %s", &errs)
				}
				var r struct{ Findings []seaworthy.Finding }
				if err := json.Unmarshal(out.Bytes(), &r); err != nil {
					t.Fatal(err)
				}
				if first == nil {
					first = out.Bytes()
				}
				prints := make(map[string]bool)
				for _, f := range r.Findings {
					if prints[f.Fingerprint] || f.Fingerprint == "" {
						t.Errorf("%s: two findings have the fingerprint %q", f.ID, f.Fingerprint)
					}
					prints[f.Fingerprint] = true
				}
				if len(r.Findings) < 5 {
					t.Errorf("%d findings only: the comparison shows little", len(r.Findings))
				}
				if !bytes.Equal(first, out.Bytes()) {
					t.Errorf("%s: %d cores, %s: the report differs", reference, cores, state)
				}
			}
		}
	}
}
