package credential

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strings"
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

// serverToServer verifies a token of a GitHub App: by its checksum, or in the form of 2026,
// ghs_<app>_<JSON Web Token>, by the claims.
func serverToServer(value []byte) Assessment {
	if i := bytes.Index(value, []byte("_eyJ")); i >= 0 {
		return jwt(value[i+1:])
	}
	return checksummed(value)
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

// varied accepts values that are random behind a prefix of n bytes.
func varied(n int) check {
	return func(value []byte) Assessment { return Assessment{Rejected: entropy(value[n:]) < 4 || dummy(value[n:])} }
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
