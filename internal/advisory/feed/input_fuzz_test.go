package feed

import (
	"bytes"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
)

func FuzzReadArchive(f *testing.F) {
	good := advisorytest.Archive(f, advisorytest.Record("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z"))
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		records := 0
		_, err := ReadArchive(t.Context(), bytes.NewReader(data), int64(len(data)), func(int, int) {}, func(r *osv.Record) error {
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
		if _, err := readKEV(strings.NewReader(text), func(osv.CVE, string) error { entries++; return nil }); err == nil && entries == 0 {
			t.Error("a catalog without entries is no error")
		}
	})
}

func FuzzReadEPSS(f *testing.F) {
	f.Add("#model_version:v2023.03.01,score_date:2024-10-25T00:00:00+0000\ncve,epss,percentile\nCVE-2021-44228,0.97565,0.99998\n")
	f.Add("cve,epss,percentile\nCVE-2021-44228,NaN,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		readEPSS(strings.NewReader(text), func(_ osv.CVE, score, percentile float64) error {
			for _, p := range []float64{score, percentile} {
				if !(p >= 0 && p <= 1) {
					t.Errorf("%v is not a probability", p)
				}
			}
			return nil
		})
	})
}
