package crosscheck_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// report is what a scan says.
type report struct {
	Packages []seaworthy.Package
	Findings []seaworthy.Finding
	Coverage []seaworthy.Coverage
	Verdict  seaworthy.Verdict
	exit     int
	stderr   string
}

// scan scans an image with the advisories below a directory.
func scan(t testing.TB, source, reference string, args ...string) report {
	t.Helper()
	var out, errs bytes.Buffer
	code := cli.Run(t.Context(), slices.Concat([]string{"scan", "--no-cache", "--format", "json", "--risk", "vulnerability", "--max-data-age", "0",
		"--db-dir", filepath.Join(t.TempDir(), "db"), "--advisory-source", source, reference}, args),
		cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
	r := report{exit: code, stderr: errs.String()}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("exit code %d, %v: %s", code, err, &errs)
	}
	return r
}

// shared is the directory of the shared advisories.
func shared(t testing.TB) string {
	t.Helper()
	return imagetest.Shared(t, "advisories")
}

// vulnerabilities are the findings of vulnerabilities in the form of [rules.expected].
func (r report) vulnerabilities() []string {
	all := []string{}
	for _, f := range r.Findings {
		if f.ID == "distribution-end-of-life" {
			continue
		}
		all = append(all, strings.Join([]string{f.ID, f.Package.Name, f.Package.Version, f.Package.FixedVersion}, " "))
	}
	slices.Sort(all)
	return all
}

// compare compares the findings of a report with the expected ones, of which there must be
// some.
func compare(t testing.TB, want []string, got report) {
	t.Helper()
	t.Logf("%d findings expected, %d reported", len(want), len(got.vulnerabilities()))
	if len(want) == 0 {
		t.Error("no expected findings: the test proves nothing")
	}
	if diff := cmp.Diff(want, got.vulnerabilities()); diff != "" {
		t.Errorf("-expected +reported:\n%s", diff)
	}
}

// comparePackages holds the packages of a report, "name version", to those of a tool.
func comparePackages(t testing.TB, want []installed, got report, kind string) {
	t.Helper()
	var names, reported []string
	for _, p := range want {
		names = append(names, p.name+" "+p.version)
	}
	for _, p := range got.Packages {
		if strings.HasPrefix(p.PURL, "pkg:"+kind+"/") {
			reported = append(reported, p.Name+" "+p.Version)
		}
	}
	slices.Sort(names)
	slices.Sort(reported)
	if diff := cmp.Diff(names, reported); diff != "" {
		t.Errorf("-installed +reported:\n%s", diff)
	}
}

// compareExploited compares KEV with CISA's list: each vulnerability on it, and only those,
// by any of its names.
func compareExploited(t testing.TB, got report) {
	t.Helper()
	file, err := os.ReadFile(imagetest.Shared(t, "advisories/kev/known_exploited_vulnerabilities.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Vulnerabilities []struct{ CVEID, DateAdded string }
	}
	if err := json.Unmarshal(file, &list); err != nil {
		t.Fatal(err)
	}
	added := make(map[string]string)
	for _, v := range list.Vulnerabilities {
		added[v.CVEID] = v.DateAdded
	}
	exploited := 0
	for _, f := range got.Findings {
		date := ""
		if f.KEV != nil {
			date = f.KEV.DateAdded
			exploited++
		}
		if want := added[f.ID]; date != want {
			t.Errorf("%s: known exploited since %q, want %q", f.ID, date, want)
		}
	}
	t.Logf("%d of them known to be exploited", exploited)
}
