package instruction

import (
	"strings"

	"seaworthy.dev/seaworthy/internal/shell"
)

// Pairs gives the names and values of an ENV, ARG or LABEL; nil for any other
// instruction. An ARG without default has an empty value.
//
// A history records values without the quotes that they had. There a word that
// is no NAME=value belongs to the value before it.
func (in Instruction) Pairs() []KeyValue {
	switch in.Keyword {
	case "ENV", "ARG", "LABEL":
	default:
		return nil
	}
	if in.History < 0 {
		return envPairs(in.Args)
	}
	return recordedPairs(in.Args)
}

// envPairs reads the arguments of ENV, ARG or LABEL in Dockerfile form:
// NAME=value with quotes and backslashes, or the older "NAME value", whose value
// is the rest of the line. Variables are not expanded.
func envPairs(args string) []KeyValue {
	args = strings.Trim(args, shell.Blanks)
	first, rest := shell.CutWord(args)
	if first == "" {
		return nil
	}
	if !strings.Contains(first, "=") && rest != "" && !allAssign(rest) {
		return []KeyValue{{Key: unquote(first), Value: rest}}
	}
	var pairs []KeyValue
	for args != "" {
		var word string
		word, args = cutQuoted(args)
		name, value := cutAssign(word)
		pairs = append(pairs, KeyValue{Key: unquote(name), Value: unquote(value)})
	}
	return pairs
}

// allAssign reports whether every word of s is an assignment, as in "ARG A B=1". Then the
// word before s is a name without a value.
func allAssign(s string) bool {
	for s != "" {
		var word string
		word, s = cutQuoted(s)
		if name, _ := cutAssign(word); name == word {
			return false
		}
	}
	return true
}

// cutAssign splits a word at its first equals sign outside quotes.
func cutAssign(word string) (name, value string) {
	quote := byte(0)
	for i := 0; i < len(word); i++ {
		switch c := word[i]; {
		case quote == 0 && c == '=':
			return word[:i], word[i+1:]
		case quote == c:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == '\\' && quote != '\'':
			i++
		}
	}
	return word, ""
}

// cutQuoted splits the first word from the rest, where blanks in quotes or after
// a backslash do not end a word.
func cutQuoted(s string) (word, rest string) {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quote != '\'':
			i++
		case quote == c:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case strings.IndexByte(shell.Blanks, c) >= 0:
			return s[:i], strings.TrimLeft(s[i:], shell.Blanks)
		}
	}
	return s, ""
}

// unquote removes quotes and backslashes as ENV does.
func unquote(word string) string {
	if !strings.ContainsAny(word, `"'\`) {
		return word
	}
	var b strings.Builder
	quote := byte(0)
	for i := 0; i < len(word); i++ {
		c := word[i]
		switch {
		case quote == c && c != 0:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == '\\' && quote != '\'' && i+1 < len(word):
			if quote == '"' && strings.IndexByte("\"\\$", word[i+1]) < 0 {
				b.WriteByte(c)
			}
			i++
			b.WriteByte(word[i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// recordedPairs reads pairs whose values stand without quotes, up to the next
// name. A value that is quoted as a whole, as builders that record the line as
// it was written leave it, is unquoted.
func recordedPairs(args string) []KeyValue {
	args = strings.Trim(args, shell.Blanks)
	name, tail, ok := shell.CutAssignment(args, isLabelByte)
	if !ok {
		return envPairs(args)
	}
	var pairs []KeyValue
	tries := maxQuoteTries
	for ok {
		end := 0
		if tries > 0 && startsQuoted(tail) {
			if quoted, rest := cutQuoted(tail); isQuoted(quoted) && (rest == "" || nameAt(rest, isLabelByte)) {
				end = len(quoted)
				pairs = append(pairs, KeyValue{Key: name, Value: unquote(quoted)})
			} else {
				tries--
			}
		}
		if end == 0 {
			end = nextName(tail, isLabelByte)
			pairs = append(pairs, KeyValue{Key: name, Value: strings.TrimRight(tail[:end], shell.Blanks)})
		}
		name, tail, ok = shell.CutAssignment(strings.TrimLeft(tail[end:], shell.Blanks), isLabelByte)
	}
	return pairs
}

// maxQuoteTries limits how often the end of a quoted value is searched without success.
// Each search may read the rest of the text.
const maxQuoteTries = 32

// isQuoted reports whether a word is in one pair of quotes as a whole.
func isQuoted(word string) bool {
	return len(word) > 1 && startsQuoted(word) && word[len(word)-1] == word[0]
}

func nameAt(s string, valid func(byte) bool) bool {
	for i := range len(s) {
		switch {
		case s[i] == '=':
			return i > 0
		case !valid(s[i]) && s[i] != '"':
			return false
		}
	}
	return false
}

// nextName returns the offset in s of the first word, except for the one at 0, that
// starts with NAME=; the length of s if there is none.
func nextName(s string, valid func(byte) bool) int {
	for i := 1; i < len(s); i++ {
		if strings.IndexByte(shell.Blanks, s[i-1]) >= 0 && strings.IndexByte(shell.Blanks, s[i]) < 0 && nameAt(s[i:], valid) {
			return i
		}
	}
	return len(s)
}

func isLabelByte(c byte) bool {
	return shell.IsNameByte(c) || c == '.' || c == '-' || c == '/'
}
