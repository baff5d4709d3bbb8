// Package report turns the event stream of a scan into reports. Each format is a
// [seaworthy.Handler], so that a report can be written while the image is
// scanned, or later from recorded JSON with [ReadJSON]: both give the same bytes.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/sbomformat"
	"seaworthy.dev/seaworthy/internal/report/text"
)

// Format names a form of report.
type Format string

// The formats.
const (
	Text     Format = "text"     // for people at a terminal
	JSON     Format = "json"     // the whole report, docs/schema/report-v1.schema.json
	SARIF    Format = "sarif"    // for code scanning services and editors
	JUnit    Format = "junit"    // for the test view of a CI system
	GitLab   Format = "gitlab"   // GitLab's container scanning report
	Markdown Format = "markdown" // a comment for a pull request

	CycloneDX Format = "cyclonedx" // SBOM: CycloneDX 1.6 JSON, with the vulnerabilities
	SPDX      Format = "spdx"      // SBOM: SPDX 2.3 JSON
)

// Formats lists all formats.
func Formats() []Format {
	return []Format{Text, JSON, SARIF, JUnit, GitLab, Markdown, CycloneDX, SPDX}
}

// ParseFormat is the inverse of the conversion to string.
func ParseFormat(s string) (Format, error) {
	if f := Format(s); slices.Contains(Formats(), f) {
		return f, nil
	}
	return "", fmt.Errorf("unknown report format %q: one of %s", s, join(Formats(), ", "))
}

// Writer is a report being written. A Writer that has taken the events of its
// last image must be closed: some formats hold several images in one document.
// Almost every string of an event can come from the image: a Writer escapes it.
type Writer interface {
	seaworthy.Handler
	// Close ends the document. It does not close what it writes to.
	Close() error
}

// Options say how a report is to look. The zero value is a good start.
type Options = document.Options

// Names are what hints call the options by.
type Names = document.Names

// New starts a report in the given format. Nothing is written until the first
// event, and errors of w are returned from the event or the Close that wrote.
func New(f Format, w io.Writer, opt Options) (Writer, error) {
	var out Writer
	switch f {
	case Text:
		out = text.New(w, opt)
	case JSON:
		out = newJSON(w)
	case SARIF:
		out = newSARIF(w)
	case JUnit:
		out = newJUnit(w)
	case GitLab:
		out = newGitLab(w)
	case Markdown:
		out = newMarkdown(w, opt)
	case CycloneDX:
		out = sbomformat.NewCycloneDX(w, opt)
	case SPDX:
		out = sbomformat.NewSPDX(w, opt)
	default:
		if _, err := ParseFormat(string(f)); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("report format %q has no writer", f)
	}
	if len(opt.Severities) > 0 {
		out = newFilter(out, opt.Severities)
	}
	return out, nil
}

func join[T ~string](values []T, sep string) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, sep)
}
