package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// publicPackages are for other people's programs: what they export needs no use here.
var publicPackages = []string{".", "scanner"}

// ownUse lists functions that are exported although only their own package uses them.
var ownUse = []string{
	"internal/misconfig.Document", // written into docs/checks.md by go generate
	"internal/policy.Parse",       // what Load does, with a text
}

// TestExportedNamesAreUsed finds functions and types that no other package mentions.
// Methods are not checked, since an interface may demand them; .ci/deadcode finds
// those that nothing calls. Limits and errors are exported as part of the contract.
func TestExportedNamesAreUsed(t *testing.T) {
	found := unusedExports(parseModule(t))
	for name, pos := range found {
		if !slices.Contains(ownUse, name) {
			t.Errorf("%s: %s is exported, and only its own package uses it", pos, name)
		}
	}
	for _, name := range ownUse {
		if _, ok := found[name]; !ok {
			t.Errorf("the allowance for %s is not needed", name)
		}
	}
}

func TestUnusedExportsAreFound(t *testing.T) {
	parse := func(file, text string) *sourceFile {
		f := &sourceFile{path: file, pkg: path.Dir(file), fset: token.NewFileSet()}
		var err error
		if f.syntax, err = parser.ParseFile(f.fset, file, text, parser.SkipObjectResolution); err != nil {
			t.Fatal(err)
		}
		return f
	}
	found := unusedExports([]*sourceFile{
		parse("a/a.go", `package a
			type Used struct{ Part }
			type Part struct{}
			type Unused struct{}
			type BadError struct{}
			func New() *Used { return nil }
			func Rule() {}
			func (Used) Method() {}
			const Max = 1`),
		parse("b/b.go", `package b
			import other "`+module+`/a"
			var B = other.New()`),
		parse("main/main.go", "package main\nfunc Exported() {}"),
	})
	want := []string{"a.Rule", "a.Unused"}
	if len(found) != len(want) {
		t.Errorf("found %v", found)
	}
	for _, name := range want {
		if _, ok := found[name]; !ok {
			t.Errorf("%s was not found", name)
		}
	}
}

// unusedExports returns the exported functions and types that only their own package
// uses, as "package.Name", with their positions.
func unusedExports(files []*sourceFile) map[string]token.Position {
	found := make(map[string]token.Position)
	for _, f := range files {
		if f.isTest() || f.syntax.Name.Name == "main" || slices.Contains(publicPackages, f.pkg) {
			continue
		}
		for _, d := range f.syntax.Decls {
			for _, id := range exported(d) {
				found[f.pkg+"."+id.Name] = f.fset.Position(id.Pos())
			}
		}
	}
	for _, f := range files {
		for _, name := range mentioned(f) {
			delete(found, name)
		}
		if f.isTest() {
			continue
		}
		// A type that an exported function returns must be exported too.
		for _, d := range f.syntax.Decls {
			for _, name := range inSignature(d) {
				delete(found, f.pkg+"."+name)
			}
		}
	}
	return found
}

// exported returns the names of the exported functions and types of a declaration.
// Types of errors are for errors.As, which need not happen.
func exported(d ast.Decl) (names []*ast.Ident) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Name.IsExported() {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok && spec.Name.IsExported() && !strings.HasSuffix(spec.Name.Name, "Error") {
				names = append(names, spec.Name)
			}
		}
	}
	return names
}

// mentioned lists the names of other packages of the module that a file mentions, as
// "package.Name". External tests count as another package.
func mentioned(f *sourceFile) (names []string) {
	imports := make(map[string]string) // by the name in the file
	for _, spec := range f.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		own, ok := ownPackage(imported)
		if !ok {
			continue
		}
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = own
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && imports[x.Name] != "" {
				names = append(names, imports[x.Name]+"."+s.Sel.Name)
			}
		}
		return true
	})
	return names
}

// inSignature lists the exported names in the type of an exported declaration.
func inSignature(d ast.Decl) (names []string) {
	collect := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.IsExported() {
				names = append(names, id.Name)
			}
			return true
		})
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() {
			collect(d.Type)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() {
					collect(spec.Type)
				}
			case *ast.ValueSpec:
				if spec.Type != nil && slices.ContainsFunc(spec.Names, (*ast.Ident).IsExported) {
					collect(spec.Type)
				}
			}
		}
	}
	return names
}
