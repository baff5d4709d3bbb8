// Package secretname knows from the name of a value whether the value is a credential:
// DB_PASSWORD and apiKey name one, PASSWORD_FILE and TOKEN_TTL do not.
//
// There are two answers. [IsSecret] is for reporting: it holds for names that mean a
// secret in nearly every file. [MaybeSecret] is for hiding: it holds for more names,
// because a value that is hidden without need does no harm.
package secretname

import (
	"slices"
	"strings"
)

// MaybeSecret reports whether what is named so may be a credential, so that its value is
// better not shown: DB_PASSWORD, apiKey, com.example.token; but not MONKEY, KEYBOARD,
// PASSWORD_FILE or TOKEN_TTL. It holds for more names than those by which the rules
// find values.
func MaybeSecret(name string) bool {
	name = name[:min(len(name), MaxLength)]
	words := letterWords(name)
	// SSL_CLIENT_AUTH is a mode; only its value could show that it is not.
	return suggestsSecret(words) || len(words) > 0 && words[len(words)-1] != "auth" && IsSecret(name)
}

// MaxLength is the length of the part of a name that is read, in bytes.
const MaxLength = 512

// suggestsSecret reports whether one of the words of a name is that of a credential
// and none behind it says that the name only describes one.
func suggestsSecret(words []string) bool {
	last := -1
	for i, w := range words {
		if switchWords[w] {
			return false
		}
		if secretAt(words, i) {
			last = i
		}
	}
	return last >= 0 && !slices.ContainsFunc(words[last+1:], func(w string) bool { return descriptionWords[w] })
}

// secretAt reports whether the word at an index makes the name that of a credential.
func secretAt(words []string, i int) bool {
	w := words[i]
	switch {
	case loneWords[w]:
		return true
	case w == "key" || w == "keys":
		return i > 0 && keyKinds[words[i-1]]
	case w == "pwd" || w == "auth" && i > 0 && authKinds[words[i-1]]:
		return i > 0 && i == len(words)-1 && words[i-1] != "old"
	}
	return slices.ContainsFunc(longEnds[:], func(end string) bool { return strings.HasSuffix(w, end) })
}

// letterWords splits a name into its words, in lower case: at everything that is no
// letter, and where a lower-case letter is followed by an upper-case one.
func letterWords(name string) []string {
	var words []string
	start := -1
	end := func(i int) {
		if start >= 0 {
			words = append(words, strings.ToLower(name[start:i]))
		}
		start = -1
	}
	for i := range len(name) {
		switch c := name[i]; {
		case !isLetter(c):
			end(i)
			continue
		case isUpper(c) && i > 0 && isLetter(name[i-1]) && !isUpper(name[i-1]):
			end(i)
		}
		if start < 0 {
			start = i
		}
	}
	end(len(name))
	return words
}

// IsSecret reports whether what is named so is a secret: db_password, apiKey2,
// SECRET_KEY_BASE, clientSecretOfShop; but not password_hash, max_tokens,
// tokenType or SecretKeyFactory.
func IsSecret(name string) bool {
	if _, variable, ok := strings.Cut(name, "env."); ok { // process.env.NAME
		name = variable
	}
	folded := strings.ToLower(name)
	if namesSecret(Words(folded)) {
		return true
	}
	if folded == name {
		return false
	}
	words := Words(humps(name))
	return namesSecret(words) && !slices.ContainsFunc(words, func(w string) bool { return programWords[w] })
}

func namesSecret(words []string) bool {
	if len(words) == 0 {
		return false
	}
	for i, w := range words {
		if unreportedWords[w] || switchWords[w] {
			return false
		}
		if strings.HasSuffix(w, "tokens") || strings.HasPrefix(w, "tokeni") {
			return false
		}
		if strings.HasPrefix(w, "public") || i == 0 && (w == "is" || w == "has" || w == "no" || w == "max" || w == "min" || w == "num" || w == "invalid" || w == "missing") {
			return false
		}
	}
	at := secretIndex(words)
	return at >= 0 && !slices.ContainsFunc(words[at+1:], func(w string) bool { return descriptionWords[w] })
}

// secretIndex is the index of the word that makes a name that of a credential; -1 if
// there is none among the last ones.
func secretIndex(words []string) int {
	last := len(words) - 1
	if words[last] == "key" && last > 0 {
		if keyKinds[words[last-1]] {
			return last
		}
		return -1
	}
	for i := last; i >= max(0, last-2); i-- {
		if words[i] == "key" && i > 0 && keyKinds[words[i-1]] || slices.ContainsFunc(secretEnds[:], func(end string) bool { return strings.HasSuffix(words[i], end) }) {
			return i
		}
	}
	switch words[last] {
	case "pass", "pwd", "pw", "auth", "authtoken", "authtok", "pepper", "psk":
		return last
	case "bypass", "compass", "encompass", "surpass", "trespass", "overpass", "underpass", "buypass", "pgpass":
		return -1
	}
	if strings.HasSuffix(words[last], "pass") {
		return last
	}
	return slices.IndexFunc(words, func(w string) bool {
		return slices.ContainsFunc(foreignWords, func(f string) bool { return strings.HasPrefix(w, f) })
	})
}

// humps writes a name such as apiKey or APIKey as api_key.
func humps(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if i > 0 && isUpper(c) && (!isUpper(name[i-1]) || i+1 < len(name) && isLetter(name[i+1]) && !isUpper(name[i+1])) {
			b.WriteByte('_')
		}
		b.WriteByte(lower(c))
	}
	return b.String()
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func lower(c byte) byte {
	if isUpper(c) {
		c |= 0x20
	}
	return c
}

// Words splits a folded name at its punctuation. Digits at the end of a word
// are dropped.
func Words(name string) []string {
	name = strings.Replace(name, "mot_de_passe", "motdepasse", 1)
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' })
	for i, w := range words {
		words[i] = strings.TrimRight(w, "0123456789")
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// IsPassword reports whether a name in lower case is that of a password, rather than of a
// key or a token.
func IsPassword(name string) bool {
	return strings.Contains(name, "pass") || strings.Contains(name, "pwd") || strings.HasSuffix(name, "_pw") || slices.ContainsFunc(foreignWords, func(w string) bool { return strings.Contains(name, w) })
}

// IsByte reports whether names have this byte in them. Bytes beyond ASCII count, since
// they may be a part of a letter.
func IsByte(c byte) bool {
	return c >= 0x80 || isLetter(c) || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
}
