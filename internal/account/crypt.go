package account

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"hash"
	"strconv"
	"strings"
)

// Hash is a parsed password hash of crypt(5).
type Hash struct {
	// Rounds is the number of digests that are computed to check one password.
	Rounds int

	salt   string
	sum    string           // the hash itself, in the base 64 of crypt(5)
	digest func() hash.Hash // SHA-256 or SHA-512; nil for md5crypt
	order  []int            // the order in which the bytes of the digest are encoded
}

// ParseHash parses a hash of md5crypt ("$1$salt$hash"), sha256crypt
// ("$5$[rounds=n$]salt$hash") or sha512crypt ("$6$..."). It returns false for anything else.
func ParseHash(field string) (h Hash, ok bool) {
	parts := strings.Split(field, "$")
	if len(parts) < 4 || parts[0] != "" {
		return h, false
	}
	id, parts := parts[1], parts[2:]
	maxSalt := 16
	switch id {
	case "1":
		h.Rounds, maxSalt, h.order = 1000, 8, md5Order
	case "5":
		h.Rounds, h.digest, h.order = 5000, sha256.New, sha256Order
	case "6":
		h.Rounds, h.digest, h.order = 5000, sha512.New, sha512Order
	default:
		return h, false
	}
	if n, given := strings.CutPrefix(parts[0], "rounds="); given && id != "1" {
		rounds, err := strconv.Atoi(n)
		if err != nil || rounds < 1000 {
			return h, false
		}
		h.Rounds, parts = rounds, parts[1:]
	}
	if len(parts) != 2 || len(parts[0]) > maxSalt {
		return h, false
	}
	h.salt, h.sum = parts[0], parts[1]
	return h, true
}

// Matches reports whether this is the hash of the password. It computes Rounds digests; the
// caller should check Rounds and the length of the password first.
func (h *Hash) Matches(password string) bool {
	return subtle.ConstantTimeCompare([]byte(h.compute(password)), []byte(h.sum)) == 1
}

// compute returns the hash of a password with the same scheme, salt and rounds.
func (h *Hash) compute(password string) string {
	if h.digest == nil {
		return encodeHash(md5Crypt(password, h.salt), h.order)
	}
	return encodeHash(shaCrypt(h.digest, password, h.salt, h.Rounds), h.order)
}

// shaCrypt implements sha256crypt and sha512crypt according to U. Drepper, "Unix crypt using
// SHA-256 and SHA-512".
func shaCrypt(digest func() hash.Hash, password, salt string, rounds int) []byte {
	key, saltBytes := []byte(password), []byte(salt)
	d := digest()
	sum := func(parts ...[]byte) []byte {
		d.Reset()
		for _, p := range parts {
			d.Write(p)
		}
		return d.Sum(nil)
	}
	b := sum(key, saltBytes, key)
	parts := [][]byte{key, saltBytes, repeatToLength(b, len(key))}
	for n := len(key); n > 0; n >>= 1 {
		if n&1 != 0 {
			parts = append(parts, b)
		} else {
			parts = append(parts, key)
		}
	}
	a := sum(parts...)
	p := repeatToLength(sum(repeatValue(key, len(key))...), len(key))
	s := repeatToLength(sum(repeatValue(saltBytes, 16+int(a[0]))...), len(saltBytes))
	return runRounds(d, a, p, s, rounds)
}

// md5Crypt implements md5crypt, the scheme that Poul-Henning Kamp wrote for FreeBSD.
func md5Crypt(password, salt string) []byte {
	key, saltBytes := []byte(password), []byte(salt)
	inner := md5.Sum([]byte(password + salt + password))
	d := md5.New()
	d.Write([]byte(password + "$1$" + salt))
	d.Write(repeatToLength(inner[:], len(key)))
	for n := len(key); n > 0; n >>= 1 {
		if n&1 != 0 {
			d.Write([]byte{0})
		} else {
			d.Write(key[:1])
		}
	}
	return runRounds(d, d.Sum(nil), key, saltBytes, 1000)
}

// runRounds is the loop that all schemes have to make guessing slow. It starts with the
// digest sum and returns the final digest.
func runRounds(d hash.Hash, sum, password, salt []byte, rounds int) []byte {
	for i := range rounds {
		d.Reset()
		if i%2 != 0 {
			d.Write(password)
		} else {
			d.Write(sum)
		}
		if i%3 != 0 {
			d.Write(salt)
		}
		if i%7 != 0 {
			d.Write(password)
		}
		if i%2 != 0 {
			d.Write(sum)
		} else {
			d.Write(password)
		}
		sum = d.Sum(sum[:0])
	}
	return sum
}

// repeatToLength repeats b to a length of n bytes.
func repeatToLength(b []byte, n int) []byte {
	var out []byte
	for len(out) < n {
		out = append(out, b[:min(len(b), n-len(out))]...)
	}
	return out
}

// repeatValue returns a list that has b n times.
func repeatValue(b []byte, n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = b
	}
	return list
}

// The schemes encode the bytes of a digest in these orders, three bytes (four characters) at
// a time. An index of -1 stands for a zero bit pattern: the last group has fewer bytes.
var (
	md5Order    = []int{0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5, -1, -1, 11}
	sha256Order = append(rotated(10, 10, 2, 0), -1, 31, 30)
	sha512Order = append(rotated(21, 21, 1, 0), -1, -1, 63)
)

// rotated returns groups of three indices with a distance of step. From one group to the
// next, the three indices rotate by shift.
func rotated(groups, step, shift, first int) []int {
	var order []int
	for i := range groups {
		group := [3]int{first + i, first + i + step, first + i + 2*step}
		for j := range 3 {
			order = append(order, group[(j+i*shift)%3])
		}
	}
	return order
}

// encodeHash encodes a digest in the base 64 of crypt(5).
func encodeHash(sum []byte, order []int) string {
	const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var out []byte
	for i := 0; i < len(order); i += 3 {
		bits, chars := 0, 1
		for _, at := range order[i : i+3] {
			bits <<= 8
			if at >= 0 {
				bits |= int(sum[at])
				chars++
			}
		}
		for range chars {
			out = append(out, alphabet[bits&63])
			bits >>= 6
		}
	}
	return string(out)
}
