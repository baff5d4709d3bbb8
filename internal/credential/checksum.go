package credential

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"strings"

	"seaworthy.dev/seaworthy"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// crc62 is the CRC-32 (IEEE) of data in six digits of base 62, as GitHub and npm
// write it behind a token's random part.
func crc62(data []byte) string {
	sum := crc32.ChecksumIEEE(data)
	var out [6]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = base62[sum%62]
		sum /= 62
	}
	return string(out[:])
}

// checksummed verifies the checksum in the last six characters of what follows
// the first underscore.
func checksummed(value []byte) Assessment {
	_, body, _ := bytes.Cut(value, []byte("_"))
	if len(body) <= 6 || crc62(body[:len(body)-6]) != string(body[len(body)-6:]) {
		return Assessment{Rejected: true}
	}
	return Assessment{Confirmed: true, Note: "Its checksum is right."}
}

// awsAccessKeyID decodes the account from the id of an access key. The id itself
// is no secret, but it never comes alone.
func awsAccessKeyID(value []byte) Assessment {
	raw, err := base32.StdEncoding.DecodeString(string(value[4:]))
	if err != nil || len(raw) < 6 {
		return Assessment{Rejected: true}
	}
	account := (binary.BigEndian.Uint64(append([]byte{0, 0}, raw[:6]...)) >> 7) & (1<<40 - 1)
	if account >= 1e12 {
		return Assessment{Note: "It is of the old form, which names no account."}
	}
	return Assessment{Note: fmt.Sprintf("It belongs to AWS account %012d.", account)}
}

// jwt parses the header and claims of a JSON Web Token (RFC 7519).
func jwt(value []byte) Assessment {
	parts := bytes.Split(value, []byte("."))
	if len(parts) != 3 {
		return Assessment{Rejected: true}
	}
	var header struct {
		Alg string `json:"alg"`
		Enc string `json:"enc"`
	}
	if !decodeJSON(parts[0], &header) || header.Alg == "" {
		return Assessment{Rejected: true}
	}
	var claims struct {
		Sub any      `json:"sub"`
		Exp *float64 `json:"exp"`
	}
	if !decodeJSON(parts[1], &claims) || claims.Sub == "1234567890" { // the example of jwt.io
		return Assessment{Rejected: true}
	}
	o := Assessment{Confirmed: true, Note: "It is signed with " + printable(header.Alg, 16) + "."}
	switch {
	case strings.EqualFold(header.Alg, "none") || len(parts[2]) == 0:
		return Assessment{Rejected: true}
	case claims.Exp == nil:
		o.Note += " It never expires."
	default:
		o.Note += " It expires; whether it has is for the clock of whoever reads this."
		o.Severity = seaworthy.Medium
	}
	return o
}

// varied accepts values that are random behind a prefix of n bytes.
func varied(n int) check {
	return func(value []byte) Assessment { return Assessment{Rejected: entropy(value[n:]) < 4 || dummy(value[n:])} }
}

func decodeJSON(part []byte, to any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(string(part), "="))
	return err == nil && json.Unmarshal(raw, to) == nil
}

// printable keeps the letters, digits and dashes of a text.
func printable(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r < 128 && (isAlnum(byte(r)) || r == '-' || r == '_') {
			return r
		}
		return -1
	}, s)
	return s[:min(len(s), most)]
}

// base64JSON accepts values that are JSON behind a prefix of n bytes.
func base64JSON(n int) check {
	return func(value []byte) Assessment {
		raw, err := base64.StdEncoding.DecodeString(string(value[n:]))
		if err != nil {
			raw, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(string(value[n:]), "="))
		}
		if err != nil || !json.Valid(raw) {
			return Assessment{Rejected: true}
		}
		return Assessment{Confirmed: true}
	}
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
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
