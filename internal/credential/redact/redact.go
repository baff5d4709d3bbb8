// Package redact hides the credentials in texts that are printed.
//
// [Redactor.Text] is for the steps of a build and other command lines, [Redactor.Tokens]
// for paths and sentences, [URLs] for URLs alone, and [Values] for a text in which
// credentials were found.
//
// Whatever the rules find in a text is hidden in it, and more. Where a text can be read in
// two ways, both readings are hidden: a shell, a Dockerfile and a configuration file end a
// value at different places, and a redactor does not know which of them reads the text.
package redact

import (
	"cmp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/shell"
)

// Redactor hides credentials by the built-in rules and by rules of the user. It is safe
// for concurrent use. A nil Redactor has the built-in rules only.
type Redactor struct {
	user *credential.Rules
}

// New returns a Redactor that also hides what the rules of the user find; nil for none.
// It keeps using the built-in rules, also where the user's replace or change them for
// reporting.
func New(user *credential.Rules) *Redactor { return &Redactor{user} }

// rules returns the sets of rules to search with.
func (r *Redactor) rules() []*credential.Rules {
	builtIn, err := credential.Default()
	if err != nil {
		panic(err) // a test proves that the built-in rules are valid
	}
	user := r.userRules()
	if user == nil || user == builtIn {
		return []*credential.Rules{builtIn}
	}
	return []*credential.Rules{builtIn, user}
}

func (r *Redactor) userRules() *credential.Rules {
	if r == nil {
		return nil
	}
	return r.user
}

// Text is a text to be redacted, with what is known of its structure.
type Text struct {
	Body string
	// Script is where a script, or any other text with names and values, begins in the
	// body. The part before it is only searched for credentials with a form of their own.
	Script int
	// Literal is true if no shell expands references to variables.
	Literal bool
	// Heredoc is true if the first here-document is a script itself.
	Heredoc bool
	// Known are parts of the body that are known to be credentials.
	Known []credential.Span
	// Commands are the commands in the body.
	Commands []*shell.Command
	// Excerpts are parts of the body as rules search them elsewhere, such as the
	// arguments of an instruction without the keyword, or those of an exec form with
	// blanks between them. What is found in an excerpt is hidden in the body.
	Excerpts []string
}

// Text returns the body with [seaworthy.RedactionMark] in place of what is or may be a
// credential:
//   - values whose names say so ([secretname.MaybeSecret])
//   - passwords in the arguments of programs, and what is piped into programs that read
//     passwords
//   - authorization headers, and user information in URLs
//   - private keys
//   - all that a rule finds
//
// The prefix of a token of known form is kept, and so are references to variables. The
// work is linear in the length of the text.
func (r *Redactor) Text(t Text) string { return r.spansOf(t).hide(t.Body) }

func (r *Redactor) spansOf(t Text) spans {
	var hidden spans
	for _, k := range t.Known {
		hidden.add(k.From, k.To)
	}
	sc := scriptReader{text: t.Body, pos: t.Script, literal: t.Literal, scripted: t.Heredoc}
	hidden = append(hidden, sc.scan()...)
	hidden.urls(t.Body)
	hidden.privateKeys(t.Body)
	for _, rules := range r.rules() {
		matches, others := rules.Suspects([]byte(t.Body))
		hidden.matches(matches, t.Body)
		hidden = append(hidden, others...)
		v := valueHider{text: t.Body, rules: rules}
		excerpts := t.Excerpts
		if rules != r.userRules() { // no built-in rule cares where a text begins
			excerpts = slices.DeleteFunc(slices.Clone(excerpts), func(e string) bool { return strings.HasSuffix(t.Body, e) })
		}
		if !v.commands(t.Commands) || !v.excerpts(excerpts) {
			hidden.add(t.Script, len(t.Body))
		}
		hidden = append(hidden, v.hidden...)
	}
	return hidden
}

// Tokens returns a text with [seaworthy.RedactionMark] in place of what is a
// credential by its own form, whatever is around it: a token of an issuer, a password
// in a URL, a private key, and what a rule of the user finds. It is for texts in which
// names mean nothing, such as paths and sentences.
func (r *Redactor) Tokens(text string) string {
	var hidden spans
	for _, rules := range r.rules() {
		matches, others := rules.SelfEvident([]byte(text))
		hidden.matches(matches, text)
		hidden = append(hidden, others...)
	}
	return hidden.hide(text)
}

// URLs returns a text with [seaworthy.RedactionMark] in place of the user
// information of the URLs in it.
func URLs(text string) string {
	var s spans
	s.urls(text)
	return s.hide(text)
}

// Values returns a text with [seaworthy.RedactionMark] in place of every value that was
// found in it, also where it is written as in a JSON string. If a value was found in
// encoded form, nothing of the text is left but the public prefix of such values.
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

// hide returns the text with a mark in place of the parts. Parts that touch get one mark.
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

// matches hides what rules found, except for the prefix that all tokens of a rule have.
func (s *spans) matches(found []credential.Match, text string) {
	for _, m := range found {
		prefix := 0
		if m.Encoding == "" && strings.HasPrefix(text[m.Start:m.End], m.Rule.Head()) {
			prefix = len(m.Rule.Head())
		}
		if strings.Contains(text[m.Start:m.End], seaworthy.RedactionMark) {
			continue // redacted before
		}
		s.add(m.Start+prefix, m.End)
	}
}

// occurrences hides every occurrence of a value.
func (s *spans) occurrences(text, value string) {
	for from := 0; ; {
		i := strings.Index(text[from:], value)
		if i < 0 || value == "" {
			return
		}
		s.add(from+i, from+i+len(value))
		from += i + len(value)
	}
}

// privateKeys hides the bodies of private keys in PEM.
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
