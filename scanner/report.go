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
	Text      Format = Format(report.Text)      // for a terminal
	JSON      Format = Format(report.JSON)      // all data; its schema is docs/schema/report-v1.schema.json
	SARIF     Format = Format(report.SARIF)     // for code scanning services and editors
	JUnit     Format = Format(report.JUnit)     // for the test results of a CI system
	GitLab    Format = Format(report.GitLab)    // GitLab's container scanning report
	Markdown  Format = Format(report.Markdown)  // for a comment on a pull request
	CycloneDX Format = Format(report.CycloneDX) // an SBOM with the vulnerabilities
	SPDX      Format = Format(report.SPDX)      // an SBOM
)

// Report is a Handler that writes a report on all images whose events it receives. The
// caller must call Close after the last image: some formats have all images in one
// document.
type Report interface {
	seaworthy.Handler
	// Close ends the report. It does not close the writer.
	Close() error
}

// NewReport returns a Report in a format. It writes to w when events arrive, and at the
// latest in Close. Errors of w are returned by the method that wrote.
func NewReport(w io.Writer, f Format) (Report, error) {
	return report.New(report.Format(f), w, report.Options{})
}

// Handlers passes each event to several handlers in turn, and stops at the first
// error.
func Handlers(all ...seaworthy.Handler) seaworthy.Handler { return report.Multi(all...) }
