package seaworthy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestCoverageCodes holds the list of codes, and the one in the schema's
// description, to the constants.
func TestCoverageCodes(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "coverage.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []CoverageCode
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "CoverageCode" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, CoverageCode(text))
		}
		return true
	})
	if !slices.Equal(codes, CoverageCodes()) {
		t.Errorf("CoverageCodes gives %q, the constants are %q", CoverageCodes(), codes)
	}
	schema, err := os.ReadFile("docs/schema/report-v1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range codes {
		if !strings.Contains(string(schema), string(c)) {
			t.Errorf("the schema does not describe the code %q", c)
		}
		if slices.Contains(codes[:i], c) {
			t.Errorf("two constants have the code %q", c)
		}
	}
}
