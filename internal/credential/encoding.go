package credential

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// maxEncoded bounds an encoded run that is decoded.
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
	plain := undo(s.text[from:to])
	if len(plain) == 0 {
		return
	}
	pl := *s.origin
	pl.Setting, pl.Silent, pl.Binary = true, false, false
	inner := finder{rules: s.rules, text: plain, origin: &pl}
	inner.run()
	for _, m := range inner.matches {
		if len(s.matches) == MaxMatches && !s.loose {
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
