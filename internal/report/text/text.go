// Package text writes the report that people read at a terminal, and the history of an
// image in the same form.
package text

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

// Writer writes for people: what the image is, a line for each risk, the
// findings with what to do about them, what was not checked, the verdict.
type Writer struct {
	document.Collector
	out  io.Writer
	opt  document.Options
	seen []imageVerdict
}

// imageVerdict is a line of the summary of several images.
type imageVerdict struct {
	reference string
	decision  seaworthy.Decision
}

// Bounds of what the text shows of one finding if it is not to be verbose.
const (
	maxPlaces        = 5
	maxAdvicePlaces  = 3 // of findings of one kind
	maxEvidenceLines = 6
	maxUnused        = 5 // rules
	maxRows          = 4 // of one line of evidence or one path
)

// New starts a report.
func New(w io.Writer, opt document.Options) *Writer {
	if opt.Width == 0 {
		opt.Width = 80
	}
	opt.Width = min(max(opt.Width, 40), 120)
	t := &Writer{out: w, opt: opt}
	t.Render = t.image
	return t
}

func (t *Writer) page() *page { return &page{width: t.opt.Width, color: t.opt.Color} }

func (t *Writer) image(d *document.Document) error {
	p := t.page()
	if len(t.seen) > 0 {
		p.WriteString("\n\n")
	}
	t.seen = append(t.seen, imageVerdict{d.Image.Reference, d.Verdict.Decision})
	t.header(p, d)
	t.risks(p, d)
	t.findings(p, d)
	t.dismissed(p, d)
	t.excepted(p, d)
	t.gaps(p, d)
	t.unused(p, d)
	t.verdict(p, d)
	_, err := t.out.Write(p.Bytes())
	return err
}

// Close ends the report with a line for each image if there were several.
func (t *Writer) Close() error {
	if len(t.seen) < 2 {
		return nil
	}
	p := t.page()
	p.WriteByte('\n')
	p.rule(fmt.Sprintf("%d images", len(t.seen)))
	p.WriteByte('\n')
	const labels = 15 // "indeterminate" and the space after it
	for _, i := range t.seen {
		label := string(i.decision)
		pad := strings.Repeat(" ", max(labels-visible.Columns(label), 0))
		p.hang(2+labels, "  "+p.paint(decisionStyle(i.decision), label)+pad, solid(plain, visible.Text(i.reference)))
	}
	_, err := t.out.Write(p.Bytes())
	return err
}

func (t *Writer) header(p *page, d *document.Document) {
	i := d.Image
	p.hang(0, "", solid(bold, visible.Text(i.Reference)))
	facts := []string{}
	if i.OS != nil {
		facts = append(facts, words.OS(i.OS))
	} else {
		facts = append(facts, "no os-release")
	}
	if i.Platform != "" {
		facts = append(facts, i.Platform)
	}
	facts = append(facts, words.SizeFacts(i)...)
	if i.Created != nil {
		facts = append(facts, words.Age(*i.Created, t.opt.Now))
	}
	p.hang(2, "  ", dotted(plain, facts)...)
	if i.Engine != "" {
		p.hang(2, "  ", prose(dim, "from the "+visible.Text(i.Engine)))
	}
	if b := baseLine(i); b != "" {
		p.hang(2, "  ", prose(dim, b))
	}
	var ids []string
	if i.Digest != "" {
		ids = append(ids, "digest "+t.digest(i.Digest))
	}
	if i.ImageID != "" {
		ids = append(ids, "image ID "+t.digest(i.ImageID))
	}
	if t.opt.Verbose {
		for _, id := range ids {
			p.hang(2, "  ", prose(dim, id))
		}
		return
	}
	p.hang(2, "  ", dotted(dim, ids)...)
}

// baseLine says what is known about the base image, "" if nothing is.
func baseLine(i *seaworthy.Image) string {
	name, evidence := "", ""
	if i.Base != nil {
		if i.Base.Reference != "" {
			name = " " + i.Base.Reference
		}
		evidence = i.Base.Evidence
	}
	switch {
	case i.BaseBoundary == nil && name == "":
		return ""
	case i.BaseBoundary == nil:
		return "base image" + name + ", by its label; where it ends is not known"
	case evidence == "":
		return fmt.Sprintf("base image%s: %s", name, words.Plural(*i.BaseBoundary, "layer"))
	case !i.Base.Exact:
		return fmt.Sprintf("base image%s: at least %s (%s)", name, words.Plural(*i.BaseBoundary, "layer"), evidence)
	default:
		return fmt.Sprintf("base image%s: %s (%s)", name, words.Plural(*i.BaseBoundary, "layer"), evidence)
	}
}

// dotted puts a middle dot between the items and lets a line end only there, if
// it can.
func dotted(s style, items []string) []span {
	var out []span
	for i, item := range items {
		item = visible.Text(item)
		if i < len(items)-1 {
			item += " ·"
		}
		out = append(out, solid(s, item))
	}
	return out
}

// digest gives the first 12 hexadecimal digits, which is what people compare; all
// of them if verbose.
func (t *Writer) digest(d string) string {
	if t.opt.Verbose {
		return d
	}
	return words.ShortDigest(d)
}

// riskColumns is the width of a column of risks, with the space after it.
const riskColumns = 18

func (t *Writer) risks(p *page, d *document.Document) {
	p.WriteByte('\n')
	for _, s := range d.States() {
		label := "  " + p.paint(bold, fmt.Sprintf("%-*s", riskColumns, s.Risk))
		p.hang(2+riskColumns, label, riskLine(s)...)
	}
	if len(d.Hidden) > 0 {
		p.WriteByte('\n')
		p.hang(2, "  ", prose(dim, t.opt.Names.HiddenLine(d)))
	}
}

func riskLine(s document.RiskState) []span {
	var out []span
	for _, c := range s.Counts {
		out = append(out, solid(severityStyle(c.Severity), c.String()+" "))
	}
	switch {
	case len(s.Counts) == 0 && s.State == seaworthy.Checked:
		out = append(out, prose(green, s.Sentence()))
	case len(s.Counts) == 0:
		out = append(out, prose(yellow, s.Sentence()))
	case len(s.Gaps) > 0:
		out = append(out, solid(yellow, "("+words.PartlyChecked+")"))
	}
	if s.Dismissed > 0 {
		out = append(out, solid(dim, fmt.Sprintf("(%d dismissed by VEX)", s.Dismissed)))
	}
	if s.Excepted > 0 {
		out = append(out, solid(dim, fmt.Sprintf("(%d excepted)", s.Excepted)))
	}
	return out
}

func (t *Writer) findings(p *page, d *document.Document) {
	for _, risk := range seaworthy.Risks() {
		found := document.OfRisk(risk, d.Findings)
		if len(found) == 0 {
			continue
		}
		p.rule(string(risk))
		groups, apart := document.ByPackage(found)
		if risk != seaworthy.Vulnerability {
			groups, apart = nil, found
		}
		entries := document.Grouped(apart)
		if t.opt.Verbose {
			entries = document.Ungrouped(apart)
		}
		isBrief := func(group []*seaworthy.Finding) bool { return t.isBrief(d, group[0]) }
		for _, group := range entries {
			if !isBrief(group) {
				p.WriteByte('\n')
				t.finding(p, d, document.Merged(group), len(group))
			}
		}
		brief := 0
		for _, group := range entries {
			if !isBrief(group) {
				continue
			}
			if brief == 0 {
				p.WriteByte('\n')
			}
			brief++
			if document.IsAdvice(group[0]) {
				t.advice(p, group)
			} else {
				t.seeSecret(p, d, group[0])
			}
		}
		if hint := t.opt.Names.VerboseHint("evidence and fixes of these"); hint != "" && brief > 0 {
			p.hang(gutter, strings.Repeat(" ", gutter), prose(dim, hint))
		}
		t.packages(p, d, groups)
	}
}

// isBrief reports whether a finding gets a line or two: advice, and what is reported
// as a secret.
func (t *Writer) isBrief(d *document.Document, f *seaworthy.Finding) bool {
	return !t.opt.Verbose && (document.IsAdvice(f) || d.IsReportedAsSecret(f))
}

// advice writes a group of findings as one entry, with the first of their places.
func (t *Writer) advice(p *page, group []*seaworthy.Finding) {
	f := group[0]
	spans := append([]span{prose(plain, f.Title)}, ids(f)...)
	if a := f.Package; a != nil {
		spans = append(spans, prose(plain, "in "+a.Name+" "+a.Version))
		p.field(severityStyle(f.Severity), f.Severity.String(), spans...)
		return
	}
	limit := 1
	if len(group) > 1 {
		limit = maxAdvicePlaces
	}
	where, more := document.FirstPlaces(group, limit)
	lines := make([][]span, len(where))
	for i, l := range where {
		text, rest := t.place(l), ""
		if i == len(where)-1 && more > 0 {
			rest = fmt.Sprintf("(+%d)", more)
		}
		if visible.Columns(text)+1+visible.Columns(rest) <= p.width-gutter {
			text, rest = strings.TrimSpace(text+" "+rest), ""
		}
		lines[i] = []span{solid(dim, text)}
		if rest != "" {
			lines[i] = append(lines[i], solid(dim, rest))
		}
	}
	if len(group) == 1 {
		spans = slices.Concat(append([][]span{spans}, lines...)...)
		lines = nil
	} else {
		spans = append(spans, prose(plain, "· "+words.Plural(len(group), "finding")))
	}
	p.field(severityStyle(f.Severity), f.Severity.String(), spans...)
	for _, line := range lines {
		p.field(dim, "", line...)
	}
}

// finding writes a finding in full, or n of a group that are merged to one.
func (t *Writer) finding(p *page, d *document.Document, f *seaworthy.Finding, n int) {
	head := append([]span{prose(bold, f.Title)}, ids(f)...)
	if n > 1 {
		head = append(head, prose(plain, "· "+words.Plural(n, "finding")))
	}
	p.field(severityStyle(f.Severity), f.Severity.String(), head...)
	if t.opt.Verbose {
		for _, line := range words.Paragraphs(f.Detail) {
			p.field(dim, "", prose(plain, line))
		}
	}
	if a := f.Package; a != nil && !a.Ecosystem.IsZero() {
		spans := []span{prose(plain, a.Name+" "+a.Version)}
		switch {
		case a.FixedVersion != "":
			spans = append(spans, prose(green, "· fixed in "+a.FixedVersion))
		case a.Status != "":
			spans = append(spans, prose(yellow, "· "+a.Status))
		}
		p.field(dim, "package", spans...)
	}
	if lines := words.EvidenceLines(f); f.Risk == seaworthy.Secret && t.fitsPage(p, lines) {
		t.secretValue(p, lines)
	} else {
		t.evidence(p, lines)
	}
	t.places(p, d, f.Locations)
	if line := extraction(d.Image.Reference, f); line != "" {
		p.field(dim, "view", literal(plain, line))
	}
	if f.VEX != nil {
		p.field(dim, "vex", prose(plain, words.VEX(f.VEX)))
	}
	if f.KEV != nil {
		p.field(dim, "kev", prose(alarm, "known to be exploited (CISA KEV, "+f.KEV.DateAdded+")"))
	}
	t.remedy(p, f.Remedy)
	if t.opt.Verbose {
		for i, r := range f.References {
			p.field(dim, label(i, "more"), solid(dim, visible.Text(r)))
		}
		if len(f.Controls) > 0 {
			p.field(dim, "violates", prose(dim, strings.Join(f.ControlNames(), "; ")))
		}
	}
}

// ids name the kind of finding, for exceptions and for looking it up: the id, and of a
// configuration defect the items of the CIS Docker Benchmark and Dockle's checkpoints.
func ids(f *seaworthy.Finding) []span {
	out := []span{solid(dim, "["+visible.Text(f.ID)+"]")}
	if f.Risk != seaworthy.Misconfiguration {
		return out
	}
	return append(out, dotted(dim, words.Checkpoints(f))...)
}

// label is the label of the first of several lines; the others have none.
func label(i int, s string) string {
	if i == 0 {
		return s
	}
	return ""
}

func (t *Writer) evidence(p *page, lines []string) {
	more := 0
	if !t.opt.Verbose && len(lines) > maxEvidenceLines {
		more = len(lines) - maxEvidenceLines
		lines = lines[:maxEvidenceLines]
	}
	for i, l := range lines {
		if !t.opt.Verbose {
			l = visible.Shorten(l, maxRows*(p.width-gutter))
		}
		p.field(dim, label(i, "evidence"), literal(plain, l))
	}
	if more > 0 {
		p.field(dim, "", prose(dim, "and "+words.Plural(more, "more line")+document.InParentheses(t.opt.Names.Verbose)))
	}
}

// places writes where a finding is, and once for each layer the instruction that made
// it.
func (t *Writer) places(p *page, d *document.Document, locations []seaworthy.Location) {
	more := 0
	if !t.opt.Verbose && len(locations) > maxPlaces {
		more = len(locations) - maxPlaces
		locations = locations[:maxPlaces]
	}
	for i, l := range locations {
		spans := []span{solid(cyan, t.place(l))}
		if l.Layer != nil {
			spans = append(spans, solid(dim, "· "+words.Layer(l)))
		}
		p.field(dim, label(i, "where"), spans...)
	}
	if more > 0 {
		p.field(dim, "", prose(dim, "and "+words.Plural(more, "more place")+document.InParentheses(t.opt.Names.JSON)))
	}
	t.steps(p, d, locations, len(layersOf(locations)) > 1)
}

// steps writes the instructions of locations, each once; if named, with the first of
// its layers.
func (t *Writer) steps(p *page, d *document.Document, locations []seaworthy.Location, named bool) {
	seen := make(map[string]bool)
	for _, l := range locations {
		instruction := d.Instruction(l)
		if instruction == "" || seen[instruction] {
			continue
		}
		text := visible.Text(instruction)
		if l.Layer != nil && named {
			text = fmt.Sprintf("layer %d: %s", *l.Layer, text)
		}
		if !t.opt.Verbose {
			text = visible.Shorten(text, p.width-gutter)
		}
		p.field(dim, label(len(seen), "step"), prose(dim, text))
		seen[instruction] = true
	}
}

// place names a location, with a long path shortened unless the text is verbose.
func (t *Writer) place(l seaworthy.Location) string {
	rows := maxRows
	if t.opt.Verbose {
		rows = 1 << 20
	}
	return words.Place(l, rows*(t.opt.Width-gutter))
}

func (t *Writer) dismissed(p *page, d *document.Document) {
	if len(d.Dismissed) == 0 {
		return
	}
	p.rule("dismissed by VEX")
	p.WriteByte('\n')
	if !t.opt.Verbose {
		p.hang(2, "  ", prose(plain, document.TallyText(d.Dismissed)), prose(dim, strings.TrimSpace(document.InParentheses(t.opt.Names.VerboseHint("the statements")))))
		return
	}
	for _, f := range d.Dismissed {
		p.field(severityStyle(f.Severity), f.Severity.String(), append([]span{prose(plain, f.Title)}, ids(f)...)...)
		if a := f.Package; a != nil {
			p.field(dim, "package", prose(plain, a.Name+" "+a.Version))
		}
		p.field(dim, "reason", prose(plain, words.VEX(f.VEX)))
		t.evidence(p, words.EvidenceLines(f))
	}
}

func (t *Writer) excepted(p *page, d *document.Document) {
	if len(d.Excepted) == 0 {
		return
	}
	p.rule("excepted")
	p.WriteByte('\n')
	if !t.opt.Verbose {
		p.hang(2, "  ", prose(plain, document.TallyText(d.Excepted)), prose(dim, strings.TrimSpace(document.InParentheses(t.opt.Names.VerboseHint("the reasons")))))
		return
	}
	for _, f := range d.Excepted {
		reason := f.Exception.Reason
		if f.Exception.Expires != "" {
			reason += " (until " + f.Exception.Expires + ")"
		}
		p.field(severityStyle(f.Severity), f.Severity.String(), append([]span{prose(plain, f.Title)}, ids(f)...)...)
		p.field(dim, "reason", prose(plain, reason))
	}
}

func (t *Writer) gaps(p *page, d *document.Document) {
	begun := false
	for _, s := range d.States() {
		if s.IsComplete() {
			continue
		}
		for _, c := range s.Gaps {
			if !begun {
				p.rule("not checked")
				p.WriteByte('\n')
				begun = true
			}
			label := "  " + p.paint(bold, fmt.Sprintf("%-*s", riskColumns, s.Risk))
			p.hang(2+riskColumns, label, prose(plain, c.Subject), prose(yellow, "· "+words.State(c.State)+":"), prose(plain, c.Reason))
		}
	}
}

// unused lists the exceptions and VEX statements that apply to no finding.
func (t *Writer) unused(p *page, d *document.Document) {
	rules := d.Verdict.Unused
	if len(rules) == 0 {
		return
	}
	p.rule("unused rules")
	p.WriteByte('\n')
	shown := rules
	if !t.opt.Verbose && len(rules) > maxUnused+1 {
		shown = rules[:maxUnused]
	}
	for _, r := range shown {
		p.hang(4, "  "+p.paint(yellow, "•")+" ", prose(plain, words.Unused(&r)))
	}
	if more := len(rules) - len(shown); more > 0 {
		p.hang(4, "    ", prose(dim, "and "+words.Plural(more, "more rule")+document.InParentheses(t.opt.Names.Verbose)))
	}
}

func (t *Writer) verdict(p *page, d *document.Document) {
	v := d.Verdict
	p.rule("verdict")
	p.WriteByte('\n')
	s := decisionStyle(v.Decision)
	p.hang(2, "  ", solid(s, strings.ToUpper(string(v.Decision))+":"), prose(plain, words.Decision(v.Decision)),
		prose(dim, fmt.Sprintf("(exit code %d)", words.ExitCode(v.Decision))))
	if r := d.Reservation(); r != "" {
		p.hang(4, "  "+p.paint(yellow, "•")+" ", prose(yellow, r))
	}
	for _, r := range v.Reasons {
		p.hang(4, "  "+p.paint(s, "•")+" ", prose(plain, r))
	}
	p.WriteByte('\n')
	for _, l := range words.ProvenanceLines(d.Provenance, t.digest) {
		p.hang(2, "  ", prose(dim, l))
	}
}

// seeSecret writes such a defect in short, with the first of its places.
func (t *Writer) seeSecret(p *page, d *document.Document, f *seaworthy.Finding) {
	where := t.place(f.Locations[0])
	if f.Locations[0].Path == "" {
		where = visible.Text(visible.Shorten(d.Instruction(f.Locations[0]), p.width-gutter))
	}
	if n := len(f.Locations) - 1; n > 0 {
		where += " and " + words.Plural(n, "more place")
	}
	p.field(severityStyle(f.Severity), f.Severity.String(), append([]span{prose(plain, f.Title)}, ids(f)...)...)
	p.field(dim, "", solid(dim, where), prose(dim, "· see secret"))
}
