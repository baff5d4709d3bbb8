package credential

import (
	"bytes"
	"math"
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/credential/secretname"
)

// literalSecret reports whether a value that a name of a secret is given can be the
// secret: no placeholder, reference, word, path, hash or UUID.
func literalSecret(v []byte, name string, quoted bool) bool {
	if len(v) < 6 || len(bytes.Trim(v, "0123456789.")) == 0 && bytes.IndexByte(v, '.') > 0 || bytes.ContainsAny(v, " \t") || crypted(v) || encrypted(v) {
		return false
	}
	if len(v) >= longValue {
		return longSecret(v) && !hashOf(v, name)
	}
	drawn := generated(v)
	if !drawn && bytes.IndexByte(v, '\\') >= 0 || placeholder(v) || uuid(v) || quoted && !drawn && betweenQuotes(v) {
		return false
	}
	if drawn && other(v) > 0 {
		return !names(v) && !hashOf(v, name) && !sameWord(v, name)
	}
	if quoted && (ofForm(v) || sameWord(v, name)) {
		return false
	}
	if quoted && unwritten(v) {
		return !names(v) && !hashOf(v, name)
	}
	if reference(v) {
		return false
	}
	letters, digits, upper, lowers, other := classes(v)
	kinds := 0
	for _, n := range [...]int{upper, lowers, digits, other} {
		if n > 0 {
			kinds++
		}
	}
	switch {
	case letters+digits < 4 || bytes.HasPrefix(v, []byte("/")) || bytes.HasPrefix(v, []byte("./")):
		return false
	case kinds < 2 || digits == 0 && (other == 0 || wordsOnly(v)) && !scrambled(v):
		return false // an identifier or words
	case hashOf(v, name):
		return false
	case bytes.ContainsAny(v, "(){}[]<>") && (!quoted || other > len(v)/3):
		return false // code
	}
	if secretname.IsPassword(name) {
		return entropy(v) >= 2.3
	}
	return len(v) >= 12 && entropy(v) >= 3 && !identifier(v)
}

// scrambled reports whether the letters of v come in an order that neither words nor
// names of programs have: either case among the other all over, and few vowels.
func scrambled(v []byte) bool {
	letters, upper, vowels, changes := 0, 0, 0, 0
	last := byte(0)
	for _, c := range v {
		if !isLetter(c) {
			continue
		}
		letters++
		if isUpper(c) {
			upper++
		}
		if strings.IndexByte("aeiou", c|0x20) >= 0 {
			vowels++
		}
		if last != 0 && isUpper(c) != isUpper(last) {
			changes++
		}
		last = c
	}
	return letters >= 10 && upper*10 >= letters*3 && upper*10 <= letters*7 && changes*3 >= letters && vowels*10 <= letters*3
}

// drawn reports whether v looks drawn at random, so that it is a secret wherever a
// name says so.
func drawn(v []byte) bool {
	letters, digits, upper, lowers, _ := classes(v)
	if len(v) < 12 || entropy(v) < 3 || identifier(v) && !scrambled(v) {
		return false
	}
	return scrambled(v) || digits >= 2 && upper > 0 && lowers > 0 || digits >= 4 && letters >= 4 && len(v) >= 20
}

// mixed reports whether v is as passwords have to be: of letters of either case, of
// digits and, if it is short, of something else.
func mixed(v []byte) bool {
	_, digits, upper, lowers, other := classes(v)
	return len(v) >= 8 && upper > 0 && lowers > 0 && digits > 0 || len(v) >= 12 && digits >= 3 && lowers >= 3 && other == 0
}

func classes(v []byte) (letters, digits, upper, lowers, other int) {
	for _, c := range v {
		switch {
		case isDigit(c):
			digits++
		case isLetter(c):
			letters++
			if c < 'a' {
				upper++
			} else {
				lowers++
			}
		default:
			other++
		}
	}
	return
}

// ofForm reports whether v names a field of a form, or selects one: user[password],
// input[type=password].
func ofForm(v []byte) bool {
	i := 0
	for i < len(v) && (isLetter(v[i]) || v[i] == '_' || v[i] == '-') {
		i++
	}
	return i > 1 && i < len(v) && v[i] == '[' && v[len(v)-1] == ']'
}

// sameWord reports whether a value is the name that it is given to, perhaps with
// another digit: password = "password2".
func sameWord(v []byte, name string) bool {
	word := bytes.TrimRight(v, "0123456789")
	return len(v)-len(word) < 2 && strings.EqualFold(string(word), strings.TrimRight(name, "0123456789")) || strings.EqualFold(lettersOf(string(v)), lettersOf(name))
}

// lettersOf gives the letters and digits of a text.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && !isAlnum(byte(r)) {
			return -1
		}
		return r
	}, s)
}

// betweenQuotes reports whether v stands between the end of one literal and the
// start of the next, in the code that joins them: "TOKEN="+token()+"…"; or is the
// start of a call, or quoted once more.
func betweenQuotes(v []byte) bool {
	last := v[len(v)-1]
	if last == '(' {
		return true
	}
	if i := strings.IndexByte("\"'`", v[0]); i >= 0 {
		if v = v[1:]; len(v) == 0 || v[0] != '+' {
			return last == "\"'`"[i] && !bytes.ContainsAny(v, "0123456789")
		}
	}
	if v[0] != '+' {
		return false
	}
	i := 1
	for i < len(v) && (isAlnum(v[i]) || v[i] == '_') {
		i++
	}
	return i > 1 && !isDigit(v[1]) && i < len(v) && strings.IndexByte("(),.[+:", v[i]) >= 0
}

// placeholder reports whether a value only shows where a secret belongs.
func placeholder(v []byte) bool {
	low := bytes.ToLower(v)
	if template.Match(v) || bytes.HasPrefix(v, []byte("«")) || bytes.HasPrefix(v, []byte("‹")) || entropy(low) < 2 || repeats(low) {
		return true
	}
	if generated(v) || len(v) >= longValue {
		return false // any word is in it by chance
	}
	return slices.ContainsFunc(placeholders[:], func(w string) bool { return bytes.Contains(low, []byte(w)) })
}

// template finds what is to be replaced by a value: {{ name }}, ${NAME}, $NAME alone,
// $(command), %(name)s, %NAME%, %s, #{name}, <name>, home/{user}/.netrc. A sign alone is
// none: generated passwords have all of them.
var template = regexp.MustCompile(`\{\{.*\}\}|\$\{[A-Za-z_][^}]*\}|^\$[A-Za-z_]+[0-9]?$|\$\([a-z_]{2,}|%\([a-z_]+\)s|^%[A-Za-z_]{3,}%$|^%[sdv]$|#\{[a-z_@][^}]*\}|<[/A-Za-z][A-Za-z0-9_. :-]{2,}>|\{[a-z_]{3,}\}|&lt;[^&]{2,}&gt;|^<[A-Za-z_. -]{2,}$|^[A-Za-z_. -]+>$`)

// generated reports whether v looks like the work of a generator of passwords that takes
// signs too: it changes from one class of characters to another all the time, as neither
// words nor patterns do.
func generated(v []byte) bool {
	letters, digits, upper, lowers, signs := classes(v)
	kinds := 0
	for _, n := range [...]int{digits, upper, lowers, signs} {
		if n > 0 {
			kinds++
		}
	}
	if len(v) < 10 || kinds < 3 || kinds == 3 && len(v) < 14 || digits == 0 && signs < 3 || letters < 3 || entropy(v) < 2.8 || len(pattern.FindAllIndex(v, 2)) > 1 || code.Match(v) {
		return false
	}
	var count [128]int
	often := 0 // how many of the signs are the same
	runs, last := 0, byte(0)
	for _, c := range v {
		k := class(c)
		if k == 'o' && c < 128 {
			count[c]++
			often = max(often, count[c])
		}
		if k != last && !(last == 'u' && k == 'l') { // a word may start with an upper-case letter
			runs++
		}
		last = k
	}
	return runs*9 >= len(v)*4 && (often <= 2 || often*3 <= signs)
}

var (
	// pattern finds pieces of regular expressions and of code; one is in a password by
	// chance. code finds what is in none.
	pattern = regexp.MustCompile(`\(\?[:=!i]|\[\^|\.[*+]|\\\\?[dwsDWSbB.]|[:\\]\\|\(\)|=>|&&|\|\||\{[0-9],`)
	code    = regexp.MustCompile(`\[\^?(?:a-z|A-Z|0-9)|\{[0-9]+,[0-9]*\}|://|\[["'][a-z]|^[A-Za-z]:\\`)
)

func other(v []byte) int {
	_, _, _, _, n := classes(v)
	return n
}

// longValue is the length in bytes from which on a value was not made to be typed: it is
// an encoded one, or no secret.
const longValue = 512

// longSecret reports whether so long a value is an encoded secret, such as the tokens
// that clouds give for their registries: of one of the alphabets of encodings, and as
// mixed as bytes are that mean nothing.
func longSecret(v []byte) bool {
	_, digits, upper, lowers, _ := classes(v)
	for _, c := range v {
		if !isAlnum(c) && strings.IndexByte("+/=-_.~|:", c) < 0 {
			return false
		}
	}
	if isHexAll(v) {
		return entropy(v) > 3.5
	}
	return entropy(v) >= 4.8 && digits*40 >= len(v) && upper*8 >= len(v) && lowers*8 >= len(v) &&
		bytes.Count(v, []byte("/"))*20 <= len(v) && bytes.Count(v, []byte(".")) <= 4 && bytes.Count(v, []byte(":")) <= 4
}

// encrypted reports whether v can be read only with a key that is elsewhere: by SOPS,
// Ansible Vault, hiera-eyaml, Sealed Secrets, AWS KMS, the transit engine of Vault, Spring
// Cloud, Jasypt, Maven ({base64}), or as a JSON Web Encryption (RFC 7516).
func encrypted(v []byte) bool {
	for _, p := range [...]string{"ENC[", "ENC(", "$ANSIBLE_VAULT", "!vault", "{cipher}", "vault:v", "AQICA", "{AES", "enc:", "encrypted:", "-----BEGIN PGP MESSAGE", "-----BEGIN AGE ENCRYPTED", "age-encryption.org"} {
		if len(v) >= len(p) && strings.EqualFold(string(v[:len(p)]), p) {
			return true
		}
	}
	if bytes.HasPrefix(v, base64Object) {
		return bytes.Count(v, []byte(".")) == 4
	}
	// The length of a key that RSA encrypts, in two bytes, and then the key: 512 or 256 bytes.
	sealed := func(head string, least int) bool {
		return len(v) >= least && bytes.HasPrefix(v, []byte(head)) && v[2] >= 'A' && v[2] <= 'D'
	}
	maven := v[0] == '{' && v[len(v)-1] == '}' && !bytes.ContainsFunc(v[1:len(v)-1], func(r rune) bool { return r >= 0x80 || !base64Run(byte(r)) })
	return maven || sealed("Ag", 350) || sealed("AQ", 350)
}

var placeholders = [...]string{
	"example", "sample", "changeme", "change_me", "change-me", "changeit", "your", "xxxx", "placeholder", "dummy", "replace", "insert", "todo", "fixme",
	"redacted", "****", "....", "____", "----", "foobar", "foo_bar", "undefined", "null", "notreal", "not-real", "not_real",
	"123456789", "abcdef", "qwerty", "secretkey", "mysecret", "mytoken", "my-token", "my_token", "my-secret", "my_secret", "mypassword", "p@ssw0rd", "p4ssw0rd", "passw0rd",
	"anonymous", "fake", "testing", "1password", "test_", "test-", "_test", "-test", "notasecret", "not-a-secret", "deadbeef", "lorem", "ipsum", "00000000", "11111111",
}

// reference reports whether a value names the secret elsewhere.
func reference(v []byte) bool {
	if generated(v) {
		return names(v)
	}
	switch v[0] {
	case '$', '%', '&', '*', '@', '!', '~', '[', '(', '{', '<', '#', ':', ',', '.':
		return true
	}
	return names(v)
}

// names reports whether a value's form is that of something else than a secret.
func names(v []byte) bool {
	if refersToStore(string(bytes.ToLower(v[:min(len(v), 16)]))) || published(v) || timestamp(v) || call(v) || fileName(v) || len(v) == 42 && v[1] == 'x' && isHexAll(v[2:]) { // an address of Ethereum
		return true
	}
	for _, p := range [...]string{"env.", "process.", "os.", "self.", "this.", "config.", "settings.", "sha256", "sha512", "sha1", "md5", "http:", "https:", "data:", "urn:", "v1:", "secure:", "options.", "opts.", "params.", "props.", "args.", "req.", "request.", "exports."} {
		if len(v) >= len(p) && strings.EqualFold(string(v[:len(p)]), p) {
			return true
		}
	}
	return bytes.Contains(v, []byte("://")) || bytes.HasSuffix(v, []byte("=="[:1])) && bytes.Contains(v, []byte("sha"))
}

// unwritten reports whether v is so long and so mixed that it was not written by hand:
// what it starts with or is made of means nothing then.
func unwritten(v []byte) bool {
	letters, digits, upper, lowers, _ := classes(v)
	return len(v) >= 30 && entropy(v) >= 4.2 && digits >= 3 && letters >= 8 && lowers > 0 && !bytes.Contains(v, []byte("://")) && (upper > 0 || digits >= 6) && !identifier(v) &&
		bytes.Count(v, []byte("/")) <= 4 && bytes.Count(v, []byte(".")) <= 4 && bytes.Count(v, []byte(":")) <= 4
}

// published reports whether a value has the form of a key that its issuer wants in
// the pages of browsers.
func published(v []byte) bool {
	for _, p := range [...]string{"pk_live_", "pk_test_", "pk_", "pk.eyJ", "phc_", "sb_publishable_", "publishable", "pub_", "pub-", "public", "ssh-", "age1", "appl_", "goog_", "argon2", "bcrypt", "scrypt", "pbkdf2", "scram-"} {
		if bytes.HasPrefix(v, []byte(p)) {
			return true
		}
	}
	return len(v) == 35 && bytes.HasPrefix(v, []byte("pub")) && !bytes.ContainsFunc(v[3:], func(r rune) bool { return !isHex(byte(r)) })
}

// crypted reports whether v is a password that crypt(3) made unreadable, perhaps with
// the user before it.
func crypted(v []byte) bool {
	if i := bytes.IndexByte(v, ':'); i > 0 {
		v = v[i+1:]
	}
	return len(v) > 2 && v[0] == '$' && bytes.IndexByte(v[1:min(len(v), 6)], '$') > 0 || bytes.HasPrefix(v, []byte("$argon2")) || bytes.HasPrefix(v, []byte("{SSHA")) || bytes.HasPrefix(v, []byte("{SHA")) || bytes.HasPrefix(v, []byte("{CRYPT"))
}

// timestamp reports whether v starts with a date of ISO 8601.
func timestamp(v []byte) bool {
	return len(v) >= 10 && isDigit(v[0]) && isDigit(v[1]) && isDigit(v[2]) && isDigit(v[3]) && v[4] == '-' && isDigit(v[5]) && isDigit(v[6]) && v[7] == '-' && isDigit(v[8]) && isDigit(v[9])
}

// call reports whether v reads like env(NAME), ENC(…), Jobs[-1].Id or required|min:8: something
// for a program to work out.
func call(v []byte) bool {
	i := 0
	for i < len(v) && (isAlnum(v[i]) || v[i] == '_' || v[i] == '.') {
		i++
	}
	if i >= 2 && i < len(v) && v[i] == '(' && v[len(v)-1] == ')' {
		return true
	}
	return bytes.Contains(v, []byte("[-1]")) || bytes.IndexByte(v, '|') > 0 && bytes.Equal(bytes.ToLower(v), v) && bytes.Contains(v, []byte("required"))
}

// fileName reports whether v is the path of a file: of words between slashes, and with
// an extension or a hidden element.
func fileName(v []byte) bool {
	slash := bytes.LastIndexByte(v, '/')
	if slash <= 0 || scrambled(v) || bytes.ContainsFunc(v, func(r rune) bool { return r >= 0x80 || !secretname.IsByte(byte(r)) && r != '/' }) {
		return false
	}
	dot := bytes.LastIndexByte(v, '.')
	return bytes.Contains(v, []byte("/.")) || dot > slash && len(v)-dot <= 6 && wordsOnly(v[dot:])
}

// uuid reports whether v has the form of RFC 9562.
func uuid(v []byte) bool {
	if len(v) != 36 {
		return false
	}
	for i, c := range v {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && !isHex(c) {
			return false
		}
	}
	return true
}

func isHexAll(v []byte) bool {
	return !bytes.ContainsFunc(v, func(r rune) bool { return r >= 0x80 || !isHex(byte(r)) })
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// hashOf reports whether a value looks like a digest or a crypted password rather
// than like a key.
func hashOf(v []byte, name string) bool {
	for _, w := range [...]string{"hash", "sha", "md5", "digest", "integrity", "checksum", "etag", "commit", "revision"} {
		if strings.Contains(name, w) && !strings.Contains(name, "share") && !strings.Contains(name, "shadow") {
			return true
		}
	}
	for _, c := range v {
		if !isHex(c) {
			return false
		}
	}
	return secretname.IsPassword(name) && (len(v) == 32 || len(v) == 40 || len(v) == 64 || len(v) == 128)
}

// wordsOnly reports whether v is words of any language and punctuation.
func wordsOnly(v []byte) bool {
	for _, c := range v {
		if !isLetter(c) && c < 0x80 && c != '_' && c != '-' && c != '.' && c != '/' && c != ':' && c != ',' && c != '=' && c != '?' {
			return false
		}
	}
	return true
}

// identifier reports whether v reads like a name in a program: its digits are few
// and its letters come in words.
func identifier(v []byte) bool {
	letters, digits, _, _, other := classes(v)
	if digits > 2 || letters < 4*digits {
		return false
	}
	changes, last := 0, byte(0)
	for _, c := range v {
		k := class(c)
		if last != 0 && k != last {
			changes++
		}
		last = k
	}
	return changes+other <= len(v)/3
}

func class(c byte) byte {
	switch {
	case isDigit(c):
		return 'd'
	case c >= 'a' && c <= 'z':
		return 'l'
	case c >= 'A' && c <= 'Z':
		return 'u'
	default:
		return 'o'
	}
}

// repeats reports whether a short piece makes up the value, or its bytes count up.
func repeats(v []byte) bool {
	for n := 1; n <= 4 && n*3 <= len(v); n++ {
		if bytes.Equal(v[n:], v[:len(v)-n]) {
			return true
		}
	}
	run := 0
	for i := 1; i < len(v); i++ {
		if v[i] == v[i-1]+1 || v[i] == v[i-1] {
			run++
		}
	}
	return len(v) >= 12 && run*3 >= len(v)*2
}

// IsPasswordHash reports whether what a name is given is a digest of a password.
func IsPasswordHash(v []byte, name string) bool {
	return secretname.IsPassword(name) && len(v) >= 32 && isHexAll(v)
}

// storePrefixes are what references to files and to stores of secrets begin with, in
// lower case.
var storePrefixes = [...]string{"env:", "vault:", "secret:", "file:", "arn:", "op://", "ref+", "ssm:", "sm://", "gcpsm:"}

func refersToStore(low string) bool {
	return slices.ContainsFunc(storePrefixes[:], func(p string) bool { return strings.HasPrefix(low, p) })
}

// IsValue reports whether a value can be the credential that something named so
// ([secretname.MaybeSecret]) holds: it is no switch, no number of tokens, no path, no reference to a
// variable or to a store of secrets, and no placeholder that says so. Rules demand more
// of what they find by its name.
func IsValue(name, value string) bool {
	v := strings.ToLower(strings.Trim(value, ` "'`))
	switch v {
	case "", "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "unset", "redacted",
		"placeholder", "dummy", "todo", "tbd", "n/a", "optional", "required", "default":
		return false
	}
	if len(v) < 3 || strings.Trim(v, "*x.-_") == "" || refersToStore(v) {
		return false
	}
	for _, prefix := range [...]string{"$", "{{", "<", "%", "/", "./", "../", "your-", "your_", "replace-", "replace_", "insert-", "insert_"} {
		if strings.HasPrefix(v, prefix) {
			return false
		}
	}
	// Digits alone make a password, but no token: they count tokens.
	name = strings.ToUpper(name)
	return strings.Trim(value, "0123456789.") != "" || strings.Contains(name, "PASS") || strings.HasSuffix(name, "PWD")
}

// entropy is Shannon's entropy of the bytes, in bits a byte.
func entropy(b []byte) float64 {
	if len(b) == 0 {
		return 0
	}
	var count [256]int
	for _, c := range b {
		count[c]++
	}
	h, n := 0.0, float64(len(b))
	for _, c := range count {
		if c > 0 {
			p := float64(c) / n
			h -= p * math.Log2(p)
		}
	}
	return h
}

func isAlnum(c byte) bool  { return isLetter(c) || isDigit(c) }
func isUpper(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
