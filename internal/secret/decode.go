package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"
)

// maxEncoded bounds an encoded run that is decoded.
const maxEncoded = 64 << 10

// decode undoes the encoding of the run of bytes around a place, and looks for
// secrets in what comes out.
func (s *scanner) decode(at int, in func(byte) bool, undo func([]byte) []byte, encoding string) {
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
	pl := *s.place
	pl.setting, pl.silent, pl.binary = true, false, false
	inner := scanner{rules: s.rules, text: plain, place: &pl}
	inner.run()
	for _, m := range inner.matches {
		if len(s.matches) == maxMatches {
			s.full = true
			return
		}
		m.from, m.to, m.start, m.end, m.encoding = from, to, from, to, encoding
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

// wide gives the byte order of text in UTF-16; nil for any other.
func wide(head []byte) binary.ByteOrder {
	if len(head) < 4 {
		return nil
	}
	switch {
	case head[0] == 0xff && head[1] == 0xfe:
		return binary.LittleEndian
	case head[0] == 0xfe && head[1] == 0xff:
		return binary.BigEndian
	}
	n := min(len(head), 512) &^ 1
	if bytes.IndexByte(head[:n], 0) < 0 {
		return nil
	}
	var zero [2]int
	for i, c := range head[:n] {
		if c == 0 {
			zero[i&1]++
		}
	}
	switch {
	case n >= 8 && zero[1] > n*2/5 && zero[0] == 0:
		return binary.LittleEndian
	case n >= 8 && zero[0] > n*2/5 && zero[1] == 0:
		return binary.BigEndian
	}
	return nil
}

// narrow turns UTF-16 into bytes, one for each unit. Units beyond ASCII, of which
// no secret is made, become 0x80.
func narrow(text []byte, order binary.ByteOrder) []byte {
	out := make([]byte, len(text)/2)
	for i := range out {
		u := order.Uint16(text[2*i:])
		if u > 0x7f {
			u = 0x80
		}
		out[i] = byte(u)
	}
	return out
}
