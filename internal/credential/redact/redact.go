// Package redact hides the credentials in texts that are printed.
//
// [Text.Redact] is for the steps of a build and other command lines, [Tokens] for paths
// and sentences, [URLs] for URLs alone, and [Values] for a text in which a credential was
// found.
package redact

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/shell"
)

// Text is a text to be redacted, with what is known of its structure.
type Text struct {
	Body string
	// Script is where a script begins in the body, or any other text with names and
	// values in it. The part before it is only searched for credentials with a form of their own.
	Script int
	// Literal is true if no shell expands references to variables.
	Literal bool
	// Heredoc is true if the first here-document is a script itself.
	Heredoc bool
	// Known are parts of the body that are known to be credentials.
	Known []credential.Span
	// Commands are the commands in the body.
	Commands []*shell.Command
}

// Redact returns the text with [seaworthy.RedactionMark] in place of what is or may be
// a credential: the values of names of credentials ([secretname.MaybeSecret]), passwords on the command
// lines of programs that take them there, authorization headers, what is piped into
// programs that read passwords, user information in URLs, private keys, and all that a
// built-in rule finds. Of a token of known form the prefix is kept. References to
// variables stay, and so does a text with nothing of that.
//
// A script is read by eye, whatever its shell: where it can be read in two ways, more
// is hidden rather than less. The work is linear in the length of the text.
func (t Text) Redact() string {
	var hidden spans
	for _, k := range t.Known {
		hidden.add(k.From, k.To)
	}
	sc := scriptReader{text: t.Body, pos: t.Script, literal: t.Literal, scripted: t.Heredoc}
	hidden = append(hidden, sc.scan()...)
	hidden.urls(t.Body)
	hidden.privateKeys(t.Body)
	rules := defaultRules()
	matches, suspects := rules.Suspects([]byte(t.Body))
	hidden.matches(matches, t.Body)
	hidden = append(hidden, suspects...)
	if !hidden.commands(rules, t.Commands, t.Body) {
		hidden.add(t.Script, len(t.Body))
	}
	return hidden.hide(t.Body)
}

// URLs returns a text with [seaworthy.RedactionMark] in place of the user
// information of the URLs in it.
func URLs(text string) string {
	var s spans
	s.urls(text)
	return s.hide(text)
}

// Tokens returns a text with [seaworthy.RedactionMark] in place of what is a
// credential by its own form, whatever is around it: a token of an issuer, a password
// in a URL, a private key. It is for texts in which names mean nothing, such as paths
// and sentences.
func Tokens(text string) string {
	var s spans
	matches, _ := defaultRules().Suspects([]byte(text))
	s.matches(slices.DeleteFunc(matches, func(m credential.Match) bool { return !m.Rule.IsSelfEvident() }), text)
	return s.hide(text)
}

// Values returns a text with [seaworthy.RedactionMark] in place of every value that was
// found in it, also as JSON writes it. Of a text with an encoded value only the
// beginning of its kind is left.
func Values(text string, found []credential.Match) string {
	for _, m := range found {
		if m.Encoding != "" {
			return m.Rule.Head() + seaworthy.RedactionMark // the run around it would have to go too
		}
		value := string(m.Value)
		text = strings.ReplaceAll(text, value, seaworthy.RedactionMark)
		if quoted := quotedJSON(value); quoted != value {
			text = strings.ReplaceAll(text, quoted, seaworthy.RedactionMark)
		}
	}
	return text
}

// spans are parts of a text to be hidden, in any order; they may overlap.
type spans []credential.Span

func (s *spans) add(from, to int) {
	if from < to {
		*s = append(*s, credential.Span{From: from, To: to})
	}
}

// hide replaces the parts of the text.
func (s spans) hide(text string) string {
	if len(s) == 0 {
		return text
	}
	slices.SortFunc(s, func(a, b credential.Span) int { return cmp.Or(a.From-b.From, a.To-b.To) })
	var b strings.Builder
	end := -1
	for _, p := range s {
		if p.From > end {
			b.WriteString(text[max(end, 0):p.From])
			b.WriteString(seaworthy.RedactionMark)
		}
		end = max(end, p.To)
	}
	b.WriteString(text[end:])
	return b.String()
}

// matches hides what rules found, behind the part of a token that all of its kind
// begin with.
func (s *spans) matches(found []credential.Match, text string) {
	for _, m := range found {
		head := 0
		if m.Encoding == "" && strings.HasPrefix(text[m.Start:m.End], m.Rule.Head()) {
			head = len(m.Rule.Head())
		}
		if strings.Contains(text[m.Start:m.End], seaworthy.RedactionMark) {
			continue // redacted before
		}
		s.add(m.Start+head, m.End)
	}
}

// words hides every occurrence of a word.
func (s *spans) words(text, word string) {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 || word == "" {
			return
		}
		s.add(from+i, from+i+len(word))
		from += i + len(word)
	}
}

// privateKeys finds the bodies of private keys in PEM.
func (s *spans) privateKeys(text string) {
	for i := 0; ; {
		j := strings.Index(text[i:], "PRIVATE KEY")
		if j < 0 {
			return
		}
		i += j + len("PRIVATE KEY")
		body, ok := strings.CutPrefix(strings.TrimPrefix(text[i:], " BLOCK"), "-----")
		if !ok {
			continue
		}
		start := len(text) - len(body)
		n := strings.Index(body, "-----END")
		if n < 0 {
			n = len(body)
		}
		s.add(start, start+n)
		i = min(start+n+len("-----END PRIVATE KEY"), len(text))
	}
}

// maxSearched is how often a text is searched from its start to its end.
const maxSearched = 1000

// commands hides the passwords that commands are given, and what rules find in
// arguments that stand otherwise in the text: where quotes or backslashes are between
// a name and its value. It gives false if that takes too long.
func (s *spans) commands(rules *credential.Rules, commands []*shell.Command, text string) bool {
	searched, hidden := 0, map[string]bool{}
	hide := func(m credential.Match) {
		value := string(m.Value)
		if hidden[value] {
			return
		}
		hidden[value] = true
		s.words(text, value)
		if quoted := quotedJSON(value); quoted != value {
			s.words(text, quoted)
		}
		searched++
	}
	for _, m := range rules.InCommands(commands) {
		if hide(m); searched > maxSearched {
			return false
		}
	}
	from := 0 // where the last argument was: they come in the order of the text
	for _, c := range commands {
		for _, a := range c.Args {
			if len(a) < credential.MinSuspect {
				continue
			}
			if i := strings.Index(text[from:], a); i >= 0 {
				from += i
				continue
			}
			if searched++; searched > maxSearched {
				return false
			}
			if strings.Contains(text, a) {
				continue
			}
			for _, m := range rules.Find([]byte(a), credential.Settings()).Matches {
				if hide(m); searched > maxSearched {
					return false
				}
			}
		}
	}
	return true
}

// quotedJSON is a text as it stands between the quotes of a string in JSON.
func quotedJSON(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return s
	}
	quoted := strings.TrimSuffix(b.String(), "\n")
	return quoted[1 : len(quoted)-1]
}

// defaultRules returns the built-in rules. A test proves that they can be made.
func defaultRules() *credential.Rules {
	rules, err := credential.Default()
	if err != nil {
		panic(err)
	}
	return rules
}
