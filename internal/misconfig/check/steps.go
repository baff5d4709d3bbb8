package check

import (
	"maps"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// The limits on what is checked of a configuration, whose length its author chooses.
// Real ones stay far below.
const (
	MaxSteps   = 5_000   // of the history
	MaxEntries = 1_000   // of each list and table of the configuration
	maxSearch  = 1 << 28 // bytes of instructions that are searched for their place
)

// bounded cuts the lists of a configuration to what is checked. It returns the names of
// those that it cut.
func bounded(c seaworthy.ContainerConfig) (cut seaworthy.ContainerConfig, over []string) {
	list := func(name string, l []string) []string {
		if len(l) > MaxEntries {
			over = append(over, name)
			l = l[:MaxEntries]
		}
		return l
	}
	c.Env, c.Entrypoint, c.Cmd, c.OnBuild = list("Env", c.Env), list("Entrypoint", c.Entrypoint), list("Cmd", c.Cmd), list("OnBuild", c.OnBuild)
	c.ExposedPorts = boundedMap("ExposedPorts", c.ExposedPorts, &over)
	c.Volumes = boundedMap("Volumes", c.Volumes, &over)
	c.Labels = boundedMap("Labels", c.Labels, &over)
	return c, over
}

// boundedMap is a map with its first keys.
func boundedMap[V any](name string, m map[string]V, over *[]string) map[string]V {
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

// StepsOf lists the steps of the history with one of the keywords, in order.
func (s *Image) StepsOf(keywords ...string) []instruction.Instruction {
	var list []instruction.Instruction
	for _, in := range s.Steps {
		if slices.Contains(keywords, in.Keyword) {
			list = append(list, in)
		}
	}
	return list
}

// LastStep is the location of the last step with a keyword whose arguments have
// the word, which may be ""; no location if there is none.
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
		return []seaworthy.Location{StepLocation(in)}
	}
	return nil
}

// VariableLocation is the ENV instruction that set a variable last.
func (s *Image) VariableLocation(name string) []seaworthy.Location {
	i, ok := s.envSteps[name]
	if !ok {
		return nil
	}
	return []seaworthy.Location{StepLocation(s.Steps[i])}
}

// readEnvSteps finds for each variable the step that set it last.
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

// StepLocation is the place of a build step.
func StepLocation(in instruction.Instruction) seaworthy.Location {
	l := seaworthy.Location{Instruction: Shown(in.Redacted())}
	if in.Layer >= 0 {
		l.Layer = &in.Layer
	}
	if in.History >= 0 {
		l.Step = &in.History
	}
	return l
}

// Redacted shows a text that may be a command line or have URLs in it, without
// the secrets in it.
func Redacted(text string) string { return Shown(instruction.Instruction{Args: text}.Redacted()) }

// Shown shortens a text for a finding and takes out what would break its line.
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
