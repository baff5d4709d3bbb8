package instruction

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy/internal/shell"
)

// ParseExecForm reads a list of quoted words in brackets: a JSON array, as a
// Dockerfile has it, or without the commas, as builders print it into the
// history. ok is false for anything else.
func ParseExecForm(args string) (argv []string, ok bool) {
	s := strings.Trim(args, shell.Blanks)
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
		s = strings.TrimLeft(s, shell.Blanks)
		if len(words) > 0 {
			s = strings.TrimLeft(strings.TrimPrefix(s, ","), shell.Blanks)
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

// parsePrintedPorts reads the sorted ports of "map[80/tcp:{} 443/tcp:{}]" and, of
// newer builders, "[80/tcp 443/tcp]".
func parsePrintedPorts(s string) (ports []string, ok bool) {
	s, ok = strings.CutPrefix(strings.TrimPrefix(s, "map"), "[")
	if !ok || !strings.HasSuffix(s, "]") {
		return nil, false
	}
	for _, f := range strings.Fields(s[:len(s)-1]) {
		ports = append(ports, strings.TrimSuffix(f, ":{}"))
	}
	slices.Sort(ports)
	return ports, true
}

// setHealthcheck brings a HEALTHCHECK that a builder printed back to Dockerfile
// form. One that is in Dockerfile form stays as it is.
func (in *Instruction) setHealthcheck() {
	switch {
	case strings.HasPrefix(in.Args, "&{["):
		in.setQuotedHealthcheck()
	case strings.HasPrefix(in.Args, "{Test:["):
		in.setNamedHealthcheck()
	}
}

// setNamedHealthcheck reads
//
//	{Test:[CMD-SHELL curl -f http://localhost/] Interval:30s Timeout:0s StartPeriod:0s StartInterval:0s Retries:3}
//
// Words of the test that hold spaces come apart.
func (in *Instruction) setNamedHealthcheck() {
	s := in.Args
	i := strings.LastIndex(s, "] Interval:")
	if i < 0 || !strings.HasSuffix(s, "}") {
		return
	}
	test, options := s[len("{Test:["):i], strings.Fields(s[i+len("] "):len(s)-1])
	names := map[string]string{
		"Interval": "interval", "Timeout": "timeout", "StartPeriod": "start-period", "StartInterval": "start-interval", "Retries": "retries",
	}
	for _, o := range options {
		field, value, _ := strings.Cut(o, ":")
		if name := names[field]; name != "" && value != "0s" && value != "0" {
			in.Flags = append(in.Flags, KeyValue{Key: name, Value: value})
		}
	}
	kind, rest := shell.CutWord(test)
	if kind == "CMD-SHELL" {
		in.setTest([]string{kind, rest})
	} else {
		in.setTest(strings.Fields(test))
	}
}

// setTest writes the test of a health check, in the form of the configuration,
// as arguments.
func (in *Instruction) setTest(test []string) {
	switch {
	case len(test) == 0:
		in.Args = ""
	case test[0] == "NONE":
		in.Args = "NONE"
	case test[0] == "CMD-SHELL":
		in.Args = "CMD " + strings.Join(test[1:], " ")
	case test[0] == "CMD":
		in.Args = "CMD " + formatExecForm(test[1:])
	default:
		in.Args = formatExecForm(test)
	}
}

// setQuotedHealthcheck reads
//
//	&{["CMD-SHELL" "curl -f http://localhost/"] "30s" "5s" "0s" "0s" '\x03'}
//
// The durations are interval, timeout, start period
// and, in newer builders, start interval; zero is the default. The last number,
// printed as a character, is that of the retries.
func (in *Instruction) setQuotedHealthcheck() {
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
			in.Flags = append(in.Flags, KeyValue{Key: names[i], Value: d})
		}
	}
	if n := printedInt(s); n > 0 {
		in.Flags = append(in.Flags, KeyValue{Key: "retries", Value: strconv.Itoa(n)})
	}
	in.setTest(test)
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
