package advisory

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
)

// TestBaseScore has vectors from the specifications' examples and calculators.
func TestBaseScore(t *testing.T) {
	for _, c := range []struct {
		vector   string
		score    float64
		version  int
		severity seaworthy.Severity
	}{
		{"AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, 2, seaworthy.High},
		{"AV:N/AC:L/Au:N/C:C/I:C/A:C", 10, 2, seaworthy.Critical},
		{"(AV:L/AC:H/Au:N/C:C/I:C/A:C)", 6.2, 2, seaworthy.Medium},
		{"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, 3, seaworthy.Medium},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, 3, seaworthy.Critical},
		{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, 3, seaworthy.Critical},
		{"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N", 0, 3, seaworthy.Negligible},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O", 9.8, 3, seaworthy.Critical}, // base metrics count
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3, 4, seaworthy.Critical},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10, 4, seaworthy.Critical},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N", 6.9, 4, seaworthy.Medium},
	} {
		score, version, ok := baseScore(c.vector)
		if !ok || score != c.score || version != c.version || osv.Rating(score) != c.severity {
			t.Errorf("%s: score %v, version %d, %v, %s; want %v, %d, %s", c.vector, score, version, ok, osv.Rating(score), c.score, c.version, c.severity)
		}
	}
	for _, vector := range []string{"", "7.5", "CVSS:3.1/AV:N", "CVSS:9.9/AV:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X"} {
		if score, _, ok := baseScore(vector); ok {
			t.Errorf("%q has the score %v", vector, score)
		}
	}
}

func FuzzBaseScore(f *testing.F) {
	f.Add("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
	f.Add("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P")
	f.Add("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U")
	f.Add("AV:N/AC:L/Au:N/C:N/I:N/A:C")
	f.Fuzz(func(t *testing.T, vector string) {
		if score, _, ok := baseScore(vector); ok && !(score >= 0 && score <= 10) {
			t.Errorf("%q has the score %v", vector, score)
		}
	})
}
