package credential

import (
	"bytes"
	"regexp"
	"strings"

	"seaworthy.dev/seaworthy/internal/credential/secretname"
)

// assignment is a name with the value that a text gives it.
type assignment struct {
	name       string // folded to lower case
	written    string // as it stands in the text
	start, end int    // of the value, without quotes
	quoted     bool
	// paired is true for one of several name=value in a row: of a URL's query or
	// of a connection string.
	paired bool
	// whole is true for a literal that is the assignment: "NAME=value".
	whole bool
	// tested is true for what is compared with a name.
	tested bool
	// bare is true for a name and a value with but a blank between them.
	bare bool
}

// The limits of an assignment.
const (
	MaxName = 128
	// maxValue is the length of the part of a value that is read. What is longer is a
	// value of that length: clouds give tokens of thousands of characters.
	maxValue = MaxReach
	maxGap   = 64 // blanks and punctuation between name and value
)

// assignmentAt reads the assignment in whose name a keyword stands from at to
// end. It knows, with blanks where they may be,
//
//	NAME=value  name: value  "name": "value"  name => 'value'  name := "value"
//	--name value  name%3Dvalue  a["name"] ||= "value"  define('NAME', 'value')
//	const NAME: &str = "value"  var name string = "value"  Name { get; set; } = "value"
//	<name>value</name>  <x key="name">value</x>  <x name="name" value="value"/>
//	name: NAME, and value: value in the next line  setName("value")  7,name,"value"
//	char name[] = "value"  #define NAME "value"  namePassword "value"  :name "value"
//	name <- "value"  ${NAME:-value}  get("NAME") || "value"  name == "value"
//	variable "name" { default = "value" }  <key>name</key> <string>value</string>
func assignmentAt(text []byte, at, end int) (a assignment, ok bool) {
	start := at
	for start > 0 && at-start < MaxName && secretname.IsByte(text[start-1]) {
		start--
	}
	for end < len(text) && end-at < MaxName && secretname.IsByte(text[end]) {
		end++
	}
	a.name = string(bytes.Trim(text[start:end], "-."))
	i, opened := separator(text, start, end, a.name)
	if i < 0 {
		if a.start, a.end = updatedValue(text, start, end); a.end > a.start {
			a.written, a.name, a.quoted = a.name, strings.ToLower(a.name), true
			return a, true
		}
		if i = directive(text, start, end); i < 0 {
			return a, false
		}
		a.bare = true
	}
	a.written, a.name = a.name, strings.ToLower(a.name)
	limit := min(len(text), i+maxGap)
	skip := func(set string) {
		for i < limit && strings.IndexByte(set, text[i]) >= 0 {
			i++
		}
	}
	skip(" \t")
	if opened == 0 {
		skip(`\`)
		if bytes.HasPrefix(text[i:], []byte(`<<"`)) { // a binary of Erlang
			i += 2
		}
		for i < limit && (text[i] == '@' || text[i]|0x20 == 'r' || text[i]|0x20 == 'b' || text[i]|0x20 == 'u') && i+1 < limit && (text[i+1] == '"' || text[i+1] == '\'') {
			i++ // a literal's prefix
		}
		if i < limit && (text[i] == '"' || text[i] == '\'' || text[i] == '`') {
			opened, a.quoted = text[i], true
			i++
			if i+2 < len(text) && text[i] == opened && text[i+1] == opened { // a long literal
				i += 2
			}
			if i+1 < len(text) && text[i] == '\\' && text[i+1] == opened { // a quote in it, as in "\"value\""
				i += 2
			}
		}
	}
	if a.quoted {
		i += schemeLength(text[i:])
	}
	a.start = i
	a.end = valueEnd(text, i, opened, opened != 0 && i > 1 && text[i-2] == '\\')
	if opened == 0 && start > 0 && text[start-1] == ';' && text[i-1] == '=' { // of a connection string
		for a.end < len(text) && a.end-a.start < longValue && strings.IndexByte(";\"\r\n\\ ", text[a.end]) < 0 {
			a.end++
		}
	}
	a.whole = opened == 0 && start > 0 && a.end < len(text) && text[end] == '=' && text[start-1] == text[a.end] && (text[a.end] == '"' || text[a.end] == '\'')
	a.tested = a.quoted && (bytes.Contains(text[end:a.start], []byte("==")) || bytes.Contains(text[end:a.start], []byte("!=")))
	a.paired = opened == 0 && text[i-1] == '=' && inRow(text, start, a.end)
	return a, a.end > a.start
}

// schemeLength is the length of the scheme of HTTP's Authorization before a value,
// 0 if there is none.
func schemeLength(v []byte) int {
	for _, s := range [...]string{"Bearer ", "bearer ", "Token ", "token "} {
		if bytes.HasPrefix(v, []byte(s)) {
			return len(s)
		}
	}
	return 0
}

// inRow reports whether a name=value without quotes has another one next to it, as in
// ?a=b&name=value, host=h name=value and Server=s;Name=value.
func inRow(text []byte, start, end int) bool {
	if start == 0 {
		return false
	}
	switch text[start-1] {
	case '?', '&', ';':
		return true
	case ' ':
		word := text[max(0, start-1-MaxName) : start-1]
		word = word[bytes.LastIndexAny(word, " \t\n\"'`")+1:]
		return len(word) > 2 && bytes.IndexByte(word[1:], '=') >= 0 && word[0] != '-'
	case '"', '\'':
		return end < len(text) && text[end] == '&'
	}
	return end < len(text) && text[end] == '&' && text[start-1] != '\n'
}

// The forms of what stands between a name and its value.
var (
	typeBefore = regexp.MustCompile(`^[ \t]*[&'A-Za-z_][&'A-Za-z0-9_<>\[\].?| ]{1,40}= ?(?:[A-Za-z_.]{1,20}\()?(?:default ?= ?)?["'` + "`" + `]`)
	typeBehind = regexp.MustCompile(`^(?:(?:As )?[A-Za-z*\[\]]{1,20}|\{ ?get;[ a-z;]{0,30}\}) ?= ?["'` + "`" + `]`)
	arrayOfC   = regexp.MustCompile(`^\[[0-9]{0,4}\] ?`)
	valueField = regexp.MustCompile(`^(?:[ \t]+type="string")?[ \t]*,?(?:[ \t]*\r?\n)?[ \t]{0,40}(?:"[A-Za-z]{2,12}": ?(?:"[A-Za-z]{0,16}"|true|false), ?)?["']?(?i:parameter)?[Vv]alue["']?[ \t]{0,4}[:=]`)
	// valueElement is the element of XML behind one that holds the name: <name> and
	// <value>, <key> and <string>; or the rest of a tag with the name in it.
	valueElement = regexp.MustCompile(`^(?:</[A-Za-z]{2,12}>\s{0,60}<(?:[Vv]alue|string)>|["'](?: [A-Za-z:]{1,24}="[^"<>\n]{0,40}"){1,2}>|>\s{1,60}<[Vv]alue>)`)
	// byDefault is the default of a parameter: variable "name" { default = "value" }.
	byDefault = regexp.MustCompile(`^["']?[ \t]?:?[ \t]?\{[^{}]{0,200}?\b[Dd]efault["']?[ \t]{0,8}[:=][ \t]*["']`)
	// fallback stands between a reference to a variable and what counts without it.
	fallback = regexp.MustCompile(`^["'\])]{0,3} ?(?:\|\||\?\?|\?:|or) ?["']`)
	// compared stands between a name and the literal that its value has to be.
	compared = regexp.MustCompile(`^["'\])]{0,3} ?[=!]==? ?@?["'` + "`" + `]`)
)

// separator finds what stands between the name from start to end and its value,
// and gives where that is over and, in XML, the byte that opened the value. It is
// -1 if no value is given to the name.
func separator(text []byte, start, end int, name string) (i int, opened byte) {
	i, limit := end, min(len(text), end+maxGap)
	skip := func(set string) {
		for i < limit && strings.IndexByte(set, text[i]) >= 0 {
			i++
		}
	}
	before := byte('\n')
	if start > 0 {
		before = text[start-1]
	}
	if before == '{' && start > 1 && text[start-2] == '$' && end+1 < len(text) && text[end] == ':' { // ${NAME:-value}
		switch text[end+1] {
		case '-', '=':
			return end + 2, '}'
		case '+', '?':
			return -1, 0
		}
		return end + 1, '}'
	}
	if i, opened := apart(text, end); i > 0 {
		return i, opened
	}
	if i < limit && (text[i] == '"' || text[i] == '\'' || text[i] == '\\') { // the quote that closes the name
		skip(`\"']`)
	}
	closed := i > end
	blanks := i
	skip(" \t")
	if m := arrayOfC.FindIndex(text[blanks:limit]); m != nil && !closed {
		i = blanks + m[1]
	}
	if i >= limit {
		return -1, 0
	}
	rest := text[i:min(len(text), i+80)]
	switch c := text[i]; {
	case c == '=' && i+1 < limit && (text[i+1] == '=' || text[i+1] == '~'):
		return -1, 0 // a comparison
	case c == '<' && bytes.HasPrefix(rest, []byte("<- ")): // of R
		return i + 2, 0
	case c == ':' && before == ':' && !closed:
		return -1, 0 // a part of a name such as arn:aws:…
	case c == '=' || c == ':':
		if c == ':' {
			if m := typeBefore.FindIndex(rest[1:]); m != nil {
				return i + m[1], 0
			}
		}
		i++
		skip("=>")
		return i, 0
	case bytes.HasPrefix(rest, []byte("||=")), bytes.HasPrefix(rest, []byte("??=")):
		return i + 3, 0
	case bytes.HasPrefix(rest, []byte("?=")):
		return i + 2, 0
	case bytes.HasPrefix(rest, []byte("%3D")), bytes.HasPrefix(rest, []byte("%3d")):
		return i + 3, 0
	case c == '>' && (before == '<' || closed):
		return i + 1, '<'
	case c == ',' && closed && valueField.Match(text[blanks:min(len(text), blanks+100)]): // "name": "name", "value": "value"
	case c == ',' && closed, c == ',' && before == ',', c == ',' && before == '{' && strings.IndexByte(name, '.') < 0: // "name", "value"; {name, "value"}
		return i + 1, 0
	case c == '(' && i == end && i+1 < limit && (text[i+1] == '"' || text[i+1] == '\'') && (before == '.' || setter(name)):
		return i + 1, 0
	}
	if m := valueField.FindIndex(text[blanks:min(len(text), blanks+100)]); m != nil && (closed || before == ' ') {
		return blanks + m[1], 0
	}
	if i > blanks {
		if m := typeBehind.FindIndex(rest); m != nil {
			return i + m[1] - 1, 0
		}
		if (text[i] == '"' || text[i] == '\'') && strings.Contains(name[1:], "Password") && before != '.' && !closed { // storePassword "value", as in Gradle
			return i, 0
		}
		if text[i] == '"' && before == ':' && !closed { // :name "value", as in Clojure
			return i, 0
		}
		if (text[i] == '"' || text[i] == '@') && bytes.HasSuffix(bytes.TrimRight(text[max(0, start-12):start], " \t"), []byte("#define")) {
			return i, 0
		}
		if start+1 < end && text[start] == '-' && text[start+1] == '-' { // --name value
			return i, 0
		}
	}
	return -1, 0
}

// apart finds the value of a name where more than punctuation stands between the
// two. It gives 0 if there is none.
func apart(text []byte, end int) (i int, opened byte) {
	if end+1 >= len(text) {
		return 0, 0
	}
	rest := text[end:min(len(text), end+300)]
	switch c := rest[0]; {
	case c == '<', c == '>' && rest[1] <= ' ', (c == '"' || c == '\'') && rest[1] == ' ':
		if m := valueElement.FindIndex(rest); m != nil {
			return end + m[1], '<'
		}
	case c > ' ' && strings.IndexByte(`"':)]`, c) < 0:
		return 0, 0
	}
	var expr *regexp.Regexp
	switch next := bytes.TrimLeft(rest[:min(len(rest), 8)], `"')] :`+"\t"); {
	case len(next) < 2:
		return 0, 0
	case next[0] == '{':
		expr = byDefault
	case next[0] == '|' && next[1] == '|', next[0] == '?' && next[1] != '=', next[0] == 'o' && next[1] == 'r':
		expr = fallback
	case (next[0] == '=' || next[0] == '!') && next[1] == '=':
		expr = compared
	default:
		return 0, 0
	}
	if m := expr.FindIndex(rest); m != nil {
		return end + m[1] - 1, 0
	}
	return 0, 0
}

// directive finds the value of a name with blanks and nothing else between the two,
// which ends its line: password value, setenv NAME value, user name password value,
// as many programs have it in their settings. It is -1 if there is none.
func directive(text []byte, start, end int) int {
	i := end
	for i < len(text) && i-end < MaxName && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	if i == end || i == len(text) || !words(text[max(0, start-MaxName):start]) {
		return -1
	}
	line := text[i:min(len(text), i+maxValue)]
	if n := bytes.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	if line = bytes.TrimRight(line, " \t\r;}"); len(line) == 0 || bytes.ContainsAny(line, " \t") {
		return -1
	}
	if line[0] == '{' { // as Tcl quotes
		i++
	}
	return i
}

// words reports whether there are but a few words between the start of a line and the
// end of a text.
func words(before []byte) bool {
	before = bytes.TrimLeft(before[bytes.LastIndexByte(before, '\n')+1:], " \t")
	if bytes.Count(before, []byte(" ")) > 4 || len(before) > 0 && before[0] == '#' {
		return false
	}
	for _, c := range before {
		if !secretname.IsByte(c) && c != ' ' && c != '\t' && c != ':' && c != '(' && c != '@' {
			return false
		}
	}
	return true
}

// setter reports whether a function of this name sets what its name says.
func setter(name string) bool {
	name = name[strings.LastIndexByte(name, '.')+1:]
	return len(name) > 4 && (strings.HasPrefix(name, "set") || strings.HasPrefix(name, "Set") || strings.HasPrefix(name, "with") || strings.HasPrefix(name, "With"))
}

// valueEnd returns where a value ends that starts at i, after its quote. Escaped is true
// if there is a backslash before the quote: the text with the value is quoted itself. It
// takes the first place that ends a value in any format, because what is behind it could
// only make a value out of none; [assignment.wholeLine] knows an exception. Package redact
// decides for itself where a value ends: it knows the quotes and here-documents around a
// value, and takes the last place where one of the possible readers ends it. Whatever is
// found is hidden too, because it also searches with these rules.
func valueEnd(text []byte, i int, quote byte, escaped bool) int {
	end := min(len(text), i+maxValue)
	if quote == 0 {
		for i < end && !endsValue(text[i]) {
			i++
		}
		return i
	}
	for ; i < end; i++ {
		switch c := text[i]; {
		case c == quote || c < ' ':
			return i
		case c == '\\' && i+1 < end && text[i+1] == quote && quote != '<':
			if escaped || i+2 == end || strings.IndexByte(",;:)}] \r\n", text[i+2]) >= 0 {
				return i
			}
			i++
		}
	}
	return i
}

// endsValue reports whether a byte ends a value that is not in quotes.
func endsValue(c byte) bool {
	switch c {
	case '"', '\'', '<', '>', ';', ',', '&', '`', 0x7f:
		return true
	}
	return c <= ' '
}
