package report

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// document is what the events of one scan say of one image.
type document struct {
	provenance *seaworthy.Provenance
	image      *seaworthy.Image
	packages   int
	findings   []*seaworthy.Finding // those that count
	dismissed  []*seaworthy.Finding // those that VEX says do not count
	excepted   []*seaworthy.Finding // those that an exception permits
	hidden     []*seaworthy.Finding // those that a filter kept back
	coverage   []*seaworthy.Coverage
	verdict    *seaworthy.Verdict
}

// collector is a Handler that collects the events of each image in a document and calls
// render with it when it has the verdict. A format that needs a whole image before it can
// write embeds it and sets render. The document has the findings in three lists, of which
// only the first are those that count for the verdict.
type collector struct {
	doc    *document
	render func(*document) error
}

func (c *collector) Progress(*seaworthy.Progress) error { return nil }

func (c *collector) Provenance(p *seaworthy.Provenance) error {
	c.doc = &document{provenance: p}
	return nil
}

func (c *collector) Image(i *seaworthy.Image) error {
	if c.doc == nil {
		return outOfOrder("image")
	}
	c.doc.image = i
	return nil
}

// current is the document of the image that was announced last.
func (c *collector) current(event string) (*document, error) {
	if c.doc == nil || c.doc.image == nil {
		return nil, outOfOrder(event)
	}
	return c.doc, nil
}

func (c *collector) Package(*seaworthy.Package) error {
	d, err := c.current("package")
	if err == nil {
		d.packages++
	}
	return err
}

func (c *collector) Finding(f *seaworthy.Finding) error {
	d, err := c.current("finding")
	switch {
	case err != nil:
		return err
	case isDismissed(f):
		d.dismissed = append(d.dismissed, f)
	case f.Exception != nil:
		d.excepted = append(d.excepted, f)
	default:
		d.findings = append(d.findings, f)
	}
	return nil
}

// isDismissed reports whether a VEX statement says that the finding does not count.
func isDismissed(f *seaworthy.Finding) bool { return f.VEX != nil && f.VEX.Settles() }

func (c *collector) hide(f *seaworthy.Finding) error {
	d, err := c.current("finding")
	if err == nil {
		d.hidden = append(d.hidden, f)
	}
	return err
}

func (c *collector) Coverage(v *seaworthy.Coverage) error {
	d, err := c.current("coverage")
	if err == nil {
		d.coverage = append(d.coverage, v)
	}
	return err
}

func (c *collector) Verdict(v *seaworthy.Verdict) error {
	d, err := c.current("verdict")
	if err != nil {
		return err
	}
	d.verdict = v
	c.doc = nil
	return c.render(d)
}

func outOfOrder(event string) error {
	return fmt.Errorf("report: %s event out of order: the events of an image are provenance, image, packages, findings, coverage, verdict", event)
}

// of gives the findings of one risk, in the order in which they came.
func of(risk seaworthy.Risk, findings []*seaworthy.Finding) []*seaworthy.Finding {
	var out []*seaworthy.Finding
	for _, f := range findings {
		if f.Risk == risk {
			out = append(out, f)
		}
	}
	return out
}

// all gives the findings of one risk, those that do not count last.
func (d *document) all(risk seaworthy.Risk) []*seaworthy.Finding {
	return slices.Concat(of(risk, d.findings), of(risk, d.dismissed), of(risk, d.excepted))
}

// count is how many findings there are of one severity.
type count struct {
	severity seaworthy.Severity
	n        int
}

func (c count) String() string { return fmt.Sprintf("%d %s", c.n, c.severity) }

// worstOf gives the units of the findings, each with the worst severity of its
// findings. A vulnerability of a source package is one unit, however many packages
// were built from it.
func worstOf(findings []*seaworthy.Finding) map[seaworthy.Unit]seaworthy.Severity {
	worst := make(map[seaworthy.Unit]seaworthy.Severity, len(findings))
	for _, f := range findings {
		u := f.Unit()
		worst[u] = max(worst[u], f.Severity)
	}
	return worst
}

// tally counts the units of findings by severity, worst first, without zeros.
func tally(findings ...*seaworthy.Finding) []count {
	n := map[seaworthy.Severity]int{}
	for _, severity := range worstOf(findings) {
		n[severity]++
	}
	var out []count
	for _, s := range seaworthy.Severities() {
		if n[s] > 0 {
			out = append(out, count{s, n[s]})
		}
	}
	return out
}

// riskState is what one line can say of a risk.
type riskState struct {
	risk      seaworthy.Risk
	counts    []count // of findings, shown or hidden, without those that do not count
	dismissed int
	excepted  int
	// state is how far the risk was checked: Checked if all its subjects were,
	// NotChecked if none was, Failed if none was and one could not be.
	state seaworthy.State
	// gaps are the subjects that were not, or not wholly, checked.
	gaps []*seaworthy.Coverage
}

// states gives for each of the five risks what was found and how far it was checked. A
// risk without any event was not checked.
func (d *document) states() []riskState {
	out := make([]riskState, 0, len(seaworthy.Risks()))
	for _, risk := range seaworthy.Risks() {
		s := riskState{risk: risk}
		counted, dismissed, excepted := of(risk, d.findings), of(risk, d.dismissed), of(risk, d.excepted)
		for _, f := range of(risk, d.hidden) {
			switch {
			case isDismissed(f):
				dismissed = append(dismissed, f)
			case f.Exception != nil:
				excepted = append(excepted, f)
			default:
				counted = append(counted, f)
			}
		}
		s.counts = tally(counted...)
		s.dismissed, s.excepted = len(worstOf(dismissed)), len(worstOf(excepted))
		s.state, s.gaps = d.checked(risk)
		out = append(out, s)
	}
	return out
}

// checked gives how far a risk was checked, and what was not.
func (d *document) checked(risk seaworthy.Risk) (seaworthy.State, []*seaworthy.Coverage) {
	n := map[seaworthy.State]int{}
	var gaps []*seaworthy.Coverage
	for _, c := range d.coverage {
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

// sentence says in words what was found, or why nothing is known. It never says that
// nothing was found where nothing was checked.
func (s riskState) sentence() string {
	switch s.state {
	case seaworthy.NotChecked, seaworthy.Failed:
		head := "not checked"
		if s.state == seaworthy.Failed {
			head = "check failed"
		}
		switch len(s.gaps) {
		case 0:
			return head + ": the scan does not say why"
		case 1:
			if s.state == seaworthy.Failed {
				return head + ": " + s.gaps[0].Subject + ": " + s.gaps[0].Reason
			}
			return head + ": " + s.gaps[0].Reason
		default:
			return head + ": " + places(len(s.gaps), "reason") + " below"
		}
	case seaworthy.Partial:
		return "none found, " + partlyChecked
	default:
		return "none found"
	}
}

// reservation says, of an image that passes, how many risks were not checked; "" if
// there is nothing to say.
func (d *document) reservation() string {
	n := 0
	for _, s := range d.states() {
		if s.state == seaworthy.NotChecked || s.state == seaworthy.Failed {
			n++
		}
	}
	if n == 0 || d.verdict.Decision != seaworthy.DecisionPass {
		return ""
	}
	verb := "were"
	if n == 1 {
		verb = "was"
	}
	return fmt.Sprintf("%d of the %d risks %s not checked", n, len(seaworthy.Risks()), verb)
}

// isComplete reports whether sentence gives all there is to say about what was not
// checked: the one gap with its reason.
func (s riskState) isComplete() bool {
	return len(s.gaps) == 1 && len(s.counts) == 0 && (s.state == seaworthy.NotChecked || s.state == seaworthy.Failed)
}

// layer gives the layer with the index, or nil: a recorded report may name a
// layer that it does not list.
func (d *document) layer(index *int) *seaworthy.Layer {
	if index == nil || *index < 0 || *index >= len(d.image.Layers) {
		return nil
	}
	return &d.image.Layers[*index]
}

// instruction gives the build instruction of a location, or that of its layer, in one
// line and with short sums.
func (d *document) instruction(l seaworthy.Location) string {
	if layer := d.layer(l.Layer); l.Instruction == "" && layer != nil {
		return shortSums(oneLine(layer.Instruction))
	}
	return shortSums(oneLine(l.Instruction))
}

// instructions gives the build instructions of the locations, each once.
func (d *document) instructions(locations []seaworthy.Location) []string {
	var out []string
	for _, l := range locations {
		if s := d.instruction(l); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func tallyText(findings []*seaworthy.Finding) string {
	var out []string
	for _, c := range tally(findings...) {
		out = append(out, c.String())
	}
	return strings.Join(out, ", ")
}
