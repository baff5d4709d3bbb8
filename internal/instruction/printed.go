package instruction

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// ParseExecForm reads a list of quoted words in brackets: a JSON array, as a
// Dockerfile has it, or without the commas, as builders print it into the
// history. ok is false for anything else.
func ParseExecForm(args string) (argv []string, ok bool) {
	s := strings.Trim(args, blanks)
	if len(s) < 2 || s[0] != '[' || s[len(s)-1] != ']' {
		return nil, false
	}
	if json.Unmarshal([]byte(s), &argv) == nil {
		return argv, true
	}
	argv, rest := quotedWords(s[1 : len(s)-1])
	return argv, rest == ""
}

// quotedWords reads double-quoted words with nothing but blanks and single
// commas between them, up to what is none; rest starts with that.
func quotedWords(s string) (words []string, rest string) {
	words = []string{}
	for {
		s = strings.TrimLeft(s, blanks)
		if len(words) > 0 {
			s = strings.TrimLeft(strings.TrimPrefix(s, ","), blanks)
		}
		if !strings.HasPrefix(s, `"`) {
			return words, s
		}
		quoted, err := strconv.QuotedPrefix(s)
		if err != nil {
			return words, s
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return words, s
		}
		words = append(words, word)
		s = s[len(quoted):]
	}
}

// formatExecForm writes exec form as people do: a JSON array with a space after
// each comma.
func formatExecForm(argv []string) string {
	quoted := make([]string, len(argv))
	for i, a := range argv {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(a); err != nil {
			quoted[i] = strconv.Quote(a)
			continue
		}
		quoted[i] = strings.TrimSuffix(b.String(), "\n")
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// parsePrintedList reads exec form, or bare words in brackets, as SHELL and
// VOLUME are recorded. A word with a space in it comes apart: that is lost when
// it is recorded.
func parsePrintedList(s string) (words []string, ok bool) {
	if words, ok = ParseExecForm(s); ok {
		return words, true
	}
	if len(s) < 2 || s[0] != '[' || s[len(s)-1] != ']' {
		return nil, false
	}
	return strings.Fields(s[1 : len(s)-1]), true
}

// parsePrintedMap reads the sorted keys of "map[80/tcp:{} 443/tcp:{}]".
func parsePrintedMap(s string) (keys []string, ok bool) {
	s, ok = strings.CutPrefix(s, "map[")
	if !ok || !strings.HasSuffix(s, "]") {
		return nil, false
	}
	for _, f := range strings.Fields(s[:len(s)-1]) {
		keys = append(keys, strings.TrimSuffix(f, ":{}"))
	}
	slices.Sort(keys)
	return keys, true
}

// setPrintedHealthcheck brings
//
//	&{["CMD-SHELL" "curl -f http://localhost/"] "30s" "5s" "0s" "0s" '\x03'}
//
// back to Dockerfile form. The durations are interval, timeout, start period
// and, in newer builders, start interval; zero is the default. The last number,
// printed as a character, is that of the retries.
func (in *Instruction) setPrintedHealthcheck() {
	s, ok := strings.CutPrefix(in.Args, "&{[")
	if !ok || !strings.HasSuffix(s, "}") {
		return
	}
	test, s := quotedWords(s[:len(s)-1])
	s, ok = strings.CutPrefix(s, "]")
	if !ok || len(test) == 0 {
		return
	}
	durations, s := quotedWords(s)
	names := [...]string{"interval", "timeout", "start-period", "start-interval"}
	for i, d := range durations {
		if i < len(names) && d != "0s" {
			in.Flags = append(in.Flags, KeyValue{names[i], d})
		}
	}
	if n := printedInt(s); n > 0 {
		in.Flags = append(in.Flags, KeyValue{"retries", strconv.Itoa(n)})
	}
	switch test[0] {
	case "NONE":
		in.Args = "NONE"
	case "CMD-SHELL":
		in.Args = "CMD " + strings.Join(test[1:], " ")
	case "CMD":
		in.Args = "CMD " + formatExecForm(test[1:])
	default:
		in.Args = formatExecForm(test)
	}
}

// printedInt reads a number printed as a quoted character, or plain; 0 if it is
// neither.
func printedInt(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	if len(s) < 3 || s[0] != '\'' {
		return 0
	}
	r, _, tail, err := strconv.UnquoteChar(s[1:], '\'')
	if err != nil || tail != "'" {
		return 0
	}
	return int(r)
}
