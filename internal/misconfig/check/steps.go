package check

import (
	"maps"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// The limits on the part of a configuration that is checked. No real configuration is
// near them, but a hostile one may have any length.
const (
	MaxSteps   = 5_000   // steps of the history
	MaxEntries = 1_000   // entries of each list and map of the configuration
	maxSearch  = 1 << 28 // bytes of instructions that are searched for the location of a finding
)

// limitConfig cuts the lists of a configuration to MaxEntries. It returns the names of
// the lists that were longer.
func limitConfig(c seaworthy.ContainerConfig) (cut seaworthy.ContainerConfig, over []string) {
	list := func(name string, l []string) []string {
		if len(l) > MaxEntries {
			over = append(over, name)
			l = l[:MaxEntries]
		}
		return l
	}
	c.Env, c.Entrypoint, c.Cmd, c.OnBuild = list("Env", c.Env), list("Entrypoint", c.Entrypoint), list("Cmd", c.Cmd), list("OnBuild", c.OnBuild)
	c.ExposedPorts = limitMap("ExposedPorts", c.ExposedPorts, &over)
	c.Volumes = limitMap("Volumes", c.Volumes, &over)
	c.Labels = limitMap("Labels", c.Labels, &over)
	return c, over
}

// limitMap returns a map with the first MaxEntries keys of m. If it has more, limitMap
// appends the name to over.
func limitMap[V any](name string, m map[string]V, over *[]string) map[string]V {
	if len(m) <= MaxEntries {
		return m
	}
	*over = append(*over, name)
	cut := make(map[string]V, MaxEntries)
	for _, k := range sortedKeys(m)[:MaxEntries] {
		cut[k] = m[k]
	}
	return cut
}

// MaxShown limits the text of an instruction or a value in a finding, in bytes.
const MaxShown = 400

// StepsOf returns the steps of the history with one of the keywords, in order.
func (s *Image) StepsOf(keywords ...string) []instruction.Instruction {
	var list []instruction.Instruction
	for _, in := range s.Steps {
		if slices.Contains(keywords, in.Keyword) {
			list = append(list, in)
		}
	}
	return list
}

// LastStep returns the location of the last step with a keyword and, unless it is "", a
// word in its arguments. It returns none if there is no such step.
func (s *Image) LastStep(keyword, word string) []seaworthy.Location {
	for _, in := range slices.Backward(s.Steps) {
		if in.Keyword != keyword {
			continue
		}
		if word != "" {
			if s.search -= len(in.Args); s.search < 0 {
				return nil
			}
			if !strings.Contains(in.Args, word) {
				continue
			}
		}
		return []seaworthy.Location{s.StepLocation(in)}
	}
	return nil
}

// VariableLocation returns the location of the last ENV instruction that set a variable.
func (s *Image) VariableLocation(name string) []seaworthy.Location {
	i, ok := s.envSteps[name]
	if !ok {
		return nil
	}
	return []seaworthy.Location{s.StepLocation(s.Steps[i])}
}

// readEnvSteps returns for each variable the index of the last step that set it.
func readEnvSteps(steps []instruction.Instruction) map[string]int {
	last := map[string]int{}
	for i, in := range steps {
		if in.Keyword == "ENV" {
			for _, p := range in.Pairs() {
				last[p.Key] = i
			}
		}
	}
	return last
}

// StepLocation returns the location of a build step.
func (s *Image) StepLocation(in instruction.Instruction) seaworthy.Location {
	l := seaworthy.Location{Instruction: Shown(in.Redacted(s.Redactor))}
	if in.Layer >= 0 {
		l.Layer = &in.Layer
	}
	if in.History >= 0 {
		l.Step = &in.History
	}
	return l
}

// Redacted returns a text for a finding, with secrets redacted. The text may be a command
// line or contain URLs.
func (s *Image) Redacted(text string) string {
	return Shown(instruction.Instruction{Args: text}.Redacted(s.Redactor))
}

// Shown shortens a text for a finding, and removes characters that would break its line.
func Shown(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if len(text) <= MaxShown {
		return text
	}
	return strings.ToValidUTF8(text[:MaxShown], "") + "…"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
