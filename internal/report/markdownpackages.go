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

// markdownItems are the rows for the findings of a risk: one for each group of
// findings, and one for the vulnerabilities of a package.
func markdownItems(risk seaworthy.Risk, found []*seaworthy.Finding) []markdownItem {
	var groups []*packageGroup
	if risk == seaworthy.Vulnerability {
		groups, found = byPackage(found)
	}
	var items []markdownItem
	for _, group := range grouped(found) {
		items = append(items, markdownItem{markdownRow(group), len(group)})
	}
	for _, g := range groups {
		items = append(items, markdownItem{markdownPackage(g), len(g.vulnerabilities)})
	}
	return items
}

// maxCellIDs is how many vulnerabilities of a package a cell names.
const maxCellIDs = 8

// markdownPackage is a row for a package with its vulnerabilities.
func markdownPackage(g *packageGroup) string {
	what := markdownCode(shorten(visible(g.name+" "+g.version), maxFact))
	if len(g.packages) > 1 || g.packages[0] != g.name {
		what += " (" + markdownShort(list(g.packages, 4), maxFact) + ")"
	}
	var ids []string
	for _, f := range g.vulnerabilities[:min(len(g.vulnerabilities), maxCellIDs)] {
		text := markdownCell(f.ID) + " " + f.Severity.String()
		if f.KEV != nil {
			text += " <b>exploited</b>"
		}
		if f.Package.FixedVersion == "" {
			text += " (" + markdownShort(unfixedWords(f.Package.Status), maxFact) + ")"
		}
		ids = append(ids, text)
	}
	what += "<br>" + strings.Join(ids, ", ")
	if rest := g.vulnerabilities[len(ids):]; len(rest) > 0 {
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
	fix := "no fix yet"
	if g.upgrade != "" {
		fix = markdownCode(shorten(visible(g.upgrade), maxFact))
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", markdownSeverity(g.worst()), what, strings.Join(where, "<br>"), fix)
}

// markdownUpgrades are the commands that fix packages, in at most room bytes.
func markdownUpgrades(found []*seaworthy.Finding, room int) string {
	var b strings.Builder
	list, _, _ := upgradesOf(found)
	for _, r := range list {
		if r.command == "" {
			continue
		}
		line := fmt.Sprintf("\nFixes %s: %s\n", vulnerabilities(len(r.fixes)), markdownCode(visible(strings.Join(append([]string{r.command}, r.packages...), " "))))
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
