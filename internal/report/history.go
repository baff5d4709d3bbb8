package report

import (
	"fmt"
	"io"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/encode"
	"seaworthy.dev/seaworthy/internal/report/text"
)

// The parts of a history.
type (
	HistoryStep    = document.HistoryStep
	HistoryChanges = document.HistoryChanges
	HistoryAmount  = document.HistoryAmount
	HistoryWaste   = document.HistoryWaste
)

// History shows the steps that made an image, each with what it changed and what
// was found in it. It takes the events of a scan; before those of an image, Steps
// must have been called.
type History struct {
	document.Collector
	build document.BuildHistory
}

var _ Writer = (*History)(nil)

// NewHistory starts a history as Text or JSON.
func NewHistory(f Format, w io.Writer, opt Options) (*History, error) {
	h := new(History)
	switch f {
	case Text:
		t := text.NewHistory(w, opt)
		h.Render = func(d *document.Document) error { return t.Write(d, &h.build) }
	case JSON:
		h.Render = func(d *document.Document) error { return writeHistoryJSON(w, d, &h.build) }
	default:
		return nil, fmt.Errorf("a history is text or json, not %q", f)
	}
	return h, nil
}

// Steps sets the steps of the image whose events come next, and the paths with most
// bytes that no container sees.
func (h *History) Steps(steps []HistoryStep, waste []HistoryWaste) {
	h.build = document.BuildHistory{Steps: steps, Waste: waste}
}

// Close ends the history.
func (h *History) Close() error { return nil }

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

func writeHistoryJSON(w io.Writer, d *document.Document, b *document.BuildHistory) error {
	found, elsewhere := b.Found(d)
	doc := historyJSON{
		SchemaVersion: seaworthy.SchemaVersion, Tool: d.Provenance.Tool, Image: d.Image,
		Steps: []stepJSON{}, Findings: countSeverities(elsewhere), Coverage: d.Coverage,
	}
	for i, s := range b.Steps {
		step := stepJSON{Instruction: s.Instruction, Created: s.Created, HistoryChanges: s.Changes, Findings: countSeverities(found[i])}
		if s.Layer != nil {
			step.Layer, step.DiffID, step.Size = &s.Layer.Index, s.Layer.DiffID, &s.Layer.Size
		}
		doc.Steps = append(doc.Steps, step)
	}
	doc.Buried.HistoryAmount = b.Buried()
	doc.Buried.Largest = []wasteJSON{}
	for _, waste := range b.Waste {
		text, raw := seaworthy.TextPath(waste.Path)
		doc.Buried.Largest = append(doc.Buried.Largest, wasteJSON{text, raw, waste.Versions, waste.Bytes})
	}
	return encode.JSON(w, doc)
}
