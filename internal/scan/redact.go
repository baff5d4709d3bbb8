package scan

import (
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/redact"
)

// redactFinding removes the credentials that are evident by their form from the texts of a
// finding: the image's author chose its paths, and much of what analyzers quote. The
// evidence of a secret is left to the analyzer, which may be asked to show it.
func redactFinding(f *seaworthy.Finding) {
	f.Title = redact.Tokens(f.Title)
	f.Detail = redact.Tokens(f.Detail)
	if f.Risk != seaworthy.Secret {
		f.Evidence = redact.Tokens(f.Evidence)
	}
	f.Subject.Name = redact.Tokens(f.Subject.Name)
	f.Locations = redactLocations(f.Locations)
	if f.Remedy == nil {
		return
	}
	r := *f.Remedy
	r.Summary = redact.Tokens(r.Summary)
	r.Steps = slices.Clone(r.Steps)
	for i := range r.Steps {
		r.Steps[i].Text = redact.Tokens(r.Steps[i].Text)
	}
	r.Fixes = slices.Clone(r.Fixes)
	for i := range r.Fixes {
		r.Fixes[i].Name = redact.Tokens(r.Fixes[i].Name)
	}
	f.Remedy = &r
}

// redactLocations returns the locations without credentials in paths and instructions. It
// copies the list only if there is one.
func redactLocations(list []seaworthy.Location) []seaworthy.Location {
	for i := range list {
		path, step := redact.Tokens(list[i].Path), redact.Tokens(list[i].Instruction)
		if path != list[i].Path || step != list[i].Instruction {
			list = slices.Clone(list)
			for j := i; j < len(list); j++ {
				list[j].Path = redact.Tokens(list[j].Path)
				list[j].Instruction = redact.Tokens(list[j].Instruction)
			}
			return list
		}
	}
	return list
}

// RedactPackage returns the package without credentials in its locations. It copies the
// package only if there is one.
func RedactPackage(p *seaworthy.Package) *seaworthy.Package {
	locations := redactLocations(p.Locations)
	if len(locations) == 0 || &locations[0] == &p.Locations[0] {
		return p
	}
	redacted := *p
	redacted.Locations = locations
	return &redacted
}

// RedactCoverage returns a copy of a Coverage without credentials.
func RedactCoverage(c *seaworthy.Coverage) *seaworthy.Coverage {
	redacted := *c
	redacted.Subject, redacted.Reason = redact.Tokens(c.Subject), redact.Tokens(c.Reason)
	return &redacted
}
