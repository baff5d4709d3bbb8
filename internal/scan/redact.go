package scan

import (
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// redacting hides credentials in the events that it passes on. The image's author chose
// its paths and instructions, and much of what analyzers quote.
type redacting struct {
	seaworthy.Handler
	redactor *redact.Redactor
	// recorded is true if the events come from a document. Then another version of this
	// program, or another program, redacted the instructions, or none did.
	recorded bool
	// instructions are recorded ones, redacted. Many packages have the same.
	instructions map[string]string
}

// RedactRecorded returns a Handler that hides credentials in the events of a recorded
// report, before it passes them to h. The version that wrote the report may have known
// fewer of them.
func RedactRecorded(h seaworthy.Handler, redactor *redact.Redactor) seaworthy.Handler {
	return &redacting{Handler: h, redactor: redactor, recorded: true}
}

// Redacting returns a Handler that hides credentials in the events of this image, and
// passes them to h.
func (m *Merged) Redacting(h seaworthy.Handler) seaworthy.Handler {
	return &redacting{Handler: h, redactor: m.redactor, recorded: m.recorded}
}

// Image implements [seaworthy.Handler].
func (r *redacting) Image(img *seaworthy.Image) error {
	if r.recorded {
		redacted := *img
		redacted.Layers = slices.Clone(img.Layers)
		for i := range redacted.Layers {
			redacted.Layers[i].Instruction = r.instruction(redacted.Layers[i].Instruction)
		}
		img = &redacted
	}
	return r.Handler.Image(img)
}

// Package implements [seaworthy.Handler].
func (r *redacting) Package(p *seaworthy.Package) error {
	if vendor := r.redactor.Tokens(p.Vendor); vendor != p.Vendor {
		redacted := *p
		redacted.Vendor = vendor
		p = &redacted
	}
	if locations, changed := r.locations(p.Locations); changed {
		redacted := *p
		redacted.Locations = locations
		p = &redacted
	}
	return r.Handler.Package(p)
}

// Finding implements [seaworthy.Handler]. It leaves the evidence of a secret to the
// analyzer, which may be asked to show it.
func (r *redacting) Finding(f *seaworthy.Finding) error {
	redacted := *f
	f = &redacted
	tokens := r.redactor.Tokens
	f.Title, f.Detail, f.Subject.Name = tokens(f.Title), tokens(f.Detail), tokens(f.Subject.Name)
	switch {
	case f.Risk == seaworthy.Secret:
	case r.recorded && f.Risk == seaworthy.Misconfiguration && inBuildStep(f):
		f.Evidence = r.instruction(f.Evidence)
	default:
		f.Evidence = tokens(f.Evidence)
	}
	f.Locations, _ = r.locations(f.Locations)
	if f.Remedy != nil {
		remedy := *f.Remedy
		remedy.Summary = tokens(remedy.Summary)
		remedy.Steps = slices.Clone(remedy.Steps)
		for i := range remedy.Steps {
			remedy.Steps[i].Text = tokens(remedy.Steps[i].Text)
		}
		remedy.Fixes = slices.Clone(remedy.Fixes)
		for i := range remedy.Fixes {
			remedy.Fixes[i].Name = tokens(remedy.Fixes[i].Name)
		}
		f.Remedy = &remedy
	}
	return r.Handler.Finding(f)
}

// inBuildStep reports whether a finding is about a build step alone, so that its evidence
// is a command or an instruction.
func inBuildStep(f *seaworthy.Finding) bool {
	return len(f.Locations) > 0 && !slices.ContainsFunc(f.Locations, func(l seaworthy.Location) bool { return l.Path != "" || l.Instruction == "" })
}

// Coverage implements [seaworthy.Handler].
func (r *redacting) Coverage(c *seaworthy.Coverage) error {
	redacted := *c
	redacted.Subject, redacted.Reason = r.redactor.Tokens(c.Subject), r.redactor.Tokens(c.Reason)
	return r.Handler.Coverage(&redacted)
}

// locations returns the locations without credentials in paths and instructions. It
// copies the list only if something changed.
func (r *redacting) locations(list []seaworthy.Location) (redacted []seaworthy.Location, changed bool) {
	for i := range list {
		path, step := r.redactor.Tokens(list[i].Path), r.instruction(list[i].Instruction)
		if path == list[i].Path && step == list[i].Instruction {
			continue
		}
		if !changed {
			list, changed = slices.Clone(list), true
		}
		list[i].Path, list[i].Instruction = path, step
	}
	return list, changed
}

// instruction redacts an instruction. One of a scan was redacted when it was read, up to
// tokens that an analyzer put into it.
func (r *redacting) instruction(text string) string {
	if !r.recorded || text == "" {
		return r.redactor.Tokens(text)
	}
	redacted, ok := r.instructions[text]
	if !ok {
		redacted = instruction.Parse(text).Redacted(r.redactor)
		if r.instructions == nil {
			r.instructions = make(map[string]string)
		}
		r.instructions[text] = redacted
	}
	return redacted
}
