package credential

import (
	"bytes"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/prefilter"
	"seaworthy.dev/seaworthy/internal/credential/secretname"
)

// genericSecret is the id of the rule for values that have no form of their own.
const genericSecret = "generic-secret"

func genericRule() *Rule {
	return &Rule{
		ID: genericSecret, Name: "Password, key or token in a variable or setting", Severity: medium, form: special, keywords: secretname.Keywords(), byName: true, Variable: "PASSWORD",
		Source: "the name of the variable or setting", find: generic,
	}
}

func generic(text []byte, at, end int, origin *Origin) (int, int, Assessment) {
	none := Assessment{}
	if origin.wordless() {
		return at, at, none
	}
	for end > at && !secretname.IsByte(text[end-1]) { // the keyword goes beyond the name
		end--
	}
	for at < end && !secretname.IsByte(text[at]) {
		at++
	}
	if (origin.Binary || origin.prose && !origin.table) && !equals(text, end) {
		return at, at, none
	}
	a, ok := assignmentAt(text, at, end)
	if !ok {
		return at, at, none
	}
	counts, sure := a.counts(text, origin)
	if !counts || !secretname.IsSecret(a.written) && !(origin.Keeper && a.name == "auth") {
		return at, at, none
	}
	a.wholeLine(text, origin)
	value := text[a.start:a.end]
	if !literalSecret(value, a.name, a.quoted) || miscounted(value) {
		if len(value) >= longValue && bytes.IndexByte(value, ' ') < 0 {
			none.read = at + len(value)/16 // as for a long trial of an expression
		}
		return at, at, none
	}
	if long := longLine(text, a.start); (long || !sure) && !unmistakable(value, a.name) || long && !(a.quoted && a.private()) {
		return at, at, none
	}
	if browserKey(value, a.name, text, a.start, a.end) {
		return at, at, none
	}
	none.Name = a.written
	switch {
	case origin.Keeper:
		none.Severity = seaworthy.High
	case origin.Fixture:
		none.Severity = seaworthy.Low
	}
	return a.start, a.end, none
}

// wholeLine lets a value without quotes reach to the end of its line, in files where it
// does, if that makes it a password with signs that end values elsewhere.
func (a *assignment) wholeLine(text []byte, origin *Origin) {
	if a.quoted || a.paired || a.bare || !origin.Setting || origin.Binary || a.end == len(text) || text[a.end] <= ' ' {
		return
	}
	from := a.start - len(a.written) - 1
	for from > 0 && text[from-1] != '\n' && a.start-from < 2*MaxName {
		from--
	}
	before, _, ok := bytes.Cut(text[max(0, from):a.start], []byte(a.written))
	if before = bytes.TrimLeft(bytes.TrimPrefix(bytes.TrimSpace(before), []byte("export")), "- "); !ok || len(before) > 0 {
		return
	}
	line, _, _ := bytes.Cut(text[a.start:min(len(text), a.start+longValue)], []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if len(bytes.TrimRight(line, ",;")) > a.end-a.start && bytes.IndexByte(line, ' ') < 0 && generated(line) && !template.Match(line) {
		a.end = a.start + len(line)
	}
}

// counts reports whether a name that says that its value is secret means that where
// it stands. It is sure to in settings, and in code if the value is quoted; where it
// is not, the value must look like a secret as well.
func (a *assignment) counts(text []byte, origin *Origin) (counts, sure bool) {
	switch {
	case origin.Binary:
		return a.environment(text), false
	case origin.minified:
		return a.quoted && a.private(), false
	case origin.table:
		return true, false
	case origin.prose:
		return !a.quoted && a.exported(text), false
	case a.bare, a.tested:
		return origin.Setting || a.tested, false
	case a.written == "PASS":
		return false, false // which is how tests end
	case a.quoted, a.paired, origin.Setting:
		return true, true
	case a.whole:
		return secretname.IsPassword(a.name) || a.end-a.start >= 16, false
	default:
		return origin.log, false
	}
}

// unmistakable reports whether a value looks like a secret whatever it is given to.
func unmistakable(v []byte, name string) bool {
	return drawn(v) || secretname.IsPassword(name) && mixed(v)
}

// equals reports whether an equals sign follows the name that goes on at i. In
// programs few names have one, and all else of an assignment costs more to find out.
func equals(text []byte, i int) bool {
	limit := min(len(text), i+MaxName+1)
	for i < limit && secretname.IsByte(text[i]) {
		i++
	}
	return i < limit && text[i] == '='
}

// private reports whether a name says more than that its value is a key or a token,
// which programs in browsers have to themselves.
func (a *assignment) private() bool {
	return secretname.IsPassword(a.name) || strings.Contains(a.name, "secret") || strings.Contains(a.name, "private")
}

// environment reports whether an assignment is a variable of an environment, as
// programs hold them: NAME=value between NUL bytes.
func (a *assignment) environment(text []byte) bool {
	from := a.start - len(a.written) - 1
	return variableName(a.written) && !a.quoted && from >= 0 && text[a.start-1] == '=' && (from == 0 || text[from-1] < ' ') && a.end < len(text) && text[a.end] == 0
}

// exported reports whether an assignment is a variable that a line of a document sets,
// as in a shell.
func (a *assignment) exported(text []byte) bool {
	from := a.start - len(a.written) - 1
	if !variableName(a.written) || from < 0 || text[a.start-1] != '=' {
		return false
	}
	line := text[max(0, from-MaxName):from]
	line = bytes.Trim(line[bytes.LastIndexByte(line, '\n')+1:], " \t$>")
	return len(line) == 0 || slices.Contains([]string{"export", "set", "ENV", "ARG", "$ export", "> set", "-e", "RUN"}, string(line))
}

// variableName reports whether a name is written as those of an environment are.
func variableName(name string) bool {
	for i := range len(name) {
		if c := name[i]; !isUpper(c) && !isDigit(c) && c != '_' {
			return false
		}
	}
	return len(name) > 2
}

// miscounted is true for a value in the form of a token with a checksum that is
// wrong: it was made up.
func miscounted(v []byte) bool {
	if bytes.HasPrefix(v, []byte("eyJ")) && bytes.Count(v, []byte(".")) == 2 {
		return jwt(v).Rejected
	}
	for _, p := range [...]string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_"} {
		if bytes.HasPrefix(v, []byte(p)) && len(v) == len(p)+36 {
			return checksummed(v).Rejected
		}
	}
	return false
}

// NamesSecret reports whether a rule knows a name as that of a secret.
func (rs *Rules) NamesSecret(name string) (found bool) {
	rs.set.Find([]byte(`"`+name+`": "`), func(h prefilter.Hit) bool {
		found = h.Keyword < len(rs.named) && rs.named[h.Keyword]
		return !found
	})
	return found && secretname.IsSecret(strings.ToLower(name))
}
