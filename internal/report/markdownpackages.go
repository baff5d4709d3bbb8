package report

import (
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

// markdownItem is a row of a table with the number of findings that it stands for.
type markdownItem struct {
	text     string
	findings int
}

// markdownItems are the rows for the findings of a risk: one for each group of
// findings, and one for the vulnerabilities of a package.
func markdownItems(risk seaworthy.Risk, found []*seaworthy.Finding) []markdownItem {
	var groups []*document.PackageGroup
	if risk == seaworthy.Vulnerability {
		groups, found = document.ByPackage(found)
	}
	var items []markdownItem
	for _, group := range document.Grouped(found) {
		items = append(items, markdownItem{markdownRow(group), len(group)})
	}
	for _, g := range groups {
		items = append(items, markdownItem{markdownPackage(g), len(g.Vulnerabilities)})
	}
	return items
}

// maxCellIDs is how many vulnerabilities of a package a cell names.
const maxCellIDs = 8

// markdownPackage is a row for a package with its vulnerabilities.
func markdownPackage(g *document.PackageGroup) string {
	what := markdownCode(visible.Shorten(visible.Text(g.Name+" "+g.Version), maxFact))
	if len(g.Packages) > 1 || g.Packages[0] != g.Name {
		what += " (" + markdownShort(words.List(g.Packages, 4), maxFact) + ")"
	}
	var ids []string
	for _, f := range g.Vulnerabilities[:min(len(g.Vulnerabilities), maxCellIDs)] {
		text := markdownCell(f.ID) + " " + f.Severity.String()
		if f.KEV != nil {
			text += " <b>exploited</b>"
		}
		if f.Package.FixedVersion == "" {
			text += " (" + markdownShort(words.Unfixed(f.Package.Status), maxFact) + ")"
		}
		ids = append(ids, text)
	}
	what += "<br>" + strings.Join(ids, ", ")
	if rest := g.Vulnerabilities[len(ids):]; len(rest) > 0 {
		what += fmt.Sprintf(" and %d more: %s", len(rest), document.TallyText(rest))
	}
	var where []string
	for i, l := range g.Locations() {
		if i == maxCellPlaces {
			where = append(where, "and more")
			break
		}
		at := markdownCode(words.Place(l, maxCell))
		if l.Layer != nil {
			at += fmt.Sprintf(" layer %d", *l.Layer)
		}
		where = append(where, at)
	}
	fix := "no fix yet"
	if g.Upgrade != "" {
		fix = markdownCode(visible.Shorten(visible.Text(g.Upgrade), maxFact))
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", markdownSeverity(g.Worst()), what, strings.Join(where, "<br>"), fix)
}

// markdownUpgrades are the commands that fix packages, in at most room bytes.
func markdownUpgrades(found []*seaworthy.Finding, room int) string {
	var b strings.Builder
	list, _, _ := document.UpgradesOf(found)
	for _, r := range list {
		if r.Command == "" {
			continue
		}
		line := fmt.Sprintf("\nFixes %s: %s\n", words.Vulnerabilities(len(r.Fixes)), markdownCode(visible.Text(strings.Join(append([]string{r.Command}, r.Packages...), " "))))
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
