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

// configOccurrence is a secret in the configuration or the history of an image.
type configOccurrence struct {
	occurrence occurrence
	location   seaworthy.Location
}

// maxText is the maximum length of one text of the configuration that is searched, in bytes.
const maxText = 1 << 20

// configuration searches the configuration of the image and its history. It returns the
// secrets, and the reasons why there may be more.
func (a *Analyzer) configuration(img *seaworthy.Image) (list []configOccurrence, gaps []gap) {
	effort := credential.NewEffort()
	scanStep := func(step instruction.Instruction, text string, passwords []credential.Match, from *instruction.Instruction) {
		found, why := a.inText(text, passwords, effort)
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
			list = append(list, configOccurrence{a.occurrence(&found[i]), at})
		}
	}
	scanText := func(keyword, text string, passwords []credential.Match, from *instruction.Instruction) {
		scanStep(instruction.Parse(keyword+" "+text), text, passwords, from)
	}
	c := img.Config.Config
	for _, e := range c.Env {
		scanText("ENV", e, nil, nil)
	}
	for _, k := range slices.Sorted(maps.Keys(c.Labels)) {
		scanText("LABEL", k+"="+c.Labels[k], nil, nil)
	}
	scanCommand := func(keyword string, argv []string, from *instruction.Instruction) {
		text := strings.Join(argv, " ")
		step := instruction.InExecForm(keyword, argv)
		scanStep(step, text, append(a.inCommands(instruction.Parse(keyword+" "+text)), a.inCommands(step)...), from)
	}
	if len(c.Cmd) > 0 {
		scanCommand("CMD", c.Cmd, nil)
	}
	if len(c.Entrypoint) > 0 {
		scanCommand("ENTRYPOINT", c.Entrypoint, nil)
	}
	if h := c.Healthcheck; h != nil && len(h.Test) > 0 {
		text := strings.Join(h.Test[1:], " ")
		scanText("HEALTHCHECK CMD", text, a.inCommands(instruction.Parse("RUN "+text)), nil)
	}
	for _, o := range c.OnBuild {
		trigger := instruction.Parse(o)
		scanText("ONBUILD", o, a.inCommands(trigger), nil)
	}
	steps, _ := instruction.History(img.Config, len(img.Layers))
	for i := range steps {
		s := &steps[i]
		keyword, text := s.Keyword, s.Args
		if keyword == "" {
			keyword = "#"
		}
		if s.Unread && !slices.Contains(gaps, tooLongText) {
			gaps = append(gaps, tooLongText) // its text is searched, its commands are not
		}
		if argv, ok := s.Exec(); ok && (keyword == "CMD" || keyword == "ENTRYPOINT") {
			scanCommand(keyword, argv, s)
		} else {
			scanText(keyword, text, a.inCommands(*s), s)
		}
		for _, b := range s.BuildArgs {
			scanText("ARG", b.Key+"="+b.Value, nil, s)
		}
		if s.Comment != "" {
			scanText("#", s.Comment, nil, s)
		}
	}
	return list, gaps
}

// inText returns the secrets in a text of the configuration, and the reasons why there may
// be more. passwords are those that its commands are given.
func (a *Analyzer) inText(text string, passwords []credential.Match, effort *credential.Effort) ([]credential.Match, []gap) {
	body := []byte(text[:min(len(text), maxText)])
	result := a.rules.FindWithin(body, credential.Settings(), effort)
	matches, gaps := result.Matches, gapsOf(&result)
	if len(body) < len(text) {
		gaps = append(gaps, tooLongText)
	}
	for _, m := range passwords {
		if !slices.ContainsFunc(matches, func(o credential.Match) bool {
			return bytes.Contains(o.Value, m.Value) || bytes.Contains(m.Value, o.Value)
		}) {
			matches = append(matches, m)
		}
	}
	return matches, gaps
}

// inCommands returns the passwords in the arguments of the commands of an instruction.
func (a *Analyzer) inCommands(in instruction.Instruction) []credential.Match {
	commands, _ := in.Commands()
	return a.rules.InCommands(commands)
}
