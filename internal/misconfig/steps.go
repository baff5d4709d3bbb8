package misconfig

import (
	"maps"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// The bounds on what is judged of a configuration, whose length its author
// chooses. Real ones stay far below.
const (
	maxSteps   = 5_000   // of the history
	maxEntries = 1_000   // of each list and table of the configuration
	maxSearch  = 1 << 28 // bytes of instructions that are searched for their place
)

// bounded cuts the lists of a configuration to what is judged, and tells of
// which of them something was cut off.
func bounded(c seaworthy.ContainerConfig) (cut seaworthy.ContainerConfig, over []string) {
	list := func(name string, l []string) []string {
		if len(l) > maxEntries {
			over = append(over, name)
			l = l[:maxEntries]
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
	if len(m) <= maxEntries {
		return m
	}
	*over = append(*over, name)
	cut := make(map[string]V, maxEntries)
	for _, k := range sortedKeys(m)[:maxEntries] {
		cut[k] = m[k]
	}
	return cut
}

// maxShown bounds the text of an instruction or a value in a finding, in bytes.
const maxShown = 400

// stepsOf lists the steps of the history with one of the keywords, in order.
func (s *subject) stepsOf(keywords ...string) []instruction.Instruction {
	var list []instruction.Instruction
	for _, in := range s.steps {
		if slices.Contains(keywords, in.Keyword) {
			list = append(list, in)
		}
	}
	return list
}

// lastStep is the location of the last step with a keyword whose arguments have
// the word, which may be ""; no location if there is none.
func (s *subject) lastStep(keyword, word string) []seaworthy.Location {
	for _, in := range slices.Backward(s.steps) {
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
		return []seaworthy.Location{stepLocation(in)}
	}
	return nil
}

// envLocation is the ENV instruction that set a variable last.
func (s *subject) envLocation(name string) []seaworthy.Location {
	i, ok := s.envSteps[name]
	if !ok {
		return nil
	}
	return []seaworthy.Location{stepLocation(s.steps[i])}
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

// stepLocation is the place of a build step.
func stepLocation(in instruction.Instruction) seaworthy.Location {
	l := seaworthy.Location{Instruction: shown(in.Redacted())}
	if in.Layer >= 0 {
		l.Layer = &in.Layer
	}
	return l
}

// redacted shows a text that may be a command line or have URLs in it, without
// the secrets in it.
func redacted(text string) string { return shown(instruction.Instruction{Args: text}.Redacted()) }

// shown shortens a text for a finding and takes out what would break its line.
func shown(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if len(text) <= maxShown {
		return text
	}
	return strings.ToValidUTF8(text[:maxShown], "") + "…"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
