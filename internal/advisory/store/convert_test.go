package store

import (
	"testing"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

func FuzzConvert(f *testing.F) {
	f.Add([]byte(`{"id": "GHSA-1", "aliases": ["CVE-2024-0001"], "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}], "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}], "versions": ["0.1", "2.0"]}]}`))
	f.Add([]byte(`{"id": "ALSA-1", "related": ["CVE-2024-0001", "CVE-2024-0002"], "summary": "Important: x", "affected": [{"package": {"ecosystem": "AlmaLinux:9", "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "1:2~3-4"}]}]}]}`))
	f.Add([]byte(`{"id": "GO-1", "affected": [{"package": {"ecosystem": "Go", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"limit": "2"}, {"introduced": "1"}]}], "ecosystem_specific": {"imports": [{"path": "a/b", "symbols": ["C"]}]}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := osv.Parse(data)
		if err != nil {
			return
		}
		a, text := convertRecord(r)
		if a == nil {
			return
		}
		// What is stored must be read again as it was.
		d := decoder{rest: a.append(nil)}
		if got := d.advisory(); d.err != nil || len(d.rest) > 0 || got.ID != a.ID {
			t.Fatalf("advisory %+v was read as %+v: %v", a, got, d.err)
		}
		d = decoder{rest: text.append(nil)}
		if got := d.text(); d.err != nil || got.Summary != text.Summary {
			t.Fatalf("text %+v was read as %+v: %v", text, got, d.err)
		}
		for i := range r.Affected {
			if s := convertAffected(&r.Affected[i], r.Summary); s != nil {
				d := decoder{rest: s.append(nil)}
				if got := d.affected(); d.err != nil || len(d.rest) > 0 || len(got.Spans) != len(s.Spans) {
					t.Fatalf("affected %+v was read as %+v: %v", s, got, d.err)
				}
				o := version.OrderOf(r.Affected[i].Package.Ecosystem)
				if v, err := o.Parse("1.0"); err == nil {
					o.Fix(v, s.Spans)
					o.Listed(v, s.Versions)
				}
			}
		}
	})
}
