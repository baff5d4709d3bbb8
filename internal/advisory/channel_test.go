package advisory

import (
	"fmt"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

// TestChannels holds that fixes of a second channel count for the versions that come from
// it, and are named where the ordinary channel has none.
func TestChannels(t *testing.T) {
	affected := func(ecosystem, name, fixed string) string {
		end := ""
		if fixed != "" {
			end = `, {"fixed": "` + fixed + `"}`
		}
		return fmt.Sprintf(`{"package": {"ecosystem": %q, "name": %q}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}%s]}]}`, ecosystem, name, end)
	}
	record := func(id, cves string, all ...string) string {
		return fmt.Sprintf(`{"id": %q, "upstream": ["%s"], "affected": [%s]}`, id, strings.ReplaceAll(cves, " ", `", "`), strings.Join(all, ", "))
	}
	const (
		ubuntu, pro      = "Ubuntu:22.04:LTS", "Ubuntu:Pro:22.04:LTS"
		fips, updates    = "Ubuntu:Pro:FIPS:22.04:LTS", "Ubuntu:Pro:FIPS-updates:22.04:LTS"
		rhel, eus, rhel7 = "Red Hat:enterprise_linux:9::baseos", "Red Hat:rhel_eus:9.2::baseos", "Red Hat:rhel_els:7"
	)
	db := built(t, map[string][]string{
		"Ubuntu": {
			record("UBUNTU-CVE-2024-0001", "CVE-2024-0001", affected(ubuntu, "redis", ""), affected(pro, "redis", "5:6.0.16-1ubuntu1+esm2")),
			record("UBUNTU-CVE-2024-0002", "CVE-2024-0002", affected(ubuntu, "redis", ""), affected(pro, "redis", "")),
			record("UBUNTU-CVE-2024-0003", "CVE-2024-0003", affected(pro, "redis", "5:6.0.16-1ubuntu1+esm3")),
			record("UBUNTU-CVE-2024-0004", "CVE-2024-0004", affected(ubuntu, "curl", "7.81.0-1ubuntu1.4"), affected(pro, "curl", "7.81.0-1ubuntu1.4+esm1")),
			record("USN-1-1", "CVE-2024-0005 CVE-2024-0006", affected(ubuntu, "vim", "")),
			record("USN-1-2", "CVE-2024-0005", affected(pro, "vim", "2:8.2-1+esm1")),
			record("UBUNTU-CVE-2024-0007", "CVE-2024-0007", affected(ubuntu, "openssl", "3.0.2-0ubuntu1.15"), affected(updates, "openssl", "3.0.2-0ubuntu1.10+Fips1.2")),
			record("UBUNTU-CVE-2024-0008", "CVE-2024-0008", affected(ubuntu, "openssl", "3.0.2-0ubuntu1.15"), affected(fips, "openssl", "")),
		},
		"Red Hat": {
			record("RHSA-2024:0001", "CVE-2024-0011 CVE-2024-0012", affected(rhel, "openssl-libs", "1:3.0.7-25.el9_3")),
			record("RHSA-2024:0002", "CVE-2024-0011", affected(eus, "openssl-libs", "1:3.0.7-18.el9_2.3")),
			record("RHSA-2024:0003", "CVE-2024-0013", affected(rhel7, "bind", "32:9.11.4-26.P2.el7_9.16")),
			record("RHSA-2020:0001", "CVE-2020-0001", affected("Red Hat:enterprise_linux:7::server", "bind", "32:9.11.4-16.P2.el7")),
		},
	})
	for _, c := range []struct{ name, ecosystem, software, version, want string }{
		{"an ordinary version, fixes by Ubuntu Pro", ubuntu, "redis", "5:6.0.16-1ubuntu1",
			"CVE-2024-0001 5:6.0.16-1ubuntu1+esm2 (Ubuntu Pro), CVE-2024-0002, CVE-2024-0003 5:6.0.16-1ubuntu1+esm3 (Ubuntu Pro)"},
		{"Ubuntu Pro's first fix", ubuntu, "redis", "5:6.0.16-1ubuntu1+esm1",
			"CVE-2024-0001 5:6.0.16-1ubuntu1+esm2 (Ubuntu Pro), CVE-2024-0002, CVE-2024-0003 5:6.0.16-1ubuntu1+esm3 (Ubuntu Pro)"},
		{"Ubuntu Pro's second fix", ubuntu, "redis", "5:6.0.16-1ubuntu1+esm2", "CVE-2024-0002, CVE-2024-0003 5:6.0.16-1ubuntu1+esm3 (Ubuntu Pro)"},
		{"all of Ubuntu Pro's fixes", ubuntu, "redis", "5:6.0.16-1ubuntu1+esm3", "CVE-2024-0002"},
		{"the ordinary fix comes first", ubuntu, "curl", "7.81.0-1ubuntu1.3", "CVE-2024-0004 7.81.0-1ubuntu1.4"},
		{"the ordinary fix is installed", ubuntu, "curl", "7.81.0-1ubuntu1.4", ""},
		{"one of two in an advisory", ubuntu, "vim", "2:8.2-1+esm1", "CVE-2024-0006"},
		{"one of two in an advisory has a fix", ubuntu, "vim", "2:8.2-1", "CVE-2024-0005 2:8.2-1+esm1 (Ubuntu Pro), CVE-2024-0006"},
		{"FIPS", ubuntu, "openssl", "3.0.2-0ubuntu1.10+Fips1.2", "CVE-2024-0008 3.0.2-0ubuntu1.15"},
		{"FIPS before its fix", ubuntu, "openssl", "3.0.2-0ubuntu1.10+Fips1", "CVE-2024-0007 3.0.2-0ubuntu1.15, CVE-2024-0008 3.0.2-0ubuntu1.15"},
		{"no FIPS", ubuntu, "openssl", "3.0.2-0ubuntu1.15", ""},
		{"RHEL's extended update support", rhel, "openssl-libs", "1:3.0.7-18.el9_2.3", "CVE-2024-0012 1:3.0.7-25.el9_3"},
		{"RHEL's minor release", rhel, "openssl-libs", "1:3.0.7-16.el9_2", "CVE-2024-0011 1:3.0.7-25.el9_3, CVE-2024-0012 1:3.0.7-25.el9_3"},
		{"RHEL's next minor release", rhel, "openssl-libs", "1:3.0.7-25.el9_3", ""},
		{"RHEL after its end of life", "Red Hat:enterprise_linux:7", "bind", "32:9.11.4-26.P2.el7_9.13", "CVE-2024-0013 32:9.11.4-26.P2.el7_9.16 (Red Hat's extended life cycle support)"},
		{"RHEL with extended life cycle support", "Red Hat:enterprise_linux:7", "bind", "32:9.11.4-26.P2.el7_9.16", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, v := range mustMatch(t, db, strings.TrimSuffix(c.ecosystem, "::baseos"), c.software, c.version).Vulnerabilities {
				text := strings.TrimSpace(v.ID + " " + v.FixedVersion)
				if v.Channel != "" {
					text += " (" + v.Channel + ")"
				}
				got = append(got, text)
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

// TestCoversChannel holds that a release is covered if only its second channel has
// advisories.
func TestCoversChannel(t *testing.T) {
	db := built(t, map[string][]string{"Ubuntu": {
		`{"id": "U-1", "affected": [{"package": {"ecosystem": "Ubuntu:Pro:16.04:LTS", "name": "bash"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "4.3-14ubuntu1.4+esm1"}]}]}]}`,
	}})
	for release, want := range map[string]bool{"Ubuntu:16.04:LTS": true, "Ubuntu:18.04:LTS": false} {
		if got, err := db.Covers(seaworthy.ParseEcosystem(release)); got != want || err != nil {
			t.Errorf("%s: %v, %v", release, got, err)
		}
	}
	if got := mustMatch(t, db, "Ubuntu:16.04:LTS", "bash", "4.3-14ubuntu1.4").Vulnerabilities; len(got) != 1 || got[0].Channel != "Ubuntu Pro" {
		t.Errorf("got %+v", got)
	}
}
