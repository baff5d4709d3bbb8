package credential

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"

	"seaworthy.dev/seaworthy"
)

func jwtRule() *Rule {
	const expr = `eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,}`
	return &Rule{
		ID: "jwt", Name: "JSON Web Token (JWT)", Severity: high, Source: "RFC 7519", check: jwt, reach: MaxReach, minEntropy: 3, caseSensitive: true, distinctive: true,
		expr: newLazyExpression(`^` + expr),
		// {"alg", {"typ", {"kid", {"cty", {"x5t, and { "alg", { "typ" in base64
		keywords: []string{"eyJhbGci", "eyJ0eXAi", "eyJraWQi", "eyJjdHki", "eyJ4NXQ", "eyAiYWxn", "eyAidHlw"},
	}
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
		// Of Supabase.
		Iss  any `json:"iss"`
		Role any `json:"role"`
	}
	if !decodeJSON(parts[1], &claims) || claims.Sub == "1234567890" { // the example of jwt.io
		return Assessment{Rejected: true}
	}
	if claims.Iss == "supabase" && claims.Role == "anon" { // which Supabase wants in the pages of browsers
		return Assessment{Rejected: true}
	}
	o := Assessment{Confirmed: true, Note: "It is signed with " + printable(header.Alg, 16) + "."}
	switch {
	case strings.EqualFold(header.Alg, "none") || len(parts[2]) == 0:
		return Assessment{Rejected: true}
	case claims.Exp == nil:
		o.Note += " It never expires."
	default:
		o.Note += " It expires; compare its exp claim with the clock."
		o.Severity = seaworthy.Medium
	}
	if claims.Iss == "supabase" && claims.Role == "service_role" {
		o.Severity = seaworthy.Critical
		o.Note += " It is the service_role key of a Supabase project, which passes over all access rules."
	}
	return o
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
