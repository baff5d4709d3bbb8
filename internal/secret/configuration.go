package secret

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// configSighting is a sighting outside the files.
type configSighting struct {
	sighting sighting
	location seaworthy.Location
}

// maxText bounds one text of the configuration.
const maxText = 1 << 20

// configuration scans what the image configuration and its history say. It gives
// what it found, and why there may be more.
func (a *Analyzer) configuration(img *seaworthy.Image) (list []configSighting, gaps []gap) {
	effort := credential.NewEffort()
	lookAt := func(step instruction.Instruction, text string, more []credential.Match, from *instruction.Instruction) {
		found, why := a.inText(text, more, effort)
		for _, g := range why {
			if !slices.Contains(gaps, g) {
				gaps = append(gaps, g)
			}
		}
		if len(found) == 0 {
			return
		}
		at := seaworthy.Location{Instruction: redact.Values(step.Redacted(a.redactor), found)}
		if from != nil && from.Layer >= 0 {
			at.Layer = &from.Layer
		}
		if from != nil && from.History >= 0 {
			at.Step = &from.History
		}
		for i := range found {
			list = append(list, configSighting{a.sighting(&found[i]), at})
		}
	}
	look := func(keyword, text string, more []credential.Match, from *instruction.Instruction) {
		lookAt(instruction.Parse(keyword+" "+text), text, more, from)
	}
	c := img.Config.Config
	for _, e := range c.Env {
		look("ENV", e, nil, nil)
	}
	for _, k := range slices.Sorted(maps.Keys(c.Labels)) {
		look("LABEL", k+"="+c.Labels[k], nil, nil)
	}
	lookStarted := func(keyword string, argv []string, from *instruction.Instruction) {
		text := strings.Join(argv, " ")
		step := instruction.InExecForm(keyword, argv)
		lookAt(step, text, append(a.inCommands(instruction.Parse(keyword+" "+text)), a.inCommands(step)...), from)
	}
	if len(c.Cmd) > 0 {
		lookStarted("CMD", c.Cmd, nil)
	}
	if len(c.Entrypoint) > 0 {
		lookStarted("ENTRYPOINT", c.Entrypoint, nil)
	}
	if h := c.Healthcheck; h != nil && len(h.Test) > 0 {
		text := strings.Join(h.Test[1:], " ")
		look("HEALTHCHECK CMD", text, a.inCommands(instruction.Parse("RUN "+text)), nil)
	}
	for _, o := range c.OnBuild {
		trigger := instruction.Parse(o)
		look("ONBUILD", o, a.inCommands(trigger), nil)
	}
	steps, _ := instruction.History(img.Config, len(img.Layers))
	for i := range steps {
		s := &steps[i]
		keyword, text := s.Keyword, s.Args
		if keyword == "" {
			keyword = "#"
		}
		if argv, ok := s.Exec(); ok && (keyword == "CMD" || keyword == "ENTRYPOINT") {
			lookStarted(keyword, argv, s)
		} else {
			look(keyword, text, a.inCommands(*s), s)
		}
		for _, b := range s.BuildArgs {
			look("ARG", b.Key+"="+b.Value, nil, s)
		}
		if s.Comment != "" {
			look("#", s.Comment, nil, s)
		}
	}
	return list, gaps
}

// inText gives the secrets of a text of the configuration, with those that its
// commands gave away, and why there may be more.
func (a *Analyzer) inText(text string, more []credential.Match, effort *credential.Effort) ([]credential.Match, []gap) {
	body := []byte(text[:min(len(text), maxText)])
	result := a.rules.FindWithin(body, credential.Settings(), effort)
	matches, gaps := result.Matches, gapsOf(&result)
	if len(body) < len(text) {
		gaps = append(gaps, tooLongText)
	}
	for _, m := range more {
		if !slices.ContainsFunc(matches, func(o credential.Match) bool {
			return bytes.Contains(o.Value, m.Value) || bytes.Contains(m.Value, o.Value)
		}) {
			matches = append(matches, m)
		}
	}
	return matches, gaps
}

// inCommands gives the passwords that the commands of an instruction are given.
func (a *Analyzer) inCommands(in instruction.Instruction) []credential.Match {
	commands, _ := in.Commands()
	return a.rules.InCommands(commands)
}
