package report

import (
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
)

// markdownItem is a row of a table with the number of findings that it stands for.
type markdownItem struct {
	text     string
	findings int
}

// markdownItems are the rows for the findings of a risk: one for the findings
// of a kind, and one for the flaws of a package.
func markdownItems(risk seaworthy.Risk, found []*seaworthy.Finding) []markdownItem {
	var groups []*flawed
	if risk == seaworthy.Vulnerability {
		groups, found = byPackage(found)
	}
	var items []markdownItem
	for _, alike := range inKinds(found) {
		items = append(items, markdownItem{markdownRow(alike), len(alike)})
	}
	for _, g := range groups {
		items = append(items, markdownItem{markdownFlawed(g), len(g.all)})
	}
	return items
}

// maxCellFlaws is how many flaws of a package a cell names.
const maxCellFlaws = 8

// markdownFlawed is a row for a package with its flaws.
func markdownFlawed(g *flawed) string {
	what := markdownCode(shorten(visible(g.name+" "+g.version), maxFact))
	if len(g.packages) > 1 || g.packages[0] != g.name {
		what += " (" + markdownShort(list(g.packages, 4), maxFact) + ")"
	}
	var flaws []string
	for _, f := range g.flaws[:min(len(g.flaws), maxCellFlaws)] {
		text := markdownCell(f.ID) + " " + f.Severity.String()
		if f.KEV != nil {
			text += " <b>exploited</b>"
		}
		if f.Package.FixedVersion == "" {
			text += " (" + markdownShort(unfixedWords(f.Package.Status), maxFact) + ")"
		}
		flaws = append(flaws, text)
	}
	what += "<br>" + strings.Join(flaws, ", ")
	if rest := g.flaws[len(flaws):]; len(rest) > 0 {
		what += fmt.Sprintf(" and %d more: %s", len(rest), tallyText(rest))
	}
	var where []string
	for i, l := range g.locations() {
		if i == maxCellPlaces {
			where = append(where, "and more")
			break
		}
		at := markdownCode(place(l, maxCell))
		if l.Layer != nil {
			at += fmt.Sprintf(" layer %d", *l.Layer)
		}
		where = append(where, at)
	}
	mended := "no fix yet"
	if g.upgrade != "" {
		mended = markdownCode(shorten(visible(g.upgrade), maxFact))
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", markdownSeverity(g.worst()), what, strings.Join(where, "<br>"), mended)
}

// markdownRemedies are the commands that mend packages, in at most room bytes.
func markdownRemedies(found []*seaworthy.Finding, room int) string {
	var b strings.Builder
	for _, r := range remediesOf(found) {
		if r.command == "" {
			continue
		}
		line := fmt.Sprintf("\nMends %s: %s\n", places(r.findings, "finding"), markdownCode(visible(strings.Join(append([]string{r.command}, r.packages...), " "))))
		if b.Len()+len(line) > room {
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

func markdownSeverity(s seaworthy.Severity) string {
	if s >= seaworthy.High {
		return "**" + s.String() + "**"
	}
	return s.String()
}
