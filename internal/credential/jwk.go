package credential

import (
	"bytes"
	"regexp"
)

// jwkRule finds private keys in the form of RFC 7517.
func jwkRule() *Rule {
	return &Rule{
		ID: "json-web-key", Name: "Private JSON Web Key", Severity: critical, Source: "RFC 7517, RFC 7518, section 6", form: special, PrivateKey: true,
		keywords: []string{`"kty"`},
		find:     jwk,
	}
}

const maxKeyObject = 12 << 10

var (
	jwkPrivate   = regexp.MustCompile(`"d"\s{0,3}:\s{0,3}"([0-9A-Za-z_-]{32,})"`)
	jwkSymmetric = regexp.MustCompile(`"k"\s{0,3}:\s{0,3}"([0-9A-Za-z_-]{22,})"`)
)

func jwk(text []byte, at, end int, _ *Origin) (int, int, Assessment) {
	from, to := max(0, at-maxKeyObject), min(len(text), end+maxKeyObject)
	if i := bytes.LastIndexByte(text[from:at], '{'); i >= 0 {
		from += i
	}
	if i := bytes.IndexByte(text[end:to], '}'); i >= 0 {
		to = end + i
	}
	object := text[from:to]
	expr := jwkPrivate
	if bytes.Contains(object, []byte(`"oct"`)) {
		expr = jwkSymmetric
	}
	m := expr.FindSubmatchIndex(object)
	if m == nil || entropy(object[m[2]:m[3]]) < 3.5 {
		return at, at, Assessment{read: to}
	}
	return from + m[2], from + m[3], Assessment{Confirmed: true, Note: "It is the private part of the key.", read: to}
}
