package text

import (
	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/words"
)

// remedy writes what to do: sentences as prose, commands and instructions so that
// they can be copied.
func (t *Writer) remedy(p *page, r *seaworthy.Remedy) {
	if r == nil {
		return
	}
	first := true
	name := func() string {
		defer func() { first = false }()
		if first {
			return "fix"
		}
		return ""
	}
	for _, line := range words.Paragraphs(r.Summary) {
		p.field(green, name(), prose(plain, line))
	}
	for _, s := range r.Steps {
		for _, line := range words.Paragraphs(s.Text) {
			if s.Kind == seaworthy.StepNote {
				p.field(green, name(), prose(plain, line))
			} else {
				t.command(p, name(), splitWords(line))
			}
		}
	}
}
