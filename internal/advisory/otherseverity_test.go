package advisory

import (
	"context"
	"fmt"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// unrated is a record of a distribution without a severity.
func unrated(cve, ecosystem, name string) string {
	return fmt.Sprintf(`{"id": "X-%[1]s", "modified": "2024-01-01T00:00:00Z", "upstream": [%[1]q], "summary": "s", "affected": [{"package": {"ecosystem": %[2]q, "name": %[3]q}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9"}]}]}]}`,
		cve, ecosystem, name)
}

// TestSeverityOfOtherRecords looks up a package of which no advisory has a severity.
func TestSeverityOfOtherRecords(t *testing.T) {
	const vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
	github := func(id, alias, severity string) string {
		return fmt.Sprintf(`{"id": %q, "modified": "2024-01-01T00:00:00Z", "aliases": [%q], %s "summary": "s", "affected": [{"package": {"ecosystem": "npm", "name": "other"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}`, id, alias, severity)
	}
	const scored = `"severity": [{"type": "CVSS_V3", "score": "` + vector + `"}],`
	source := advisorytest.Source(t, map[string][]string{
		"Alpine": {
			unrated("CVE-2024-80001", "Alpine:v3.20", "a"), unrated("CVE-2024-80002", "Alpine:v3.20", "b"), unrated("CVE-2024-80003", "Alpine:v3.20", "c"),
			unrated("CVE-2024-90001", "Alpine:v3.20", "nvd"), unrated("CVE-2024-90002", "Alpine:v3.20", "cna-in-nvd"), unrated("CVE-2024-90003", "Alpine:v3.20", "rejected"),
			unrated("CVE-2024-90005", "Alpine:v3.20", "cisa"), unrated("CVE-2024-90006", "Alpine:v3.20", "cna-word"), unrated("CVE-2024-90008", "Alpine:v3.20", "cvss2"),
		},
		"npm": {
			github("GHSA-1", "CVE-2024-80001", scored),
			github("GHSA-2", "CVE-2024-80002", `"database_specific": {"severity": "LOW"},`),
			github("GHSA-3", "CVE-2024-80009", scored),
		},
		"Red Hat": {distro("RHSA-1", "CVE-2024-80002", "Red Hat:enterprise_linux:9", "x", "1")},
	})
	dir := t.TempDir()
	u := newUpdater(t, dir, native(t, source))
	for _, name := range []string{"Alpine", "npm", "Red Hat", store.NVD, store.CVEProgram} {
		mustUpdate(t, u, name)
	}
	db := open(t, dir)
	for _, test := range []struct{ name, want string }{
		{"a", "CVE-2024-80001 critical(GitHub) fixed 9"},
		{"b", "CVE-2024-80002 medium(Red Hat) fixed 9"}, // the highest of the words
		{"c", "CVE-2024-80003 unknown() fixed 9"},
		{"nvd", "CVE-2024-90001 high(NVD) fixed 9"}, // NVD's own score
		{"cna-in-nvd", "CVE-2024-90002 critical(NVD) fixed 9"},
		{"rejected", "CVE-2024-90003 unknown() fixed 9"},
		{"cisa", "CVE-2024-90005 high(CISA Vulnrichment) fixed 9"},
		{"cna-word", "CVE-2024-90006 medium(CVE Program) fixed 9"},
		{"cvss2", "CVE-2024-90008 medium(NVD) fixed 9"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := mustMatch(t, db, "Alpine:v3.20", test.name, "1")
			if got := summary(a); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if v := a.Vulnerabilities[0]; v.Severity != seaworthy.Unknown && len(v.CVSS) > 0 && v.CVSS[0].Source != v.SeveritySource {
				t.Errorf("CVSS of %s, severity of %s", v.CVSS[0].Source, v.SeveritySource)
			}
		})
	}
}

// TestSeverityOfRenewedRecords updates a dataset from an older file: what it rated stays.
func TestSeverityOfRenewedRecords(t *testing.T) {
	dir := t.TempDir()
	build := func(add func(*store.Builder) error) *store.File {
		t.Helper()
		b, err := store.NewBuilder(dir)
		if err == nil {
			err = add(b)
		}
		if err == nil {
			err = b.Commit(t.Context(), store.Info{Name: "NVD", Source: "x"}, time.Unix(1, 0))
		}
		if err != nil {
			t.Fatal(err)
		}
		f, err := store.Open(dir, "NVD")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	old := build(func(b *store.Builder) error {
		for _, id := range []string{"CVE-2024-1000", "CISA-ADP/CVE-2024-1000"} {
			if err := b.AddCVE(2024<<40|1000, &store.Advisory{ID: id, Severity: "high"}, &store.Text{}, nil); err != nil {
				return err
			}
		}
		return nil
	})
	renewed := build(func(b *store.Builder) error { return b.CopyFrom(context.Background(), old, nil) })
	all, err := renewed.Ratings(2024<<40 | 1000)
	if err != nil || len(all) != 2 {
		t.Errorf("%d ratings, error %v; want 2", len(all), err)
	}
}
