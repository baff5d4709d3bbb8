package document

import (
	"fmt"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/words"
)

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

// VerboseHint is the hint that the option for more gives something.
func (n *Names) VerboseHint(what string) string {
	if n.Verbose == "" {
		return ""
	}
	return "use " + n.Verbose + " for " + what
}

// InParentheses is an option behind what it shows more of; "" if it has no name.
func InParentheses(option string) string {
	if option == "" {
		return ""
	}
	return " (" + option + ")"
}

// HiddenLine says how much a filter kept back.
func (n *Names) HiddenLine(d *Document) string {
	var counts []string
	for _, c := range Tally(d.Hidden...) {
		counts = append(counts, c.String())
	}
	return fmt.Sprintf("%s not shown%s: %s; the verdict counts them",
		words.Plural(len(WorstOf(d.Hidden)), "more finding"), InParentheses(n.Severities), strings.Join(counts, ", "))
}
