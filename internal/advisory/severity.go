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
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// baseScore computes the score of a CVSS vector, and returns the major version of CVSS that
// the vector names. A vector that names none is of version 2.
func baseScore(vector string) (score float64, cvss int, ok bool) {
	// The name of a metric has two or three letters and its value one: no vector of any
	// version is longer.
	const longest = 512
	if len(vector) > longest {
		return 0, 0, false
	}
	name, _, _ := strings.Cut(vector, "/")
	switch name {
	case "CVSS:4.0":
		if v, err := cvss40.ParseVector(vector); err == nil {
			score, cvss, ok = v.Score(), 4, true
		}
	case "CVSS:3.1":
		if v, err := cvss31.ParseVector(vector); err == nil {
			score, cvss, ok = v.BaseScore(), 3, true
		}
	case "CVSS:3.0":
		if v, err := cvss30.ParseVector(vector); err == nil {
			score, cvss, ok = v.BaseScore(), 3, true
		}
	default:
		if v, err := cvss20.ParseVector(strings.Trim(vector, "()")); err == nil {
			score, cvss, ok = v.BaseScore(), 2, true
		}
	}
	return math.Round(score*10) / 10, cvss, ok
}

// rating is the severity of a vulnerability according to one source.
type rating struct {
	severity seaworthy.Severity
	source   string
	rank     int             // the rating with the highest rank counts
	cvss     *seaworthy.CVSS // nil if the source has a word only
}

// The ranks of ratings: the distribution's own rating, then CVSS 4, 3 and 2, then a word
// of another source.
const (
	rankStatement    = 11 // the distribution rated this vulnerability
	rankDistribution = 10 // the distribution rated its advisory, which may be about several
	rankCVSS         = 0  // plus the major version of CVSS
	rankWord         = 1
)

// ratings returns the ratings of a match: the words and CVSS vectors of the advisory or
// statement.
func ratings(ecosystem seaworthy.Ecosystem, m *match) []rating {
	var list []rating
	distribution := version.IsDistribution(ecosystem)
	addWord := func(word, source string) {
		if s := osv.ParseSeverity(word); s != seaworthy.Unknown {
			rank := rankWord
			switch {
			case distribution && m.isStatement:
				rank = rankStatement
			case distribution:
				rank = rankDistribution
			}
			list = append(list, rating{severity: s, source: source, rank: rank})
		}
	}
	publisher := publisher(m.advisory.ID, ecosystem)
	addWord(m.affected.Severity, ecosystem.Name)
	addWord(m.advisory.Severity, publisher)
	scores := m.affected.Scores
	if len(scores) == 0 {
		scores = m.advisory.Scores
	}
	for _, s := range scores {
		if !strings.HasPrefix(s.Type, "CVSS") {
			addWord(s.Score, s.Type)
			continue
		}
		if score, cvss, ok := baseScore(s.Score); ok {
			source := publisher
			if distribution && hasNVDVectors(ecosystem) {
				source = "NVD"
			}
			list = append(list, rating{
				severity: osv.Rating(score), source: source, rank: rankCVSS + cvss,
				cvss: &seaworthy.CVSS{Source: source, Vector: s.Score, Score: score},
			})
		}
	}
	return list
}

// hasNVDVectors reports whether the CVSS vectors in a distribution's records are NVD's.
func hasNVDVectors(ecosystem seaworthy.Ecosystem) bool {
	return slices.Contains([]string{"Debian", "Alpine"}, ecosystem.Name)
}

// publisher returns the name of the publisher of an advisory by the prefix of its id.
func publisher(id string, ecosystem seaworthy.Ecosystem) string {
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
		if !version.IsDistribution(ecosystem) {
			return "CVE"
		}
	}
	return ecosystem.Name
}

// bestRating returns severity and source of the rating that counts, and all CVSS scores.
func bestRating(all []rating) (severity seaworthy.Severity, source string, cvss []seaworthy.CVSS) {
	slices.SortStableFunc(all, func(a, b rating) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(b.severity, a.severity), cmp.Compare(a.source, b.source))
	})
	for _, r := range all {
		if r.cvss != nil && !slices.Contains(cvss, *r.cvss) {
			cvss = append(cvss, *r.cvss)
		}
	}
	if len(all) > 0 {
		severity, source = all[0].severity, all[0].source
	}
	return severity, source, cvss
}
