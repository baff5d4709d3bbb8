package advisory

import (
	"bytes"
	"strings"
	"testing"
)

func FuzzReadArchive(f *testing.F) {
	good := archive(f, advisory("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z"))
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		records := 0
		_, err := readArchive(t.Context(), bytes.NewReader(data), int64(len(data)), func(int, int) {}, func(r *Record) error {
			records++
			return nil
		})
		if err == nil && records == 0 {
			t.Error("an archive without records is no error")
		}
	})
}

func FuzzReadKEV(f *testing.F) {
	f.Add(`{"dateReleased": "2025-08-25T17:04:19.9796Z", "vulnerabilities": [{"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10"}]}`)
	f.Add(`{"vulnerabilities": [{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		entries := 0
		if _, err := readKEV(strings.NewReader(text), func(cveNumber, []byte) error { entries++; return nil }); err == nil && entries == 0 {
			t.Error("a catalog without entries is no error")
		}
	})
}

func FuzzReadEPSS(f *testing.F) {
	f.Add("#model_version:v2023.03.01,score_date:2024-10-25T00:00:00+0000\ncve,epss,percentile\nCVE-2021-44228,0.97565,0.99998\n")
	f.Add("cve,epss,percentile\nCVE-2021-44228,NaN,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		readEPSS(strings.NewReader(text), func(_ cveNumber, value []byte) error {
			d := decode{rest: value}
			for range 2 {
				if p := fraction(d.uvarint()); d.err != nil || !(p >= 0 && p <= 1) {
					t.Errorf("%v is no probability: %v", p, d.err)
				}
			}
			return nil
		})
	})
}

func FuzzModifiedList(f *testing.F) {
	f.Add("2026-11-02T00:00:00Z,GHSA-2\n2026-11-01T00:00:00Z,GHSA-1\n")
	f.Add("2026-11-02T00:00:00.5+01:00,../x\n")
	f.Fuzz(func(t *testing.T, text string) {
		ids, _, err := parseModified(strings.NewReader(text), now, modifiedRecord)
		if err == nil && len(ids) > maxRenewed {
			t.Errorf("%d ids", len(ids))
		}
		if _, _, err := parseModified(strings.NewReader(text), now, redHatChange); err == nil && text == "" {
			t.Error("an empty list is no error")
		}
		for _, id := range ids {
			if id == "" || strings.ContainsAny(id, `/\`) {
				t.Errorf("id %q", id)
			}
		}
	})
}
