package check

import (
	"bytes"

	"seaworthy.dev/seaworthy/internal/account"
)

// ReducePasswords replaces each password hash by its scheme and whether it is the hash of
// a well-known password. left is the number of rounds that hashes may still take; if it
// does not suffice, the hash is not tried.
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

// reducePassword reduces the password field of an account.
func reducePassword(name, field string, left *int) string {
	reduced := HashMark + account.HashScheme(field)
	if knownPassword(name, field, left) {
		reduced += KnownMark
	}
	return reduced
}

// wellKnown are the passwords that attackers try first, besides the name of the account.
var wellKnown = []string{
	"", "root", "toor", "password", "admin", "changeme", "123456", "12345", "1234", "test", "guest", "user",
	"docker", "secret", "qwerty", "letmein", "default", "pass", "passw0rd", "P@ssw0rd", "vagrant", "ubuntu",
}

// MaxRounds limits the rounds in which the password hashes of a layer are tried, to about
// a quarter of a second. A hash of sha512crypt takes 5,000 rounds, unless it says
// otherwise.
const MaxRounds = 500_000

// knownPassword reports whether a password field of passwd(5) or shadow(5) is the hash of
// a well-known password. It knows the schemes of package account. It subtracts the rounds
// from left, and does not try a hash that needs more.
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

// maxPassword limits the length in bytes of account names that are tried as passwords:
// the work grows with its square.
const maxPassword = 32
