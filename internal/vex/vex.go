// Package vex reads what the makers of software say of vulnerabilities in it
// (Vulnerability Exploitability eXchange), and finds the statement that is about a
// finding: OpenVEX, CSAF 2.0 with the profile VEX, and CycloneDX.
//
// A statement settles a finding only if it is beyond doubt about that product and
// that vulnerability. What cannot be compared, such as a range of versions in
// words, matches nothing.
package vex

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/attestation"
)

// MaxSize is the size of a document in bytes beyond which it is not read.
const MaxSize = 64 << 20

// maxPairs bounds what a document can make of few bytes, by naming many products
// together with many of something else.
const maxPairs = 5_000_000

// The statuses that a product can have, in the words of OpenVEX.
const (
	notAffected        = "not_affected"
	affected           = "affected"
	fixed              = "fixed"
	underInvestigation = "under_investigation"
)

// Document is a file of statements. It does not change once it is made.
type Document struct {
	// Format is the name and version of the format.
	Format string
	// Author is who makes the statements.
	Author string
	// Source is the file or attachment that they come from.
	Source string

	digest     string
	modified   time.Time
	statements []statement
}

// statement says what the status of products is with regard to a vulnerability.
type statement struct {
	ids           []string // of the vulnerability: its name and its aliases
	products      []product
	status        string
	justification string
	words         string // what the author adds
	at            time.Time
}

// Load reads a file of statements.
func Load(path string) (*Document, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a directory, not a file of VEX statements", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// Parse reads a document. The source names it in errors and in the report.
func Parse(source string, data []byte) (*Document, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%s is larger than %d MiB, and no larger file of VEX statements is read", source, MaxSize>>20)
	}
	d, err := open(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	sum := sha256.Sum256(data)
	d.Source, d.digest = source, "sha256:"+hex.EncodeToString(sum[:])
	d.Author = cmp.Or(oneLine(d.Author), "an unnamed author")
	for i := range d.statements {
		s := &d.statements[i]
		s.words = oneLine(s.words)
		if s.at.After(d.modified) {
			d.modified = s.at
		}
	}
	return d, nil
}

// open reads a document, or an attestation of one. It verifies no signature.
func open(data []byte) (*Document, error) {
	data = trim(data)
	if len(data) == 0 {
		return nil, errors.New("it is empty")
	}
	a, ok, err := attestation.Open(data)
	if err != nil {
		return nil, explain(data, err)
	}
	if ok {
		data = trim(a.Predicate)
	}
	return parse(data)
}

func trim(data []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
}

func parse(data []byte) (*Document, error) {
	var probe struct {
		Context   json.RawMessage `json:"@context"`
		BOMFormat string          `json:"bomFormat"`
		Document  struct {
			Version string `json:"csaf_version"`
		} `json:"document"`
	}
	if err := json.Unmarshal(data, &probe); err != nil {
		return nil, explain(data, err)
	}
	switch {
	case bytes.Contains(probe.Context, []byte("openvex")):
		return parseOpenVEX(data)
	case probe.BOMFormat == "CycloneDX":
		return parseCycloneDX(data)
	case probe.Document.Version != "":
		return parseCSAF(data)
	}
	return nil, errors.New("it holds no VEX statements that can be read: OpenVEX, CSAF 2.0 and CycloneDX in JSON are")
}

// explain says where JSON is broken.
func explain(data []byte, err error) error {
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	line := func(offset int64) int {
		return 1 + bytes.Count(data[:min(max(offset, 0), int64(len(data)))], []byte("\n"))
	}
	switch {
	case errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return errors.New("it is JSON that ends before it is complete")
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no valid JSON: line %d: %w", line(syntax.Offset), err)
	case errors.As(err, &mismatch):
		return fmt.Errorf("line %d: %s must not be a JSON %s", line(mismatch.Offset), mismatch.Field, mismatch.Value)
	}
	return err
}

// DataSource names the document in a report.
func (d *Document) DataSource() seaworthy.DataSource {
	s := seaworthy.DataSource{Source: fmt.Sprintf("VEX %s (%s by %s)", d.Source, d.Format, d.Author), Digest: d.digest}
	if !d.modified.IsZero() {
		at := d.modified
		s.Modified = &at
	}
	return s
}

// parseTime reads a time as the formats write it; the zero time for none.
func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time: it must be as in 2006-01-02T15:04:05Z", clip(s))
	}
	return t.UTC(), nil
}

func oneLine(s string) string {
	return clip(strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " "))
}

// clip bounds what is quoted of a document.
func clip(s string) string {
	const most = 500
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
