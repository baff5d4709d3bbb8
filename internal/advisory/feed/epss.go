package feed

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// maxEPSSLines limits the lines of the scores. There are about 300,000.
const maxEPSSLines = 10_000_000

// ReadEPSS reads the scores of the Exploit Prediction Scoring System into a dataset. They
// are CSV, which may be compressed: a comment with the model and the date, and the columns
// cve, epss, percentile. It returns the date.
func ReadEPSS(in io.Reader, b *store.CVEBuilder) (modified time.Time, err error) {
	return readEPSS(in, b.AddEPSS)
}

// readEPSS calls add with each CVE, its score, and the percentile of the score.
func readEPSS(packed io.Reader, add func(cve osv.CVE, score, percentile float64) error) (modified time.Time, err error) {
	in, err := unpack(packed)
	if err != nil {
		return modified, err
	}
	defer in.Close()
	rows := csv.NewReader(in)
	rows.ReuseRecord = true
	rows.FieldsPerRecord = -1
	hasHeader := false
	for n := 1; ; n++ {
		fields, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return modified, fmt.Errorf("not EPSS scores: %w", err)
		}
		switch {
		case n > maxEPSSLines:
			return modified, fmt.Errorf("more than %d EPSS scores", maxEPSSLines)
		case strings.HasPrefix(fields[0], "#"):
			for _, field := range fields {
				if date, ok := strings.CutPrefix(field, "score_date:"); ok {
					if modified, err = parseScoreDate(date); err != nil {
						return modified, fmt.Errorf("not EPSS scores: %w", err)
					}
				}
			}
		case !hasHeader:
			if len(fields) < 3 || fields[0] != "cve" || fields[1] != "epss" || fields[2] != "percentile" {
				return modified, errors.New("not EPSS scores: its columns are not cve, epss, percentile")
			}
			hasHeader = true
		default:
			cve, score, percentile, err := parseScore(fields)
			if err != nil {
				return modified, fmt.Errorf("line %d of the EPSS scores: %w", n, err)
			}
			if err := add(cve, score, percentile); err != nil {
				return modified, err
			}
		}
	}
	if !hasHeader {
		return modified, errors.New("not EPSS scores: it has no columns")
	}
	return modified, nil
}

// parseScoreDate parses the date of the scores, which has one of two forms.
func parseScoreDate(s string) (time.Time, error) {
	t, err := time.Parse("2006-01-02T15:04:05-0700", s)
	if err != nil {
		t, err = time.Parse(time.RFC3339, s)
	}
	return t.UTC(), err
}

// parseScore parses a row: cve, epss, percentile.
func parseScore(fields []string) (cve osv.CVE, score, percentile float64, err error) {
	if len(fields) < 3 {
		return 0, 0, 0, errors.New("want three columns")
	}
	cve, ok := osv.ParseCVE(fields[0])
	if !ok {
		return 0, 0, 0, fmt.Errorf("%q is not a CVE", fields[0])
	}
	if score, err = parseProbability(fields[1]); err == nil {
		percentile, err = parseProbability(fields[2])
	}
	return cve, score, percentile, err
}

// parseProbability parses a number between 0 and 1.
func parseProbability(field string) (float64, error) {
	p, err := strconv.ParseFloat(field, 64)
	if err != nil || !(p >= 0 && p <= 1) {
		return 0, fmt.Errorf("%q is not a probability", field)
	}
	return p, nil
}
