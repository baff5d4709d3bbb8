package corpus

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strings"
)

// kind is a kind of value that settings have.
type kind struct {
	name string
	make func(*source) string
	// keys are usual names of such a value, in snake case.
	keys string
}

// prefixed is the usual format of a token: a prefix, then random characters.
func prefixed(prefix, alphabet string, n int) func(*source) string {
	return func(s *source) string { return prefix + s.of(alphabet, n) }
}

// random returns n random characters.
func random(alphabet string, n int) func(*source) string { return prefixed("", alphabet, n) }

// joined is several parts with a separator.
func joined(separator string, parts ...func(*source) string) func(*source) string {
	return func(s *source) string {
		made := make([]string, len(parts))
		for i, p := range parts {
			made[i] = p(s)
		}
		return strings.Join(made, separator)
	}
}

func uuid(s *source) string { return s.uuid() }

// checksummed is the format of GitHub and npm: 30 random characters of base 62, and their
// CRC32 in six more.
func checksummed(prefix string) func(*source) string {
	return func(s *source) string {
		body := s.of(alnum, 30)
		return prefix + body + base62(crc32.ChecksumIEEE([]byte(body)), 6)
	}
}

// base62 writes a number in at least n digits.
func base62(v uint32, n int) string {
	b := []byte{}
	for ; v > 0 || len(b) < n; v /= 62 {
		b = append([]byte{alnum[v%62]}, b...)
	}
	return string(b)
}

// awsKeyID is the id of an AWS access key: in base 32, one bit, the account number in 40
// bits, and random bits.
func awsKeyID(prefix string) func(*source) string {
	return func(s *source) string {
		account := s.Uint64N(900_000_000_000) + 100_000_000_000
		b := s.bytes(10)
		binary.BigEndian.PutUint64(b, 1<<63|account<<23|s.Uint64()&(1<<23-1))
		return prefix + base32(b)
	}
}

func base32(b []byte) string {
	const alphabet = upper + "234567"
	var out strings.Builder
	bits, n := uint64(0), 0
	for _, c := range b {
		bits, n = bits<<8|uint64(c), n+8
		for ; n >= 5; n -= 5 {
			out.WriteByte(alphabet[bits>>(n-5)&31])
		}
	}
	return out.String()
}

// pypi is a macaroon of version 2 in base64: location, identifier, a caveat and
// the signature.
func pypi(s *source) string {
	field := func(kind byte, data string) string {
		return string([]byte{kind, byte(len(data))}) + data
	}
	macaroon := "\x02" + field(1, "pypi.org") + field(2, s.uuid()) + "\x00" +
		field(2, `[3,"`+s.uuid()+`"]`) + "\x00\x00" + field(6, string(s.bytes(32)))
	return "pypi-" + base64.RawURLEncoding.EncodeToString([]byte(macaroon))
}

// atlassian is an API token of Atlassian Cloud. It ends with its CRC32.
func atlassian(s *source) string {
	body := "ATATT3xFfGF0" + s.of(urlSafe, 172)
	return body + fmt.Sprintf("=%08X", crc32.ChecksumIEEE([]byte(body)))
}

// discord is the token of a bot: its id in base64, a time, and a signature.
func discord(s *source) string {
	id := base64.RawStdEncoding.EncodeToString([]byte(s.of("123456789", 1) + s.of(digits, 17)))
	return id + ".G" + s.of(urlSafe, 5) + "." + s.of(urlSafe, 38)
}

// azureSecret is the client secret of an Entra application: 40 characters, of
// which the fourth to sixth are a digit and "Q~".
func azureSecret(s *source) string {
	return s.of(alnum+"_~.", 3) + s.of(digits, 1) + "Q~" + s.of(alnum+"_~.-", 34)
}

// azureStorage is the key of a storage account, 64 bytes in base64. Those made
// since 2021 have a signature at a fixed place.
func azureStorage(s *source) string {
	if key := s.base64(64); s.IntN(2) == 0 {
		return key
	}
	return s.of(base64Set, 76) + "+ASt" + s.of(base64Set, 5) + s.of("AQgw", 1) + "=="
}

// intercom is an access token in base64.
func intercom(s *source) string {
	token := "tok:" + strings.ReplaceAll(s.uuid(), "-", "_") + ":1:0"
	return base64.StdEncoding.EncodeToString([]byte(token))
}

// grafana is the token of a service account. It ends with the CRC32 of the rest, in little
// endian.
func grafana(s *source) string {
	body := "gl" + "sa_" + s.of(alnum, 32)
	sum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body)))
	return body + "_" + hex.EncodeToString(sum)
}
