package redact

import (
	"encoding/json"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/shell"
)

// valueHider hides values that were found in another form of a text, wherever they are in
// the text. Its methods return false if that takes too long, or if a value is not in the
// text as it is: then all of the text has to be hidden.
type valueHider struct {
	text     string
	rules    *credential.Rules
	searches int // how often the text was searched from its start to its end
	seen     map[string]bool
	hidden   spans
}

// maxSearches limits how often a text is searched from its start to its end.
const maxSearches = 1000

// hide hides a value. found is false if the text does not have it.
func (v *valueHider) hide(value string) (found bool) {
	if found, known := v.seen[value]; known {
		return found
	}
	v.searches++
	n := len(v.hidden)
	v.hidden.occurrences(v.text, value)
	if quoted := quotedJSON(value); quoted != value {
		v.hidden.occurrences(v.text, quoted)
	}
	if v.seen == nil {
		v.seen = map[string]bool{}
	}
	v.seen[value] = len(v.hidden) > n
	return v.seen[value]
}

// commands hides the passwords that commands are given, and what rules find in
// arguments that the text writes in another way: with quotes or backslashes between
// a name and its value.
func (v *valueHider) commands(commands []*shell.Command) (ok bool) {
	for _, m := range v.rules.InCommands(commands) {
		if v.hide(string(m.Value)); v.searches > maxSearches {
			return false
		}
	}
	from := 0 // where the last argument was: they come in the order of the text
	for _, c := range commands {
		for _, arg := range c.Args {
			if len(arg) < credential.MinSuspect {
				continue
			}
			if i := strings.Index(v.text[from:], arg); i >= 0 {
				from += i
				continue
			}
			if v.searches++; v.searches > maxSearches {
				return false
			}
			if strings.Contains(v.text, arg) {
				continue
			}
			for _, m := range v.rules.Find([]byte(arg), credential.Settings()).Matches {
				if v.hide(string(m.Value)); v.searches > maxSearches {
					return false
				}
			}
		}
	}
	return true
}

// excerpts hides what rules find in excerpts of the text.
func (v *valueHider) excerpts(list []string) (ok bool) {
	for _, excerpt := range list {
		matches, _ := v.rules.Suspects([]byte(excerpt))
		for _, m := range matches {
			value := excerpt[m.Start:m.End]
			if value == "" || strings.Contains(value, seaworthy.RedactionMark) {
				continue
			}
			if m.Encoding == "" {
				value = strings.TrimPrefix(value, m.Rule.Head())
			}
			if !v.hide(value) || v.searches > maxSearches {
				return false
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
