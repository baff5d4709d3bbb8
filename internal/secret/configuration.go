package secret

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// placed is a sighting outside the files.
type placed struct {
	sighting sighting
	location seaworthy.Location
}

// maxText bounds one text of the configuration.
const maxText = 1 << 20

// configuration looks through what the image configuration and its history say.
func (a *Analyzer) configuration(img *seaworthy.Image) []placed {
	var list []placed
	look := func(keyword, text string, more []match, layer int) {
		shown := keyword + " " + text
		found := a.inText(text, more)
		if len(found) == 0 {
			return
		}
		at := seaworthy.Location{Instruction: a.redact(instruction.Parse(shown).Redacted(), found)}
		if layer >= 0 {
			at.Layer = &layer
		}
		for i := range found {
			list = append(list, placed{a.sighting(&found[i], &place{}), at})
		}
	}
	c := img.Config.Config
	for _, e := range c.Env {
		look("ENV", e, nil, -1)
	}
	for _, k := range slices.Sorted(maps.Keys(c.Labels)) {
		look("LABEL", k+"="+c.Labels[k], nil, -1)
	}
	for _, argv := range [...]struct {
		keyword string
		words   []string
	}{{"CMD", c.Cmd}, {"ENTRYPOINT", c.Entrypoint}} {
		if len(argv.words) > 0 {
			text := strings.Join(argv.words, " ")
			look(argv.keyword, text, a.inCommands(instruction.Parse(argv.keyword+" "+text)), -1)
		}
	}
	if h := c.Healthcheck; h != nil && len(h.Test) > 0 {
		text := strings.Join(h.Test[1:], " ")
		look("HEALTHCHECK CMD", text, a.inCommands(instruction.Parse("RUN "+text)), -1)
	}
	for _, o := range c.OnBuild {
		trigger := instruction.Parse(o)
		look("ONBUILD", o, a.inCommands(trigger), -1)
	}
	steps, _ := instruction.History(img.Config, len(img.Layers))
	for _, s := range steps {
		keyword, text := s.Keyword, s.Args
		if keyword == "" {
			keyword = "#"
		}
		look(keyword, text, a.inCommands(s), s.Layer)
		for _, b := range s.BuildArgs {
			look("ARG", b.Key+"="+b.Value, nil, s.Layer)
		}
		if s.Comment != "" {
			look("#", s.Comment, nil, s.Layer)
		}
	}
	return list
}

// inText gives the secrets of a text of the configuration, with those that its
// commands gave away.
func (a *Analyzer) inText(text string, more []match) []match {
	body := []byte(text[:min(len(text), maxText)])
	matches, _ := a.rules.scan(body, &place{setting: true, keeper: true})
	for _, m := range more {
		if !slices.ContainsFunc(matches, func(o match) bool { return bytes.Contains(o.value, m.value) || bytes.Contains(m.value, o.value) }) {
			matches = append(matches, m)
		}
	}
	return matches
}

// redact replaces the secrets in a text.
func (a *Analyzer) redact(text string, found []match) string {
	for _, m := range found {
		value := string(m.value)
		if m.encoding != "" {
			return m.rule.head() + "[redacted]" // the run around it would have to go too
		}
		text = strings.ReplaceAll(text, value, instruction.Hidden)
	}
	return text
}

// Redact replaces every secret that the analyzer recognises in an instruction,
// for whoever prints one.
func (a *Analyzer) Redact(in instruction.Instruction) string {
	return a.redact(in.String(), a.inText(in.String(), a.inCommands(in)))
}

// inCommands gives the passwords that the commands of an instruction are given.
func (a *Analyzer) inCommands(in instruction.Instruction) []match {
	commands, _ := in.Commands()
	var list []match
	for _, c := range commands {
		for _, v := range passwordsOf(c) {
			if realPassword(v) {
				list = append(list, match{rule: a.rules.byID(commandPassword), value: []byte(v)})
			}
		}
	}
	return list
}

// realPassword tells whether a word on a command line can be a password itself.
func realPassword(v string) bool {
	return len(v) >= 4 && !strings.ContainsAny(v, "$`{}<>") && !strings.Contains(v, "**") && !strings.HasPrefix(v, "-") && !strings.HasPrefix(v, "/") &&
		!(strings.EqualFold(v, "password") || strings.EqualFold(v, "stdin") || strings.EqualFold(v, "true") || strings.EqualFold(v, "false"))
}
