package text

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/visible"
)

// splitWords splits a line at the blanks at which a backslash may break it: those
// outside of quotes.
func splitWords(line string) []string {
	var words []string
	var word strings.Builder
	quote := byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == ' ' && quote == 0:
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
			continue
		case c == '\\' && quote != '\'' && i+1 < len(line):
			word.WriteByte(c)
			i++
			c = line[i]
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		}
		word.WriteByte(c)
	}
	if word.Len() > 0 {
		words = append(words, word.String())
	}
	return words
}

// command writes a command with a label so that it can be copied whole: a word that
// is too long for its place begins further left, and is never broken.
func (t *Writer) command(p *page, name string, words []string) {
	room := p.width - gutter - 2
	line, left := "", gutter
	flush := func(end string) {
		line += end
		at := max(0, min(left, p.width-visible.Columns(line)))
		p.line(p.paint(green, name) + strings.Repeat(" ", max(0, at-visible.Columns(name))) + p.paint(green, line))
		name, line, left = "", "", gutter+2
	}
	if name != "" {
		name = strings.Repeat(" ", max(gutter-2-visible.Columns(name), 0)) + name
	}
	for _, w := range words {
		w = visible.NotCommand(visible.Text(w))
		if line != "" && visible.Columns(line)+1+visible.Columns(w) > room-2 {
			flush(" \\")
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	flush("")
}

// fitsPage reports whether a secret of several lines, as shown on request, has no line
// longer than the page.
func (t *Writer) fitsPage(p *page, lines []string) bool {
	return len(lines) > 1 && !slices.ContainsFunc(lines, func(l string) bool { return visible.Columns(visible.Text(l)) > p.width })
}

// secretValue writes such a secret so that it can be copied: whole, and no line broken.
func (t *Writer) secretValue(p *page, lines []string) {
	left := gutter
	for _, l := range lines[1:] {
		left = max(0, min(left, p.width-visible.Columns(visible.Text(l))))
	}
	p.field(dim, "evidence", literal(plain, lines[0]))
	for _, l := range lines[1:] {
		p.line(strings.Repeat(" ", left) + visible.NotCommand(visible.Text(l)))
	}
}
