package misconfig

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var write = flag.Bool("write", false, "write the document instead of comparing it")

func TestDocumentIsFresh(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "checks.md")
	want := Document()
	if *write {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/checks.md is not what the checks say; run go generate ./internal/misconfig (-want +got):\n%s", diff)
	}
}

// TestBenchmarkIsHonest holds the matrix to the checks.
func TestBenchmarkIsHonest(t *testing.T) {
	var items []string
	for _, i := range benchmark {
		items = append(items, i.item)
		ids := checksOf(i.item)
		if checked := i.checked != "not"; checked != (len(ids) > 0) {
			t.Errorf("%s is %s checked, by the checks %v", i.item, i.checked, ids)
		}
		if !slices.Contains([]string{"fully", "partially", "not"}, i.checked) || i.why == "" {
			t.Errorf("%s: checked %q, why %q", i.item, i.checked, i.why)
		}
	}
	for _, c := range catalogue() {
		for _, item := range c.CIS {
			if !slices.Contains(items, item) {
				t.Errorf("%s stands for %s, which is not in the benchmark", c.ID, item)
			}
		}
	}
}
