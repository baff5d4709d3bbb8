package misconfig

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
)

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

// lastStep is the location of the last step with a keyword whose text satisfies
// holds, which may be nil; no location if there is none.
func (s *subject) lastStep(keyword string, holds func(instruction.Instruction) bool) []seaworthy.Location {
	for _, in := range slices.Backward(s.steps) {
		if in.Keyword == keyword && (holds == nil || holds(in)) {
			return []seaworthy.Location{stepLocation(in)}
		}
	}
	return nil
}

// mentions makes a condition for lastStep: the instruction's text has the word.
func mentions(word string) func(instruction.Instruction) bool {
	return func(in instruction.Instruction) bool { return strings.Contains(in.Args, word) }
}

// stepLocation is the place of a build step.
func stepLocation(in instruction.Instruction) seaworthy.Location {
	l := seaworthy.Location{Instruction: shown(redactedStep(in))}
	if in.Layer >= 0 {
		l.Layer = &in.Layer
	}
	return l
}

// redactedStep is an instruction without the values of variables that are
// called like credentials, and without passwords in URLs.
func redactedStep(in instruction.Instruction) string {
	text := in.String()
	step := in
	if t, ok := in.Trigger(); ok {
		step = t
	}
	pairs := step.Pairs()
	if slices.ContainsFunc(pairs, func(p instruction.KeyValue) bool { return credentialName(p.Key) }) {
		words := strings.Fields(text)[:1]
		if step.Keyword != in.Keyword {
			words = append(words, step.Keyword)
		}
		for _, p := range pairs {
			if credentialName(p.Key) && p.Value != "" {
				p.Value = redacted
			}
			words = append(words, p.Key+"="+p.Value)
		}
		text = strings.Join(words, " ")
	}
	return string(redactURLs([]byte(text)))
}

// redacted stands for a secret that is not shown.
const redacted = "***"

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
