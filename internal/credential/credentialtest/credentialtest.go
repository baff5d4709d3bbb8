// Package credentialtest makes up credentials for tests. Every value is made while a
// test runs: none is written down in this repository.
package credentialtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"hash/crc32"
	mathrand "math/rand/v2"
	"regexp/syntax"
	"strings"
	"testing"
)

// Random is a source that gives the same for the same seed.
func Random(seed uint64) *mathrand.Rand { return mathrand.New(mathrand.NewPCG(seed, seed)) }

// Text makes a text that a regular expression matches.
func Text(r *mathrand.Rand, expr string) string {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	generate(r, tree.Simplify(), &b)
	return b.String()
}

func generate(r *mathrand.Rand, t *syntax.Regexp, b *strings.Builder) {
	switch t.Op {
	case syntax.OpLiteral:
		b.WriteString(string(t.Rune))
	case syntax.OpCharClass:
		n := 0
		for i := 0; i < len(t.Rune); i += 2 {
			n += int(t.Rune[i+1]-t.Rune[i]) + 1
		}
		k := r.IntN(n)
		for i := 0; i < len(t.Rune); i += 2 {
			size := int(t.Rune[i+1]-t.Rune[i]) + 1
			if k < size {
				b.WriteRune(t.Rune[i] + rune(k))
				return
			}
			k -= size
		}
	case syntax.OpQuest:
		if r.IntN(2) == 0 {
			generate(r, t.Sub[0], b)
		}
	case syntax.OpStar, syntax.OpPlus:
		for range 1 + r.IntN(8) {
			generate(r, t.Sub[0], b)
		}
	case syntax.OpAlternate:
		generate(r, t.Sub[r.IntN(len(t.Sub))], b)
	default:
		for _, sub := range t.Sub {
			generate(r, sub, b)
		}
	}
}

// GitHubToken is a personal access token of GitHub, with the checksum that it needs.
func GitHubToken(seed uint64) string {
	return "gh" + "p_" + checksummed(Text(Random(seed), `[0-9A-Za-z]{30}`))
}

// checksummed is a text with its CRC-32 in six digits of base 62 behind it.
func checksummed(body string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := crc32.ChecksumIEEE([]byte(body))
	var out [6]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = digits[sum%62]
		sum /= 62
	}
	return body + string(out[:])
}

// Key is a private key in PEM.
func Key(t testing.TB) string {
	t.Helper()
	return string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: KeyBytes(t)}))
}

// KeyBytes is a private key in DER.
func KeyBytes(t testing.TB) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
