package report

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// How many flawed packages the text shows if it is not to be verbose: the first with
// their worst flaws, more with a line each, and of the rest their number.
const (
	maxDetailed = 8
	maxFlaws    = 4
	maxBare     = 8 // flaws of which nothing but the id is known
	maxListed   = 24
	maxRemedies = 8
)

// packages writes the flaws of packages, those that matter most first, and what
// mends them.
func (t *textWriter) packages(p *page, d *document, groups []*flawed) {
	var all []*seaworthy.Finding
	flaws := 0
	for _, g := range groups {
		all = append(all, g.all...)
		flaws += len(g.flaws)
	}
	if len(all) == 0 {
		return
	}
	p.WriteByte('\n')
	p.hang(2, "  ", prose(plain, packagesLine(groups, flaws, all)))
	detailed, listed := len(groups), 0
	if !t.opt.Verbose {
		detailed = min(detailed, maxDetailed)
		listed = min(len(groups)-detailed, maxListed)
	}
	for _, g := range groups[:detailed] {
		p.WriteByte('\n')
		t.flawed(p, d, g)
	}
	if listed > 0 {
		p.WriteByte('\n')
		for _, g := range groups[detailed : detailed+listed] {
			t.flawedLine(p, g)
		}
	}
	if rest := groups[detailed+listed:]; len(rest) > 0 {
		var more []*seaworthy.Finding
		for _, g := range rest {
			more = append(more, g.all...)
		}
		p.field(dim, "", prose(dim, fmt.Sprintf("and %s: %s", places(len(rest), "more package"), tallyText(more))))
	}
	t.remedies(p, all)
	if !t.opt.Verbose {
		p.WriteByte('\n')
		p.field(dim, "", prose(dim, t.opt.Names.verbose()+" shows every flaw, with what is known of it"))
	}
}

// packagesLine adds up.
func packagesLine(groups []*flawed, flaws int, all []*seaworthy.Finding) string {
	exploited, mended := 0, 0
	for _, f := range all {
		exploited += rank(f.KEV != nil)
		mended += rank(f.Package.FixedVersion != "")
	}
	text := places(flaws, "flaw") + " of " + places(len(groups), "package")
	if len(all) != flaws {
		text += fmt.Sprintf(", %s with all that was built from them", places(len(all), "finding"))
	}
	switch mended {
	case len(all):
		text += "; a version mends each"
	case 0:
		text += "; no version mends any yet"
	default:
		text += fmt.Sprintf("; a version mends %d", mended)
	}
	if exploited > 0 {
		text += fmt.Sprintf("; known to be exploited: %d", exploited)
	}
	return text
}

func tallyText(findings []*seaworthy.Finding) string {
	var out []string
	for _, c := range tally(findings...) {
		out = append(out, c.String())
	}
	return strings.Join(out, ", ")
}

// worst is the severity of the worst flaw.
func (g *flawed) worst() seaworthy.Severity {
	worst := seaworthy.Unknown
	for _, f := range g.flaws {
		worst = max(worst, f.Severity)
	}
	return worst
}

// heading names the package, its versions, and what was built from it.
func (g *flawed) heading() []span {
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

// list names the first n of some things.
func list(names []string, n int) string {
	if more := len(names) - n; more > 0 {
		return strings.Join(names[:n], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

func (t *textWriter) flawedLine(p *page, g *flawed) {
	spans := append(g.heading(), prose(dim, "· "+tallyText(g.flaws)))
	p.field(severityStyle(g.worst()), g.worst().String(), spans...)
}

// flawed writes a package with its worst flaws.
func (t *textWriter) flawed(p *page, d *document, g *flawed) {
	p.field(severityStyle(g.worst()), g.worst().String(), g.heading()...)
	told, bare := g.flaws, []*seaworthy.Finding(nil)
	if !t.opt.Verbose {
		told, bare = g.split()
	}
	left := told
	if !t.opt.Verbose && len(told) > maxFlaws+1 {
		told = told[:maxFlaws]
	}
	left = left[len(told):]
	width := 0
	for _, f := range told {
		width = max(width, columns(visible(f.ID)))
	}
	for _, f := range told {
		t.flaw(p, f, width)
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
	for i, l := range layersOf(g.locations()) {
		text := fmt.Sprintf("layer %d", *l.Layer)
		if s := d.instruction(l); s != "" {
			text += ": " + visible(s)
		}
		if !t.opt.Verbose {
			text = shorten(text, p.width-gutter)
		}
		p.field(dim, label(i, "by"), prose(dim, text))
	}
}

// split divides the flaws into those of which there is something to tell, and those
// that have but an id.
func (g *flawed) split() (told, bare []*seaworthy.Finding) {
	for _, f := range g.flaws {
		if f.KEV != nil || f.VEX != nil || f.Package.FixedVersion == "" || notable(f) || !strings.Contains(f.Title, f.ID) {
			told = append(told, f)
		} else {
			bare = append(bare, f)
		}
	}
	return told, bare
}

// notable is true for a flaw that may be exploited soon.
func notable(f *seaworthy.Finding) bool { return f.EPSS != nil && f.EPSS.Score >= 0.01 }

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

// isSystemPackage is true for what an operating system's package manager installed:
// the place of its database tells nobody anything.
func isSystemPackage(p *seaworthy.AffectedPackage) bool {
	for _, kind := range []string{"alpm", "apk", "deb", "ebuild", "opkg", "rpm"} {
		if strings.HasPrefix(p.PURL, "pkg:"+kind+"/") {
			return true
		}
	}
	return false
}

// flaw writes a line about one flaw, and if verbose all that is known of it.
func (t *textWriter) flaw(p *page, f *seaworthy.Finding, width int) {
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
	if notable(f) {
		add(plain, fmt.Sprintf("EPSS %.0f%%", f.EPSS.Score*100))
	}
	if f.Package.FixedVersion == "" {
		add(yellow, unfixedWords(f.Package.Status))
	}
	if f.VEX != nil {
		add(yellow, visible(strings.ReplaceAll(f.VEX.Status, "_", " "))+", says "+visible(f.VEX.By))
	}
	if !strings.Contains(f.Title, f.ID) {
		add(plain, visible(f.Title))
	}
	p.field(dim, "", spans...)
	if t.opt.Verbose {
		t.known(p, f)
	}
}

// unfixedWords says why no version mends a flaw.
func unfixedWords(status string) string {
	if status == "" || status == "affected" || status == "fixed" {
		return "no fix yet"
	}
	return visible(status)
}

// known writes all that is known of a flaw.
func (t *textWriter) known(p *page, f *seaworthy.Finding) {
	for _, line := range paragraphs(f.Detail) {
		p.field(dim, "", prose(plain, line))
	}
	t.evidence(p, f.Evidence)
	for _, c := range f.CVSS {
		p.field(dim, "cvss", prose(plain, fmt.Sprintf("%.1f %s (%s)", c.Score, c.Vector, c.Source)))
	}
	if f.EPSS != nil {
		p.field(dim, "epss", prose(plain, fmt.Sprintf("%.5f, more than %.1f%% of all flaws", f.EPSS.Score, f.EPSS.Percentile*100)))
	}
	if f.Package.FixedVersion != "" {
		p.field(dim, "mended in", prose(green, f.Package.FixedVersion))
	}
	t.remedy(p, f.Remedy)
	for i, r := range f.References {
		p.field(dim, label(i, "see"), solid(dim, visible(r)))
	}
}

// remedies writes what mends the packages: one command for all that it can name at
// once.
func (t *textWriter) remedies(p *page, findings []*seaworthy.Finding) {
	list := remediesOf(findings)
	if len(list) == 0 {
		return
	}
	p.WriteByte('\n')
	base, mended := 0, 0
	for _, r := range list {
		base += r.base
		mended += r.findings
	}
	if base > 0 {
		p.field(green, "fix", prose(plain, fmt.Sprintf("Rebuild on a newer base image: %d of the %d findings that can be mended came with it.", base, mended)))
	}
	more, others := 0, 0
	for i, r := range list {
		switch {
		case r.command == "":
			others += r.findings
		case i >= maxRemedies && !t.opt.Verbose:
			more++
		default:
			p.field(green, "fix", prose(dim, "mends "+places(r.findings, "finding")+":"))
			t.command(p, "", slices.Concat(strings.Fields(r.command), r.packages))
		}
	}
	if more > 0 {
		p.field(dim, "", prose(dim, fmt.Sprintf("and %s: %s shows them", places(more, "more command"), t.opt.Names.verbose())))
	}
	if others > 0 {
		p.field(green, "fix", prose(plain, fmt.Sprintf("No command in the image mends %s: build it anew with the versions shown.", places(others, "finding"))))
	}
}
