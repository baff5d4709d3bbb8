package check

import (
	"bytes"

	"seaworthy.dev/seaworthy/internal/account"
)

// ReducePasswords leaves of each password hash its scheme, and whether it is that of a
// well-known password, as far as left lasts.
func ReducePasswords(data []byte, left *int) []byte {
	var kept []byte
	for line := range bytes.Lines(data) {
		name, rest, found := bytes.Cut(line, []byte(":"))
		field, rest, more := bytes.Cut(rest, []byte(":"))
		if !found || account.IsLocked(string(field)) || len(field) == 0 {
			kept = append(kept, line...)
			continue
		}
		kept = append(kept, name...)
		kept = append(kept, ':')
		kept = append(kept, reducePassword(string(name), string(field), left)...)
		if more {
			kept = append(kept, ':')
			kept = append(kept, rest...)
		} else if bytes.HasSuffix(line, []byte("\n")) {
			kept = append(kept, '\n')
		}
	}
	return kept
}

// The forms that a password hash takes in the facts: "$hash$" and the scheme,
// then "$known" if the password is a well-known one.
const (
	HashMark  = "$hash$"
	KnownMark = "$known"
)

func reducePassword(name, field string, left *int) string {
	reduced := HashMark + account.HashScheme(field)
	if knownPassword(name, field, left) {
		reduced += KnownMark
	}
	return reduced
}

// wellKnown are the passwords that guessers begin with, apart from the account's own name.
var wellKnown = []string{
	"", "root", "toor", "password", "admin", "changeme", "123456", "12345", "1234", "test", "guest", "user",
	"docker", "secret", "qwerty", "letmein", "default", "pass", "passw0rd", "P@ssw0rd", "vagrant", "ubuntu",
}

// MaxRounds limits how long the password hashes of a layer are tried, in rounds of
// their digests: about a quarter of a second. sha512crypt has 5,000 rounds
// unless its field says otherwise.
const MaxRounds = 500_000

// knownPassword reports whether a password field of passwd(5) or shadow(5) is the hash of
// a well-known password, of the schemes that package account knows. It takes the rounds
// that it needs from left, and does not try a hash for which they do not last.
func knownPassword(name, field string, left *int) bool {
	hash, ok := account.ParseHash(field)
	if !ok || hash.Rounds > MaxRounds {
		return false
	}
	for i := range len(wellKnown) + 1 {
		password := name
		if i > 0 {
			password = wellKnown[i-1]
		}
		if *left -= hash.Rounds; *left < 0 || len(password) > maxPassword {
			return false
		}
		if hash.Matches(password) {
			return true
		}
	}
	return false
}

// maxPassword limits the account names that are tried as passwords, in bytes:
// the work grows with the square of the length.
const maxPassword = 32
