package report

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The golden files are what the formats make of the fixture. Anyone who changes
// a format reads them.
func TestGolden(t *testing.T) {
	severe := []seaworthy.Severity{seaworthy.Critical, seaworthy.High}
	tests := []struct {
		file   string
		format Format
		opt    Options
		images []scanned
	}{
		{"harbour.txt", Text, Options{Now: now}, []scanned{harbour()}},
		{"harbour-40.txt", Text, Options{Now: now, Width: 40}, []scanned{harbour()}},
		{"harbour-120.txt", Text, Options{Now: now, Width: 120}, []scanned{harbour()}},
		{"harbour-color.txt", Text, Options{Now: now, Width: 100, Color: true}, []scanned{harbour()}},
		{"harbour-verbose.txt", Text, Options{Now: now, Verbose: true}, []scanned{harbour()}},
		{"harbour-severe.txt", Text, Options{Now: now, Severities: severe}, []scanned{harbour()}},
		{"skiff.txt", Text, Options{Now: now}, []scanned{skiff()}},
		{"fleet.txt", Text, Options{Now: now}, fleet()},
		{"harbour.json", JSON, Options{}, []scanned{harbour()}},
		{"harbour-severe.json", JSON, Options{Severities: severe}, []scanned{harbour()}},
		{"fleet.json", JSON, Options{}, fleet()},
		{"fleet.sarif", SARIF, Options{}, fleet()},
		{"fleet.junit.xml", JUnit, Options{}, fleet()},
		{"fleet.gitlab.json", GitLab, Options{}, fleet()},
		{"harbour.md", Markdown, Options{Now: now}, []scanned{harbour()}},
		{"fleet.cdx.json", CycloneDX, Options{}, fleet()},
		{"fleet.spdx.json", SPDX, Options{}, fleet()},
		{"fleet-severe.md", Markdown, Options{Now: now, Severities: severe}, fleet()},
	}
	hasRow := make(map[Format]bool)
	for _, tt := range tests {
		hasRow[tt.format] = true
		t.Run(tt.file, func(t *testing.T) {
			golden(t, tt.file, write(t, tt.format, tt.opt, tt.images...))
		})
	}
	for _, f := range Formats() {
		if !hasRow[f] {
			t.Errorf("%s has no golden file", f)
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs from what is written (-golden +got); if that is wanted, run go test -update and read it:\n%s", path, diff)
	}
}
