package text

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

// stepColumns is the width of the columns of layers and sizes.
const stepColumns = 17

// History writes the history of images for people.
type History struct {
	*Writer
	any bool // an image was written
}

// NewHistory starts a history.
func NewHistory(w io.Writer, opt document.Options) *History {
	return &History{Writer: New(w, opt)}
}

// Write writes the steps that made an image, each with what it changed and what was
// found in it.
func (h *History) Write(d *document.Document, b *document.BuildHistory) error {
	p := h.page()
	if h.any {
		p.WriteString("\n\n")
	}
	h.any = true
	h.header(p, d)
	p.WriteByte('\n')
	p.line(p.paint(bold, fmt.Sprintf("%5s %9s  %s", "LAYER", "SIZE", "STEP")))
	found, elsewhere := b.Found(d)
	for i, s := range b.Steps {
		h.step(p, s, found[i])
		if end := d.Image.BaseBoundary; end != nil && s.Layer != nil && s.Layer.Index == *end-1 && moreLayers(b.Steps[i+1:]) {
			p.line(p.paint(dim, "      "+strings.Repeat("─", 9)+"  base layers end here "+strings.Repeat("─", max(p.width-stepColumns-21, 0))))
		}
	}
	h.sum(p, d, b, elsewhere)
	_, err := h.out.Write(p.Bytes())
	return err
}

// moreLayers reports whether one of the steps made a layer.
func moreLayers(steps []document.HistoryStep) bool {
	return slices.ContainsFunc(steps, func(s document.HistoryStep) bool { return s.Layer != nil })
}

func (h *History) step(p *page, s document.HistoryStep, found []*seaworthy.Finding) {
	number, size, kind := "·", "", dim
	if s.Layer != nil {
		number, size, kind = strconv.Itoa(s.Layer.Index), words.Size(s.Layer.Size), plain
	}
	label := fmt.Sprintf("%5s %9s  ", number, size)
	text := words.OneLine(s.Instruction)
	if !h.opt.Verbose {
		text = visible.Shorten(visible.Text(words.ShortSums(text)), 3*(p.width-stepColumns))
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
		p.hang(stepColumns, indent, changeSpans(s.Changes)...)
		if b := s.Changes.Buried; b.Files > 0 {
			p.hang(stepColumns, indent, prose(yellow, fmt.Sprintf("%s of it later replaced or deleted (%s)", words.Plural(b.Files, "file"), words.Size(b.Bytes))))
		}
	}
	for _, risk := range seaworthy.Risks() {
		counts := document.Tally(document.OfRisk(risk, found)...)
		if len(counts) == 0 {
			continue
		}
		spans := []span{solid(plain, string(risk))}
		for _, c := range counts {
			spans = append(spans, solid(severityStyle(c.Severity), c.String()))
		}
		p.hang(stepColumns, indent, spans...)
	}
}

// changeSpans say in words what a layer did.
func changeSpans(c *document.HistoryChanges) []span {
	var parts []span
	for _, a := range []struct {
		verb string
		document.HistoryAmount
	}{{"added", c.Added}, {"changed", c.Changed}, {"removed", c.Removed}} {
		if a.Files > 0 {
			if n := len(parts); n > 0 {
				parts[n-1].words[0] += ","
			}
			parts = append(parts, solid(dim, fmt.Sprintf("%s %s (%s)", a.verb, words.Plural(a.Files, "file"), words.Size(a.Bytes))))
		}
	}
	if len(parts) == 0 {
		return []span{prose(dim, "changed no file")}
	}
	return parts
}

// sum writes what holds for the whole image.
func (h *History) sum(p *page, d *document.Document, b *document.BuildHistory, elsewhere []*seaworthy.Finding) {
	p.rule("all layers")
	h.risks(p, d)
	if counts := document.Tally(elsewhere...); len(counts) > 0 {
		p.hang(2+riskColumns, "  "+strings.Repeat(" ", riskColumns), prose(dim, "including "+words.Plural(len(document.WorstOf(elsewhere)), "finding")+" about the image configuration"))
	}
	buried, brought := b.Buried(), b.Brought()
	if buried.Files == 0 {
		p.hang(2+riskColumns, fmt.Sprintf("  %-*s", riskColumns, "buried"), prose(dim, "nothing"))
		return
	}
	p.hang(2+riskColumns, fmt.Sprintf("  %-*s", riskColumns, "buried"), prose(plain, fmt.Sprintf(
		"%s of %s (%.0f %%), in %s that later layers replace or delete: containers do not see them, but anyone who can pull the image can extract them",
		words.Size(buried.Bytes), words.Size(brought), 100*float64(buried.Bytes)/float64(max(brought, 1)), words.Plural(buried.Files, "file"))))
	most := 5
	if h.opt.Verbose {
		most = len(b.Waste)
	}
	for _, w := range b.Waste[:min(most, len(b.Waste))] {
		path := "/" + visible.Path(w.Path)
		if !h.opt.Verbose {
			path = visible.Shorten(path, 2*(p.width-riskColumns-14))
		}
		text := []span{solid(plain, path)}
		if w.Versions > 1 {
			text = append(text, prose(dim, fmt.Sprintf("in %d versions", w.Versions)))
		}
		p.hang(2+riskColumns+11, strings.Repeat(" ", 2+riskColumns)+fmt.Sprintf("%9s  ", words.Size(w.Bytes)), text...)
	}
}
