package report

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// secretControl is the item that a configuration defect violates by which secrets
// come into an image.
func secretControl() seaworthy.Control {
	return seaworthy.Control{Standard: seaworthy.CISDocker, Item: "4.10"}
}

// told tells of a configuration defect whether secrets were found in each of its
// places that are as bad: then its name says less than what was found in it.
func (d *document) told(f *seaworthy.Finding) bool {
	if f.Risk != seaworthy.Misconfiguration || len(f.Locations) == 0 || !slices.Contains(f.Controls, secretControl()) {
		return false
	}
	secrets := of(seaworthy.Secret, d.findings)
	for _, l := range f.Locations {
		if !slices.ContainsFunc(secrets, func(s *seaworthy.Finding) bool {
			return s.Severity >= f.Severity && slices.ContainsFunc(s.Locations, func(o seaworthy.Location) bool { return holds(l, o) })
		}) {
			return false
		}
	}
	return true
}

// holds tells whether a secret is in the file, or was given in the instruction, that
// a defect is about.
func holds(defect, secret seaworthy.Location) bool {
	file, _, _ := strings.Cut(secret.Path, "!/")
	if file != defect.Path {
		return false
	}
	if file == "" {
		return defect.Instruction != "" && defect.Instruction == secret.Instruction
	}
	return defect.Layer != nil && secret.Layer != nil && *defect.Layer == *secret.Layer
}

// pointer writes such a defect in short, in the one place or the first.
func (t *textWriter) pointer(p *page, d *document, f *seaworthy.Finding) {
	where := t.place(f.Locations[0])
	if f.Locations[0].Path == "" {
		where = visible(shorten(d.instruction(f.Locations[0]), p.width-gutter))
	}
	if n := len(f.Locations) - 1; n > 0 {
		where += " and " + places(n, "more place")
	}
	p.field(severityStyle(f.Severity), f.Severity.String(), prose(plain, f.Title), id(f))
	p.field(dim, "", solid(dim, where), prose(dim, "· told under secret"))
}
