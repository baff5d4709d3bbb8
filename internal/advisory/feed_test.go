package advisory

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// native copies the feeds of testdata into a source.
func native(t testing.TB, source string) string {
	t.Helper()
	if err := os.CopyFS(filepath.Join(source, "native"), os.DirFS("feed/testdata/native")); err != nil {
		t.Fatal(err)
	}
	return source
}

// distro is a record about one source package of a distribution; fixed may be "".
func distro(id, cve, ecosystem, name, fixed string) string {
	end := ""
	if fixed != "" {
		end = fmt.Sprintf(`, {"fixed": %q}`, fixed)
	}
	return fmt.Sprintf(`{"id": %q, "modified": "2024-01-01T00:00:00Z", "upstream": [%q], "summary": "Moderate: %s security update", "affected": [{"package": {"ecosystem": %q, "name": %q}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}%s]}]}]}`,
		id, cve, name, ecosystem, name, end)
}

// summary is an answer on one line: each vulnerability with severity, source, state and fix,
// and what is dismissed.
func summary(a Answer) string {
	var list []string
	for _, f := range a.Vulnerabilities {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s(%s) %s %s", f.ID, f.Severity, f.SeveritySource, f.Status, f.FixedVersion)))
	}
	for _, d := range a.Dismissed {
		list = append(list, fmt.Sprintf("not %s: %s by %s", d.ID, d.Status, d.By))
	}
	for _, u := range a.Undecided {
		list = append(list, u.Advisory+"? "+u.Reason)
	}
	return strings.Join(list, "; ")
}

// TestStates: what a distribution says itself wins over the advisories.
func TestStates(t *testing.T) {
	source := native(t, advisorytest.Source(t, map[string][]string{
		"Debian": {
			distro("DEBIAN-CVE-2023-38545", "CVE-2023-38545", "Debian:10", "curl", ""),
			distro("DEBIAN-CVE-2023-45853", "CVE-2023-45853", "Debian:12", "zlib", ""),
			distro("DSA-1", "CVE-2023-38545", "Debian:12", "curl", "7.88.1-10+deb12u4"),
			distro("DSA-2", "CVE-2023-50495", "Debian:12", "ncurses", "6.4-4+deb12u9"),
		},
		"Ubuntu": {
			distro("UBUNTU-CVE-2023-0361", "CVE-2023-0361", "Ubuntu:24.04:LTS", "gnutls28", ""),
			distro("UBUNTU-CVE-2016-2781", "CVE-2016-2781", "Ubuntu:22.04:LTS", "coreutils", ""),
			distro("UBUNTU-CVE-2016-2781.", "CVE-2016-2781", "Ubuntu:20.04:LTS", "coreutils", ""),
		},
		"Red Hat": {
			distro("RHSA-2023:7112", "CVE-2023-4641", "Red Hat:enterprise_linux:8::baseos", "shadow-utils", "2:4.6-19.el8"),
			distro("RHSA-2024:0417", "CVE-2023-4641", "Red Hat:enterprise_linux:9::baseos", "shadow-utils-subid", "2:4.9-8.el9"),
			distro("RHSA-2024:0417.", "CVE-2023-4641", "Red Hat:enterprise_linux:9::baseos", "shadow-utils", "2:4.9-8.el9"),
		},
	}))
	dir := t.TempDir()
	u := newUpdater(t, dir, source)
	for _, name := range []string{"Debian", "Ubuntu", "Red Hat"} {
		mustUpdate(t, u, name)
		states, ok := store.States(name)
		if !ok {
			t.Fatalf("%s has no states", name)
		}
		if o := mustUpdate(t, u, states); !o.Changed || o.Records == 0 {
			t.Errorf("%s: %+v", states, o)
		}
		if o := mustUpdate(t, u, states); o.Changed {
			t.Errorf("%s, unchanged: %+v", states, o)
		}
	}
	db := open(t, dir)
	for _, c := range []struct{ ecosystem, name, version, want string }{
		{"Debian:12", "apt", "2.6.1", "CVE-2011-3374 negligible(Debian) affected"},
		{"Debian:10", "curl", "7.64.0-4+deb10u2", "not CVE-2023-38545: not-affected by Debian"},
		{"Debian:12", "curl", "7.88.1-10", "CVE-2023-38545 high(Debian) fixed 7.88.1-10+deb12u4"},
		{"Debian:12", "curl", "7.88.1-10+deb12u4", ""},
		{"Debian:11", "curl", "7.74.0-1", ""},
		{"Debian:12", "glibc", "2.36-9", "CVE-2010-4756 negligible(Debian) affected; CVE-2019-1010022 unknown() under-investigation"},
		{"Debian:12", "ncurses", "6.4-4", "CVE-2023-50495 medium(Debian) fixed 6.4-4+deb12u9"}, // the advisory came later
		{"Debian:12", "ncurses", "6.4-4+deb12u9", ""},
		{"Debian:11", "ncurses", "6.2", "CVE-2023-50495 medium(Debian) postponed"},
		{"Debian:10", "php7.3", "7.3", "CVE-2022-31628 unknown() end-of-life"},
		{"Debian:12", "zlib", "1:1.2.13.dfsg-1", "CVE-2023-45853 medium(Debian) ignored"},
		{"Debian:13", "zlib", "1:1.3.dfsg+really1.3.1-1", ""},
		{"Debian:13", "zlib", "1:1.3.dfsg-2", "CVE-2023-45853 medium(Debian) fixed 1:1.3.dfsg-3"},

		{"Ubuntu:24.04:LTS", "gnutls28", "3.8.3", "not CVE-2023-0361: not-affected by Ubuntu"},
		{"Ubuntu:22.04:LTS", "gnutls28", "3.7.3", ""}, // a fix, which is for the advisory to say
		{"Ubuntu:14.04:LTS", "gnutls26", "2.12", "CVE-2023-0361 medium(Ubuntu) end-of-life"},
		{"Ubuntu:14.04:LTS", "gnutls28", "3.2", ""},
		{"Ubuntu:22.04:LTS", "coreutils", "8.32", "CVE-2016-2781 medium(Ubuntu) ignored"},
		{"Ubuntu:24.04:LTS", "coreutils", "9.4", "CVE-2016-2781 medium(Ubuntu) under-investigation"},
		{"Ubuntu:20.04:LTS", "coreutils", "8.30", "CVE-2016-2781 medium(Ubuntu) affected"},

		{"Red Hat:enterprise_linux:7", "shadow-utils", "2:4.6", "CVE-2023-4641 low(Red Hat) out-of-support-scope"},
		{"Red Hat:enterprise_linux:8", "shadow-utils", "2:4.6-17.el8", "CVE-2023-4641 low(Red Hat) fixed 2:4.6-19.el8"},
		{"Red Hat:enterprise_linux:8", "shadow-utils", "2:4.6-19.el8", ""},
		{"Red Hat:enterprise_linux:8", "shadow-utils.src", "2:4.6", ""},
		{"Red Hat:enterprise_linux:8", "nodejs", "1:18.1-1.el8", ""},
		{"Red Hat:enterprise_linux:8", "nodejs", "1:18.1-1.module+el8", "CVE-2023-4641 low(Red Hat) under-investigation"},
		{"Red Hat:enterprise_linux:9", "shadow-utils", "2:4.9-7.el9", "CVE-2023-4641 low(Red Hat) fixed 2:4.9-8.el9"},
		{"Red Hat:enterprise_linux:9", "shadow-utils-subid", "2:4.9-7.el9", "not CVE-2023-4641: not-affected by Red Hat"},
	} {
		if got := summary(mustMatch(t, db, c.ecosystem, c.name, c.version)); got != c.want {
			t.Errorf("%s %s %s:\n got %q\nwant %q", c.ecosystem, c.name, c.version, got, c.want)
		}
	}
	f := mustMatch(t, db, "Debian:12", "zlib", "1:1.2.13.dfsg-1").Vulnerabilities[0]
	if text, err := f.Text(); err != nil || text.Summary != "MiniZip overflows with a long name of a file." || len(text.References) != 1 {
		t.Errorf("text %+v, %v", text, err)
	}
	if d := cmp.Diff([]string{"CVE-2023-45853", "DEBIAN-CVE-2023-45853"}, f.Advisories); d != "" {
		t.Error(d)
	}
	f = mustMatch(t, db, "Red Hat:enterprise_linux:9", "shadow-utils", "2:4.9-7.el9").Vulnerabilities[0]
	if len(f.CVSS) != 1 || f.CVSS[0].Score != 4.7 || f.CVSS[0].Source != "Red Hat" {
		t.Errorf("CVSS %+v", f.CVSS)
	}
}

// TestFeedEcosystems: distributions that are not in OSV.
func TestFeedEcosystems(t *testing.T) {
	source := native(t, t.TempDir())
	dir := t.TempDir()
	u := newUpdater(t, dir, source)
	list, err := u.Ecosystems(t.Context())
	if d := cmp.Diff([]string{"Amazon Linux", "Azure Linux", "Oracle Linux"}, list); d != "" || err != nil {
		t.Error(d, err)
	}
	for _, name := range []string{"amazon", "Oracle Linux:8", "azure"} {
		mustUpdate(t, u, name)
	}
	db := open(t, dir)
	for _, c := range []struct{ ecosystem, name, version, want string }{
		{"Amazon Linux:2", "curl", "8.2.1-1.amzn2.0.3", "CVE-2023-38545 high(Amazon Linux) fixed 8.3.0-1.amzn2.0.1"},
		{"Amazon Linux:2", "libcurl", "8.3.0-1.amzn2.0.1", ""},
		{"Amazon Linux:2023", "curl", "8.2.1-1", ""},
		{"Amazon Linux:2023", "openssl-libs", "1:3.0.8-1.amzn2023.0.1", "CVE-2023-5363 medium(Amazon Linux) fixed 1:3.0.8-1.amzn2023.0.2"},
		{"Amazon Linux:2023", "openssl-libs", "1:3.0.8-1.amzn2023.0.2", ""},

		{"Azure Linux:3", "ceph", "18.2.0-1.azl3", "CVE-2020-27304 critical(Azure Linux) fixed 18.2.1-1"},
		{"Azure Linux:3", "ceph", "18.2.1-1.azl3", ""},
		{"Azure Linux:3", "shim", "15.8-3.azl3", "CVE-2000-0001 low(Azure Linux) affected"},
		{"Azure Linux:2", "ceph", "16.2.0-1.cm2", ""},

		{"Oracle Linux:5", "bind", "30:9.3.3-7.el5", "CVE-2007-0493 medium(Oracle Linux) fixed 30:9.3.3-8.el5; CVE-2007-0494 medium(Oracle Linux) fixed 30:9.3.3-8.el5"},
		{"Oracle Linux:5", "bind-libs", "30:9.3.3-8.el5", ""},
		{"Oracle Linux:8", "nodejs", "1:12.19.1-1.module+el8.3.0+1+x", "CVE-2020-8287 medium(Oracle Linux) fixed 1:12.20.1-1.module+el8.3.0+9671+154373c8"},
		{"Oracle Linux:8", "nodejs", "1:10.19.1-1.el8", ""},
		{"Oracle Linux:8", "openssl", "2:1.1.1k-8.ksplice1.el8_7", "CVE-2023-3446 high(Oracle Linux) fixed 2:1.1.1k-9.ksplice1.el8_7"},
		{"Oracle Linux:8", "openssl", "1:1.1.1k-6.el8_5", ""},
		{"Oracle Linux:9", "openssl", "1:3.0.7-18.0.1.el9_2", ""},
		{"Oracle Linux:9", "openssl", "10:3.0.7-16.0.1.el9_2_fips", "CVE-2023-3446 high(Oracle Linux) fixed 10:3.0.7-18.0.1.el9_2_fips"},
	} {
		if got := summary(mustMatch(t, db, c.ecosystem, c.name, c.version)); got != c.want {
			t.Errorf("%s %s %s:\n got %q\nwant %q", c.ecosystem, c.name, c.version, got, c.want)
		}
	}
	a, err := db.Match(t.Context(), Query{Ecosystem: seaworthy.ParseEcosystem("Oracle Linux:8"), Name: "nodejs", Version: "1:12.19.1-1.module+el8.3.0+1+x", Module: "nodejs:14:1:2"})
	if err != nil || len(a.Vulnerabilities) > 0 {
		t.Errorf("another stream: %+v, %v", a, err)
	}
	if f := mustMatch(t, db, "Oracle Linux:5", "bind", "30:9.3.3-7.el5").Vulnerabilities[0]; f.Advisories[0] != "ELSA-2007-0057" {
		t.Errorf("advisories %q", f.Advisories)
	}
	// An organisation's own archive in the form of OSV serves as well.
	advisorytest.WriteFile(t, filepath.Join(source, "Photon OS", "all.zip"), advisorytest.Archive(t, distro("PHSA-1", "CVE-2024-0001", "Photon OS:5.0", "p", "2-1")))
	if o := mustUpdate(t, u, "Photon OS"); o.Records != 1 {
		t.Errorf("%+v", o)
	}
}

// TestRealFeeds reads the publishers' own files.
func TestRealFeeds(t *testing.T) {
	source := filepath.Dir(filepath.Dir(filepath.Dir(imagetest.Shared(t, "advisories/native/photon-oval/com.vmware.phsa-photon3.xml"))))
	dir := t.TempDir()
	u := newUpdater(t, dir, source)
	if o := mustUpdate(t, u, "Photon OS"); o.Records != 222 {
		t.Errorf("%+v", o)
	}
	if o := mustUpdate(t, u, "Red Hat states"); o.Records != 4 {
		t.Errorf("%+v", o)
	}
	db := open(t, dir)
	for _, c := range []struct{ version, want string }{
		{"3.27.2-4.ph3", "CVE-2019-16168"},
		{"3.27.2-5.ph3", "no CVE-2019-16168"},
	} {
		found := "no CVE-2019-16168"
		for _, f := range mustMatch(t, db, "Photon OS:3.0", "sqlite-libs", c.version).Vulnerabilities {
			if f.ID == "CVE-2019-16168" && f.FixedVersion == "3.27.2-5.ph3" && f.Severity.String() == "high" {
				found = f.ID
			}
		}
		if found != c.want {
			t.Errorf("sqlite-libs %s: %s, want %s", c.version, found, c.want)
		}
	}
	// Red Hat's records in OSV would have fixes alone.
	advisorytest.WriteFile(t, filepath.Join(dir, "source", "Red Hat", "all.zip"), advisorytest.Archive(t, distro("RHSA-1", "CVE-2023-38545", "Red Hat:enterprise_linux:9::appstream", "curl", "7.76.1-26.el9_3.2")))
	mustUpdate(t, newUpdater(t, dir, filepath.Join(dir, "source")), "Red Hat")
	for _, c := range []struct{ ecosystem, name, want string }{
		{"Red Hat:enterprise_linux:7", "snakeyaml", "CVE-2022-38752 medium(Red Hat) out-of-support-scope"},
		{"Red Hat:enterprise_linux:9", "curl", "CVE-2023-38545 high(Red Hat) fixed 7.76.1-26.el9_3.2"},
		{"Red Hat:enterprise_linux:7", "curl", ""},
	} {
		if got := summary(mustMatch(t, db, c.ecosystem, c.name, "7.76.1-20.el9")); got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.ecosystem, c.name, got, c.want)
		}
	}
}

func TestEndOfLife(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := open(t, dir).EndOfLife("debian", "12"); !errors.Is(err, ErrNoData) {
		t.Errorf("error %v, want ErrNoData", err)
	}
	if o := mustUpdate(t, newUpdater(t, dir, native(t, t.TempDir())), "eol"); o.Records != 5 || o.Name != store.EOL {
		t.Errorf("%+v", o)
	}
	db := open(t, dir)
	for _, c := range []struct {
		id, version, want string
	}{
		{"debian", "12", "12 2026-06-10 2028-06-30 over"},
		{"debian", "12.5", "12 2026-06-10 2028-06-30 over"},
		{"debian", "", "unknown"},
		{"debian", "1", "unknown"},
		{"alpine", "3.18.4", "3.18 2025-05-09 0001-01-01 over"},
		{"alpine", "3.1", "unknown"},
		{"centos", "7", "7 0001-01-01 0001-01-01 over"},
		{"centos", "8.0", "8 2021-12-31 0001-01-01 over"},
		{"python", "3.7", "unknown"},
	} {
		e, known, err := db.EndOfLife(c.id, c.version)
		if err != nil {
			t.Fatal(err)
		}
		got := "unknown"
		if known {
			got = e.Release + e.Ends.Format(" 2006-01-02") + e.Extended.Format(" 2006-01-02")
			if e.Over(now) {
				got += " over"
			}
		}
		if got != c.want {
			t.Errorf("%s %s: %s, want %s", c.id, c.version, got, c.want)
		}
	}
	e := EndOfLife{Ends: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	if e.Over(now) || !e.Over(now.AddDate(0, 0, 2)) {
		t.Error("the last day belongs to the support")
	}
}
