package credential

import (
	"bytes"
	"encoding/base64"
	"regexp"
)

// authorizationRule finds the credentials of the HTTP header Authorization.
func authorizationRule() *Rule {
	return &Rule{
		ID: "http-authorization", Name: "Credentials in an HTTP Authorization header", Severity: medium, Source: "RFC 9110, section 11.6.2", form: special, selfEvident: true, Variable: "TOKEN",
		keywords: []string{"authorization"},
		find:     authorization,
	}
}

var schemes = regexp.MustCompile(`^["']?\s{0,3}[:=,]\s{0,3}["']?(?i:(bearer|token|basic)) ([0-9A-Za-z._~+/=-]{8,})`)

func authorization(text []byte, _, end int, origin *Origin) (int, int, Assessment) {
	none := Assessment{}
	m := schemes.FindSubmatchIndex(text[end:min(len(text), end+MaxReach)])
	if m == nil || origin.Silent {
		return end, end, none
	}
	start, stop := end+m[4], end+m[5]
	value := text[start:stop]
	if text[end+m[2]]|0x20 == 'b' && text[end+m[2]+1]|0x20 == 'a' { // Basic, RFC 7617
		raw, err := base64.StdEncoding.DecodeString(string(value))
		_, pass, ok := bytes.Cut(raw, []byte(":"))
		if err != nil || !ok || len(pass) < 4 || placeholder(pass) {
			return end, end, none
		}
		return start, stop, Assessment{Confirmed: true, Note: "It decodes to a user and a password."}
	}
	if len(value) < 16 || entropy(value) < 3 || placeholder(value) || identifier(value) {
		return end, end, none
	}
	return start, stop, none
}
