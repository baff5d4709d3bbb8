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

// Hash is a parsed password hash.
type Hash struct {
	// Rounds is how many digests it takes to try a password.
	Rounds int

	salt, want string
	digest     func() hash.Hash // nil for md5crypt
	order      []int
}

// ParseHash reads "$1$salt$hash", "$5$[rounds=n$]salt$hash" and "$6$…". ok is false for
// anything else.
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
	h.salt, h.want = parts[0], parts[1]
	return h, true
}

// Matches reports whether the hash is that of a password. It takes Rounds digests of
// more than the password's length.
func (h *Hash) Matches(password string) bool {
	return subtle.ConstantTimeCompare([]byte(h.sum(password)), []byte(h.want)) == 1
}

// sum is the hash of a password in crypt's encoding.
func (h *Hash) sum(password string) string {
	if h.digest == nil {
		return encodeHash(md5crypt(password, h.salt), h.order)
	}
	return encodeHash(shacrypt(h.digest, password, h.salt, h.Rounds), h.order)
}

// shacrypt is the scheme of sha256crypt and sha512crypt, as U. Drepper specified
// it in "Unix crypt using SHA-256 and SHA-512".
func shacrypt(digest func() hash.Hash, password, salt string, rounds int) []byte {
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
	parts := [][]byte{key, saltBytes, stretch(b, len(key))}
	for n := len(key); n > 0; n >>= 1 {
		if n&1 != 0 {
			parts = append(parts, b)
		} else {
			parts = append(parts, key)
		}
	}
	a := sum(parts...)
	p := stretch(sum(repeated(key, len(key))...), len(key))
	s := stretch(sum(repeated(saltBytes, 16+int(a[0]))...), len(saltBytes))
	return churn(d, a, p, s, rounds)
}

// md5crypt is the scheme that FreeBSD introduced.
func md5crypt(password, salt string) []byte {
	key, saltBytes := []byte(password), []byte(salt)
	inner := md5.Sum([]byte(password + salt + password))
	d := md5.New()
	d.Write([]byte(password + "$1$" + salt))
	d.Write(stretch(inner[:], len(key)))
	for n := len(key); n > 0; n >>= 1 {
		if n&1 != 0 {
			d.Write([]byte{0})
		} else {
			d.Write(key[:1])
		}
	}
	return churn(d, d.Sum(nil), key, saltBytes, 1000)
}

// churn is the loop that the schemes share; it makes guessing slow.
func churn(d hash.Hash, sum, password, salt []byte, rounds int) []byte {
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

// stretch repeats bytes to a length.
func stretch(b []byte, n int) []byte {
	var out []byte
	for len(out) < n {
		out = append(out, b[:min(len(b), n-len(out))]...)
	}
	return out
}

func repeated(b []byte, n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = b
	}
	return list
}

// The orders in which the schemes encode the bytes of a digest, by three; -1
// stands for a byte of zero that is not in the digest.
var (
	md5Order    = []int{0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5, -1, -1, 11}
	sha256Order = append(rotated(10, 10, 2, 0), -1, 31, 30)
	sha512Order = append(rotated(21, 21, 1, 0), -1, -1, 63)
)

// rotated returns groups of three bytes that are step apart; from one group to the
// next the three places rotate.
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

// encodeHash writes a digest in crypt's own base 64.
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
