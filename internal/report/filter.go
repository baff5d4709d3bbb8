package report

import (
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
)

// hider is a Handler that wants to know what a [newFilter] keeps from it, so as to
// say how much it does not show.
type hider interface {
	Hide(*seaworthy.Finding) error
}

// Whatever collects a document counts what is hidden, and so does all that passes events on.
var (
	_ hider = (*document.Collector)(nil)
	_ hider = multi(nil)
)

func hide(h seaworthy.Handler, f *seaworthy.Finding) error {
	if w, ok := h.(hider); ok {
		return w.Hide(f)
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
