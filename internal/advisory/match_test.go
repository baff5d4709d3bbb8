package advisory

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

const (
	vectorCritical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" // 9.8
	vectorMedium   = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N" // 6.1
)

// library are the records of one vulnerability that three publishers know by other names.
var library = []string{
	`{"id": "PYSEC-2023-1", "aliases": ["CVE-2023-0001"], "details": "From PyPA.", "affected": [{"package": {"ecosystem": "PyPI", "name": "Some.Package"},
		"ranges": [{"type": "GIT", "events": [{"introduced": "0"}, {"fixed": "abcdef"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.4"}]}], "versions": ["1.0", "1.3", "2.0b1"]}]}`,
	`{"id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2023-0001", "PYSEC-2023-1"], "summary": "From GitHub", "database_specific": {"severity": "LOW"}, "references": [{"type": "WEB", "url": "https://example.org/a"}],
		"severity": [{"type": "CVSS_V3", "score": "` + vectorMedium + `"}], "affected": [{"package": {"ecosystem": "PyPI", "name": "some-package"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.4.1"}]}]}]}`,
	`{"id": "GHSA-only", "summary": "Without a CVE", "database_specific": {"severity": "HIGH"}, "affected": [{"package": {"ecosystem": "PyPI", "name": "some_package"}, "versions": ["1.3.0"]}]}`,
	`{"id": "PYSEC-2023-2", "withdrawn": "2023-05-05T00:00:00Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "some-package"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}`,
	`{"id": "PYSEC-2023-3", "affected": [{"package": {"ecosystem": "PyPI", "name": "some-package"}, "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}]}`,
	`{"id": "MAL-2023-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "some-package"}, "versions": ["6.6.6"]}]}`,
	`{"id": "MAL-2023-2", "affected": [{"package": {"ecosystem": "PyPI", "name": "evil"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}`,
}

// TestFixOfAFix has an advisory which says in a second part that the first fix was none,
// as the Go vulnerability database does, and one whose second fix is still to come.
func TestFixOfAFix(t *testing.T) {
	part := func(from, to string) string {
		end := ""
		if to != "" {
			end = `, {"fixed": "` + to + `"}`
		}
		return `{"package": {"ecosystem": "Go", "name": "stdlib"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "` + from + `"}` + end + `]}]}`
	}
	db := built(t, map[string][]string{"Go": {
		`{"id": "GO-2023-0001", "affected": [` + part("0", "1.20.11") + `, ` + part("1.20.11", "1.20.12") + `]}`,
		`{"id": "GO-2023-0002", "affected": [` + part("0", "1.20.11") + `, ` + part("1.20.11", "") + `]}`,
		`{"id": "GO-2023-0003", "affected": [` + part("0", "1.20.11") + `, ` + part("1.21.0", "1.21.1") + `]}`,
	}})
	want := map[string]string{"GO-2023-0001": "1.20.12", "GO-2023-0002": "", "GO-2023-0003": "1.20.11"}
	for _, f := range mustMatch(t, db, "Go", "stdlib", "1.20.1").Vulnerabilities {
		if fixed, ok := want[f.ID]; !ok || f.FixedVersion != fixed {
			t.Errorf("%s is fixed in %q, want %q", f.ID, f.FixedVersion, fixed)
		}
		delete(want, f.ID)
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

// TestFixOfALaterBranch has a branch of which only the last affected version is known.
func TestFixOfALaterBranch(t *testing.T) {
	record := func(id, second string) string {
		return `{"id": "` + id + `", "affected": [{"package": {"ecosystem": "npm", "name": "p"}, "ranges": [
			{"type": "SEMVER", "events": [{"introduced": "7.0.0"}, {"fixed": "7.0.8"}, {"introduced": "7.1.0"}, {"fixed": "7.1.5"}, {"introduced": "7.2.0"}, {"fixed": "7.2.1"}]},
			{"type": "SEMVER", "events": [{"introduced": "7.0.8"}` + second + `]}]}]}`
	}
	db := built(t, map[string][]string{"npm": {record("GHSA-1", `, {"last_affected": "7.0.9"}`), record("GHSA-2", ""), record("GHSA-3", `, {"last_affected": "7.1.5"}`)}})
	for _, f := range mustMatch(t, db, "npm", "p", "7.0.1").Vulnerabilities {
		if want := map[string]string{"GHSA-1": "7.1.5", "GHSA-2": "", "GHSA-3": "7.2.1"}[f.ID]; f.FixedVersion != want {
			t.Errorf("%s is fixed in %q, want %q", f.ID, f.FixedVersion, want)
		}
	}
}

// TestFixThatIsListed has records that list a fix among the affected versions: one with a
// later fix, one without, and one whose later fix is of another branch.
func TestFixThatIsListed(t *testing.T) {
	record := func(id, events, versions string) string {
		return `{"id": "` + id + `", "affected": [{"package": {"ecosystem": "PyPI", "name": "p"}, "versions": [` + versions + `], "ranges": [{"type": "ECOSYSTEM", "events": [` + events + `]}]}]}`
	}
	db := built(t, map[string][]string{"PyPI": {
		record("PYSEC-2021-1", `{"introduced": "2.11"}, {"fixed": "2.11.7"}, {"introduced": "0"}, {"fixed": "2.11.6"}, {"introduced": "2.12"}, {"fixed": "2.12.4"}`, `"2.11.5", "2.11.6"`),
		record("PYSEC-2021-2", `{"introduced": "0"}, {"fixed": "2.11.7"}`, `"2.11.5", "2.11.7"`),
		record("PYSEC-2021-3", `{"introduced": "0"}, {"fixed": "2.11.7"}, {"introduced": "2.12"}, {"fixed": "2.12.4"}`, `"2.11.5", "2.11.7"`),
	}})
	for version, want := range map[string]string{
		"2.11.5": "PYSEC-2021-1 2.11.7, PYSEC-2021-2 2.11.7, PYSEC-2021-3 2.11.7",
		"2.11.6": "PYSEC-2021-1 2.11.7, PYSEC-2021-2 2.11.7, PYSEC-2021-3 2.11.7",
		"2.11.7": "PYSEC-2021-2 , PYSEC-2021-3 ",
		"2.11.8": "",
	} {
		var got []string
		for _, f := range mustMatch(t, db, "PyPI", "p", version).Vulnerabilities {
			got = append(got, f.ID+" "+f.FixedVersion)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", version, got, want)
		}
	}
}

func TestAdvisoriesAreMerged(t *testing.T) {
	db := built(t, map[string][]string{"PyPI": library})
	a := mustMatch(t, db, "PyPI", "Some_Package", "1.3")
	want := []Vulnerability{
		{
			ID: "CVE-2023-0001", Aliases: []string{"GHSA-aaaa-bbbb-cccc", "PYSEC-2023-1"}, Advisories: []string{"GHSA-aaaa-bbbb-cccc", "PYSEC-2023-1"},
			Severity: seaworthy.Medium, SeveritySource: "GitHub", CVSS: []seaworthy.CVSS{{Source: "GitHub", Vector: vectorMedium, Score: 6.1}},
			FixedVersion: "1.4.1", Status: store.StatusFixed,
		},
		{ID: "GHSA-only", Aliases: []string{}, Advisories: []string{"GHSA-only"}, Severity: seaworthy.High, SeveritySource: "GitHub", Status: store.StatusAffected},
	}
	if d := cmp.Diff(want, a.Vulnerabilities, cmpopts.IgnoreUnexported(Answer{}, Vulnerability{})); d != "" {
		t.Error(d)
	}
	text, err := a.Vulnerabilities[0].Text()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(store.Text{Summary: "From GitHub", Details: "From PyPA.", References: []string{"https://example.org/a"}}, text); d != "" {
		t.Error(d)
	}
	for version, want := range map[string]string{"1.4": "CVE-2023-0001", "1.4.1": "", "2.0.b1": "CVE-2023-0001", "2.0": "", "6.6.6": ""} {
		if got := strings.Join(ids(mustMatch(t, db, "PyPI", "some-package", version)), " "); got != want {
			t.Errorf("%s: vulnerabilities %q, want %q", version, got, want)
		}
	}
	if a := mustMatch(t, db, "PyPI", "another", "1.0"); len(a.Vulnerabilities)+len(a.Undecided) > 0 {
		t.Errorf("a package without advisories: %+v", a)
	}
}

func TestMalicious(t *testing.T) {
	db := built(t, map[string][]string{"PyPI": library})
	for _, c := range []struct{ name, version, want string }{
		{"some-package", "6.6.6", "MAL-2023-1"}, {"some-package", "6.6.7", ""}, {"evil", "0.1", "MAL-2023-2"}, {"evil", "whatever it is", "MAL-2023-2"},
	} {
		a, err := db.Malicious(t.Context(), Query{Ecosystem: seaworthy.ParseEcosystem("PyPI"), Name: c.name, Version: c.version})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(ids(a), " "); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.name, c.version, got, c.want)
		}
	}
	if a := mustMatch(t, db, "PyPI", "evil", "0.1"); len(a.Vulnerabilities) > 0 {
		t.Error("a malicious package counts as vulnerable")
	}
}

func TestDistributions(t *testing.T) {
	range0 := func(fixed string) string {
		return `"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "` + fixed + `"}]}]`
	}
	db := built(t, map[string][]string{
		"AlmaLinux": {
			`{"id": "ALSA-2024:1", "related": ["CVE-2024-0010", "CVE-2024-0002"], "summary": "Important: pkg security update", "affected": [{"package": {"ecosystem": "AlmaLinux:9", "name": "pkg"}, ` + range0("1.0-2.el9") + `}]}`,
			`{"id": "ALBA-2024:2", "related": [], "summary": "pkg bug fix", "affected": [{"package": {"ecosystem": "AlmaLinux:9", "name": "pkg"}, ` + range0("1.0-9.el9") + `}]}`,
			`{"id": "ALSA-2024:3", "related": ["CVE-2024-0002"], "summary": "Low: pkg security update", "affected": [{"package": {"ecosystem": "AlmaLinux:8", "name": "pkg"}, ` + range0("1.0-7.el8") + `}]}`,
		},
		"Debian": {
			`{"id": "DEBIAN-CVE-2024-0001", "upstream": ["CVE-2024-0001"], "severity": [{"type": "CVSS_V3", "score": "` + vectorCritical + `"}], "affected": [{"package": {"ecosystem": "Debian:12", "name": "pkg"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}], "ecosystem_specific": {"urgency": "unimportant"}},
				{"package": {"ecosystem": "Debian:11", "name": "pkg"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}], "ecosystem_specific": {"urgency": "end-of-life"}}]}`,
			`{"id": "DEBIAN-CVE-2024-0002", "upstream": ["CVE-2024-0002"], "severity": [{"type": "CVSS_V3", "score": "` + vectorCritical + `"}], "affected": [{"package": {"ecosystem": "Debian:12", "name": "pkg"}, ` + range0("1.0-1+deb12u2") + `, "ecosystem_specific": {"urgency": "not yet assigned"}}]}`,
			`{"id": "DSA-1-1", "upstream": ["CVE-2024-0002", "CVE-2024-0003"], "summary": "pkg - security update", "affected": [{"package": {"ecosystem": "Debian:12", "name": "pkg"}, ` + range0("1.0-1+deb12u2") + `}]}`,
		},
		"Ubuntu": {
			`{"id": "UBUNTU-CVE-2024-0001", "upstream": ["CVE-2024-0001"], "severity": [{"type": "CVSS_V3", "score": "` + vectorCritical + `"}, {"type": "Ubuntu", "score": "low"}], "affected": [{"package": {"ecosystem": "Ubuntu:22.04:LTS", "name": "pkg"}, ` + range0("1.0-1ubuntu0.2") + `, "versions": ["1.0-1ubuntu0.1"]}]}`,
		},
		"Red Hat": {
			`{"id": "RHSA-2024:1", "upstream": ["CVE-2024-0001"], "severity": [{"type": "CVSS_V3", "score": "` + vectorMedium + `"}], "affected": [{"package": {"ecosystem": "Red Hat:enterprise_linux:9::baseos", "name": "pkg"}, ` + range0("0:1.0-2.el9") + `}, {"package": {"ecosystem": "Red Hat:enterprise_linux:9::appstream", "name": "pkg"}, ` + range0("0:1.0-2.el9") + `}, {"package": {"ecosystem": "Red Hat:rhel_eus:9.2::baseos", "name": "pkg"}, ` + range0("0:1.0-1.el9_2") + `}]}`,
		},
	})
	type vulnerability struct {
		ID, Fixed, Status, Source string
		Severity                  seaworthy.Severity
		Advisories                string
	}
	for _, c := range []struct {
		ecosystem, version string
		want               []vulnerability
	}{
		{"AlmaLinux:9", "1.0-1.el9", []vulnerability{
			{"CVE-2024-0002", "1.0-2.el9", "fixed", "AlmaLinux", seaworthy.High, "ALSA-2024:1"},
			{"CVE-2024-0010", "1.0-2.el9", "fixed", "AlmaLinux", seaworthy.High, "ALSA-2024:1"},
		}},
		{"AlmaLinux:9", "1.0-2.el9", nil},
		{"AlmaLinux:8", "1.0-1.el8", []vulnerability{{"CVE-2024-0002", "1.0-7.el8", "fixed", "AlmaLinux", seaworthy.Low, "ALSA-2024:3"}}},
		{"Debian:12", "1.0-1", []vulnerability{
			{"CVE-2024-0001", "", "affected", "Debian", seaworthy.Negligible, "DEBIAN-CVE-2024-0001"},
			{"CVE-2024-0002", "1.0-1+deb12u2", "fixed", "NVD", seaworthy.Critical, "DEBIAN-CVE-2024-0002 DSA-1-1"},
			{"CVE-2024-0003", "1.0-1+deb12u2", "fixed", "", seaworthy.Unknown, "DSA-1-1"},
		}},
		{"Debian:11", "1.0-1", []vulnerability{{"CVE-2024-0001", "", "end-of-life", "NVD", seaworthy.Critical, "DEBIAN-CVE-2024-0001"}}},
		{"Debian:13", "1.0-1", nil},
		{"Ubuntu:22.04:LTS", "1.0-1ubuntu0.1", []vulnerability{{"CVE-2024-0001", "1.0-1ubuntu0.2", "fixed", "Ubuntu", seaworthy.Low, "UBUNTU-CVE-2024-0001"}}},
		{"Red Hat:enterprise_linux:9", "1.0-1.el9", []vulnerability{{"CVE-2024-0001", "0:1.0-2.el9", "fixed", "Red Hat", seaworthy.Medium, "RHSA-2024:1"}}},
		{"Red Hat:enterprise_linux:8", "1.0-1.el8", nil},
	} {
		var got []vulnerability
		for _, f := range mustMatch(t, db, c.ecosystem, "pkg", c.version).Vulnerabilities {
			got = append(got, vulnerability{f.ID, f.FixedVersion, f.Status, f.SeveritySource, f.Severity, strings.Join(f.Advisories, " ")})
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s %s: %s", c.ecosystem, c.version, d)
		}
	}
}

// TestModules: an advisory for one stream of a module says nothing of another, nor
// of a package that belongs to none.
func TestModules(t *testing.T) {
	record := func(id, cve, summary, fixed string) string {
		return fmt.Sprintf(`{"id": %q, "related": [%q], "summary": %q, "affected": [{"package": {"ecosystem": "AlmaLinux:9", "name": "nodejs"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": %q}]}]}]}`, id, cve, summary, fixed)
	}
	db := built(t, map[string][]string{"AlmaLinux": {
		record("ALSA-1", "CVE-2024-0018", "Important: nodejs:18 security update", "1:18.9.0-1.module_el9.7.0+1+a"),
		record("ALSA-2", "CVE-2024-0020", "Important: nodejs:20/npm security update", "1:20.9.0-1.module_el9.7.0+1+a"),
		record("ALSA-3", "CVE-2024-0099", "Important: nodejs security update", "1:22.9.0-1.module_el9.7.0+1+a"),
		`{"id": "ALSA-5", "related": ["CVE-2024-0555"], "affected": [{"package": {"ecosystem": "AlmaLinux:8", "name": "nodejs"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}`,
		record("ALSA-4", "CVE-2024-0001", "Important: nodejs security update", "1:16.9.0-1.el9"),
	}})
	for _, c := range []struct{ version, module, want string }{
		{"1:18.1.0-1.module_el9.5.0+1+a", "nodejs:18:9050020240101:abc:x86_64", "CVE-2024-0018 CVE-2024-0099"},
		{"1:18.9.0-1.module_el9.7.0+1+a", "nodejs:18", "CVE-2024-0099"},
		{"1:20.1.0-1.module_el9.5.0+1+a", "nodejs:20", "CVE-2024-0020 CVE-2024-0099"},
		{"1:18.1.0-1.module_el9.5.0+1+a", "", "CVE-2024-0018 CVE-2024-0020 CVE-2024-0099"}, // the label is not known
		{"1:16.1.0-1.el9", "", "CVE-2024-0001"},
		{"1:16.9.0-1.el9", "", ""},
	} {
		a, err := db.Match(t.Context(), Query{Ecosystem: seaworthy.ParseEcosystem("AlmaLinux:9"), Name: "nodejs", Version: c.version, Module: c.module})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(ids(a), " "); got != c.want {
			t.Errorf("%s of %q: %q, want %q", c.version, c.module, got, c.want)
		}
	}
	for _, version := range []string{"1:16.1.0-1.el8", "1:18.1.0-1.module_el8.5.0+1+a"} {
		if got := ids(mustMatch(t, db, "AlmaLinux:8", "nodejs", version)); len(got) != 1 {
			t.Errorf("%s, without a fix yet: %q, want CVE-2024-0555", version, got)
		}
	}
}

// TestUndecided: what cannot be compared is neither affected nor clean.
func TestUndecided(t *testing.T) {
	db := built(t, map[string][]string{
		"Go":      {`{"id": "GO-1", "affected": [{"package": {"ecosystem": "Go", "name": "example.org/m"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}]}]}`},
		"npm":     {`{"id": "GHSA-1", "affected": [{"package": {"ecosystem": "npm", "name": "p"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "next"}]}], "versions": ["1.0.0"]}]}`},
		"Novelty": {`{"id": "NOVEL-1", "affected": [{"package": {"ecosystem": "Novelty", "name": "p"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}], "versions": ["1"]}]}`},
	})
	for _, c := range []struct{ ecosystem, name, version, vulnerabilities, undecided string }{
		{"Go", "example.org/m", "(devel)", "", "GO-1"},
		{"Go", "example.org/m", "", "", "GO-1"},
		{"Go", "example.org/other", "(devel)", "", ""},
		{"npm", "p", "1.0.0", "GHSA-1", ""},
		{"npm", "p", "2.0.0", "", "GHSA-1"},
		{"Novelty", "p", "1", "NOVEL-1", ""},
		{"Novelty", "p", "1.5", "", "NOVEL-1"},
	} {
		a := mustMatch(t, db, c.ecosystem, c.name, c.version)
		var undecided []string
		for _, u := range a.Undecided {
			undecided = append(undecided, u.Advisory)
			if u.Reason == "" {
				t.Errorf("%+v: no reason", c)
			}
		}
		if strings.Join(ids(a), " ") != c.vulnerabilities || strings.Join(undecided, " ") != c.undecided {
			t.Errorf("%+v: vulnerabilities %v, undecided %v", c, ids(a), a.Undecided)
		}
	}
}

// TestMatchTooMany has versions of a package without end: they do not end in answers
// without end.
func TestMatchTooMany(t *testing.T) {
	db := built(t, map[string][]string{"PyPI": library})
	answer := mustMatch(t, db, "PyPI", "some-package", "1.3")
	const most = 700
	queries := make([]Query, most+900)
	for i := range queries {
		queries[i] = Query{Ecosystem: seaworthy.ParseEcosystem("PyPI"), Name: "some-package", Version: "1.3"}
	}
	if got := db.matchUpTo(t.Context(), queries, most*answer.effort); len(got) != most {
		t.Errorf("%d answers, want %d", len(got), most)
	}
}

// TestMatchAll: the answers come in the order of the queries, errors among them.
func TestMatchAll(t *testing.T) {
	db := built(t, map[string][]string{"PyPI": library})
	var queries []Query
	for i := range 100 {
		queries = append(queries, []Query{
			{Ecosystem: seaworthy.ParseEcosystem("PyPI"), Name: "some-package", Version: "1.3"},
			{Ecosystem: seaworthy.ParseEcosystem("npm"), Name: "p", Version: "1"},
			{Ecosystem: seaworthy.ParseEcosystem("PyPI"), Name: "another", Version: "1"},
		}[i%3])
	}
	for i, m := range db.MatchAll(t.Context(), queries) {
		want, err := db.Match(t.Context(), queries[i])
		if d := cmp.Diff(want, m.Answer, cmpopts.IgnoreUnexported(Answer{}, Vulnerability{})); d != "" || fmt.Sprint(m.Err) != fmt.Sprint(err) {
			t.Fatalf("%d: error %v, %s", i, m.Err, d)
		}
	}
	if got := db.MatchAll(t.Context(), nil); len(got) != 0 {
		t.Errorf("no queries have the answers %v", got)
	}
}

func TestNoData(t *testing.T) {
	db := built(t, map[string][]string{"npm": {`{"id": "GHSA-1"}`}})
	if _, err := db.Match(t.Context(), Query{Ecosystem: seaworthy.ParseEcosystem("Debian:12"), Name: "p", Version: "1"}); !errors.Is(err, ErrNoData) || !strings.Contains(err.Error(), "for Debian") {
		t.Errorf("error %v, want ErrNoData", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")).Match(t.Context(), Query{Ecosystem: seaworthy.ParseEcosystem("npm"), Name: "p", Version: "1"}); !errors.Is(err, ErrNoData) {
		t.Errorf("error %v, want ErrNoData", err)
	}
	if info, err := db.Info("npm"); err != nil || info.Records != 1 {
		t.Errorf("%+v, %v", info, err)
	}
}

func TestExploited(t *testing.T) {
	source := advisorytest.Source(t, map[string][]string{"npm": {`{"id": "GHSA-1", "aliases": ["CVE-2021-44228"], "affected": [{"package": {"ecosystem": "npm", "name": "p"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}`}})
	advisorytest.WriteFile(t, filepath.Join(source, "kev", "known_exploited_vulnerabilities.json"), []byte(`{"dateReleased": "2025-08-25T17:04:19.9796Z", "vulnerabilities": [{"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10"}]}`))
	advisorytest.WriteFile(t, filepath.Join(source, "epss", "data.csv"), []byte("#model_version:v2023.03.01,score_date:2024-10-25T00:00:00+0000\ncve,epss,percentile\nCVE-2021-44228,0.97565,0.99998\nCVE-1999-0005,0.1,0.2\n"))
	dir := t.TempDir()
	u := newUpdater(t, dir, source)
	for _, name := range []string{"npm", store.KEV, store.EPSS} {
		mustUpdate(t, u, name)
	}
	f := mustMatch(t, open(t, dir), "npm", "p", "1.0.0").Vulnerabilities[0]
	if d := cmp.Diff(&seaworthy.KEV{DateAdded: "2021-12-10"}, f.KEV); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(&seaworthy.EPSS{Score: 0.97565, Percentile: 0.99998}, f.EPSS); d != "" {
		t.Error(d)
	}
	for _, c := range []struct{ name, path, text, want string }{
		{store.KEV, "kev/known_exploited_vulnerabilities.json", `{"vulnerabilities": [{"cveID": "x"}]}`, `"x" is not a CVE`},
		{store.KEV, "kev/known_exploited_vulnerabilities.json", `{}`, "names no vulnerability"},
		{store.KEV, "kev/known_exploited_vulnerabilities.json", `<html>`, "not a KEV catalog"},
		{store.EPSS, "epss/data.csv", "cve,epss\n", "its columns are not"},
		{store.EPSS, "epss/data.csv", "cve,epss,percentile\nCVE-2021-44228,1.5,0\n", `line 2 of the EPSS scores: "1.5" is not a probability`},
		{store.EPSS, "epss/data.csv", "", "no columns"},
	} {
		advisorytest.WriteFile(t, filepath.Join(source, filepath.FromSlash(c.path)), []byte(c.text))
		if _, err := u.Update(t.Context(), c.name); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), filepath.Base(c.path)) {
			t.Errorf("%s %q: error %v, want %q", c.name, c.text, err, c.want)
		}
	}
	if f := mustMatch(t, open(t, dir), "npm", "p", "1.0.0").Vulnerabilities[0]; f.KEV == nil || f.EPSS == nil {
		t.Error("failed updates took away what there was")
	}
	// What only completes the advisories takes no vulnerability away when it is damaged.
	advisorytest.WriteFile(t, store.Path(dir, store.KEV), []byte("seaworthy data\n"))
	answer := mustMatch(t, open(t, dir), "npm", "p", "1.0.0")
	if len(answer.Vulnerabilities) != 1 || answer.Vulnerabilities[0].EPSS == nil || !errors.Is(answer.Incomplete, store.ErrDamaged) {
		t.Errorf("got %+v, want the vulnerability with its EPSS score, and that KEV is damaged", answer)
	}
}
