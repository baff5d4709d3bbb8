package credential

import (
	"encoding/base64"
	"net/url"
	"strings"

	"seaworthy.dev/seaworthy/internal/credential/expression"
)

// maxEncoded limits an encoded run that is decoded.
const maxEncoded = 64 << 10

// decode undoes the encoding of the run of bytes around a place, and looks for
// secrets in what comes out.
func (s *finder) decode(at int, in func(byte) bool, undo func([]byte) []byte, encoding string) {
	if s.decodes == 0 || at < s.decoded {
		return
	}
	from, to := at, at
	for from > s.decoded && at-from < maxEncoded && in(s.text[from-1]) {
		from--
	}
	for to < len(s.text) && to-at < maxEncoded && in(s.text[to]) {
		to++
	}
	s.decoded = to
	s.spend(to - from)
	plain := undo(s.text[from:to])
	if len(plain) == 0 {
		return
	}
	origin := *s.origin
	origin.Setting, origin.Silent, origin.Binary = true, false, false
	inner := finder{rules: s.rules, text: plain, origin: &origin, effort: s.effort, hiding: s.hiding}
	inner.run()
	s.tired = s.tired || inner.tired
	for _, m := range inner.matches {
		if len(s.matches) == MaxMatches && !s.hiding {
			s.full = true
			return
		}
		m.from, m.to, m.Start, m.End, m.Encoding, m.Origin = from, to, from, to, encoding, s.origin
		s.matches = append(s.matches, m)
	}
}

func base64Run(c byte) bool {
	return isAlnum(c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_'
}

// decodeBase64 decodes either alphabet of RFC 4648, with or without padding.
func decodeBase64(run []byte) []byte {
	s := strings.TrimRight(string(run), "=")
	if i := strings.LastIndexByte(s, '='); i >= 0 { // name=value
		s = s[i+1:]
	}
	s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	s = s[:len(s)-len(s)%4+[...]int{0, 0, 2, 3}[len(s)%4]]
	plain, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return plain
}

func percentRun(c byte) bool { return c > ' ' && c < 0x7f && strings.IndexByte(`"'<>`+"`\\", c) < 0 }

func unescape(run []byte) []byte {
	plain, err := url.QueryUnescape(string(run))
	if err != nil {
		return nil
	}
	return []byte(plain)
}

// base64Marks are the starts of secrets that are looked for in base64 too.
var base64Marks = [...]string{
	"-----BEGIN ", "github_pat_", "ghp_", "gho_", "ghs_", "npm_", "AKIA", "glpat-", "xoxb-", "xoxp-", "sk_live_", "dckr_pat_", "password", "PASSWORD", `"auths"`, "postgres://", "mysql://", "mongodb://", "_authToken",
}

// percentMarks are pieces of percent-encoded text that are worth decoding.
var percentMarks = [...]string{"%22%3a%22", "%3a%2f%2f", "%20bearer%20", "%3a%20bearer", "%3d%3d%26", "%0a-----", "-----%0a"}

// base64Forms gives what base64 makes of a text at each of the three places in a
// group of bytes, less the characters that depend on its neighbours.
func base64Forms(text string) []string {
	var forms []string
	for shift := range 3 {
		enc := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + text))
		from := (shift*8 + 5) / 6
		to := (shift + len(text)) * 8 / 6
		if form := enc[from:to]; len(form) >= expression.MinPrefix {
			forms = append(forms, form)
		}
	}
	return forms
}
