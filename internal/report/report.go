// Package report turns the event stream of a scan into reports. Each format is a
// [seaworthy.Handler], so that a report can be written while the image is
// scanned, or later from recorded JSON with [ReadJSON]: both give the same bytes.
package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
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
type Options struct {
	// Width is the number of columns of the text format; 0 means 80. It is kept
	// between 40 and 120.
	Width int
	// Color allows escape sequences for colours in the text format.
	Color bool
	// Severities are those of the findings that are shown; none means all. The
	// verdict does not depend on them.
	Severities []seaworthy.Severity
	// Now is the time from which the text and markdown formats reckon the age of
	// an image; if it is zero they show no age.
	Now time.Time
	// Created is the time at which an SBOM says that it was made. If it is zero,
	// CycloneDX has none, and SPDX the one at which the image was built.
	Created time.Time
	// Verbose lets the text format show everything it knows.
	Verbose bool
	// Names are what the user knows these options by.
	Names Names
}

// Names are what hints call the options by, such as the names of flags. For an option
// without a name there is no hint.
type Names struct {
	// Verbose is the option for [Options.Verbose], Severities that for
	// [Options.Severities], and JSON the one for a report in JSON.
	Verbose, Severities, JSON string
}

// verbose is the hint that the option for more gives something.
func (n *Names) verbose(what string) string {
	if n.Verbose == "" {
		return ""
	}
	return "use " + n.Verbose + " for " + what
}

// inParentheses is an option behind what it shows more of; "" if it has no name.
func inParentheses(option string) string {
	if option == "" {
		return ""
	}
	return " (" + option + ")"
}

// New starts a report in the given format. Nothing is written until the first
// event, and errors of w are returned from the event or the Close that wrote.
func New(f Format, w io.Writer, opt Options) (Writer, error) {
	var out Writer
	switch f {
	case Text:
		out = newText(w, opt)
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
		out = newCycloneDX(w, opt)
	case SPDX:
		out = newSPDX(w, opt)
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

// Multi passes each event to all handlers in turn and stops at the first error.
// Its Close closes those that are Writers, all of them, and joins their errors.
func Multi(handlers ...seaworthy.Handler) Writer {
	return multi(slices.Clone(handlers))
}

type multi []seaworthy.Handler

func (m multi) each(f func(seaworthy.Handler) error) error {
	for _, h := range m {
		if err := f(h); err != nil {
			return err
		}
	}
	return nil
}

func (m multi) Provenance(p *seaworthy.Provenance) error {
	return m.each(func(h seaworthy.Handler) error { return h.Provenance(p) })
}

func (m multi) Progress(l *seaworthy.Progress) error {
	return m.each(func(h seaworthy.Handler) error { return h.Progress(l) })
}

func (m multi) Image(i *seaworthy.Image) error {
	return m.each(func(h seaworthy.Handler) error { return h.Image(i) })
}

func (m multi) Package(p *seaworthy.Package) error {
	return m.each(func(h seaworthy.Handler) error { return h.Package(p) })
}

func (m multi) Finding(f *seaworthy.Finding) error {
	return m.each(func(h seaworthy.Handler) error { return h.Finding(f) })
}

func (m multi) Coverage(c *seaworthy.Coverage) error {
	return m.each(func(h seaworthy.Handler) error { return h.Coverage(c) })
}

func (m multi) Verdict(v *seaworthy.Verdict) error {
	return m.each(func(h seaworthy.Handler) error { return h.Verdict(v) })
}

func (m multi) hide(f *seaworthy.Finding) error {
	return m.each(func(h seaworthy.Handler) error { return hide(h, f) })
}

func (m multi) Close() error {
	var errs []error
	for _, h := range m {
		errs = append(errs, closeHandler(h))
	}
	return errors.Join(errs...)
}

func closeHandler(h seaworthy.Handler) error {
	if w, ok := h.(Writer); ok {
		return w.Close()
	}
	return nil
}

// hider is a Handler that wants to know what a [newFilter] keeps from it, so as to
// say how much it does not show.
type hider interface {
	hide(*seaworthy.Finding) error
}

func hide(h seaworthy.Handler, f *seaworthy.Finding) error {
	if w, ok := h.(hider); ok {
		return w.hide(f)
	}
	return nil
}

// newFilter passes all events on but the findings whose severity is not in shown.
// The formats for people, text and markdown, count what they are not shown. The
// verdict passes unchanged.
func newFilter(next seaworthy.Handler, shown []seaworthy.Severity) Writer {
	return &filter{Handler: next, shown: slices.Clone(shown)}
}

type filter struct {
	seaworthy.Handler
	shown []seaworthy.Severity
}

func (f *filter) Finding(finding *seaworthy.Finding) error {
	if slices.Contains(f.shown, finding.Severity) {
		return f.Handler.Finding(finding)
	}
	return hide(f.Handler, finding)
}

func (f *filter) Close() error { return closeHandler(f.Handler) }

func join[T ~string](values []T, sep string) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, sep)
}
