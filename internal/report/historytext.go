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

// stepColumns is the width of the columns of layers and sizes.
const stepColumns = 17

// historyText writes the history of images for people.
type historyText struct {
	*textWriter
	any bool // an image was written
}

func newHistoryText(w io.Writer, opt Options) *historyText {
	return &historyText{textWriter: newText(w, opt)}
}

// write writes the steps that made an image, each with what it changed and what was
// found in it.
func (h *historyText) write(d *document, b *buildHistory) error {
	p := h.page()
	if h.any {
		p.WriteString("\n\n")
	}
	h.any = true
	h.header(p, d)
	p.WriteByte('\n')
	p.line(p.paint(bold, fmt.Sprintf("%5s %9s  %s", "LAYER", "SIZE", "STEP")))
	found, elsewhere := b.found(d)
	for i, s := range b.steps {
		h.step(p, s, found[i])
		if end := d.image.BaseBoundary; end != nil && s.Layer != nil && s.Layer.Index == *end-1 && moreLayers(b.steps[i+1:]) {
			p.line(p.paint(dim, "      "+strings.Repeat("─", 9)+"  base layers end here "+strings.Repeat("─", max(p.width-stepColumns-21, 0))))
		}
	}
	h.sum(p, d, b, elsewhere)
	_, err := h.out.Write(p.Bytes())
	return err
}

// moreLayers reports whether one of the steps made a layer.
func moreLayers(steps []HistoryStep) bool {
	return slices.ContainsFunc(steps, func(s HistoryStep) bool { return s.Layer != nil })
}

func (h *historyText) step(p *page, s HistoryStep, found []*seaworthy.Finding) {
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
		p.hang(stepColumns, indent, changeSpans(s.Changes)...)
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

// changeSpans say in words what a layer did.
func changeSpans(c *HistoryChanges) []span {
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
func (h *historyText) sum(p *page, d *document, b *buildHistory, elsewhere []*seaworthy.Finding) {
	p.rule("all layers")
	h.risks(p, d)
	if counts := tally(elsewhere...); len(counts) > 0 {
		p.hang(2+riskColumns, "  "+strings.Repeat(" ", riskColumns), prose(dim, "including "+places(len(worstOf(elsewhere)), "finding")+" about the image configuration"))
	}
	buried, brought := b.buried(), b.brought()
	if buried.Files == 0 {
		p.hang(2+riskColumns, fmt.Sprintf("  %-*s", riskColumns, "buried"), prose(dim, "nothing"))
		return
	}
	p.hang(2+riskColumns, fmt.Sprintf("  %-*s", riskColumns, "buried"), prose(plain, fmt.Sprintf(
		"%s of %s (%.0f %%), in %s that later layers replace or delete: containers do not see them, but anyone who can pull the image can extract them",
		Size(buried.Bytes), Size(brought), 100*float64(buried.Bytes)/float64(max(brought, 1)), places(buried.Files, "file"))))
	most := 5
	if h.opt.Verbose {
		most = len(b.waste)
	}
	for _, w := range b.waste[:min(most, len(b.waste))] {
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
