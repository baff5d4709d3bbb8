package report

import (
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

// maxPlainPlaces limits the places that findingFacts lists.
const maxPlainPlaces = 100

// fact is one thing about a finding.
type fact struct {
	label, text string
	// isProse is true for sentences, false for what stands in the image.
	isProse bool
}

// findingFacts gives all about a finding but its title, for formats that hold plain
// text. The texts are visible.
func findingFacts(d *document.Document, f *seaworthy.Finding) []fact {
	var out []fact
	add := func(label, text string, isProse bool) {
		if text != "" {
			out = append(out, fact{label, visible.Text(text), isProse})
		}
	}
	add("severity", f.Severity.String(), false)
	if p := f.Package; p != nil {
		add("package", p.Name+" "+p.Version, false)
		add("fixed in", p.FixedVersion, false)
	}
	for _, l := range words.EvidenceLines(f) {
		add("evidence", l, false)
	}
	for i, l := range f.Locations {
		if i == maxPlainPlaces {
			add("where", words.Plural(len(f.Locations)-i, "more place"), false)
			break
		}
		out = append(out, fact{"where", placeAndLayer(l), false})
	}
	for _, instruction := range d.Instructions(f.Locations[:min(len(f.Locations), maxPlainPlaces)]) {
		add("step", instruction, false)
	}
	add("detail", words.OneLine(f.Detail), true)
	if r := f.Remedy; r != nil {
		add("fix", words.OneLine(r.Summary), true)
		for _, s := range r.Steps {
			for _, l := range words.Paragraphs(s.Text) {
				add("fix", l, s.Kind == seaworthy.StepNote)
			}
		}
	}
	for _, r := range f.References {
		add("more", r, false)
	}
	for _, c := range f.ControlNames() {
		add("violates", c, false)
	}
	return out
}

func joinFacts(facts []fact) string {
	lines := make([]string, len(facts))
	for i, f := range facts {
		lines[i] = f.label + ": " + f.text
	}
	return strings.Join(lines, "\n")
}

// placeAndLayer names the place and the layer.
func placeAndLayer(l seaworthy.Location) string {
	out := words.Place(l, len(l.Path)*10+1)
	if l.Layer != nil {
		out += ", " + words.Layer(l)
	}
	return out
}
