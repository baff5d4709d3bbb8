package text

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

// How many vulnerable packages the text shows if it is not to be verbose: the first
// with their worst vulnerabilities, more with a line each, and of the rest their number.
const (
	maxDetailed        = 8
	maxVulnerabilities = 4
	maxBare            = 8 // vulnerabilities of which nothing but the id is known
	maxListed          = 24
	maxCommands        = 8
)

// packages writes the vulnerabilities of packages, those that matter most first, and
// how to fix them.
func (t *Writer) packages(p *page, d *document.Document, groups []*document.PackageGroup) {
	var all []*seaworthy.Finding
	for _, g := range groups {
		all = append(all, g.All...)
	}
	if len(all) == 0 {
		return
	}
	p.WriteByte('\n')
	p.hang(2, "  ", prose(plain, packagesLine(groups)))
	detailed, listed := len(groups), 0
	if !t.opt.Verbose {
		detailed = min(detailed, maxDetailed)
		listed = min(len(groups)-detailed, maxListed)
	}
	for _, g := range groups[:detailed] {
		p.WriteByte('\n')
		t.packageGroup(p, d, g)
	}
	if listed > 0 {
		p.WriteByte('\n')
		for _, g := range groups[detailed : detailed+listed] {
			t.packageLine(p, g)
		}
	}
	if rest := groups[detailed+listed:]; len(rest) > 0 {
		var more []*seaworthy.Finding
		for _, g := range rest {
			more = append(more, g.All...)
		}
		p.field(dim, "", prose(dim, fmt.Sprintf("and %s: %s", words.Plural(len(rest), "more package"), document.TallyText(more))))
	}
	t.upgrades(p, all)
	if hint := t.opt.Names.VerboseHint("every vulnerability in full"); hint != "" && !t.opt.Verbose {
		p.WriteByte('\n')
		p.field(dim, "", prose(dim, hint))
	}
}

// packagesLine adds up: "11 vulnerabilities in 4 source packages, all have a fix".
func packagesLine(groups []*document.PackageGroup) string {
	total, exploited, fixable, installed := 0, 0, 0, 0
	for _, g := range groups {
		total += len(g.Vulnerabilities)
		installed += len(g.Packages)
		for _, f := range g.Vulnerabilities {
			if f.KEV != nil {
				exploited++
			}
			if document.HasFix(f) {
				fixable++
			}
		}
	}
	text := words.Vulnerabilities(total) + " in " + words.Plural(len(groups), "package")
	if installed != len(groups) {
		text = words.Vulnerabilities(total) + " in " + words.Plural(len(groups), "source package") + " (" + words.Plural(installed, "installed package") + ")"
	}
	switch {
	case fixable == total && total == 1:
		text += "; it has a fix"
	case fixable == total:
		text += "; all have a fix"
	case fixable == 0:
		text += "; no fix yet"
	case fixable == 1:
		text += "; 1 has a fix"
	default:
		text += fmt.Sprintf("; %d have a fix", fixable)
	}
	if exploited > 0 {
		text += fmt.Sprintf("; %d known to be exploited", exploited)
	}
	return text
}

// packageHeading names the package, its versions, and what was built from it.
func packageHeading(g *document.PackageGroup) []span {
	spans := []span{prose(bold, g.Name), prose(plain, g.Version)}
	if g.Upgrade != "" {
		spans = append(spans, prose(green, "→ "+g.Upgrade))
	} else {
		spans = append(spans, prose(yellow, "· no fix yet"))
	}
	if len(g.Packages) > 1 || g.Packages[0] != g.Name {
		spans = append(spans, prose(dim, "· "+words.List(g.Packages, 6)))
	}
	return spans
}

// packageLine writes a package in one line.
func (t *Writer) packageLine(p *page, g *document.PackageGroup) {
	spans := append(packageHeading(g), prose(dim, "· "+document.TallyText(g.Vulnerabilities)))
	p.field(severityStyle(g.Worst()), g.Worst().String(), spans...)
}

// packageGroup writes a package with its worst vulnerabilities.
func (t *Writer) packageGroup(p *page, d *document.Document, g *document.PackageGroup) {
	p.field(severityStyle(g.Worst()), g.Worst().String(), packageHeading(g)...)
	shown, bare := g.Vulnerabilities, []*seaworthy.Finding(nil)
	if !t.opt.Verbose {
		shown, bare = splitBare(g)
	}
	left := shown
	if !t.opt.Verbose && len(shown) > maxVulnerabilities+1 {
		shown = shown[:maxVulnerabilities]
	}
	left = left[len(shown):]
	width := 0
	for _, f := range shown {
		width = max(width, visible.Columns(visible.Text(f.ID)))
	}
	for _, f := range shown {
		t.vulnerability(p, f, width)
	}
	if len(bare) > maxBare {
		left, bare = append(left, bare[maxBare:]...), bare[:maxBare]
	}
	for len(bare) > 0 {
		var spans []span
		worst := bare[0].Severity
		for len(bare) > 0 && bare[0].Severity == worst {
			spans = append(spans, solid(bold, visible.Text(bare[0].ID)))
			bare = bare[1:]
		}
		p.field(dim, "", append(spans, solid(severityStyle(worst), worst.String()))...)
	}
	if len(left) > 0 {
		p.field(dim, "", prose(dim, fmt.Sprintf("and %d more: %s", len(left), document.TallyText(left))))
	}
	if !isSystemPackage(g.All[0].Package) || t.opt.Verbose {
		t.places(p, d, g.Locations())
		return
	}
	t.steps(p, d, layersOf(g.Locations()), true)
}

// splitBare divides the vulnerabilities into those with something to show, and those that
// are only an id.
func splitBare(g *document.PackageGroup) (shown, bare []*seaworthy.Finding) {
	for _, f := range g.Vulnerabilities {
		if f.KEV != nil || f.VEX != nil || f.Package.FixedVersion == "" || isLikelyExploited(f) || !strings.Contains(f.Title, f.ID) {
			shown = append(shown, f)
		} else {
			bare = append(bare, f)
		}
	}
	return shown, bare
}

// isLikelyExploited reports whether EPSS gives a vulnerability at least 1 %.
func isLikelyExploited(f *seaworthy.Finding) bool { return f.EPSS != nil && f.EPSS.Score >= 0.01 }

// layersOf gives a location for each layer.
func layersOf(locations []seaworthy.Location) []seaworthy.Location {
	var out []seaworthy.Location
	seen := make(map[int]bool)
	for _, l := range locations {
		if l.Layer != nil && !seen[*l.Layer] && len(out) < maxPlaces {
			seen[*l.Layer] = true
			out = append(out, l)
		}
	}
	return out
}

// isSystemPackage reports whether the package manager of an operating system installed
// the package: then its location is the package database, which says nothing.
func isSystemPackage(p *seaworthy.AffectedPackage) bool {
	for _, kind := range []string{"alpm", "apk", "deb", "ebuild", "opkg", "rpm"} {
		if strings.HasPrefix(p.PURL, "pkg:"+kind+"/") {
			return true
		}
	}
	return false
}

// vulnerability writes a line about one vulnerability, and if verbose all that is known.
func (t *Writer) vulnerability(p *page, f *seaworthy.Finding, width int) {
	const severities = 10 // "negligible"
	id, severity := visible.Text(f.ID), f.Severity.String()
	spans := []span{
		solid(bold, id+strings.Repeat(" ", max(width-visible.Columns(id), 0))),
		solid(severityStyle(f.Severity), severity+strings.Repeat(" ", severities-len(severity))),
	}
	used := width + severities + 2
	add := func(s style, text string) {
		room := p.width - gutter - used
		if text == "" || room < 10 {
			return
		}
		if used > width+severities+2 {
			text = "· " + text
		}
		if !t.opt.Verbose {
			text = visible.Shorten(text, room)
		}
		used += visible.Columns(text) + 1
		spans = append(spans, prose(s, text))
	}
	if f.KEV != nil {
		add(alarm, "exploited since "+f.KEV.DateAdded)
	}
	if isLikelyExploited(f) {
		add(plain, fmt.Sprintf("EPSS %.0f%%", f.EPSS.Score*100))
	}
	if f.Package.FixedVersion == "" {
		add(yellow, words.Unfixed(f.Package.Status))
	}
	if f.VEX != nil {
		add(yellow, visible.Text(strings.ReplaceAll(f.VEX.Status, "_", " "))+" (VEX by "+visible.Text(f.VEX.By)+")")
	}
	if !strings.Contains(f.Title, f.ID) {
		add(plain, visible.Text(f.Title))
	}
	p.field(dim, "", spans...)
	if t.opt.Verbose {
		t.details(p, f)
	}
}

// details writes all that is known of a vulnerability.
func (t *Writer) details(p *page, f *seaworthy.Finding) {
	for _, line := range words.Paragraphs(f.Detail) {
		p.field(dim, "", prose(plain, line))
	}
	t.evidence(p, words.EvidenceLines(f))
	for _, c := range f.CVSS {
		p.field(dim, "cvss", prose(plain, fmt.Sprintf("%.1f %s (%s)", c.Score, c.Vector, c.Source)))
	}
	if f.EPSS != nil {
		p.field(dim, "epss", prose(plain, fmt.Sprintf("%.5f, higher than %.1f%% of all vulnerabilities", f.EPSS.Score, f.EPSS.Percentile*100)))
	}
	if f.Package.FixedVersion != "" {
		p.field(dim, "fixed in", prose(green, f.Package.FixedVersion))
	}
	t.remedy(p, f.Remedy)
	for i, r := range f.References {
		p.field(dim, label(i, "more"), solid(dim, visible.Text(r)))
	}
}

// upgrades writes how to fix the packages: one command for all that it can name at
// once.
func (t *Writer) upgrades(p *page, findings []*seaworthy.Finding) {
	list, fixes, base := document.UpgradesOf(findings)
	if len(list) == 0 {
		return
	}
	p.WriteByte('\n')
	if len(base) > 0 {
		from := fmt.Sprintf("%d of the %d vulnerabilities with a fix come", len(base), len(fixes))
		if len(fixes) == 1 {
			from = "the vulnerability with a fix comes"
		}
		p.field(green, "fix", prose(plain, "Rebuild on a newer base image, from which "+from+"."))
	}
	more, others := 0, 0
	for i, r := range list {
		switch {
		case r.Command == "":
			others += len(r.Fixes)
		case i >= maxCommands && !t.opt.Verbose:
			more++
		default:
			p.field(green, "fix", prose(dim, "for "+words.Vulnerabilities(len(r.Fixes))+":"))
			t.command(p, "", slices.Concat(strings.Fields(r.Command), r.Packages))
		}
	}
	if more > 0 {
		p.field(dim, "", prose(dim, "and "+words.Plural(more, "more command")+document.InParentheses(t.opt.Names.Verbose)))
	}
	if others > 0 {
		p.field(green, "fix", prose(plain, fmt.Sprintf("No command in the image fixes %s: rebuild it with the versions shown.", words.Vulnerabilities(others))))
	}
}
