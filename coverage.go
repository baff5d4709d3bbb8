package seaworthy

import "cmp"

// Coverage says how far one subject was looked at. What was not looked at is
// never reported as clean: it is a Coverage.
type Coverage struct {
	Risk Risk `json:"risk"`
	// Subject is what was, or was not, looked at: "configuration",
	// "layer 3: usr/lib/huge.bin", "Debian:12".
	Subject string `json:"subject"`
	State   State  `json:"state"`
	// Reason is a sentence; empty only for Checked.
	Reason string `json:"reason,omitempty"`
	// InImage is true if the reason lies in what the image holds, and not in the
	// data by which it is judged: newer data would not mend it.
	InImage bool `json:"inImage,omitempty"`
}

// State is how far a subject was looked at.
type State string

// The states of coverage.
const (
	Checked    State = "checked"
	Partial    State = "partial"
	NotChecked State = "not-checked"
	Failed     State = "failed"
)

// CompareCoverage is the order of a report: risk, subject, state, reason.
func CompareCoverage(a, b *Coverage) int {
	return cmp.Or(
		cmp.Compare(a.Risk, b.Risk),
		cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.State, b.State),
		cmp.Compare(a.Reason, b.Reason),
	)
}
