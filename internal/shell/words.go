package shell

import "strings"

// Blanks are the characters between words.
const Blanks = " \t\r\n\v\f"

// KeyValue is a name and a value.
type KeyValue struct {
	Key, Value string
}

// CutWord splits s after its first word. Both parts have no leading Blanks.
func CutWord(s string) (word, rest string) {
	s = strings.TrimLeft(s, Blanks)
	i := strings.IndexAny(s, Blanks)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], Blanks)
}

// CutAssignment splits "NAME=rest" if all bytes of the name are valid. The name
// may be in double quotes.
func CutAssignment(s string, valid func(byte) bool) (name, rest string, ok bool) {
	name, rest, ok = strings.Cut(s, "=")
	if n := len(name); n > 2 && name[0] == '"' && name[n-1] == '"' {
		name = name[1 : n-1]
	}
	if !ok || name == "" {
		return "", s, false
	}
	for i := range len(name) {
		if !valid(name[i]) {
			return "", s, false
		}
	}
	return name, rest, true
}

// IsNameByte reports whether a byte is valid in the name of a variable.
func IsNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
