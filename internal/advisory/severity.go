package advisory

import (
	"cmp"
	"math"
	"slices"
	"strings"

	cvss20 "github.com/pandatix/go-cvss/20"
	cvss30 "github.com/pandatix/go-cvss/30"
	cvss31 "github.com/pandatix/go-cvss/31"
	cvss40 "github.com/pandatix/go-cvss/40"

	"seaworthy.dev/seaworthy"
)

// isDistribution tells whether an ecosystem is that of an operating system.
func isDistribution(ecosystem string) bool {
	o := orderOf(ecosystem)
	return o.like == "Debian" || o.like == "Red Hat" || o.like == "Alpine"
}

// parseWord understands the words that publishers have for a severity. What says
// nothing is Unknown.
func parseWord(word string) seaworthy.Severity {
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

// rating is the qualitative rating of a CVSS score, by the scale of CVSS 3 and 4.
// A flaw with the score 0 has no impact.
func rating(score float64) seaworthy.Severity {
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

// baseScore computes the score of a CVSS vector, of the version that it names;
// one without a name is of version 2.
func baseScore(vector string) (score float64, version int, ok bool) {
	// A metric's name is two or three letters and its value one: no vector of
	// any version is longer.
	const longest = 512
	if len(vector) > longest {
		return 0, 0, false
	}
	name, _, _ := strings.Cut(vector, "/")
	switch name {
	case "CVSS:4.0":
		if v, err := cvss40.ParseVector(vector); err == nil {
			score, version, ok = v.Score(), 4, true
		}
	case "CVSS:3.1":
		if v, err := cvss31.ParseVector(vector); err == nil {
			score, version, ok = v.BaseScore(), 3, true
		}
	case "CVSS:3.0":
		if v, err := cvss30.ParseVector(vector); err == nil {
			score, version, ok = v.BaseScore(), 3, true
		}
	default:
		if v, err := cvss20.ParseVector(strings.Trim(vector, "()")); err == nil {
			score, version, ok = v.BaseScore(), 2, true
		}
	}
	return math.Round(score*10) / 10, version, ok
}

// judgement is a severity with who says so.
type judgement struct {
	severity seaworthy.Severity
	source   string
	// rank says whose word counts first: the distribution's, CVSS 4, 3, 2, then
	// any word.
	rank int
	cvss *seaworthy.CVSS
}

// The ranks of judgements.
const (
	rankStatement    = 11 // a distribution's on this very flaw
	rankDistribution = 10
	rankCVSS         = 0 // and the version
	rankWord         = 1
)

// judgements are what one advisory, or statement, says about how severe the flaw of
// a package is.
func judgements(ecosystem string, f *finding) []judgement {
	var list []judgement
	a := f.advice
	distribution := isDistribution(ecosystem)
	say := func(word, source string) {
		if s := parseWord(word); s != seaworthy.Unknown {
			rank := rankWord
			switch {
			case distribution && f.stated:
				rank = rankStatement
			case distribution:
				rank = rankDistribution
			}
			list = append(list, judgement{severity: s, source: source, rank: rank})
		}
	}
	publisher := publisher(a.id, ecosystem)
	say(f.affects.word, Base(ecosystem))
	say(a.word, publisher)
	scores := f.affects.scores
	if len(scores) == 0 {
		scores = a.scores
	}
	for _, s := range scores {
		if !strings.HasPrefix(s.Type, "CVSS") {
			say(s.Score, s.Type)
			continue
		}
		if score, version, ok := baseScore(s.Score); ok {
			source := publisher
			if distribution && borrowed(ecosystem) {
				source = "NVD"
			}
			list = append(list, judgement{
				severity: rating(score), source: source, rank: rankCVSS + version,
				cvss: &seaworthy.CVSS{Source: source, Vector: s.Score, Score: score},
			})
		}
	}
	return list
}

// borrowed tells whether the CVSS vectors in a distribution's records are NVD's.
func borrowed(ecosystem string) bool {
	return slices.Contains([]string{"Debian", "Alpine"}, Base(ecosystem))
}

// publisher is who writes advisories with such an id.
func publisher(id, ecosystem string) string {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "GHSA":
		return "GitHub"
	case "PYSEC":
		return "PyPA"
	case "RUSTSEC":
		return "RustSec"
	case "GO":
		return "Go"
	case "CVE":
		if !isDistribution(ecosystem) {
			return "CVE"
		}
	}
	return Base(ecosystem)
}

// judge settles a severity from all that was said, and gives the CVSS scores.
func judge(all []judgement) (severity seaworthy.Severity, source string, cvss []seaworthy.CVSS) {
	slices.SortStableFunc(all, func(a, b judgement) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(b.severity, a.severity), cmp.Compare(a.source, b.source))
	})
	for _, j := range all {
		if j.cvss != nil && !slices.Contains(cvss, *j.cvss) {
			cvss = append(cvss, *j.cvss)
		}
	}
	if len(all) > 0 {
		severity, source = all[0].severity, all[0].source
	}
	return severity, source, cvss
}
