package inventory

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/program"
)

// TestGoFunctions reads the test program.
func TestGoFunctions(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the test is no ELF file")
	}
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x := &executableParser{program.NewKnown()}
	packages, err := x.parse(context.Background(), fileOf("app", body))
	if err != nil || len(packages) == 0 {
		t.Fatalf("%d packages and the error %v", len(packages), err)
	}
	own := "seaworthy.dev/seaworthy/internal/inventory"
	for _, c := range []struct {
		path, symbol string
		want         bool
	}{
		{own, "TestGoFunctions", true},
		{own, "executableParser.parse", true},
		{own, "newFileList", true},
		{own, "isDigit", true}, // inlined at every call
		{"slices", "SortFunc", true},
		{"encoding/json", "Unmarshal", true},
		{own, "notThere", false},
		{"net/http", "Server.Serve", false},
	} {
		if got := packages[0].Functions.Has(c.path, c.symbol); got != c.want {
			t.Errorf("%s of %s: %v", c.symbol, c.path, got)
		}
	}
}

func TestSourceFunctionName(t *testing.T) {
	for in, want := range map[string]string{
		"main.main": "main.main",
		"golang.org/x/net/http2.(*Server).ServeConn":   "golang.org/x/net/http2.Server.ServeConn",
		"gopkg.in/yaml%2ev2.Unmarshal":                 "gopkg.in/yaml.v2.Unmarshal",
		"slices.SortFunc[go.shape.[]int,go.shape.int]": "slices.SortFunc",
		"a.dev/b.(*T[go.shape.int]).M":                 "a.dev/b.T.M",
		"a.dev/b.F.func1":                              "a.dev/b.F.func1",
		"a.dev/100%":                                   "a.dev/100%",
	} {
		if got := string(sourceFunctionName([]byte(in))); got != want {
			t.Errorf("%s became %s, not %s", in, got, want)
		}
	}
}

func TestTrimInitNumber(t *testing.T) {
	for in, want := range map[string]string{
		"a.dev/b.init.0": "a.dev/b.init", "a.dev/b.init.12": "a.dev/b.init", "a.dev/b.init": "a.dev/b.init", "main.init.0": "main.init",
		"a.dev/b.init.0.func1": "a.dev/b.init.0.func1", "a.dev/b.F.func1": "a.dev/b.F.func1", "a.dev/b.v2": "a.dev/b.v2", "12": "12", "": "",
	} {
		if got := string(trimInitNumber([]byte(in))); got != want {
			t.Errorf("%s became %s, not %s", in, got, want)
		}
	}
}

// TestRenamedFunctions has names in modules that replace others.
func TestRenamedFunctions(t *testing.T) {
	renamed := []renaming{{"a.dev/b", "b.dev/new"}, {"a.dev/b/c", "c.dev/new"}, {"main", "a.dev/cmd"}}
	names := "a.dev/b.F\x00a.dev/b/d.F\x00a.dev/b/c.F\x00a.dev/b/c/d.(*T).F\x00a.dev/bc.F\x00main.main\x00mainly.F\x00"
	set := newFunctionSet([]byte(names), renamed)
	for _, c := range []struct {
		path, symbol string
		want         bool
	}{
		{"a.dev/b", "F", true},
		{"b.dev/new", "F", true},
		{"b.dev/new/d", "F", true},
		{"c.dev/new", "F", true}, // of the longer path
		{"b.dev/new/c", "F", false},
		{"c.dev/new/d", "T.F", true},
		{"b.dev/newc", "F", false},
		{"a.dev/cmd", "main", true},
		{"a.dev/cmdly", "F", false},
	} {
		if got := set.Has(c.path, c.symbol); got != c.want {
			t.Errorf("%s of %s: %v", c.symbol, c.path, got)
		}
	}
}

// TestFunctionsTimesModules has as many names and renamings as a small archive can hold.
func TestFunctionsTimesModules(t *testing.T) {
	var renamed []renaming
	for i := range maxModules {
		renamed = append(renamed, renaming{strings.Repeat("a/", i%500) + strconv.Itoa(i), "b"})
	}
	imagetest.CheckCPU(t, 2*time.Second, func() {
		if set := newFunctionSet(bytes.Repeat([]byte(strings.Repeat("a/", 500)+"9.F\x00"), 4000), renamed); set == nil {
			t.Error("no functions")
		}
		if set := newFunctionSet(bytes.Repeat([]byte("a\x00"), maxFunctions+1), renamed); set != nil {
			t.Error("more functions than the limit")
		}
	})
}

// TestDamagedFunctions has tables that are truncated or invalid.
func TestDamagedFunctions(t *testing.T) {
	for _, table := range []string{
		"", "\xf1\xff\xff\xff\x00\x00\x01\x08",
		"\xf1\xff\xff\xff\x00\x00\x01\x08" + string(make([]byte, 100)),
		"\xf1\xff\xff\xff\x00\x00\x01\x08" + string(make([]byte, 24)) + "\x10\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\x00\x00\x00\x00\x00" + string(make([]byte, 100)),
	} {
		f := fileOf("app", elfOf(".gopclntab", []byte(table)))
		x := &executableParser{program.NewKnown()}
		packages, err := x.parse(context.Background(), f)
		if len(packages) != 0 || err == nil {
			t.Errorf("%q: %v, %v", table, packages, err)
		}
		if names := functionNames(seaworthy.NewFile(f.Header, []byte(table), true).ReaderAt(), binary.LittleEndian); names != nil {
			t.Errorf("%q has the names %q", table, names)
		}
	}
}

// TestSearchFunctionNames has a table inside a section with other data.
func TestSearchFunctionNames(t *testing.T) {
	header := make([]byte, 72)
	copy(header, "\xf1\xff\xff\xff\x00\x00\x01\x08")
	names := "\x00runtime.main\x00main.(*T).Serve\x00"
	binary.LittleEndian.PutUint64(header[8+3*8:], uint64(len(header)))
	binary.LittleEndian.PutUint64(header[8+4*8:], uint64(len(header)+len(names)))
	for _, before := range []int{0, 16, 1 << 20, 1<<20 + 32} {
		section := append(make([]byte, before), header...)
		section = append(section, names...)
		set := newFunctionSet(searchFunctionNames(bytes.NewReader(section), int64(len(section))), nil)
		if !set.Has("main", "T.Serve") || set.Has("main", "Serve") {
			t.Errorf("after %d bytes: %x", before, set)
		}
	}
}
