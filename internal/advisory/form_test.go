package advisory

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

// TestVersionForms matches versions as tools write them with records that count another
// way, as the real ones do.
func TestVersionForms(t *testing.T) {
	record := func(ecosystem, name, events string) string {
		return `{"id": "X-1", "affected": [{"package": {"ecosystem": "` + ecosystem + `", "name": "` + name + `"}, "ranges": [{"type": "SEMVER", "events": [` + events + `]}]}]}`
	}
	db := built(t, map[string][]string{
		"Bitnami": {
			record("Bitnami", "java", `{"introduced": "0"}, {"fixed": "1.8.0"}, {"introduced": "8.0.0"}, {"fixed": "8.0.261"}, {"introduced": "9.0.0"}, {"fixed": "11.0.8"}`),
			record("Bitnami", "jre", `{"introduced": "1.8.0-333"}, {"last_affected": "1.8.0-333"}, {"introduced": "11.0.15-1"}, {"last_affected": "11.0.15-1"}`),
			record("Bitnami", "openssl", `{"introduced": "1.0.2"}, {"fixed": "1.0.2zh"}, {"introduced": "1.1.1"}, {"fixed": "1.1.1w"}`),
			record("Bitnami", "php", `{"introduced": "0"}, {"fixed": "8.4.0RC10"}`),
		},
		"PyPI": {record("PyPI", "torch", `{"introduced": "0"}, {"last_affected": "2.0.0"}`)},
	})
	for _, c := range []struct {
		name, ecosystem, software, version string
		affected                           bool
		fixed                              string
	}{
		{"Java 8 before the fix", "Bitnami", "java", "1.8.0_252", true, "8.0.261"},
		{"the same, as advisories count", "Bitnami", "java", "8.0.252", true, "8.0.261"},
		{"Java 8 after the fix", "Bitnami", "java", "1.8.0_462", false, ""},
		{"Java 11 before the fix", "Bitnami", "java", "11.0.2", true, "11.0.8"},
		{"Java 8 in an old form in the advisory", "Bitnami", "jre", "1.8.0_333", true, ""},
		{"another update", "Bitnami", "jre", "1.8.0_332", false, ""},
		{"OpenSSL before the fix", "Bitnami", "openssl", "1.1.1n", true, "1.1.1w"},
		{"OpenSSL without a letter", "Bitnami", "openssl", "1.1.1", true, "1.1.1w"},
		{"OpenSSL with the fix", "Bitnami", "openssl", "1.1.1w", false, ""},
		{"OpenSSL with two letters", "Bitnami", "openssl", "1.0.2zg", true, "1.0.2zh"},
		{"PHP before the fix", "Bitnami", "php", "8.4.0RC9", true, "8.4.0RC10"},
		{"PHP after the fix", "Bitnami", "php", "8.4.0", false, ""},
		{"local version", "PyPI", "torch", "2.0.0+cu118", true, ""},
		{"later local version", "PyPI", "torch", "2.0.1+cu118", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := mustMatch(t, db, c.ecosystem, c.software, c.version).Vulnerabilities
			if affected := len(all) == 1; affected != c.affected || affected && all[0].FixedVersion != c.fixed {
				t.Errorf("got %+v, want affected %v and fixed in %q", all, c.affected, c.fixed)
			}
		})
	}
}

// TestUntagged holds that the version of a commit is not compared with releases, only with
// commits.
func TestUntagged(t *testing.T) {
	record := func(id, events string) string {
		return `{"id": "` + id + `", "affected": [{"package": {"ecosystem": "Go", "name": "example.org/m"}, "ranges": [{"type": "SEMVER", "events": [` + events + `]}]}]}`
	}
	db := built(t, map[string][]string{"Go": {
		record("GO-1-release", `{"introduced": "0"}, {"fixed": "1.2.3"}`),
		record("GO-2-releases", `{"introduced": "0.5.0"}, {"fixed": "1.2.3"}`),
		record("GO-3-unfixed", `{"introduced": "0"}`),
		record("GO-4-later-commit", `{"introduced": "0"}, {"fixed": "0.0.0-20251231000000-0123456789ab"}`),
		record("GO-5-earlier-commit", `{"introduced": "0"}, {"fixed": "0.0.0-20241231000000-0123456789ab"}`),
	}})
	for _, c := range []struct {
		name                string
		untagged            bool
		affected, undecided string
	}{
		{"a dependency", false, "GO-1-release GO-3-unfixed GO-4-later-commit", ""},
		{"a program from a checkout", true, "GO-3-unfixed GO-4-later-commit", "GO-1-release GO-2-releases"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := db.Match(t.Context(), Query{Ecosystem: seaworthy.ParseEcosystem("Go"), Name: "example.org/m", Version: "v0.0.0-20250930000000-f6816f11c9fd", Untagged: c.untagged})
			if err != nil {
				t.Fatal(err)
			}
			var undecided []string
			for _, u := range a.Undecided {
				undecided = append(undecided, u.Advisory)
			}
			if got := strings.Join(ids(a), " "); got != c.affected {
				t.Errorf("affected by %q, want %q", got, c.affected)
			}
			if got := strings.Join(undecided, " "); got != c.undecided {
				t.Errorf("undecided %q, want %q", got, c.undecided)
			}
		})
	}
}

// TestPlaceholders holds that a version that stands for an unknown one is undecided.
func TestPlaceholders(t *testing.T) {
	versions := map[string][]string{
		"Go": {"v0.0.0", "v0.0.0+dirty"}, "Maven": {"unspecified", "${revision}"}, "PyPI": {"0+unknown", "0+untagged.3.gabcdef0", "0.1.dev12+gabcdef0"},
		"npm": {"0.0.0-development"},
	}
	records := make(map[string][]string)
	for ecosystem := range versions {
		records[ecosystem] = []string{`{"id": "X-1", "affected": [{"package": {"ecosystem": "` + ecosystem + `", "name": "g:p"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]}]}]}`}
	}
	db := built(t, records)
	for ecosystem, list := range versions {
		for _, v := range append(list, "0.9.1") {
			t.Run(ecosystem+" "+v, func(t *testing.T) {
				a := mustMatch(t, db, ecosystem, "g:p", v)
				if known := v == "0.9.1"; (len(a.Vulnerabilities) == 1) != known || (len(a.Undecided) == 1) == known {
					t.Errorf("got %+v", a)
				}
			})
		}
	}
}
