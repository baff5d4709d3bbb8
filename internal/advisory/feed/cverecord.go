package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// cveRecord is a record of the CVE Program, JSON format 5. The CNA that assigned the CVE
// fills one container, Authorized Data Publishers (ADP) such as CISA others.
type cveRecord struct {
	Metadata *struct {
		ID      string `json:"cveId"`
		State   string `json:"state"`
		Updated string `json:"dateUpdated"`
	} `json:"cveMetadata"`
	Containers struct {
		CNA  cveContainer   `json:"cna"`
		ADPs []cveContainer `json:"adp"`
	} `json:"containers"`
}

type cveContainer struct {
	Provider struct {
		Name string `json:"shortName"`
	} `json:"providerMetadata"`
	Metrics []struct {
		V4    *cveScore `json:"cvssV4_0"`
		V31   *cveScore `json:"cvssV3_1"`
		V30   *cveScore `json:"cvssV3_0"`
		V2    *cveScore `json:"cvssV2_0"`
		Other *struct {
			Type    string          `json:"type"`
			Content json.RawMessage `json:"content"`
		} `json:"other"`
	} `json:"metrics"`
}

type cveScore struct {
	Vector   string `json:"vectorString"`
	Severity string `json:"baseSeverity"`
}

// readCVERecords reads records of the CVE Program: one document, or a tar archive of the
// repository cvelistV5 or of CISA's Vulnrichment, which has the same records.
func readCVERecords(ctx context.Context, in io.Reader, _ string, b *store.Builder, skipped *Skipped) error {
	return parseDocuments(ctx, in, skipped, parseCVERecord, func(r *cveRecord) error { return r.addTo(b) })
}

// parseCVERecord parses a document. It returns nil for one that is no record, such as the
// lists of changes in the repository.
func parseCVERecord(data []byte) (*cveRecord, error) {
	if len(data) > 0 && data[0] == '[' {
		return nil, nil
	}
	var r cveRecord
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("not a CVE record: %w", err)
	}
	if r.Metadata == nil {
		var list struct {
			Changes json.RawMessage `json:"numberOfChanges"`
		}
		if json.Unmarshal(data, &list) == nil && list.Changes != nil {
			return nil, nil
		}
		return nil, errors.New("not a CVE record: it has no cveMetadata")
	}
	return &r, nil
}

// addTo adds the scores of a record to a dataset. It does nothing if it is nil.
func (r *cveRecord) addTo(b *store.Builder) error {
	if r == nil || r.Metadata.State != "PUBLISHED" {
		return nil
	}
	cve, ok := osv.ParseCVE(r.Metadata.ID)
	if !ok {
		return nil
	}
	if at, err := time.Parse(time.RFC3339, r.Metadata.Updated); err == nil {
		b.Advance(at)
	}
	scores, word := r.Containers.CNA.scores()
	if err := addScores(b, cve, r.Metadata.ID, scores, word); err != nil {
		return err
	}
	for i := range r.Containers.ADPs {
		adp := &r.Containers.ADPs[i]
		if adp.Provider.Name != "CISA-ADP" {
			continue
		}
		scores, word := adp.scores()
		if err := addScores(b, cve, store.VulnrichmentPrefix+r.Metadata.ID, scores, word); err != nil {
			return err
		}
	}
	return nil
}

// scores returns the CVSS vectors of a container, and the word of a rating that is not CVSS,
// or of a score without a vector.
func (c *cveContainer) scores() (scores []osv.Score, word string) {
	addWord := func(s string) {
		if word == "" && osv.ParseSeverity(s) != 0 {
			word = s
		}
	}
	for _, m := range c.Metrics {
		for _, s := range []struct {
			kind  string
			score *cveScore
		}{{"CVSS_V4", m.V4}, {"CVSS_V3", m.V31}, {"CVSS_V3", m.V30}, {"CVSS_V2", m.V2}} {
			if s.score == nil {
				continue
			}
			scores = append(scores, osv.Score{Type: s.kind, Score: s.score.Vector})
			addWord(s.score.Severity)
		}
		if m.Other != nil {
			var content struct {
				Value, Text string
			}
			if json.Unmarshal(m.Other.Content, &content) == nil {
				addWord(content.Value)
				addWord(content.Text)
			}
		}
	}
	return scores, word
}
