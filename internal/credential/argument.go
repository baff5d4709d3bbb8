package credential

import (
	"bytes"
	"regexp"
)

// What follows finds passwords that stand in a place of their own: an argument of
// a function, a clause of SQL, a member of a key in JSON.

// positionRule finds passwords that are told by where they stand.
func positionRule() *Rule {
	return &Rule{
		ID: "password-argument", Name: "a password that a call or a statement is given", Severity: medium, form: special, Source: "the call's or the statement's grammar",
		keywords: []string{"basicauth(", "basic_auth(", "auth=(", "auth = (", "getconnection(", "identified by", "with password", "encrypted password", "httpbasicauth(", "userpass(", "dbi->connect(", "new pdo(", "mysqli_connect(", "new mysqli("},
		find:     position,
	}
}

var (
	pairArgument = regexp.MustCompile(`^\s{0,3}(?:["'][^"'\n]{0,200}["']\s{0,3},\s{0,3})?["'][^"'\n]{1,64}["']\s{0,3},\s{0,3}["']([^"'\s]{6,128})["']\s{0,3}[,)]`)
	sqlPassword  = regexp.MustCompile(`^\s{1,4}(?:(?i:password|values|with \w{4,30} (?:by|as))\s{1,4})?["']([^"'\s]{6,128})["']`)
)

func position(text []byte, at, end int, pl *Origin) (int, int, Assessment) {
	none := Assessment{}
	if pl.Silent || pl.Binary {
		return at, at, none
	}
	expr := sqlPassword
	if text[end-1] == '(' {
		expr = pairArgument
	}
	m := expr.FindSubmatchIndex(text[end:min(len(text), end+420)])
	if m == nil {
		return at, at, none
	}
	start, stop := end+m[2], end+m[3]
	if v := text[start:stop]; !literalSecret(v, "password", true) || !unlikeWord(v) {
		return at, at, none
	}
	return start, stop, none
}

// jwkRule finds private keys in the form of RFC 7517.
func jwkRule() *Rule {
	return &Rule{
		ID: "json-web-key", Name: "a private JSON Web Key", Severity: critical, Source: "RFC 7517, RFC 7518, section 6", form: special, PrivateKey: true,
		keywords: []string{`"kty"`},
		find:     jwk,
	}
}

const maxKeyObject = 4 << 10

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
		return at, at, Assessment{}
	}
	return from + m[2], from + m[3], Assessment{Confirmed: true, Note: "It is the private part of the key."}
}
