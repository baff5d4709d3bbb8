package misconfig

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestListsAreRegistered fails if a file has a list of checks, interests or examples that
// no other list contains. Without it a file whose checks and examples are both forgotten
// would pass all tests.
func TestListsAreRegistered(t *testing.T) {
	for _, c := range []struct{ dir, result string }{
		{"filecheck", "check.Check"},
		{"filecheck", "check.Interest"},
		{"buildcheck", "check.Check"},
		{"buildcheck", "check.Interest"},
		{".", "example"},
	} {
		t.Run(c.dir+" "+c.result, func(t *testing.T) {
			lists, called := listsOf(t, c.dir, c.result)
			if len(lists) < 2 {
				t.Errorf("found %d lists", len(lists))
			}
			for name, file := range lists {
				if !called[name] {
					t.Errorf("%s: %s is in no list", file, name)
				}
			}
		})
	}
}

// listsOf returns the functions without arguments in a directory whose result is a list of
// the type, with their files, and the names of all functions that are called there.
func listsOf(t *testing.T, dir, result string) (lists map[string]string, called map[string]bool) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	lists, called = make(map[string]string), make(map[string]bool)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Type.Params.NumFields() > 0 || f.Type.Results.NumFields() != 1 || ast.IsExported(f.Name.Name) {
				continue
			}
			if list, ok := f.Type.Results.List[0].Type.(*ast.ArrayType); ok && typeName(list.Elt) == result {
				lists[f.Name.Name] = e.Name()
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				called[typeName(call.Fun)] = true
			}
			return true
		})
	}
	return lists, called
}

// typeName returns "name" or "package.name" for an expression that is a name, else "".
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return x.Name + "." + e.Sel.Name
		}
	}
	return ""
}
