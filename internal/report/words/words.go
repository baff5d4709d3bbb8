// Package words holds the words that the formats of a report share: amounts, places,
// states and verdicts in plain English. What comes from the image is not escaped, except
// in [Place]; see the package visible.
package words

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/visible"
)

// Size gives a number of bytes in decimal units, as Docker does.
func Size(n int64) string {
	const units = "kMGTPE"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	v, unit := float64(n)/1000, 0
	for v >= 999.95 && unit < len(units)-1 {
		v /= 1000
		unit++
	}
	return fmt.Sprintf("%.1f %cB", v, units[unit])
}

// SizeFacts are the number of layers and their size. Of an image that is known from
// an SBOM neither may be.
func SizeFacts(i *seaworthy.Image) []string {
	if len(i.Layers) == 0 {
		return nil
	}
	if i.Size == 0 {
		return []string{Plural(len(i.Layers), "layer")}
	}
	return []string{Plural(len(i.Layers), "layer"), Size(i.Size)}
}

// Plural writes a number with a noun whose plural ends in s.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Vulnerabilities writes their number.
func Vulnerabilities(n int) string {
	if n == 1 {
		return "1 vulnerability"
	}
	return fmt.Sprintf("%d vulnerabilities", n)
}

// List names the first n of some things.
func List(names []string, n int) string {
	if more := len(names) - n; more > 0 {
		return strings.Join(names[:n], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// PartlyChecked is what the reports call [seaworthy.Partial].
const PartlyChecked = "partly checked"

// State names a state of coverage.
func State(s seaworthy.State) string {
	switch s {
	case seaworthy.Partial:
		return PartlyChecked
	case seaworthy.NotChecked:
		return "not checked"
	default:
		return "check failed"
	}
}

// Decision says what a verdict means.
func Decision(d seaworthy.Decision) string {
	switch d {
	case seaworthy.DecisionPass:
		return "the image meets the policy"
	case seaworthy.DecisionFail:
		return "the image violates the policy"
	default:
		return "not enough was checked to clear the image"
	}
}

// ExitCode is the exit code that the command gives for a verdict.
func ExitCode(d seaworthy.Decision) int {
	switch d {
	case seaworthy.DecisionPass:
		return 0
	case seaworthy.DecisionFail:
		return 1
	default:
		return 3
	}
}

// VEX gives a statement in words, with its author.
func VEX(v *seaworthy.VEX) string {
	text := strings.ReplaceAll(v.Status, "_", " ")
	if v.Justification != "" {
		text += ", " + strings.ReplaceAll(v.Justification, "_", " ")
	}
	text += " (VEX by " + v.By + ")"
	if v.Statement != "" {
		text += ": " + v.Statement
	}
	return text
}

// Unused says in a sentence what an unused rule is, why it does not apply, and what it may
// mean.
func Unused(r *seaworthy.UnusedRule) string {
	text := r.Source
	if r.Line > 0 {
		text += fmt.Sprintf(":%d", r.Line)
	}
	if r.More > 0 {
		return text + ": " + Plural(r.More, "more rule") + ": " + r.Reason
	}
	text += ": " + r.Rule + ": " + r.Reason
	if r.Nearest != "" {
		text += "; did you mean " + r.Nearest + "?"
	}
	return text
}

// Unfixed says why there is no fixed version.
func Unfixed(status string) string {
	if status == "" || status == "affected" || status == "fixed" {
		return "no fix yet"
	}
	return visible.Text(status)
}

// OS names an operating system.
func OS(o *seaworthy.OS) string {
	if o.PrettyName != "" {
		return o.PrettyName
	}
	return strings.TrimSpace(o.ID + " " + o.VersionID)
}

// ShortDigest gives the algorithm and the first 12 digits.
func ShortDigest(d string) string {
	algorithm, hex, ok := strings.Cut(d, ":")
	if !ok || len(hex) <= 12 {
		return d
	}
	return algorithm + ":" + hex[:12]
}

// Age says when the image was made and how long ago that is. Builders that make
// the same bytes each time set the time to an early date, from which no age
// follows.
func Age(created, now time.Time) string {
	day := "built " + created.UTC().Format(time.DateOnly)
	days := int(now.Sub(created).Hours() / 24)
	switch {
	case now.IsZero() || created.Year() <= 1980 || now.Before(created):
		return day
	case days == 0:
		return day + ", today"
	case days < 60:
		return day + ", " + Plural(days, "day") + " ago"
	case days < 730:
		return day + ", " + Plural(days/30, "month") + " ago"
	default:
		return day + ", " + Plural(days/365, "year") + " ago"
	}
}

// Layer names the layer of a location, and the one that deleted or replaced the
// file.
func Layer(l seaworthy.Location) string {
	words := fmt.Sprintf("layer %d", *l.Layer)
	if l.RemovedIn != nil {
		words += fmt.Sprintf(", removed in layer %d", *l.RemovedIn)
	}
	return words
}

// Place names a file and line from the root of the image, the path in at most n
// columns, or says that the finding is about the image itself.
func Place(l seaworthy.Location, n int) string {
	if l.Path == "" {
		if l.Layer != nil || l.Step != nil {
			return "history"
		}
		return "image configuration"
	}
	path := visible.Shorten("/"+visible.Path(l.Path), n)
	switch {
	case l.Line > 0:
		return fmt.Sprintf("%s:%d", path, l.Line)
	case l.Offset > 0:
		return fmt.Sprintf("%s@%d", path, l.Offset)
	default:
		return path
	}
}

// OneLine makes all white space of s single spaces.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Paragraphs gives the lines of a text that are not blank.
func Paragraphs(s string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }),
		func(l string) bool { return strings.TrimSpace(l) == "" })
}

// ShortSums shortens the SHA-256 sums by which the classic builder names what was
// added or copied.
func ShortSums(text string) string {
	const length, shown = 64, 12
	words := strings.Split(text, " ")
	for i, w := range words {
		at := strings.LastIndexByte(w, ':') + 1
		if sum := w[at:]; at > 0 && len(sum) == length && strings.Trim(sum, "0123456789abcdef") == "" {
			words[i] = w[:at+shown] + "…"
		}
	}
	return strings.Join(words, " ")
}

// EvidenceLines gives the lines of the evidence; none for a secret of which nothing may
// be shown.
func EvidenceLines(f *seaworthy.Finding) []string {
	const former = "[redacted]" // of reports that earlier versions recorded
	if f.Evidence == seaworthy.RedactionMark || f.Evidence == former {
		return nil
	}
	return Paragraphs(f.Evidence)
}

// Checkpoints are the items of the CIS Docker Benchmark, and the checkpoints of Dockle,
// that a configuration defect violates: "CIS 4.1", "CIS-DI-0001".
func Checkpoints(f *seaworthy.Finding) []string {
	var out []string
	for _, c := range f.Controls {
		switch c.Standard {
		case seaworthy.CISDocker:
			out = append(out, "CIS "+c.Item)
		case seaworthy.Dockle:
			out = append(out, c.Item)
		}
	}
	return out
}

// ProvenanceLines name the program, the policy and the data, a line each. digest
// shortens a digest, or does not.
func ProvenanceLines(by *seaworthy.Provenance, digest func(string) string) []string {
	policy := "policy: " + by.Policy.Source
	if by.Policy.Digest != "" {
		policy += " (" + digest(by.Policy.Digest) + ")"
	}
	tool := "seaworthy " + by.Tool.Version
	if by.Tool.Commit != "" {
		tool += " (" + visible.Shorten(by.Tool.Commit, 13) + ")"
	}
	out := []string{tool, policy}
	for _, s := range by.Data {
		line := "data: " + s.Source
		if s.Modified != nil {
			line += " of " + s.Modified.UTC().Format(time.DateOnly)
		}
		out = append(out, line)
	}
	return out
}
