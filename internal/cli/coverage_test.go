package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestGapsHaveCodes scans images, an SBOM and a report of an old version with much
// that cannot be checked: all of it has a code that programs can decide by.
func TestGapsHaveCodes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("root/var/lib/dpkg/status", "Package: a\nno field\n")
	write("root/etc/os-release", "ID=unheard-of\n")
	write("root/etc/sudoers", "app ALL=(\n")
	write("root/bin/sh", "\x7fELF")
	document := write("a.cdx.json", `{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "library", "name": "a", "version": "1", "purl": "pkg:deb/a@1"}, {"type": "library", "name": "b", "purl": "%"}]}`)
	seen := make(map[seaworthy.CoverageCode]bool)
	for _, reference := range []string{
		"dir:" + filepath.Join(dir, "root"),
		"sbom:" + document,
		"report:../report/testdata/released/v1-0.1.0.json",
		imagetest.Shared(t, "images/alpine-310.tar.gz"),
	} {
		var out, errs bytes.Buffer
		cli.Run(t.Context(), []string{"scan", "--no-cache", "--offline", "--db-dir", filepath.Join(dir, "db"), "--policy", "none", "--format", "json", reference},
			cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
		var r struct{ Coverage []seaworthy.Coverage }
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Errorf("%s: %v: %s", reference, err, &errs)
			continue
		}
		for _, c := range r.Coverage {
			if isGap := c.State != seaworthy.Checked; isGap != slices.Contains(seaworthy.CoverageCodes(), c.Code) || isGap == (c.Reason == "") {
				t.Errorf("%s: %+v", reference, c)
			}
			seen[c.Code] = true
		}
	}
	for _, code := range []seaworthy.CoverageCode{
		seaworthy.CodeNotImplemented, seaworthy.CodeNotInSBOM, seaworthy.CodeNoAdvisories, seaworthy.CodePackageDatabaseUnreadable,
		seaworthy.CodeNoConfiguration, seaworthy.CodeInvalidSyntax, seaworthy.CodeUnknownDistribution, seaworthy.CodeInvalidPURL, seaworthy.CodeUnspecified,
	} {
		if !seen[code] {
			t.Errorf("nothing has the code %s", code)
		}
	}
}
