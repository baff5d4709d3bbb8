package report

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
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
func (t *textWriter) packages(p *page, d *document, groups []*packageGroup) {
	var all []*seaworthy.Finding
	for _, g := range groups {
		all = append(all, g.all...)
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
			more = append(more, g.all...)
		}
		p.field(dim, "", prose(dim, fmt.Sprintf("and %s: %s", places(len(rest), "more package"), tallyText(more))))
	}
	t.upgrades(p, all)
	if hint := t.opt.Names.verbose("every vulnerability in full"); hint != "" && !t.opt.Verbose {
		p.WriteByte('\n')
		p.field(dim, "", prose(dim, hint))
	}
}

// packagesLine adds up: "11 vulnerabilities in 4 source packages, all have a fix".
func packagesLine(groups []*packageGroup) string {
	total, exploited, fixable, installed := 0, 0, 0, 0
	for _, g := range groups {
		total += len(g.vulnerabilities)
		installed += len(g.packages)
		for _, f := range g.vulnerabilities {
			exploited += rank(f.KEV != nil)
			fixable += rank(hasFix(f))
		}
	}
	text := vulnerabilities(total) + " in " + places(len(groups), "package")
	if installed != len(groups) {
		text = vulnerabilities(total) + " in " + places(len(groups), "source package") + " (" + places(installed, "installed package") + ")"
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

// heading names the package, its versions, and what was built from it.
func (g *packageGroup) heading() []span {
	spans := []span{prose(bold, g.name), prose(plain, g.version)}
	if g.upgrade != "" {
		spans = append(spans, prose(green, "→ "+g.upgrade))
	} else {
		spans = append(spans, prose(yellow, "· no fix yet"))
	}
	if len(g.packages) > 1 || g.packages[0] != g.name {
		spans = append(spans, prose(dim, "· "+list(g.packages, 6)))
	}
	return spans
}

// packageLine writes a package in one line.
func (t *textWriter) packageLine(p *page, g *packageGroup) {
	spans := append(g.heading(), prose(dim, "· "+tallyText(g.vulnerabilities)))
	p.field(severityStyle(g.worst()), g.worst().String(), spans...)
}

// packageGroup writes a package with its worst vulnerabilities.
func (t *textWriter) packageGroup(p *page, d *document, g *packageGroup) {
	p.field(severityStyle(g.worst()), g.worst().String(), g.heading()...)
	shown, bare := g.vulnerabilities, []*seaworthy.Finding(nil)
	if !t.opt.Verbose {
		shown, bare = g.split()
	}
	left := shown
	if !t.opt.Verbose && len(shown) > maxVulnerabilities+1 {
		shown = shown[:maxVulnerabilities]
	}
	left = left[len(shown):]
	width := 0
	for _, f := range shown {
		width = max(width, columns(visible(f.ID)))
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
			spans = append(spans, solid(bold, visible(bare[0].ID)))
			bare = bare[1:]
		}
		p.field(dim, "", append(spans, solid(severityStyle(worst), worst.String()))...)
	}
	if len(left) > 0 {
		p.field(dim, "", prose(dim, fmt.Sprintf("and %d more: %s", len(left), tallyText(left))))
	}
	if !isSystemPackage(g.all[0].Package) || t.opt.Verbose {
		t.places(p, d, g.locations())
		return
	}
	t.steps(p, d, layersOf(g.locations()), true)
}

// split divides the vulnerabilities into those with something to show, and those that
// are only an id.
func (g *packageGroup) split() (shown, bare []*seaworthy.Finding) {
	for _, f := range g.vulnerabilities {
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
func (t *textWriter) vulnerability(p *page, f *seaworthy.Finding, width int) {
	const severities = 10 // "negligible"
	id, severity := visible(f.ID), f.Severity.String()
	spans := []span{
		solid(bold, id+strings.Repeat(" ", max(width-columns(id), 0))),
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
			text = shorten(text, room)
		}
		used += columns(text) + 1
		spans = append(spans, prose(s, text))
	}
	if f.KEV != nil {
		add(alarm, "exploited since "+f.KEV.DateAdded)
	}
	if isLikelyExploited(f) {
		add(plain, fmt.Sprintf("EPSS %.0f%%", f.EPSS.Score*100))
	}
	if f.Package.FixedVersion == "" {
		add(yellow, unfixedWords(f.Package.Status))
	}
	if f.VEX != nil {
		add(yellow, visible(strings.ReplaceAll(f.VEX.Status, "_", " "))+" (VEX by "+visible(f.VEX.By)+")")
	}
	if !strings.Contains(f.Title, f.ID) {
		add(plain, visible(f.Title))
	}
	p.field(dim, "", spans...)
	if t.opt.Verbose {
		t.details(p, f)
	}
}

// details writes all that is known of a vulnerability.
func (t *textWriter) details(p *page, f *seaworthy.Finding) {
	for _, line := range paragraphs(f.Detail) {
		p.field(dim, "", prose(plain, line))
	}
	t.evidence(p, evidenceLines(f))
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
		p.field(dim, label(i, "more"), solid(dim, visible(r)))
	}
}

// upgrades writes how to fix the packages: one command for all that it can name at
// once.
func (t *textWriter) upgrades(p *page, findings []*seaworthy.Finding) {
	list, fixes, base := upgradesOf(findings)
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
		case r.command == "":
			others += len(r.fixes)
		case i >= maxCommands && !t.opt.Verbose:
			more++
		default:
			p.field(green, "fix", prose(dim, "for "+vulnerabilities(len(r.fixes))+":"))
			t.command(p, "", slices.Concat(strings.Fields(r.command), r.packages))
		}
	}
	if more > 0 {
		p.field(dim, "", prose(dim, "and "+places(more, "more command")+inParentheses(t.opt.Names.Verbose)))
	}
	if others > 0 {
		p.field(green, "fix", prose(plain, fmt.Sprintf("No command in the image fixes %s: rebuild it with the versions shown.", vulnerabilities(others))))
	}
}
