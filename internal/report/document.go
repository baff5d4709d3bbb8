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
	settled    []*seaworthy.Finding // those that VEX says do not count
	excepted   []*seaworthy.Finding // those that an exception permits
	hidden     []*seaworthy.Finding // those that a filter kept back
	coverage   []*seaworthy.Coverage
	verdict    *seaworthy.Verdict
}

// collector is a Handler that gathers the events of each image into a document
// and hands it on when the verdict is there. Formats that must know the end
// before they can write the beginning embed it.
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
	case settled(f):
		d.settled = append(d.settled, f)
	case f.Exception != nil:
		d.excepted = append(d.excepted, f)
	default:
		d.findings = append(d.findings, f)
	}
	return nil
}

// settled is true for a finding of which somebody who knows the product says that it
// does not count.
func settled(f *seaworthy.Finding) bool { return f.VEX != nil && f.VEX.Settles() }

// vexWords says what a statement says, and whose it is.
func vexWords(v *seaworthy.VEX) string {
	text := strings.ReplaceAll(v.Status, "_", " ")
	if v.Justification != "" {
		text += ", " + strings.ReplaceAll(v.Justification, "_", " ")
	}
	text += ", says " + v.By
	if v.Statement != "" {
		text += ": " + v.Statement
	}
	return text
}

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
	return slices.Concat(of(risk, d.findings), of(risk, d.settled), of(risk, d.excepted))
}

// count is how many findings there are of one severity.
type count struct {
	severity seaworthy.Severity
	n        int
}

func (c count) String() string { return fmt.Sprintf("%d %s", c.n, c.severity) }

// tally counts findings by severity, worst first, leaving out what there is none of.
func tally(findings ...*seaworthy.Finding) []count {
	n := map[seaworthy.Severity]int{}
	for _, f := range findings {
		n[f.Severity]++
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
	risk     seaworthy.Risk
	counts   []count // of findings, shown or hidden, without those that do not count
	settled  int
	excepted int
	// looked is how far the risk was looked at: Checked if all its subjects
	// were, NotChecked if none was, Failed if none was and one could not be.
	looked seaworthy.State
	// gaps are the subjects that were not, or not wholly, looked at.
	gaps []*seaworthy.Coverage
}

// states says for each of the five risks what was found and how far it was
// looked at. A risk of which no event tells was not looked at.
func (d *document) states() []riskState {
	out := make([]riskState, 0, len(seaworthy.Risks()))
	for _, risk := range seaworthy.Risks() {
		s := riskState{risk: risk, settled: len(of(risk, d.settled)), excepted: len(of(risk, d.excepted))}
		counted := of(risk, d.findings)
		for _, f := range of(risk, d.hidden) {
			switch {
			case settled(f):
				s.settled++
			case f.Exception != nil:
				s.excepted++
			default:
				counted = append(counted, f)
			}
		}
		s.counts = tally(counted...)
		s.looked, s.gaps = d.looked(risk)
		out = append(out, s)
	}
	return out
}

func (d *document) looked(risk seaworthy.Risk) (seaworthy.State, []*seaworthy.Coverage) {
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

// sentence says in words what was found, or why nothing is known. It never says
// that nothing was found where nothing was looked at.
func (s riskState) sentence() string {
	switch s.looked {
	case seaworthy.NotChecked, seaworthy.Failed:
		head := "not looked at"
		if s.looked == seaworthy.Failed {
			head = "could not be looked at"
		}
		switch len(s.gaps) {
		case 0:
			return head + ": the scan does not say why"
		case 1:
			if s.looked == seaworthy.Failed {
				return head + ": " + s.gaps[0].Subject + ": " + s.gaps[0].Reason
			}
			return head + ": " + s.gaps[0].Reason
		default:
			return head + ": " + places(len(s.gaps), "reason") + " below"
		}
	case seaworthy.Partial:
		return "none found in what was looked at; " + places(len(s.gaps), "part") + " not checked"
	default:
		return "none found"
	}
}

// reservation says, of an image that may sail, how many risks nobody looked at;
// "" if there is nothing to say.
func (d *document) reservation() string {
	n := 0
	for _, s := range d.states() {
		if s.looked == seaworthy.NotChecked || s.looked == seaworthy.Failed {
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
	return fmt.Sprintf("%d of the %d risks %s not looked at", n, len(seaworthy.Risks()), verb)
}

// toldInFull is true if sentence gives the one gap there is with its reason.
func (s riskState) toldInFull() bool {
	return len(s.gaps) == 1 && len(s.counts) == 0 && (s.looked == seaworthy.NotChecked || s.looked == seaworthy.Failed)
}

// places writes a number with its noun.
func places(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// sizeFacts are the number of layers and their size. Of an image that is known from
// a bill of materials neither may be.
func sizeFacts(i *seaworthy.Image) []string {
	if len(i.Layers) == 0 {
		return nil
	}
	if i.Size == 0 {
		return []string{places(len(i.Layers), "layer")}
	}
	return []string{places(len(i.Layers), "layer"), Size(i.Size)}
}

// layer gives the layer with the index, or nil: a recorded report may name a
// layer that it does not list.
func (d *document) layer(index *int) *seaworthy.Layer {
	if index == nil || *index < 0 || *index >= len(d.image.Layers) {
		return nil
	}
	return &d.image.Layers[*index]
}

// instruction gives the build instruction of a location, in one line, or that of
// its layer.
func (d *document) instruction(l seaworthy.Location) string {
	if layer := d.layer(l.Layer); l.Instruction == "" && layer != nil {
		return oneLine(layer.Instruction)
	}
	return oneLine(l.Instruction)
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

// exitCode is the exit code that the command gives for a verdict.
func exitCode(d seaworthy.Decision) int {
	switch d {
	case seaworthy.DecisionPass:
		return 0
	case seaworthy.DecisionFail:
		return 1
	default:
		return 3
	}
}
