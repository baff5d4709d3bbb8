package report

import (
	"fmt"
	"io"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

// markdownWriter writes a comment for a pull or merge request, in GitHub
// Flavored Markdown. All images share one comment.
type markdownWriter struct {
	document.Collector
	out  io.Writer
	opt  Options
	docs []*document.Document
}

// Bounds of the comment, in bytes and, for cells, in columns. GitHub refuses a
// comment of more than 65,536 characters.
const (
	maxComment      = 60_000
	maxCommentHeads = 30_000 // of it for what precedes the findings
	maxReasons      = 5_000  // of one image's head
	maxGaps         = 8_000  // of one image's head
	maxFact         = 120    // columns; escapes make 5 bytes of one at most
	maxCell         = 300    // columns
	maxCellPlaces   = 3
)

func newMarkdown(w io.Writer, opt Options) *markdownWriter {
	m := &markdownWriter{out: w, opt: opt}
	m.Render = func(d *document.Document) error {
		m.docs = append(m.docs, d)
		return nil
	}
	return m
}

// Close writes the comment: for each image first what must not be missing, then
// as many findings as there is room for.
func (m *markdownWriter) Close() error {
	heads := make([]string, 0, len(m.docs))
	size := 0
	for _, d := range m.docs {
		head := m.head(d)
		if size+len(head) > maxCommentHeads && len(heads) > 0 {
			break
		}
		heads = append(heads, head)
		size += len(head)
	}
	const reserve = 200 // for the note on images that are not shown
	room := maxComment - size - reserve
	var b strings.Builder
	for i, head := range heads {
		b.WriteString(head)
		share := room / (len(heads) - i)
		body := m.findings(m.docs[i], share)
		room -= len(body)
		b.WriteString(body)
	}
	if more := len(m.docs) - len(heads); more > 0 {
		fmt.Fprintf(&b, "**%s not shown**: a comment holds only so much%s.\n", words.Plural(more, "image"), markdownOption(m.opt.Names.JSON))
	}
	_, err := io.WriteString(m.out, b.String())
	return err
}

// head is all but the findings. Its size is bounded, whatever the image holds.
func (m *markdownWriter) head(d *document.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### Seaworthy: %s\n\n", words.Decision(d.Verdict.Decision))
	facts := []string{markdownCode(visible.Shorten(visible.Text(d.Image.Reference), maxFact))}
	if d.Image.OS != nil {
		facts = append(facts, markdownShort(words.OS(d.Image.OS), maxFact))
	}
	if d.Image.Platform != "" {
		facts = append(facts, markdownShort(d.Image.Platform, maxFact))
	}
	facts = append(facts, words.SizeFacts(d.Image)...)
	if d.Image.Created != nil {
		facts = append(facts, words.Age(*d.Image.Created, m.opt.Now))
	}
	if d.Image.Digest != "" {
		facts = append(facts, "digest "+markdownCode(visible.Shorten(visible.Text(words.ShortDigest(d.Image.Digest)), maxFact)))
	}
	b.WriteString(strings.Join(facts, " · ") + "\n\n")
	fmt.Fprintf(&b, "**%s** (exit code %d)\n\n", d.Verdict.Decision, words.ExitCode(d.Verdict.Decision))
	if r := d.Reservation(); r != "" {
		fmt.Fprintf(&b, "%s\n\n", r)
	}
	if left := rows(&b, maxReasons, d.Verdict.Reasons, func(r string) string {
		return fmt.Sprintf("- %s\n", markdownShort(r, maxCell))
	}); left > 0 {
		fmt.Fprintf(&b, "- and %s\n", words.Plural(left, "more reason"))
	}
	if len(d.Verdict.Reasons) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString("| risk | found |\n|---|---|\n")
	for _, s := range d.States() {
		fmt.Fprintf(&b, "| %s | %s |\n", s.Risk, markdownRisk(s))
	}
	b.WriteByte('\n')
	if len(d.Hidden) > 0 {
		fmt.Fprintf(&b, "%s.\n\n", markdownProse(m.opt.Names.HiddenLine(d)))
	}
	markdownGaps(&b, d)
	rows(&b, maxReasons, words.ProvenanceLines(d.Provenance, words.ShortDigest), func(l string) string {
		return fmt.Sprintf("<sub>%s</sub>\n", markdownShort(l, maxFact))
	})
	b.WriteByte('\n')
	return b.String()
}

func markdownRisk(s document.RiskState) string {
	var out []string
	for _, c := range s.Counts {
		out = append(out, c.String())
	}
	switch {
	case len(s.Counts) == 0:
		out = append(out, markdownShort(s.Sentence(), maxFact))
	case len(s.Gaps) > 0:
		out = append(out, words.PartlyChecked)
	}
	if s.Dismissed > 0 {
		out = append(out, fmt.Sprintf("%d dismissed by VEX", s.Dismissed))
	}
	if s.Excepted > 0 {
		out = append(out, fmt.Sprintf("%d excepted", s.Excepted))
	}
	return strings.Join(out, ", ")
}

func markdownGaps(b *strings.Builder, d *document.Document) {
	var gaps []*seaworthy.Coverage
	for _, s := range d.States() {
		if !s.IsComplete() {
			gaps = append(gaps, s.Gaps...)
		}
	}
	if len(gaps) == 0 {
		return
	}
	fmt.Fprintf(b, "<details><summary><b>not checked</b>: %s</summary>\n\n| risk | subject | state | reason |\n|---|---|---|---|\n", words.Plural(len(gaps), "part"))
	if left := rows(b, maxGaps, gaps, func(c *seaworthy.Coverage) string {
		return fmt.Sprintf("| %s | %s | %s | %s |\n", c.Risk, markdownCell(c.Subject), words.State(c.State), markdownShort(c.Reason, maxCell))
	}); left > 0 {
		fmt.Fprintf(b, "| | and %s | | |\n", words.Plural(left, "more part"))
	}
	b.WriteString("\n</details>\n\n")
}

// markdownOption is an option that has what a comment leaves out; "" without a name.
func markdownOption(option string) string {
	if option == "" {
		return ""
	}
	return "; see " + markdownCode(option)
}

// findings gives the findings in at most room bytes, the worst of each risk
// first, and a note in place of those that do not fit.
func (m *markdownWriter) findings(d *document.Document, room int) string {
	const ending = "\n</details>\n\n"
	room -= 120 // for the note
	var b strings.Builder
	left := 0
	risks := seaworthy.Risks()
	for i, risk := range risks {
		limit := b.Len() + (room-b.Len())/(len(risks)-i)
		found := document.OfRisk(risk, d.Findings)
		if len(found) == 0 {
			continue
		}
		var counts []string
		for _, c := range document.Tally(found...) {
			counts = append(counts, c.String())
		}
		part := fmt.Sprintf("<details><summary><b>%s</b>: %s</summary>\n\n| severity | finding | where | fix |\n|---|---|---|---|\n", risk, strings.Join(counts, ", "))
		var table strings.Builder
		space := limit - b.Len() - len(part) - len(ending)
		remedies := markdownUpgrades(found, space/4)
		items := markdownItems(risk, found)
		more := rows(&table, space-len(remedies), items, func(i markdownItem) string { return i.text })
		for _, i := range items[len(items)-more:] {
			left += i.findings
		}
		if more < len(items) {
			b.WriteString(part + table.String() + remedies + ending)
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "**%s not shown**: a comment holds only so much%s.\n\n", words.Plural(left, "finding"), markdownOption(m.opt.Names.JSON))
	}
	return b.String()
}

// rows writes as many items as fit into room bytes, and says how many are left.
func rows[T any](b *strings.Builder, room int, items []T, row func(T) string) (left int) {
	for i, item := range items {
		r := row(item)
		if len(r) > room {
			return len(items) - i
		}
		room -= len(r)
		b.WriteString(r)
	}
	return 0
}

// markdownRow is a row for a finding, or for a group of them.
func markdownRow(group []*seaworthy.Finding) string {
	f := group[0]
	what := markdownShort(f.Title, maxCell) + "<br>" + markdownIDs(f)
	if p := f.Package; p != nil {
		what += " in " + markdownCell(p.Name+" "+p.Version)
	}
	locations, more := f.Locations, 0
	if len(group) > 1 {
		what += " · " + words.Plural(len(group), "finding")
		locations, more = document.FirstPlaces(group, maxCellPlaces)
	} else if lines := words.EvidenceLines(f); len(lines) > 0 {
		what += "<br>" + markdownCell(lines[0])
		if len(lines) > 1 {
			what += fmt.Sprintf(" and %s", words.Plural(len(lines)-1, "more line"))
		}
	}
	if extra := len(locations) - maxCellPlaces; extra > 0 {
		locations, more = locations[:maxCellPlaces], more+extra
	}
	var where []string
	for _, l := range locations {
		at := markdownCode(words.Place(l, maxCell))
		if l.Layer != nil {
			at += " " + words.Layer(l)
		}
		where = append(where, at)
	}
	if more > 0 {
		where = append(where, "and "+words.Plural(more, "more place"))
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", markdownSeverity(f.Severity), what, strings.Join(where, "<br>"), markdownRemedy(f.Remedy))
}

// markdownIDs are the id of the kind of finding, and of a configuration defect the
// items of the CIS Docker Benchmark and Dockle's checkpoints.
func markdownIDs(f *seaworthy.Finding) string {
	out := markdownCell(f.ID)
	if f.Risk != seaworthy.Misconfiguration {
		return out
	}
	for _, c := range words.Checkpoints(f) {
		out += " · " + markdownShort(c, maxCell)
	}
	return out
}

// markdownRemedy is a remedy for a cell of a table.
func markdownRemedy(r *seaworthy.Remedy) string {
	if r == nil {
		return ""
	}
	lines := []string{markdownShort(r.Summary, maxCell)}
	size := visible.Columns(r.Summary)
	for _, s := range r.Steps {
		if size += visible.Columns(s.Text); size > maxCell {
			break
		}
		for _, l := range words.Paragraphs(s.Text) {
			if s.Kind == seaworthy.StepNote {
				lines = append(lines, markdownShort(l, maxCell))
			} else {
				lines = append(lines, markdownCell(l))
			}
		}
	}
	return strings.Join(lines, "<br>")
}

// markdownCell is markdownCode of a string that is made visible and short.
func markdownCell(s string) string { return markdownCode(visible.Shorten(visible.Text(s), maxCell)) }

// markdownShort is markdownProse in at most n columns.
func markdownShort(s string, n int) string {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = visible.Text(w)
	}
	return markdownProse(visible.Shorten(strings.Join(words, " "), n))
}

// markdownCode sets s, which is visible, in the manner of code. It does so by
// HTML and character references, because a reference can never be markup, in a
// table as little as elsewhere; and in code GitHub and GitLab take no @name for a
// person and no #1 for a thread.
func markdownCode(s string) string {
	if s == "" {
		return ""
	}
	return "<code>" + markdownEscape(s) + "</code>"
}

// markdownProse is text that runs on. A word that could be a link, or call a
// person or a thread, is set as code.
func markdownProse(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		w = visible.Text(w)
		if strings.ContainsAny(w, "@#") || strings.Contains(w, "://") || strings.Contains(strings.ToLower(w), "www.") {
			words[i] = markdownCode(w)
		} else {
			words[i] = markdownEscape(w)
		}
	}
	return strings.Join(words, " ")
}

// markdownEscape writes every character that can mean something in Markdown or
// HTML as a character reference.
func markdownEscape(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case strings.ContainsRune("\\`*_{}[]<>()#|~&@!$\"'^", r),
			r == ':' && strings.HasPrefix(s[i:], "://"),
			r == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
