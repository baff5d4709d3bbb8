// Package document collects what the events of a scan say of one image, and answers what
// the formats of a report ask of it: how far each risk was checked, which findings belong
// together, which of them to fix first.
package document

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/words"
)

// Document is what the events of one scan say of one image.
type Document struct {
	Provenance *seaworthy.Provenance
	Image      *seaworthy.Image
	packages   int
	Findings   []*seaworthy.Finding // those that count
	Dismissed  []*seaworthy.Finding // those that VEX says do not count
	Excepted   []*seaworthy.Finding // those that an exception permits
	Hidden     []*seaworthy.Finding // those that a filter kept back
	Coverage   []*seaworthy.Coverage
	Verdict    *seaworthy.Verdict
}

// Collector is a Handler that collects the events of each image in a document and calls
// Render with it when it has the verdict. A format that needs a whole image before it can
// write embeds it and sets Render. The document has the findings in three lists, of which
// only the first are those that count for the verdict.
type Collector struct {
	doc    *Document
	Render func(*Document) error
}

func (c *Collector) Progress(*seaworthy.Progress) error { return nil }

func (c *Collector) Provenance(p *seaworthy.Provenance) error {
	c.doc = &Document{Provenance: p}
	return nil
}

func (c *Collector) Image(i *seaworthy.Image) error {
	if c.doc == nil {
		return OutOfOrder("image")
	}
	c.doc.Image = i
	return nil
}

// current is the document of the image that was announced last.
func (c *Collector) current(event string) (*Document, error) {
	if c.doc == nil || c.doc.Image == nil {
		return nil, OutOfOrder(event)
	}
	return c.doc, nil
}

func (c *Collector) Package(*seaworthy.Package) error {
	d, err := c.current("package")
	if err == nil {
		d.packages++
	}
	return err
}

func (c *Collector) Finding(f *seaworthy.Finding) error {
	d, err := c.current("finding")
	switch {
	case err != nil:
		return err
	case IsDismissed(f):
		d.Dismissed = append(d.Dismissed, f)
	case f.Exception != nil:
		d.Excepted = append(d.Excepted, f)
	default:
		d.Findings = append(d.Findings, f)
	}
	return nil
}

// IsDismissed reports whether a VEX statement says that the finding does not count.
func IsDismissed(f *seaworthy.Finding) bool { return f.VEX != nil && f.VEX.Dismisses() }

// Hide takes a finding that a filter keeps back, so that the document counts it.
func (c *Collector) Hide(f *seaworthy.Finding) error {
	d, err := c.current("finding")
	if err == nil {
		d.Hidden = append(d.Hidden, f)
	}
	return err
}

func (c *Collector) Coverage(v *seaworthy.Coverage) error {
	d, err := c.current("coverage")
	if err == nil {
		d.Coverage = append(d.Coverage, v)
	}
	return err
}

func (c *Collector) Verdict(v *seaworthy.Verdict) error {
	d, err := c.current("verdict")
	if err != nil {
		return err
	}
	d.Verdict = v
	c.doc = nil
	return c.Render(d)
}

// OutOfOrder returns the error for an event that comes too early or too late.
func OutOfOrder(event string) error {
	return fmt.Errorf("report: %s event out of order: the events of an image are provenance, image, packages, findings, coverage, verdict", event)
}

// OfRisk gives the findings of one risk, in the order in which they came.
func OfRisk(risk seaworthy.Risk, findings []*seaworthy.Finding) []*seaworthy.Finding {
	var out []*seaworthy.Finding
	for _, f := range findings {
		if f.Risk == risk {
			out = append(out, f)
		}
	}
	return out
}

// All gives the findings of one risk, those that do not count last.
func (d *Document) All(risk seaworthy.Risk) []*seaworthy.Finding {
	return slices.Concat(OfRisk(risk, d.Findings), OfRisk(risk, d.Dismissed), OfRisk(risk, d.Excepted))
}

// Count is how many findings there are of one severity.
type Count struct {
	Severity seaworthy.Severity
	N        int
}

func (c Count) String() string { return fmt.Sprintf("%d %s", c.N, c.Severity) }

// WorstOf gives the units of the findings, each with the worst severity of its
// findings. A vulnerability of a source package is one unit, however many packages
// were built from it.
func WorstOf(findings []*seaworthy.Finding) map[seaworthy.Unit]seaworthy.Severity {
	worst := make(map[seaworthy.Unit]seaworthy.Severity, len(findings))
	for _, f := range findings {
		u := f.Unit()
		worst[u] = max(worst[u], f.Severity)
	}
	return worst
}

// Tally counts the units of findings by severity, worst first, without zeros.
func Tally(findings ...*seaworthy.Finding) []Count {
	n := map[seaworthy.Severity]int{}
	for _, severity := range WorstOf(findings) {
		n[severity]++
	}
	var out []Count
	for _, s := range seaworthy.Severities() {
		if n[s] > 0 {
			out = append(out, Count{s, n[s]})
		}
	}
	return out
}

// RiskState is what one line can say of a risk.
type RiskState struct {
	Risk      seaworthy.Risk
	Counts    []Count // of findings, shown or hidden, without those that do not count
	Dismissed int
	Excepted  int
	// State is how far the risk was checked: Checked if all its subjects were,
	// NotChecked if none was, Failed if none was and one could not be.
	State seaworthy.State
	// Gaps are the subjects that were not, or not wholly, checked.
	Gaps []*seaworthy.Coverage
}

// States gives for each of the five risks what was found and how far it was checked. A
// risk without any event was not checked.
func (d *Document) States() []RiskState {
	out := make([]RiskState, 0, len(seaworthy.Risks()))
	for _, risk := range seaworthy.Risks() {
		s := RiskState{Risk: risk}
		counted, dismissed, excepted := OfRisk(risk, d.Findings), OfRisk(risk, d.Dismissed), OfRisk(risk, d.Excepted)
		for _, f := range OfRisk(risk, d.Hidden) {
			switch {
			case IsDismissed(f):
				dismissed = append(dismissed, f)
			case f.Exception != nil:
				excepted = append(excepted, f)
			default:
				counted = append(counted, f)
			}
		}
		s.Counts = Tally(counted...)
		s.Dismissed, s.Excepted = len(WorstOf(dismissed)), len(WorstOf(excepted))
		s.State, s.Gaps = d.checked(risk)
		out = append(out, s)
	}
	return out
}

// checked gives how far a risk was checked, and what was not.
func (d *Document) checked(risk seaworthy.Risk) (seaworthy.State, []*seaworthy.Coverage) {
	n := map[seaworthy.State]int{}
	var gaps []*seaworthy.Coverage
	for _, c := range d.Coverage {
		if c.Risk != risk {
			continue
		}
		n[c.State]++
		if c.State != seaworthy.Checked {
			gaps = append(gaps, c)
		}
	}
	switch {
	case n[seaworthy.Checked] == 0 && n[seaworthy.Partial] == 0 && n[seaworthy.Failed] > 0:
		return seaworthy.Failed, gaps
	case n[seaworthy.Checked] == 0 && n[seaworthy.Partial] == 0:
		return seaworthy.NotChecked, gaps
	case len(gaps) > 0:
		return seaworthy.Partial, gaps
	default:
		return seaworthy.Checked, nil
	}
}

// Sentence says in words what was found, or why nothing is known. It never says that
// nothing was found where nothing was checked.
func (s RiskState) Sentence() string {
	switch s.State {
	case seaworthy.NotChecked, seaworthy.Failed:
		head := "not checked"
		if s.State == seaworthy.Failed {
			head = "check failed"
		}
		switch len(s.Gaps) {
		case 0:
			return head + ": the scan does not say why"
		case 1:
			if s.State == seaworthy.Failed {
				return head + ": " + s.Gaps[0].Subject + ": " + s.Gaps[0].Reason
			}
			return head + ": " + s.Gaps[0].Reason
		default:
			return head + ": " + words.Plural(len(s.Gaps), "reason") + " below"
		}
	case seaworthy.Partial:
		return "none found, " + words.PartlyChecked
	default:
		return "none found"
	}
}

// Reservation says, of an image that passes, how many risks were not checked; "" if
// there is nothing to say.
func (d *Document) Reservation() string {
	n := 0
	for _, s := range d.States() {
		if s.State == seaworthy.NotChecked || s.State == seaworthy.Failed {
			n++
		}
	}
	if n == 0 || d.Verdict.Decision != seaworthy.DecisionPass {
		return ""
	}
	verb := "were"
	if n == 1 {
		verb = "was"
	}
	return fmt.Sprintf("%d of the %d risks %s not checked", n, len(seaworthy.Risks()), verb)
}

// IsComplete reports whether Sentence gives all there is to say about what was not
// checked: the one gap with its reason.
func (s RiskState) IsComplete() bool {
	return len(s.Gaps) == 1 && len(s.Counts) == 0 && (s.State == seaworthy.NotChecked || s.State == seaworthy.Failed)
}

// Layer gives the layer with the index, or nil: a recorded report may name a
// layer that it does not list.
func (d *Document) Layer(index *int) *seaworthy.Layer {
	if index == nil || *index < 0 || *index >= len(d.Image.Layers) {
		return nil
	}
	return &d.Image.Layers[*index]
}

// Instruction gives the build instruction of a location, or that of its layer, in one
// line and with short sums.
func (d *Document) Instruction(l seaworthy.Location) string {
	if layer := d.Layer(l.Layer); l.Instruction == "" && layer != nil {
		return words.ShortSums(words.OneLine(layer.Instruction))
	}
	return words.ShortSums(words.OneLine(l.Instruction))
}

// Instructions gives the build instructions of the locations, each once.
func (d *Document) Instructions(locations []seaworthy.Location) []string {
	var out []string
	for _, l := range locations {
		if s := d.Instruction(l); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// TallyText gives the tally of findings in words: "2 high, 1 low".
func TallyText(findings []*seaworthy.Finding) string {
	var out []string
	for _, c := range Tally(findings...) {
		out = append(out, c.String())
	}
	return strings.Join(out, ", ")
}
