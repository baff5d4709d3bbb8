package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
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

// sizeFacts are the number of layers and their size. Of an image that is known from
// an SBOM neither may be.
func sizeFacts(i *seaworthy.Image) []string {
	if len(i.Layers) == 0 {
		return nil
	}
	if i.Size == 0 {
		return []string{places(len(i.Layers), "layer")}
	}
	return []string{places(len(i.Layers), "layer"), Size(i.Size)}
}

// places writes a number with a noun whose plural ends in s.
func places(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// vulnerabilities writes their number.
func vulnerabilities(n int) string {
	if n == 1 {
		return "1 vulnerability"
	}
	return fmt.Sprintf("%d vulnerabilities", n)
}

// list names the first n of some things.
func list(names []string, n int) string {
	if more := len(names) - n; more > 0 {
		return strings.Join(names[:n], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// partlyChecked is what the reports call [seaworthy.Partial].
const partlyChecked = "partly checked"

// stateWords names a state of coverage.
func stateWords(s seaworthy.State) string {
	switch s {
	case seaworthy.Partial:
		return partlyChecked
	case seaworthy.NotChecked:
		return "not checked"
	default:
		return "check failed"
	}
}

func decisionWords(d seaworthy.Decision) string {
	switch d {
	case seaworthy.DecisionPass:
		return "the image meets the policy"
	case seaworthy.DecisionFail:
		return "the image violates the policy"
	default:
		return "not enough was checked to clear the image"
	}
}

// exitCode is the exit code that the command gives for a verdict.
func exitCode(d seaworthy.Decision) int {
	switch d {
	case seaworthy.DecisionPass:
		return 0
	case seaworthy.DecisionFail:
		return 1
	default:
		return 3
	}
}

// vexWords gives a statement in words, with its author.
func vexWords(v *seaworthy.VEX) string {
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

// unfixedWords says why there is no fixed version.
func unfixedWords(status string) string {
	if status == "" || status == "affected" || status == "fixed" {
		return "no fix yet"
	}
	return visible(status)
}

func osName(o *seaworthy.OS) string {
	if o.PrettyName != "" {
		return o.PrettyName
	}
	return strings.TrimSpace(o.ID + " " + o.VersionID)
}

// shortDigest gives the algorithm and the first 12 digits.
func shortDigest(d string) string {
	algorithm, hex, ok := strings.Cut(d, ":")
	if !ok || len(hex) <= 12 {
		return d
	}
	return algorithm + ":" + hex[:12]
}

// age says when the image was made and how long ago that is. Builders that make
// the same bytes each time set the time to an early date, from which no age
// follows.
func age(created, now time.Time) string {
	day := "built " + created.UTC().Format(time.DateOnly)
	days := int(now.Sub(created).Hours() / 24)
	switch {
	case now.IsZero() || created.Year() <= 1980 || now.Before(created):
		return day
	case days == 0:
		return day + ", today"
	case days < 60:
		return day + ", " + places(days, "day") + " ago"
	case days < 730:
		return day + ", " + places(days/30, "month") + " ago"
	default:
		return day + ", " + places(days/365, "year") + " ago"
	}
}

// layerWords name the layer of a location, and the one that deleted or replaced the
// file.
func layerWords(l seaworthy.Location) string {
	words := fmt.Sprintf("layer %d", *l.Layer)
	if l.RemovedIn != nil {
		words += fmt.Sprintf(", removed in layer %d", *l.RemovedIn)
	}
	return words
}

// place names a file and line from the root of the image, the path in at most n
// columns, or says that the finding is about the image itself.
func place(l seaworthy.Location, n int) string {
	if l.Path == "" {
		if l.Layer != nil || l.Step != nil {
			return "history"
		}
		return "image configuration"
	}
	path := shorten("/"+visiblePath(l.Path), n)
	switch {
	case l.Line > 0:
		return fmt.Sprintf("%s:%d", path, l.Line)
	case l.Offset > 0:
		return fmt.Sprintf("%s@%d", path, l.Offset)
	default:
		return path
	}
}

// oneLine makes all white space of s single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// paragraphs gives the lines of a text that are not blank.
func paragraphs(s string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }),
		func(l string) bool { return strings.TrimSpace(l) == "" })
}

// shortSums shortens the SHA-256 sums by which the classic builder names what was
// added or copied.
func shortSums(text string) string {
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

// evidenceLines gives the lines of the evidence; none for a secret of which nothing may
// be shown.
func evidenceLines(f *seaworthy.Finding) []string {
	const former = "[redacted]" // of reports that earlier versions recorded
	if f.Evidence == seaworthy.RedactionMark || f.Evidence == former {
		return nil
	}
	return paragraphs(f.Evidence)
}

// checkpoints are the items of the CIS Docker Benchmark, and the checkpoints of Dockle,
// that a configuration defect violates: "CIS 4.1", "CIS-DI-0001".
func checkpoints(f *seaworthy.Finding) []string {
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

// provenanceLines name the program, the policy and the data, a line each. digest
// shortens a digest, or does not.
func provenanceLines(by *seaworthy.Provenance, digest func(string) string) []string {
	policy := "policy: " + by.Policy.Source
	if by.Policy.Digest != "" {
		policy += " (" + digest(by.Policy.Digest) + ")"
	}
	tool := "seaworthy " + by.Tool.Version
	if by.Tool.Commit != "" {
		tool += " (" + shorten(by.Tool.Commit, 13) + ")"
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
