package architecture

import (
	"go/ast"
	"testing"
)

// TestCoverageHasCode holds every Coverage that the program makes to have a code
// unless its state is Checked: programs must not have to read the reason.
func TestCoverageHasCode(t *testing.T) {
	literals := 0
	for _, f := range parseModule(t) {
		if f.isTest() {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			outer, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			var found []*ast.CompositeLit
			switch typ := outer.Type.(type) {
			case *ast.SelectorExpr:
				if typ.Sel.Name == "Coverage" {
					found = append(found, outer)
				}
			case *ast.ArrayType:
				elem := typ.Elt
				if star, ok := elem.(*ast.StarExpr); ok {
					elem = star.X
				}
				if sel, ok := elem.(*ast.SelectorExpr); ok && sel.Sel.Name == "Coverage" {
					for _, e := range outer.Elts {
						if lit, ok := e.(*ast.CompositeLit); ok {
							found = append(found, lit)
						}
					}
				}
			}
			for _, lit := range found {
				literals++
				if !coverageHasCode(lit) {
					t.Errorf("%s: a Coverage without a Code", f.fset.Position(lit.Pos()))
				}
			}
			return true
		})
	}
	if literals < 10 {
		t.Errorf("only %d literals of seaworthy.Coverage found", literals)
	}
}

func coverageHasCode(lit *ast.CompositeLit) bool {
	if len(lit.Elts) == 0 {
		return true // the zero value, to be filled
	}
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		switch key, _ := kv.Key.(*ast.Ident); {
		case key == nil:
		case key.Name == "Code":
			return true
		case key.Name == "State":
			if sel, ok := kv.Value.(*ast.SelectorExpr); ok && sel.Sel.Name == "Checked" {
				return true
			}
		}
	}
	return false
}
