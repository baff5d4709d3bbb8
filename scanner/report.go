package scanner

import (
	"io"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report"
)

// Format is a format of reports.
type Format string

// The formats of reports.
const (
	Text      Format = Format(report.Text)      // for people at a terminal
	JSON      Format = Format(report.JSON)      // everything, by docs/schema/report-v1.schema.json
	SARIF     Format = Format(report.SARIF)     // for code scanning services and editors
	JUnit     Format = Format(report.JUnit)     // for the test view of a CI system
	GitLab    Format = Format(report.GitLab)    // GitLab's container scanning report
	Markdown  Format = Format(report.Markdown)  // a comment for a pull request
	CycloneDX Format = Format(report.CycloneDX) // an SBOM with the vulnerabilities
	SPDX      Format = Format(report.SPDX)      // an SBOM
)

// Report is a Handler that writes a report of all images whose events it receives. It must
// be closed after the last one: some formats have several images in one document.
type Report interface {
	seaworthy.Handler
	// Close ends the report. It does not close the writer.
	Close() error
}

// NewReport starts a report. Nothing is written before the first event; errors of the
// writer are returned from the event, or from the Close, that wrote.
func NewReport(w io.Writer, f Format) (Report, error) {
	return report.New(report.Format(f), w, report.Options{})
}

// Handlers passes each event to several handlers in turn, and stops at the first
// error.
func Handlers(all ...seaworthy.Handler) seaworthy.Handler { return report.Multi(all...) }
