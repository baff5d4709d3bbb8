package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// TestFormatOfUsers reads files that an earlier release wrote. If it fails, the format
// has changed, and either that is a mistake or fileFormat must be increased.
func TestFormatOfUsers(t *testing.T) {
	const dir = "testdata/format2"
	open := func(name string) *File {
		t.Helper()
		file, err := Open(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		if _, err := verifyFile(t.Context(), Path(dir, name)); err != nil {
			t.Error(err)
		}
		if file.Name != name || file.Checked.Year() != 2026 {
			t.Errorf("%s: info %+v", name, file.Info)
		}
		return file
	}
	equal := func(want, got any, err error) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(d, err)
		}
	}
	cve, _ := osv.ParseCVE("CVE-2021-44228")

	npm := open("npm")
	equal(2, npm.Records, nil)
	equal(1, npm.Malicious, nil)
	rows, err := npm.Affected(Vulnerable, seaworthy.ParseEcosystem("npm"), "p")
	equal([]*Affected{{
		Spans:    []version.Span{{From: "0", To: "1.2.0"}, {From: "2.0.0", To: "2.1.0", Inclusive: true}},
		Versions: []string{"3.0.0"},
	}}, rows, err)
	a, err := npm.Advisory(0)
	equal(&Advisory{
		ID: "GHSA-aaaa", Aliases: []string{"CVE-2024-0001"}, Severity: "HIGH",
		Scores: []osv.Score{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}},
	}, a, err)
	text, err := npm.Text(0)
	equal(&Text{Summary: "One", Details: "The first.", References: []string{"https://example.org/1"}}, text, err)
	rows, err = npm.Affected(Malicious, seaworthy.ParseEcosystem("npm"), "evil")
	equal([]*Affected{{Number: 1, Spans: version.All()}}, rows, err)

	kev, err := open(KEV).KEV(cve)
	equal(&seaworthy.KEV{DateAdded: "2021-12-10"}, kev, err)
	epss, err := open(EPSS).EPSS(cve)
	equal(&seaworthy.EPSS{Score: 0.97565, Percentile: 0.99998}, epss, err)
	end, err := open(EOL).ReleaseEnd("debian", "12")
	equal(&ReleaseEnd{Ends: "2026-06-10", Extended: "2028-06-30"}, end, err)

	redHat := open(RedHatStates)
	cve, _ = osv.ParseCVE("CVE-2023-4641")
	a, err = redHat.Rating(cve)
	equal("low", a.Severity, err)
	rows, err = redHat.Affected(Vulnerable, seaworthy.ParseEcosystem("Red Hat:enterprise_linux:7"), "shadow-utils")
	equal([]*Affected{{CVE: cve, Spans: version.All(), Status: StatusOutOfScope, Severity: "low"}}, rows, err)
}
