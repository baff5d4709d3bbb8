package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
)

// HistoryStep is one step of the build of an image.
type HistoryStep struct {
	// Layer is the layer that the step made, nil if it made none, or if it is not
	// known which.
	Layer *seaworthy.Layer
	// Index is the step's index in the history of the image configuration; nil for a
	// layer without a step.
	Index *int
	// Instruction is the build instruction, secrets redacted; empty where the
	// history has none.
	Instruction string
	// Created is when the step was done, as the history says.
	Created *time.Time
	// Changes is what the layer did; nil without a layer.
	Changes *HistoryChanges
}

// HistoryChanges is what a layer did to the files below it, and how much of what
// it brought no container sees.
type HistoryChanges struct {
	Added   HistoryAmount `json:"added"`
	Changed HistoryAmount `json:"changed"`
	Removed HistoryAmount `json:"removed"`
	Buried  HistoryAmount `json:"buried"`
}

// HistoryAmount is a number of files and the bytes in them.
type HistoryAmount struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// HistoryWaste is what an image holds of a path and no container sees.
type HistoryWaste struct {
	Path     string
	Versions int
	Bytes    int64
}

// History shows the steps that made an image, each with what it changed and what
// was found in it. It takes the events of a scan; before those of an image, Steps
// must have been called.
type History struct {
	collector
	out   io.Writer
	opt   Options
	steps []HistoryStep
	waste []HistoryWaste
	any   bool // an image was written
}

var _ Writer = (*History)(nil)

// NewHistory starts a history as Text or JSON.
func NewHistory(f Format, w io.Writer, opt Options) (*History, error) {
	h := &History{out: w, opt: opt}
	switch f {
	case Text:
		h.render = h.text
	case JSON:
		h.render = h.json
	default:
		return nil, fmt.Errorf("a history is text or json, not %q", f)
	}
	return h, nil
}

// Steps sets the steps of the image whose events come next, and the paths with most
// bytes that no container sees.
func (h *History) Steps(steps []HistoryStep, waste []HistoryWaste) {
	h.steps, h.waste = steps, waste
}

// Close ends the history.
func (h *History) Close() error { return nil }

// found gives the findings of each step and those of none. A finding counts in
// every step in which it has a place.
func (h *History) found(d *document) (perStep [][]*seaworthy.Finding, elsewhere []*seaworthy.Finding) {
	perStep = make([][]*seaworthy.Finding, len(h.steps))
	ofLayer := make(map[int]int)
	ofStep := make(map[int]int)
	for i := range slices.Backward(h.steps) { // the first of several alike
		s := &h.steps[i]
		if s.Layer != nil {
			ofLayer[s.Layer.Index] = i
		}
		if s.Index != nil {
			ofStep[*s.Index] = i
		}
	}
	for _, f := range d.findings {
		in := make(map[int]bool)
		for _, l := range f.Locations {
			i, ok := 0, false
			if l.Layer != nil {
				i, ok = ofLayer[*l.Layer]
			} else if l.Step != nil {
				i, ok = ofStep[*l.Step]
			}
			if ok && !in[i] {
				in[i] = true
				perStep[i] = append(perStep[i], f)
			}
		}
		if len(in) == 0 {
			elsewhere = append(elsewhere, f)
		}
	}
	return perStep, elsewhere
}

// buried is what all layers hold and no container sees.
func (h *History) buried() (sum HistoryAmount) {
	for _, s := range h.steps {
		if s.Changes != nil {
			sum.Files += s.Changes.Buried.Files
			sum.Bytes += s.Changes.Buried.Bytes
		}
	}
	return sum
}

// brought is what all layers hold.
func (h *History) brought() (bytes int64) {
	for _, s := range h.steps {
		if s.Layer != nil {
			bytes += s.Layer.Size
		}
	}
	return bytes
}

// stepColumns is the width of the columns of layers and sizes.
const stepColumns = 17

func (h *History) text(d *document) error {
	t := newText(h.out, h.opt)
	p := t.page()
	if h.any {
		p.WriteString("\n\n")
	}
	h.any = true
	t.header(p, d)
	p.WriteByte('\n')
	p.line(p.paint(bold, fmt.Sprintf("%5s %9s  %s", "LAYER", "SIZE", "STEP")))
	found, elsewhere := h.found(d)
	for i, s := range h.steps {
		h.step(p, s, found[i])
		if b := d.image.BaseBoundary; b != nil && s.Layer != nil && s.Layer.Index == *b-1 && h.moreLayers(i) {
			p.line(p.paint(dim, "      "+strings.Repeat("─", 9)+"  base layers end here "+strings.Repeat("─", max(p.width-stepColumns-21, 0))))
		}
	}
	h.sum(p, t, d, elsewhere)
	_, err := h.out.Write(p.Bytes())
	return err
}

// moreLayers is true if a step after that one made a layer.
func (h *History) moreLayers(i int) bool {
	return slices.ContainsFunc(h.steps[i+1:], func(s HistoryStep) bool { return s.Layer != nil })
}

func (h *History) step(p *page, s HistoryStep, found []*seaworthy.Finding) {
	number, size, kind := "·", "", dim
	if s.Layer != nil {
		number, size, kind = strconv.Itoa(s.Layer.Index), Size(s.Layer.Size), plain
	}
	label := fmt.Sprintf("%5s %9s  ", number, size)
	text := oneLine(s.Instruction)
	if !h.opt.Verbose {
		text = shorten(visible(shortSums(text)), 3*(p.width-stepColumns))
	}
	if text == "" {
		text, kind = "(no instruction recorded)", dim
	}
	p.hang(stepColumns, label, prose(kind, text))
	indent := strings.Repeat(" ", stepColumns)
	if h.opt.Verbose && s.Created != nil {
		p.hang(stepColumns, indent, prose(dim, "created "+s.Created.UTC().Format(time.DateTime)))
	}
	if s.Changes != nil {
		p.hang(stepColumns, indent, s.Changes.spans()...)
		if b := s.Changes.Buried; b.Files > 0 {
			p.hang(stepColumns, indent, prose(yellow, fmt.Sprintf("%s of it later replaced or deleted (%s)", places(b.Files, "file"), Size(b.Bytes))))
		}
	}
	for _, risk := range seaworthy.Risks() {
		counts := tally(of(risk, found)...)
		if len(counts) == 0 {
			continue
		}
		spans := []span{solid(plain, string(risk))}
		for _, c := range counts {
			spans = append(spans, solid(severityStyle(c.severity), c.String()))
		}
		p.hang(stepColumns, indent, spans...)
	}
}

// spans say in words what a layer did.
func (c *HistoryChanges) spans() []span {
	var parts []span
	for _, a := range []struct {
		verb string
		HistoryAmount
	}{{"added", c.Added}, {"changed", c.Changed}, {"removed", c.Removed}} {
		if a.Files > 0 {
			if n := len(parts); n > 0 {
				parts[n-1].words[0] += ","
			}
			parts = append(parts, solid(dim, fmt.Sprintf("%s %s (%s)", a.verb, places(a.Files, "file"), Size(a.Bytes))))
		}
	}
	if len(parts) == 0 {
		return []span{prose(dim, "changed no file")}
	}
	return parts
}

// sum writes what holds for the whole image.
func (h *History) sum(p *page, t *textWriter, d *document, elsewhere []*seaworthy.Finding) {
	p.rule("all layers")
	t.risks(p, d)
	if counts := tally(elsewhere...); len(counts) > 0 {
		p.hang(2+riskColumns, "  "+strings.Repeat(" ", riskColumns), prose(dim, "including "+places(len(worstOf(elsewhere)), "finding")+" about the image configuration"))
	}
	b := h.buried()
	if b.Files == 0 {
		p.hang(2+riskColumns, fmt.Sprintf("  %-*s", riskColumns, "buried"), prose(dim, "nothing"))
		return
	}
	p.hang(2+riskColumns, fmt.Sprintf("  %-*s", riskColumns, "buried"), prose(plain, fmt.Sprintf(
		"%s of %s (%.0f %%), in %s that later layers replace or delete: containers do not see them, but anyone who can pull the image can extract them",
		Size(b.Bytes), Size(h.brought()), 100*float64(b.Bytes)/float64(max(h.brought(), 1)), places(b.Files, "file"))))
	most := 5
	if h.opt.Verbose {
		most = len(h.waste)
	}
	for _, w := range h.waste[:min(most, len(h.waste))] {
		path := "/" + visiblePath(w.Path)
		if !h.opt.Verbose {
			path = shorten(path, 2*(p.width-riskColumns-14))
		}
		text := []span{solid(plain, path)}
		if w.Versions > 1 {
			text = append(text, prose(dim, fmt.Sprintf("in %d versions", w.Versions)))
		}
		p.hang(2+riskColumns+11, strings.Repeat(" ", 2+riskColumns)+fmt.Sprintf("%9s  ", Size(w.Bytes)), text...)
	}
}

// historyJSON is the JSON form of a history.
type historyJSON struct {
	SchemaVersion int              `json:"schemaVersion"`
	Tool          seaworthy.Tool   `json:"tool"`
	Image         *seaworthy.Image `json:"image"`
	Steps         []stepJSON       `json:"steps"`
	// Findings are counted by risk and severity; those here belong to no step.
	Findings severityCounts `json:"findings"`
	Buried   struct {
		HistoryAmount
		Largest []wasteJSON `json:"largest"`
	} `json:"buried"`
	Coverage []*seaworthy.Coverage `json:"coverage"`
}

type stepJSON struct {
	Layer       *int       `json:"layer,omitempty"`
	DiffID      string     `json:"diffID,omitempty"`
	Size        *int64     `json:"size,omitempty"`
	Instruction string     `json:"instruction,omitempty"`
	Created     *time.Time `json:"created,omitempty"`
	*HistoryChanges
	Findings severityCounts `json:"findings"`
}

type wasteJSON struct {
	Path       string `json:"path"`
	PathBase64 []byte `json:"pathBase64,omitempty"`
	Versions   int    `json:"versions"`
	Bytes      int64  `json:"bytes"`
}

// severityCounts counts findings by risk and severity.
type severityCounts map[seaworthy.Risk]map[string]int

func countSeverities(findings []*seaworthy.Finding) severityCounts {
	counts := make(severityCounts)
	for _, f := range findings {
		if counts[f.Risk] == nil {
			counts[f.Risk] = make(map[string]int)
		}
		counts[f.Risk][f.Severity.String()]++
	}
	return counts
}

func (h *History) json(d *document) error {
	found, elsewhere := h.found(d)
	doc := historyJSON{
		SchemaVersion: seaworthy.SchemaVersion, Tool: d.provenance.Tool, Image: d.image,
		Steps: []stepJSON{}, Findings: countSeverities(elsewhere), Coverage: d.coverage,
	}
	for i, s := range h.steps {
		step := stepJSON{Instruction: s.Instruction, Created: s.Created, HistoryChanges: s.Changes, Findings: countSeverities(found[i])}
		if s.Layer != nil {
			step.Layer, step.DiffID, step.Size = &s.Layer.Index, s.Layer.DiffID, &s.Layer.Size
		}
		doc.Steps = append(doc.Steps, step)
	}
	doc.Buried.HistoryAmount = h.buried()
	doc.Buried.Largest = []wasteJSON{}
	for _, w := range h.waste {
		text, raw := seaworthy.TextPath(w.Path)
		doc.Buried.Largest = append(doc.Buried.Largest, wasteJSON{text, raw, w.Versions, w.Bytes})
	}
	return encodeTo(h.out, doc)
}
