package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// nvdFiles returns the files of NVD, one for each year from 2002. The files of future
// years do not exist yet, and are ignored until then.
func nvdFiles() []File {
	var files []File
	for year := 2002; year <= 2040; year++ {
		name := fmt.Sprintf("nvdcve-2.0-%d.json.gz", year)
		files = append(files, File{Path: name, URL: "https://nvd.nist.gov/feeds/json/cve/2.0/" + name})
	}
	return files
}

// nvdItem is an element of the list "vulnerabilities" of NVD's feeds and API, version 2.0.
type nvdItem struct {
	CVE struct {
		ID           string `json:"id"`
		LastModified string `json:"lastModified"` // without a time zone: UTC
		Status       string `json:"vulnStatus"`
		Metrics      struct {
			V40 []nvdMetric `json:"cvssMetricV40"`
			V31 []nvdMetric `json:"cvssMetricV31"`
			V30 []nvdMetric `json:"cvssMetricV30"`
			V2  []nvdMetric `json:"cvssMetricV2"`
		} `json:"metrics"`
	} `json:"cve"`
}

type nvdMetric struct {
	Source string `json:"source"`
	Data   struct {
		Vector string `json:"vectorString"`
	} `json:"cvssData"`
}

// nvdSource is the source of the scores by NVD itself. Other scores in its files are by
// the CNA of the CVE.
const nvdSource = "nvd@nist.gov"

// readNVD reads a feed of NVD, or an answer of its API: an object with the list
// "vulnerabilities". It decodes one CVE at a time.
func readNVD(ctx context.Context, in io.Reader, _ string, b *store.Builder, skipped *Skipped) error {
	limited := &limitedReader{in: in, left: maxDocument}
	d := json.NewDecoder(limited)
	if err := expect(d, json.Delim('{')); err != nil {
		return fmt.Errorf("not a feed of NVD: %w", err)
	}
	found := false
	for d.More() {
		limited.left = maxDocument
		key, err := d.Token()
		if err != nil {
			return fmt.Errorf("not a feed of NVD: %w", err)
		}
		if key != "vulnerabilities" {
			var ignored json.RawMessage
			if err := d.Decode(&ignored); err != nil {
				return fmt.Errorf("not a feed of NVD: %w", err)
			}
			continue
		}
		found = true
		if err := expect(d, json.Delim('[')); err != nil {
			return fmt.Errorf("not a feed of NVD: %w", err)
		}
		for d.More() {
			limited.left = maxDocument
			var item nvdItem
			err := d.Decode(&item)
			var mismatch *json.UnmarshalTypeError
			switch {
			case errors.As(err, &mismatch):
				skipped.add(fmt.Errorf("%s: %w", item.CVE.ID, err))
				continue
			case err != nil:
				return fmt.Errorf("not a feed of NVD: %w", err)
			}
			if err := item.addTo(b); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := expect(d, json.Delim(']')); err != nil {
			return fmt.Errorf("not a feed of NVD: %w", err)
		}
	}
	if !found {
		return errors.New("not a feed of NVD: it has no list of vulnerabilities")
	}
	return expect(d, json.Delim('}'))
}

// addTo adds the scores to a dataset: NVD's own, or those of others if it has none.
func (i *nvdItem) addTo(b *store.Builder) error {
	cve, ok := osv.ParseCVE(i.CVE.ID)
	if !ok || strings.EqualFold(i.CVE.Status, "rejected") {
		return nil
	}
	var own, others []osv.Score
	m := &i.CVE.Metrics
	for _, version := range []struct {
		kind    string
		metrics []nvdMetric
	}{{"CVSS_V4", m.V40}, {"CVSS_V3", m.V31}, {"CVSS_V3", m.V30}, {"CVSS_V2", m.V2}} {
		for _, metric := range version.metrics {
			score := osv.Score{Type: version.kind, Score: metric.Data.Vector}
			if metric.Source == nvdSource {
				own = append(own, score)
			} else {
				others = append(others, score)
			}
		}
	}
	if own == nil {
		own = others
	}
	if at, err := time.Parse("2006-01-02T15:04:05", i.CVE.LastModified); err == nil {
		b.Advance(at)
	}
	return addScores(b, cve, i.CVE.ID, own, "")
}

// maxScores limits the scores that are stored of one CVE.
const maxScores = 16

// addScores adds scores and the word for a severity to a dataset that has only these.
func addScores(b *store.Builder, cve osv.CVE, id string, scores []osv.Score, word string) error {
	kept := scores[:0]
	for _, s := range scores {
		if s.Score != "" && len(kept) < maxScores {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 && word == "" {
		return nil
	}
	name := id[strings.LastIndexByte(id, '/')+1:]
	return b.AddCVE(cve, &store.Advisory{ID: id, CVEs: []string{name}, Scores: kept, Severity: word}, &store.Text{}, nil)
}
