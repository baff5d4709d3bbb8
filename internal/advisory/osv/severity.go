package osv

import (
	"strings"

	"seaworthy.dev/seaworthy"
)

// ParseSeverity parses the words that publishers use for severities. It returns Unknown
// for any other word.
func ParseSeverity(word string) seaworthy.Severity {
	switch strings.ToLower(strings.TrimRight(word, "*")) {
	case "unimportant", "negligible":
		return seaworthy.Negligible
	case "low":
		return seaworthy.Low
	case "medium", "moderate":
		return seaworthy.Medium
	case "high", "important":
		return seaworthy.High
	case "critical":
		return seaworthy.Critical
	default:
		return seaworthy.Unknown
	}
}

// Rating returns the qualitative rating of a CVSS score on the scale of CVSS 3 and 4. A
// score of 0 is negligible.
func Rating(score float64) seaworthy.Severity {
	switch {
	case score >= 9:
		return seaworthy.Critical
	case score >= 7:
		return seaworthy.High
	case score >= 4:
		return seaworthy.Medium
	case score > 0:
		return seaworthy.Low
	default:
		return seaworthy.Negligible
	}
}
