package text

import (
	"bytes"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/visible"
)

// style is the parameter of an SGR escape sequence (ECMA-48, 8.3.117); "" is
// plain. Only the 16 colours that every terminal theme defines are used.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
	alarm  style = "1;31"
	notice style = "1;33"
	good   style = "1;32"
)

// span is a run of words in one style. The words are visible already.
type span struct {
	style style
	words []string
}

// prose is text in which all white space is alike.
func prose(s style, text string) span {
	words := strings.Fields(text)
	for i, w := range words {
		words[i] = visible.NotCommand(visible.Text(w))
	}
	return span{s, words}
}

// literal is one line of text in which each space counts.
func literal(s style, text string) span {
	words := strings.Split(visible.Text(strings.ReplaceAll(text, "\t", "    ")), " ")
	for i, w := range words {
		words[i] = visible.NotCommand(w)
	}
	return span{s, words}
}

// solid is text that is broken only if it does not fit into a line by itself. It
// must be visible already.
func solid(s style, text string) span { return span{s, []string{visible.NotCommand(text)}} }

// page is text under construction, for a given width.
type page struct {
	bytes.Buffer
	width int
	color bool
}

func (p *page) paint(s style, text string) string {
	if !p.color || s == plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// wrap sets the spans, with a space between each two words, in lines of at most n
// columns. Only the address of a web page is left whole, so that a terminal can
// open it.
func (p *page) wrap(n int, spans ...span) []string {
	n = max(n, 1)
	var lines []string
	var line, run strings.Builder
	var runStyle style
	used, words := 0, 0
	flush := func(text string) {
		line.WriteString(p.paint(runStyle, text))
		run.Reset()
	}
	end := func() {
		flush(strings.TrimRight(run.String(), " "))
		lines = append(lines, line.String())
		line.Reset()
		used, words = 0, 0
	}
	for _, s := range spans {
		for _, word := range s.words {
			if words > 0 && used+1+visible.Columns(word) > n {
				end()
			}
			for words == 0 && visible.Columns(word) > n && !isAddress(word) {
				var head string
				head, word = visible.Cut(word, n)
				word = visible.NotCommand(word)
				runStyle = s.style
				run.WriteString(head)
				end()
			}
			if words > 0 {
				if s.style != runStyle {
					flush(run.String())
				}
				run.WriteByte(' ')
				used++
			}
			runStyle = s.style
			run.WriteString(word)
			used += visible.Columns(word)
			words++
		}
	}
	if words > 0 {
		end()
	}
	return lines
}

// maxAddress is the length of an address that is left whole.
const maxAddress = 200

func isAddress(word string) bool {
	return strings.HasPrefix(word, "https://") && len(word) <= maxAddress
}

func (p *page) line(s string) {
	p.WriteString(strings.TrimRight(s, " "))
	p.WriteByte('\n')
}

// hang writes the spans with a label before the first line and as many spaces
// before the others. The label is columns wide and may be painted.
func (p *page) hang(columns int, label string, spans ...span) {
	for _, l := range p.wrap(p.width-columns, spans...) {
		p.line(label + l)
		label = strings.Repeat(" ", columns)
	}
}

// gutter is the width of the column of labels, with the space after it. It holds
// the longest severity.
const gutter = 12

// field writes the spans with a label at the right edge of the gutter.
func (p *page) field(s style, label string, spans ...span) {
	pad := strings.Repeat(" ", max(gutter-2-visible.Columns(label), 0))
	p.hang(gutter, pad+p.paint(s, label)+"  ", spans...)
}

// rule writes the heading of a part, with a line to the edge of the page.
func (p *page) rule(heading string) {
	rest := max(p.width-visible.Columns(heading)-1, 0)
	p.WriteByte('\n')
	p.line(p.paint(bold, heading) + " " + p.paint(dim, strings.Repeat("─", rest)))
}

func severityStyle(s seaworthy.Severity) style {
	switch s {
	case seaworthy.Critical:
		return alarm
	case seaworthy.High:
		return red
	case seaworthy.Medium:
		return yellow
	case seaworthy.Low:
		return cyan
	default:
		return dim
	}
}

func decisionStyle(d seaworthy.Decision) style {
	switch d {
	case seaworthy.DecisionPass:
		return good
	case seaworthy.DecisionFail:
		return alarm
	default:
		return notice
	}
}
