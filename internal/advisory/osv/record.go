// Package osv has the types of advisories: records in the OSV format
// (https://ossf.github.io/osv-schema/), numbers of CVEs, and the words of publishers for
// severities.
//
// [Parse] parses the JSON of one record and validates it. It returns an error if the text
// is not an OSV record, or exceeds the limits of this package. Fields that matching and
// reporting do not need are ignored.
package osv

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// Record is an advisory, with the fields that matching and reporting need.
type Record struct {
	ID        string    `json:"id"`
	Modified  Timestamp `json:"modified"`
	Published Timestamp `json:"published"`
	Withdrawn Timestamp `json:"withdrawn"`
	// Aliases are other names of the same vulnerability. Upstream names the
	// vulnerabilities that a distribution's advisory fixes. Related names others,
	// except where a distribution puts its CVEs there.
	Aliases    []string        `json:"aliases"`
	Upstream   []string        `json:"upstream"`
	Related    []string        `json:"related"`
	Summary    string          `json:"summary"`
	Details    string          `json:"details"`
	Severity   []Score         `json:"severity"`
	Affected   []Affected      `json:"affected"`
	References []Reference     `json:"references"`
	Specific   json.RawMessage `json:"database_specific"`
}

// Timestamp is a time in RFC 3339, or a date alone, as some publishers write.
type Timestamp struct{ time.Time }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Timestamp) UnmarshalText(text []byte) (err error) {
	if len(text) == len(time.DateOnly) {
		t.Time, err = time.Parse(time.DateOnly, string(text))
		return err
	}
	t.Time, err = time.Parse(time.RFC3339, string(text))
	return err
}

// UnmarshalJSON implements [json.Unmarshaler]. Otherwise the method of the embedded
// [time.Time] would be used.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil || text == nil {
		return err
	}
	return t.UnmarshalText([]byte(*text))
}

// Score is one rating of a vulnerability: a CVSS vector (CVSS_V2, CVSS_V3,
// CVSS_V4), or a word of a distribution (Ubuntu).
type Score struct {
	Type  string `json:"type"`
	Score string `json:"score"`
}

// Affected says which versions of one package are affected.
type Affected struct {
	Package struct {
		Ecosystem seaworthy.Ecosystem `json:"ecosystem"`
		Name      string              `json:"name"`
	} `json:"package"`
	Severity          []Score         `json:"severity"`
	Ranges            []Range         `json:"ranges"`
	Versions          []string        `json:"versions"`
	EcosystemSpecific json.RawMessage `json:"ecosystem_specific"`
	Specific          json.RawMessage `json:"database_specific"`
}

// Range is a list of events on a line of versions, or on a git history, which
// matching ignores.
type Range struct {
	Type   string  `json:"type"` // ECOSYSTEM, SEMVER or GIT
	Events []Event `json:"events"`
}

// Event is where a range begins or ends: exactly one field is set.
type Event struct {
	Introduced   string `json:"introduced"`
	Fixed        string `json:"fixed"`
	LastAffected string `json:"last_affected"`
	Limit        string `json:"limit"`
}

// Reference is a link about the vulnerability.
type Reference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// The limits of one record. The largest real records, of kernels, come to a tenth of
// them.
const (
	MaxSize = 64 << 20 // bytes of JSON
	MaxID   = 512      // bytes

	maxAffected = 100_000
	maxNames    = 100_000 // aliases, upstream, related: each
)

// Parse reads a record and validates it.
func Parse(data []byte) (*Record, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("the record has %d bytes; the maximum is %d", len(data), MaxSize)
	}
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("not an OSV record: %w", jsonerror.Explain(data, err))
	}
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("not an OSV record: %w", err)
	}
	return &r, nil
}

// Validate reports what makes a record unusable. A record that was not made by [Parse]
// must be validated before it is stored.
func (r *Record) Validate() error {
	switch {
	case r.ID == "":
		return errors.New("it has no id")
	case len(r.ID) > MaxID:
		return fmt.Errorf("its id has %d bytes; the maximum is %d", len(r.ID), MaxID)
	case strings.ContainsFunc(r.ID, func(c rune) bool { return c <= ' ' || c == 0x7f }):
		return fmt.Errorf("its id %q has spaces or control characters", r.ID)
	case len(r.Affected) > maxAffected:
		return fmt.Errorf("it has %d affected packages; the maximum is %d", len(r.Affected), maxAffected)
	case max(len(r.Aliases), len(r.Upstream), len(r.Related)) > maxNames:
		return fmt.Errorf("it has more than %d aliases", maxNames)
	}
	for _, a := range r.Affected {
		for _, g := range a.Ranges {
			if err := g.validate(); err != nil {
				return fmt.Errorf("package %q: %w", a.Package.Name, err)
			}
		}
	}
	return nil
}

func (g *Range) validate() error {
	switch g.Type {
	case "GIT":
		return nil
	case "ECOSYSTEM", "SEMVER":
	default:
		return fmt.Errorf("a range has the unknown type %q", g.Type)
	}
	for _, e := range g.Events {
		set := 0
		for _, v := range []string{e.Introduced, e.Fixed, e.LastAffected, e.Limit} {
			if v != "" {
				set++
			}
		}
		if set != 1 {
			return fmt.Errorf("an event of a range has %d versions, not one", set)
		}
	}
	return nil
}

// IsMalicious reports whether the record says that a package is malware itself.
func (r *Record) IsMalicious() bool { return strings.HasPrefix(r.ID, "MAL-") }
