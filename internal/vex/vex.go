// Package vex reads VEX documents (Vulnerability Exploitability eXchange), in which an
// author says whether products are affected by vulnerabilities, and adds their statements
// to findings.
//
// In goes a document in OpenVEX 0.0.1 to 0.2, CSAF 2.0 with the VEX profile, or CycloneDX
// JSON, each also in an in-toto statement. Out comes a Handler ([Statements.Apply]) that
// sets VEX of the vulnerability findings that a statement applies to.
//
// A statement applies only if it certainly refers to the image or package and to the
// vulnerability. Products that cannot be compared, such as version ranges, match nothing.
// Refused are other formats, documents larger than [MaxSize], unknown statuses, and
// documents whose products multiply to more than five million. Signatures are not verified.
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
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/attestation"
	"seaworthy.dev/seaworthy/internal/jsonerror"
	"seaworthy.dev/seaworthy/internal/textfile"
	"seaworthy.dev/seaworthy/internal/userfile"
)

// MaxSize is the maximum size of a document in bytes.
const MaxSize = 64 << 20

// maxPairs limits the pairs of a product with a component or a group: a small document
// could otherwise need much memory.
const maxPairs = 5_000_000

// The statuses of a product, with the names of OpenVEX.
const (
	notAffected        = "not_affected"
	affected           = "affected"
	fixed              = "fixed"
	underInvestigation = "under_investigation"
)

// Document is a VEX document. It is safe for concurrent use.
type Document struct {
	// Format is the name and version of the format: "OpenVEX v0.2.0".
	Format string
	// Author is the author of the statements, as the document says.
	Author string
	// Source is the file or attachment that the document comes from.
	Source string

	digest     string
	modified   time.Time
	statements []statement
}

// statement is the status of products with regard to one vulnerability.
type statement struct {
	ids           []string // the name of the vulnerability, and its aliases
	products      []product
	status        string
	justification string
	text          string // the free text of the author, on one line
	timestamp     time.Time
}

// Load reads a VEX document from a file.
func Load(path string) (*Document, error) {
	f, err := userfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// Parse parses a VEX document. Source is its name in errors and in reports.
func Parse(source string, data []byte) (*Document, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%s is larger than %d MiB, the maximum size of a VEX document", source, MaxSize>>20)
	}
	d, err := parseDocument(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	sum := sha256.Sum256(data)
	d.Source, d.digest = source, "sha256:"+hex.EncodeToString(sum[:])
	d.Author = cmp.Or(oneLine(d.Author), "unknown author")
	for i := range d.statements {
		s := &d.statements[i]
		s.text = oneLine(s.text)
		if s.timestamp.After(d.modified) {
			d.modified = s.timestamp
		}
	}
	return d, nil
}

func parseDocument(data []byte) (*Document, error) {
	data = trim(data)
	if len(data) == 0 {
		return nil, errors.New("it is empty")
	}
	a, ok, err := attestation.Open(data)
	if err != nil {
		return nil, jsonerror.Explain(data, err)
	}
	if ok {
		data = trim(a.Predicate)
	}
	return parseStatements(data)
}

// trim returns the text of a document in UTF-8, without white space around it.
func trim(data []byte) []byte { return bytes.TrimSpace(textfile.Decode(data)) }

// parseStatements detects the format and parses the document.
func parseStatements(data []byte) (*Document, error) {
	var probe struct {
		Context   json.RawMessage `json:"@context"`
		BOMFormat string          `json:"bomFormat"`
		Document  struct {
			Version string `json:"csaf_version"`
		} `json:"document"`
	}
	if err := json.Unmarshal(data, &probe); err != nil {
		return nil, jsonerror.Explain(data, err)
	}
	switch {
	case bytes.Contains(probe.Context, []byte("openvex")):
		return parseOpenVEX(data)
	case probe.BOMFormat == "CycloneDX":
		return parseCycloneDX(data)
	case probe.Document.Version != "":
		return parseCSAF(data)
	}
	return nil, errors.New("it is not a VEX document in a known format: OpenVEX, CSAF 2.0 and CycloneDX JSON are supported")
}

// DataSource describes the document for a report.
func (d *Document) DataSource() seaworthy.DataSource {
	s := seaworthy.DataSource{Source: fmt.Sprintf("VEX %s (%s by %s)", d.Source, d.Format, d.Author), Digest: d.digest}
	if !d.modified.IsZero() {
		at := d.modified
		s.Modified = &at
	}
	return s
}

// parseTime parses a time in RFC 3339, which all formats use. It returns the zero time for
// "".
func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("invalid time %q: want the form 2006-01-02T15:04:05Z", clip(s))
	}
	return t.UTC(), nil
}

// oneLine returns text from a document on one line, at most 500 bytes.
func oneLine(s string) string {
	return clip(strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " "))
}

// clip returns the first 500 bytes of text from a document.
func clip(s string) string {
	const limit = 500
	if len(s) > limit {
		return strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return s
}
