package osv

import (
	"strings"
	"testing"
)

func TestParseRecord(t *testing.T) {
	r, err := Parse([]byte(`{"id": "GHSA-1", "modified": "2024-01-02T03:04:05.5Z", "published": "2023-10-17", "withdrawn": null, "novel": [1],
		"affected": [{"package": {"ecosystem": "npm", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.ID != "GHSA-1" || r.Modified.IsZero() || r.Published.Month() != 10 || !r.Withdrawn.IsZero() || r.Affected[0].Ranges[0].Events[1].Fixed != "1.0.0" {
		t.Errorf("read %+v", r)
	}
	for _, c := range []struct{ record, want string }{
		{`[]`, "not an OSV record"},
		{`{"id": "A"`, "not an OSV record"},
		{`{}`, "it has no id"},
		{`{"id": "A B"}`, "spaces"},
		{`{"id": "` + strings.Repeat("A", MaxID+1) + `"}`, "the maximum is 512"},
		{`{"id": "A", "modified": "yesterday"}`, "yesterday"},
		{`{"id": "A", "affected": [{"package": {"name": "p"}, "ranges": [{"type": "DATE"}]}]}`, `package "p": a range has the unknown type "DATE"`},
		{`{"id": "A", "affected": [{"ranges": [{"type": "SEMVER", "events": [{"introduced": "0", "fixed": "1"}]}]}]}`, "has 2 versions"},
		{`{"id": "A", "affected": [{"ranges": [{"type": "SEMVER", "events": [{}]}]}]}`, "has 0 versions"},
	} {
		if _, err := Parse([]byte(c.record)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80s: error %v, want %q", c.record, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"id": "GHSA-1", "aliases": ["CVE-2024-0001"], "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}], "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}], "versions": ["0.1", "2.0"]}]}`))
	f.Add([]byte(`{"id": "ALSA-1", "related": ["CVE-2024-0001", "CVE-2024-0002"], "summary": "Important: x", "affected": [{"package": {"ecosystem": "AlmaLinux:9", "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "1:2~3-4"}]}]}]}`))
	f.Add([]byte(`{"id": "GO-1", "affected": [{"package": {"ecosystem": "Go", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"limit": "2"}, {"introduced": "1"}]}], "ecosystem_specific": {"imports": [{"path": "a/b", "symbols": ["C"]}]}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := Parse(data); err == nil && r.ID == "" {
			t.Error("a record without an id is no error")
		}
	})
}
