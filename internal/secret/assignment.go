package secret

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
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
}

// The bounds on an assignment.
const (
	maxName  = 64
	maxValue = 512
	maxGap   = 12 // blanks and punctuation between name and value
)

// assignmentAt reads the assignment in whose name a keyword stands from at to
// end. It knows, with blanks where they may be,
//
//	NAME=value  name: value  "name": "value"  name => 'value'  name := "value"
//	--name value  name%3Dvalue  a["name"] ||= "value"  define('NAME', 'value')
//	const NAME: &str = "value"  var name string = "value"  Name { get; set; } = "value"
//	<name>value</name>  <x key="name">value</x>  <x name="name" value="value"/>
//	name: NAME, and value: value in the next line  setName("value")  7,name,"value"
//	char name[] = "value"  #define NAME "value"  namePassword "value"
func assignmentAt(text []byte, at, end int) (a assignment, ok bool) {
	start := at
	for start > 0 && at-start < maxName && nameByte(text[start-1]) {
		start--
	}
	for end < len(text) && end-at < maxName && nameByte(text[end]) {
		end++
	}
	a.name = string(bytes.Trim(text[start:end], "-."))
	i, opened := separator(text, start, end, a.name)
	if i < 0 {
		return a, false
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
		for i < limit && (text[i] == '@' || text[i]|0x20 == 'r' || text[i]|0x20 == 'b' || text[i]|0x20 == 'u') && i+1 < limit && (text[i+1] == '"' || text[i+1] == '\'') {
			i++ // a literal's prefix
		}
		if i < limit && (text[i] == '"' || text[i] == '\'' || text[i] == '`') {
			opened, a.quoted = text[i], true
			i++
			if i+1 < len(text) && text[i] == '\\' && text[i+1] == opened { // a quote in it, as in "\"value\""
				i += 2
			}
		}
	}
	if a.quoted {
		i += schemeLength(text[i:])
	}
	a.start = i
	a.end = valueEnd(text, i, opened)
	a.paired = opened == 0 && text[i-1] == '=' && inRow(text, start, a.end)
	return a, a.end > a.start && a.end-a.start < maxValue
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

// inRow tells whether a name=value without quotes has another one beside it, as in
// ?a=b&name=value, host=h name=value and Server=s;Name=value.
func inRow(text []byte, start, end int) bool {
	if start == 0 {
		return false
	}
	switch text[start-1] {
	case '?', '&', ';':
		return true
	case ' ':
		word := text[max(0, start-1-maxName) : start-1]
		word = word[bytes.LastIndexAny(word, " \t\n\"'`")+1:]
		return len(word) > 2 && bytes.IndexByte(word[1:], '=') >= 0 && word[0] != '-'
	case '"', '\'':
		return end < len(text) && text[end] == '&'
	}
	return end < len(text) && text[end] == '&' && text[start-1] != '\n'
}

// The forms of what stands between a name and its value.
var (
	typeBefore = regexp.MustCompile(`^[ \t]*[&'A-Za-z_][&'A-Za-z0-9_<>\[\].?| ]{1,40}= ?["'` + "`" + `]`)
	typeBehind = regexp.MustCompile(`^(?:[A-Za-z*\[\]]{1,20}|\{ ?get;[ a-z;]{0,30}\}) ?= ?["'` + "`" + `]`)
	arrayOfC   = regexp.MustCompile(`^\[[0-9]{0,4}\] ?`)
	valueField = regexp.MustCompile(`^(?:[ \t]+type="string")?[ \t]*,?(?:[ \t]*\r?\n)?[ \t]{0,40}["']?value["']?[ \t]{0,4}[:=]`)
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
	case c == ',' && closed, c == ',' && before == ',': // "name", "value"
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
		if text[i] == '"' && bytes.HasSuffix(bytes.TrimRight(text[max(0, start-12):start], " \t"), []byte("#define")) {
			return i, 0
		}
		if start+1 < end && text[start] == '-' && text[start+1] == '-' { // --name value
			return i, 0
		}
	}
	return -1, 0
}

// setter tells whether a function of this name sets what its name says.
func setter(name string) bool {
	name = name[strings.LastIndexByte(name, '.')+1:]
	return len(name) > 4 && (strings.HasPrefix(name, "set") || strings.HasPrefix(name, "Set") || strings.HasPrefix(name, "with") || strings.HasPrefix(name, "With"))
}

// valueEnd is where a value ends that starts at i, behind the quote.
func valueEnd(text []byte, i int, quote byte) int {
	end := min(len(text), i+maxValue)
	for ; i < end; i++ {
		switch c := text[i]; {
		case quote != 0 && (c == quote || c == '\n' || c < ' '):
			return i
		case quote != 0 && c == '\\' && i+1 < end && text[i+1] == quote && quote != '<':
			return i // the text is quoted itself
		case quote == 0 && (c <= ' ' || c == 0x7f || strings.IndexByte(`"'<>;,&`+"`", c) >= 0):
			return i
		}
	}
	return i
}

func nameByte(c byte) bool { return isAlnum(c) || c == '_' || c == '-' || c == '.' }

// secretWords are the words of a name that make its value a secret. The
// prefilter looks for them.
var secretWords = [...]string{
	"password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "api-key", "access_key", "accesskey", "access-key",
	"private_key", "privatekey", "private-key", "auth_key", "authkey", "encryption_key", "encryptionkey", "signing_key", "signingkey", "app_key", "appkey", "presharedkey", "preshared_key",
	"client_key", "master_key", "masterkey", "account_key", "accountkey", "storage_key", "credential", "_pass=", "_pwd=",
	`"auth":`, "_auth=", `"pass":`, `"pwd":`, "pwd: ", "pass: ",
}

// secretName tells whether what is named so is a secret: db_password, apiKey2,
// SECRET_KEY_BASE; but not password_hash, max_tokens or tokenType.
func secretName(name string) bool {
	words := nameWords(name)
	if len(words) == 0 {
		return false
	}
	for i, w := range words {
		if slices.Contains(aboutSecrets[:], w) {
			return false
		}
		if strings.HasSuffix(w, "tokens") || strings.HasPrefix(w, "tokeni") {
			return false
		}
		if w == "public" || i == 0 && (w == "is" || w == "has" || w == "no" || w == "max" || w == "min" || w == "num" || w == "invalid" || w == "missing") {
			return false
		}
	}
	last := words[len(words)-1]
	if last == "key" && len(words) > 1 {
		return slices.Contains(keyKinds[:], words[len(words)-2])
	}
	for _, w := range words[max(0, len(words)-3):] {
		for _, s := range [...]string{"password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey", "authkey", "secretkey", "encryptionkey", "signingkey", "masterkey", "accountkey", "presharedkey", "credential", "credentials"} {
			if strings.HasSuffix(w, s) {
				return true
			}
		}
	}
	return last == "pass" || last == "pwd" || last == "auth" || last == "authtoken"
}

// nameWords splits a folded name at its punctuation. Digits at the end of a word
// are dropped.
func nameWords(name string) []string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' })
	for i, w := range words {
		words[i] = strings.TrimRight(w, "0123456789")
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}

// keyKinds are the words that make a "key" behind them a secret one.
var keyKinds = [...]string{"api", "access", "secret", "private", "auth", "encryption", "signing", "client", "master", "account", "storage", "app", "service", "license", "session", "cookie", "hmac", "jwt", "aes", "shared"}

// aboutSecrets are the words of names that say something about a secret instead
// of holding one.
var aboutSecrets = [...]string{
	"stdin", "tokenizer", "tokenizers", "model", "hasher", "algorithm",
	"file", "path", "dir", "type", "name", "names", "url", "uri", "endpoint", "length", "len", "size", "count", "field", "fields", "label", "hint", "hash",
	"hashed", "digest", "checksum", "placeholder", "expiry", "expires", "expiration", "ttl", "timeout", "policy", "prompt", "command", "cmd", "regex", "pattern",
	"format", "algorithm", "alg", "version", "enabled", "required", "provider", "class", "method", "header", "input", "form", "reset", "change", "strength",
	"validator", "validation", "error", "message", "msg", "text", "title", "description", "help", "doc", "docs", "example", "examples", "test", "id", "ids",
	"kind", "ref", "arn", "status", "state", "rotation", "index", "position", "pos", "parser", "symbol", "color", "colour", "keyword", "keywords", "env", "var",
	"column", "attribute", "prefix", "suffix", "separator", "encoder", "encoding", "mount", "volume", "store", "bucket", "selector", "scope", "scopes", "old", "dummy", "fake", "sample", "mock",
}
