package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "seaworthy.dev/seaworthy"

// order lists every package with the packages of this module that it may import. The
// root, written ".", may be imported by all. Tests may import any package. A package that
// is not listed fails the test: decide its place first.
const order = `
	. <
	internal/layer       < internal/limit
	internal/limit       <
	internal/registryconfig < internal/userfile internal/jsonerror
	internal/image       < internal/userfile internal/layer internal/limit internal/registryconfig internal/jsonerror
	internal/shell       <
	internal/credential  < internal/shell internal/credential/prefilter internal/credential/expression internal/credential/secretname internal/credential/filekind
	internal/credential/secretname <
	internal/credential/filekind   <
	internal/credential/rulefile   < internal/userfile internal/credential
	internal/credential/redact     < internal/shell internal/credential internal/credential/secretname
	internal/credential/prefilter <
	internal/credential/expression <
	internal/credential/credentialtest <
	internal/instruction < internal/shell internal/credential internal/credential/redact internal/credential/secretname
	internal/zipfile     <
	internal/inflate     <
	internal/gitpack     < internal/inflate
	internal/pyc         <
	internal/sqlite      <
	internal/account     <
	internal/sudoers     <
	internal/sshdconfig  <
	internal/license     <
	internal/purl        <
	internal/textfile    <
	internal/jsonerror   <
	internal/userfile    <
	internal/rpmdb       < internal/sqlite
	internal/inventory/installed <
	internal/program     <
	internal/packagelist < internal/jsonerror
	internal/inventory   < internal/license internal/purl internal/rpmdb internal/zipfile internal/inventory/installed internal/program internal/packagelist internal/jsonerror internal/limit
	internal/inventory/identity < internal/inventory internal/purl
	internal/advisory/osv     < internal/jsonerror
	internal/advisory/version < internal/advisory/osv
	internal/advisory/store   < internal/advisory/osv internal/advisory/version internal/jsonerror
	internal/advisory/feed    < internal/advisory/osv internal/advisory/version internal/advisory/store internal/jsonerror
	internal/advisory/update  < internal/advisory/osv internal/advisory/version internal/advisory/store internal/advisory/feed
	internal/advisory         < internal/advisory/osv internal/advisory/version internal/advisory/store
	internal/scan        < internal/credential/redact internal/layer internal/image internal/limit internal/instruction internal/inventory internal/license
	internal/extract     < internal/layer internal/image internal/scan

	# Analyzers: never each other, never scan.
	internal/misconfig   < internal/credential/redact internal/misconfig/check internal/misconfig/filecheck internal/misconfig/buildcheck internal/instruction
	internal/misconfig/check < internal/credential/redact internal/credential internal/shell internal/instruction internal/account internal/sudoers internal/sshdconfig
	internal/misconfig/filecheck < internal/credential/filekind internal/misconfig/check internal/shell internal/instruction internal/account internal/sudoers internal/sshdconfig
	internal/misconfig/buildcheck < internal/credential internal/credential/secretname internal/misconfig/check internal/shell internal/instruction internal/account
	internal/secret      < internal/shell internal/credential internal/credential/redact internal/credential/secretname internal/instruction internal/zipfile internal/inflate internal/sqlite internal/gitpack internal/pyc internal/secret/verify internal/limit
	internal/secret/verify <
	internal/vulnerability < internal/advisory internal/advisory/osv internal/advisory/version internal/advisory/store

	# What becomes of events: the vocabulary, and how it is shown.
	internal/policy      < internal/userfile internal/nearest internal/textfile internal/purl internal/inventory/identity internal/jsonerror
	internal/nearest         <
	internal/visible         <
	internal/report/words    < internal/visible
	internal/report/encode   < internal/visible
	internal/report/document < internal/report/words
	internal/report/text     < internal/report/document internal/report/words internal/visible
	internal/report/sbomformat < internal/report/document internal/report/words internal/report/encode
	internal/report          < internal/report/text internal/report/sbomformat internal/report/document internal/report/words internal/report/encode internal/visible internal/textfile

	# What others wrote of an image.
	internal/attestation <
	internal/sbom        < internal/inventory internal/license internal/purl internal/attestation internal/textfile internal/jsonerror
	internal/vex         < internal/userfile internal/nearest internal/inventory/identity internal/inventory internal/purl internal/attestation internal/textfile internal/jsonerror
	internal/explorer    <

	# The scanner puts them together, and the command line translates flags for it.
	scanner              < internal/userfile internal/credential internal/credential/redact internal/credential/rulefile internal/image internal/registryconfig internal/layer internal/limit internal/scan internal/advisory internal/advisory/* internal/misconfig internal/secret internal/vulnerability internal/policy internal/report internal/sbom internal/vex internal/secret/verify internal/textfile
	internal/cli         < internal/userfile internal/credential internal/credential/redact internal/credential/rulefile internal/extract internal/layer internal/image internal/registryconfig internal/instruction internal/scan internal/misconfig internal/secret internal/policy internal/report internal/report/words internal/visible internal/explorer internal/advisory internal/advisory/* scanner internal/nearest
	cmd/seaworthy        < internal/cli

	# Free-standing: tests, and measurements from outside.
	internal/architecture <
	internal/imagetest    <
	internal/advisory/advisorytest <
	internal/crosscheck    <
	internal/testsummary  <
	internal/wording      <
	bench/*               < bench/*
	bench/secrets         < internal/image internal/scan internal/secret # bench/secrets/corpus must not know how they are found
`

const (
	maxFileLines     = 800
	maxFunctionLines = 100
)

var bannedNames = []string{"util", "utils", "common", "types", "helper", "helpers", "manager", "base", "misc", "shared"}

// sourceFile is one Go file of the module.
type sourceFile struct {
	path   string // from the root of the module, with slashes
	pkg    string // path of its directory, "." for the root
	lines  int
	syntax *ast.File
	fset   *token.FileSet
}

func (f *sourceFile) isTest() bool      { return strings.HasSuffix(f.path, "_test.go") }
func (f *sourceFile) isGenerated() bool { return strings.HasSuffix(f.path, "_gen.go") }
func (f *sourceFile) isTable() bool     { return strings.Contains(path.Base(f.path), "table") }

func TestImportDirection(t *testing.T) {
	allowed := parseOrder(t, order)
	homeless := map[string]bool{}
	for _, f := range parseModule(t) {
		may, listed := allowed.lookup(f.pkg)
		if !listed {
			homeless[f.pkg] = true
			continue
		}
		if f.isTest() {
			continue
		}
		for _, spec := range f.syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			own, ok := ownPackage(imported)
			switch {
			case f.pkg == "." && strings.Contains(strings.Split(imported, "/")[0], "."):
				t.Errorf("%s: the root package imports %s; it may import the standard library only", f.path, imported)
			case ok && own != "." && !slices.ContainsFunc(may, func(p string) bool { return match(p, own) }):
				t.Errorf("%s: %s may not import %s", f.path, f.pkg, own)
			}
		}
	}
	for pkg := range homeless {
		t.Errorf("package %s has no place in the import order yet", pkg)
	}
}

func TestImportOrderIsNotCircular(t *testing.T) {
	allowed := parseOrder(t, order)
	var reaches func(from, to string, seen map[string]bool) bool
	reaches = func(from, to string, seen map[string]bool) bool {
		if seen[from] {
			return false
		}
		seen[from] = true
		for _, next := range allowed[from] {
			if next == to || reaches(next, to, seen) {
				return true
			}
		}
		return false
	}
	for pkg, may := range allowed {
		for _, p := range may {
			if _, listed := allowed.lookup(strings.TrimSuffix(p, "/*")); !listed && !strings.HasSuffix(p, "/*") {
				t.Errorf("%s may import %s, which is not listed itself", pkg, p)
			}
		}
		if !strings.HasSuffix(pkg, "/*") && reaches(pkg, pkg, map[string]bool{}) {
			t.Errorf("the order lets %s import itself", pkg)
		}
	}
}

func TestShape(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range parseModule(t) {
		if !f.isTest() {
			documented[f.pkg] = documented[f.pkg] || f.syntax.Doc != nil
		}
		if name := f.syntax.Name.Name; slices.Contains(bannedNames, strings.TrimSuffix(name, "_test")) {
			t.Errorf("%s: a package called %s says nothing about its subject", f.path, name)
		}
		if f.lines > maxFileLines && !f.isGenerated() && !f.isTable() {
			t.Errorf("%s: %d lines; at most %d, so that a reader can hold it", f.path, f.lines, maxFileLines)
		}
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s: func init", f.fset.Position(fn.Pos()))
			}
			lines := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1
			if lines > maxFunctionLines && !f.isTest() && !f.isGenerated() && !f.isTable() {
				t.Errorf("%s: %s has %d lines; at most %d", f.fset.Position(fn.Pos()), fn.Name.Name, lines, maxFunctionLines)
			}
		}
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no package comment", pkg)
		}
	}
}

// TestViolationsAreFound applies the rules to files that violate them.
func TestViolationsAreFound(t *testing.T) {
	allowed := parseOrder(t, order)
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"internal/scan", "internal/image", true},
		{"internal/image", "internal/scan", false},
		{"internal/image", "internal/layer", true},
		{"internal/layer", "internal/image", false},
		{"internal/misconfig", "internal/scan", false},
		{"internal/misconfig", "internal/instruction", true},
		{"internal/report", "internal/policy", false},
		{"internal/scan", "internal/cli", false},
		{"cmd/seaworthy", "internal/cli", true},
		{"bench/run", "internal/layer", false},
	} {
		may, listed := allowed.lookup(c.from)
		if !listed {
			t.Errorf("%s is not listed", c.from)
		}
		if got := slices.ContainsFunc(may, func(p string) bool { return match(p, c.to) }); got != c.want {
			t.Errorf("%s may import %s: %v, want %v", c.from, c.to, got, c.want)
		}
	}
	if _, listed := allowed.lookup("internal/unheardof"); listed {
		t.Error("an unknown package is listed")
	}
}

// importOrder maps a package, or a pattern ending in /*, to what it may import.
type importOrder map[string][]string

func (o importOrder) lookup(pkg string) (may []string, listed bool) {
	for p, m := range o {
		if match(p, pkg) {
			may, listed = append(may, m...), true
		}
	}
	return may, listed
}

// match reports whether the package is the pattern or, for a pattern ending in /*, is
// below it.
func match(pattern, pkg string) bool {
	if dir, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(pkg, dir)
	}
	return pattern == pkg
}

func parseOrder(t *testing.T, text string) importOrder {
	t.Helper()
	o := importOrder{}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		pkg, imports, ok := strings.Cut(line, "<")
		pkg = strings.TrimSpace(pkg)
		if _, twice := o[pkg]; !ok || twice {
			t.Fatalf("bad line in the import order: %q", line)
		}
		o[pkg] = strings.Fields(imports)
	}
	return o
}

// ownPackage returns the path inside this module of an imported package.
func ownPackage(imported string) (pkg string, ok bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// parseModule reads every Go file of the module.
func parseModule(t *testing.T) []*sourceFile {
	t.Helper()
	root := filepath.Join("..", "..")
	if mod, err := os.ReadFile(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	} else if !regexp.MustCompile(`(?m)^module ` + regexp.QuoteMeta(module) + `$`).Match(mod) {
		t.Fatalf("go.mod is not of module %s", module)
	}
	var files []*sourceFile
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); base == "testdata" || name != root && strings.HasPrefix(base, ".") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parseFile(root, name)
		if err == nil {
			files = append(files, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("only %d Go files found", len(files))
	}
	return files
}

func parseFile(root, name string) (*sourceFile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return nil, err
	}
	f := &sourceFile{
		path:  filepath.ToSlash(rel),
		pkg:   path.Dir(filepath.ToSlash(rel)),
		lines: strings.Count(string(text), "\n"),
		fset:  token.NewFileSet(),
	}
	f.syntax, err = parser.ParseFile(f.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parsing %s: %w", f.path, err)
	}
	return f, nil
}
