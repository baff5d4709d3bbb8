package secret

import (
	"bytes"
	"slices"
	"strings"
)

// assignment is a name with the value that a text gives it.
type assignment struct {
	name       string // folded to lower case
	start, end int    // of the value, without quotes
	quoted     bool
}

// The bounds on an assignment.
const (
	maxName  = 64
	maxValue = 512
	maxGap   = 12 // blanks and punctuation between name and value
)

// assignmentAt reads the assignment in whose name a keyword stands from at to
// end. It knows NAME=value, "name": "value", name => 'value', name := "value",
// --name value, <name>value</name>, name%3Dvalue and a["name"] = "value".
func assignmentAt(text []byte, at, end int) (a assignment, ok bool) {
	start := at
	for start > 0 && at-start < maxName && nameByte(text[start-1]) {
		start--
	}
	for end < len(text) && end-at < maxName && nameByte(text[end]) {
		end++
	}
	a.name = strings.ToLower(strings.Trim(string(text[start:end]), "-."))
	i, limit := end, min(len(text), end+maxGap)
	skip := func(set string) {
		for i < limit && strings.IndexByte(set, text[i]) >= 0 {
			i++
		}
	}
	opened := byte(0)
	if i < limit && (text[i] == '"' || text[i] == '\'' || text[i] == '\\') { // the quote that closes the name
		skip(`\"']`)
	}
	blanks := i
	skip(" \t")
	switch {
	case i >= limit:
		return a, false
	case text[i] == '=' && i+1 < limit && (text[i+1] == '=' || text[i+1] == '~'):
		return a, false // a comparison
	case text[i] == '=' || text[i] == ':':
		i++
		skip("=>")
	case bytes.HasPrefix(text[i:], []byte("%3D")) || bytes.HasPrefix(text[i:], []byte("%3d")):
		i += 3
	case text[i] == '>' && start > 0 && text[start-1] == '<':
		i, opened = i+1, '<'
	case text[i] == ',' && blanks > end: // "name", "value"
		i++
	case i > blanks && start >= 2 && text[start] == '-' && text[start+1] == '-': // --name value
	default:
		return a, false
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
		}
	}
	a.start = i
	a.end = valueEnd(text, i, opened)
	return a, a.end > a.start && a.end-a.start < maxValue
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
	"private_key", "privatekey", "private-key", "auth_key", "authkey", "encryption_key", "encryptionkey", "signing_key", "signingkey",
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
		for _, s := range [...]string{"password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey", "authkey", "secretkey", "encryptionkey", "signingkey", "masterkey", "accountkey", "credential", "credentials"} {
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
	"file", "path", "dir", "type", "name", "names", "url", "uri", "endpoint", "length", "len", "size", "count", "field", "fields", "label", "hint", "hash",
	"hashed", "digest", "checksum", "placeholder", "expiry", "expires", "expiration", "ttl", "timeout", "policy", "prompt", "command", "cmd", "regex", "pattern",
	"format", "algorithm", "alg", "version", "enabled", "required", "provider", "class", "method", "header", "input", "form", "reset", "change", "strength",
	"validator", "validation", "error", "message", "msg", "text", "title", "description", "help", "doc", "docs", "example", "examples", "test", "id", "ids",
	"kind", "ref", "arn", "status", "state", "rotation", "index", "position", "pos", "parser", "symbol", "color", "colour", "keyword", "keywords", "env", "var",
	"column", "attribute", "prefix", "suffix", "separator", "encoder", "encoding", "mount", "volume", "store", "bucket", "selector", "scope", "scopes", "old", "dummy", "fake", "sample", "mock",
}
