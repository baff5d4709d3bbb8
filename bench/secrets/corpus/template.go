package corpus

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
)

// template is text in which {NAME} is a generated value, and marks are labels:
//
//	‹KIND|TEXT›   a secret
//	«KIND|TEXT»   a harmless value
//	‽KIND|TEXT‽   a debatable value
//
// NAME is a kind of a table, or a name that [source.simple] knows. {base64 NAME} and
// {percent NAME} encode it. A brace without such a name is a brace, and so is {{.
type template = string

// marks are the quotation marks of each class.
type mark struct {
	open, close string
	class       Class
}

func marks() []mark {
	return []mark{{"‹", "›", Secret}, {"«", "»", Harmless}, {"‽", "‽", Debatable}}
}

// plain expands a template without labels.
func (s *source) plain(t template) (string, error) {
	body, labels, err := s.expand(t)
	if len(labels) > 0 && err == nil {
		err = fmt.Errorf("%q has labels, where none can be", t)
	}
	return string(body), err
}

// expand returns the text of a template, with its labels.
func (s *source) expand(t template) ([]byte, []Label, error) {
	var body []byte
	var labels []Label
	for {
		at, m := nextMark(t)
		if at < 0 {
			body = append(body, s.fill(t)...)
			setLines(body, labels)
			return body, labels, nil
		}
		body = append(body, s.fill(t[:at])...)
		inner, rest, closed := strings.Cut(t[at+len(m.open):], m.close)
		kind, text, named := strings.Cut(inner, "|")
		if !closed || !named {
			return nil, nil, fmt.Errorf("the mark at %.40q is no label", t[at:])
		}
		l := Label{Class: m.class, Kind: kind, Value: s.fill(text), Start: len(body)}
		body = append(body, l.Value...)
		l.End = len(body)
		labels = append(labels, l)
		t = rest
	}
}

func nextMark(t string) (int, mark) {
	at, found := -1, mark{}
	for _, m := range marks() {
		if i := strings.Index(t, m.open); i >= 0 && (at < 0 || i < at) {
			at, found = i, m
		}
	}
	return at, found
}

// fill replaces the names in braces.
func (s *source) fill(t string) string {
	var out strings.Builder
	for {
		before, after, more := strings.Cut(t, "{")
		out.WriteString(before)
		if !more {
			return out.String()
		}
		if name, rest, closed := strings.Cut(after, "}"); closed {
			if v, ok := s.value(name); ok {
				out.WriteString(v)
				t = rest
				continue
			}
		}
		out.WriteByte('{')
		t = after
	}
}

// value generates the value of a name in braces.
func (s *source) value(name string) (string, bool) {
	if k, ok := s.kinds[name]; ok {
		return k.make(s), true
	}
	if encoding, rest, ok := strings.Cut(name, " "); ok {
		switch encoding {
		case "base64":
			v, ok := s.value(rest)
			return base64.StdEncoding.EncodeToString([]byte(v)), ok
		case "percent":
			v, ok := s.value(rest)
			return url.QueryEscape(v), ok
		}
	}
	return s.simple(name)
}

// simple generates a value that has no kind.
func (s *source) simple(name string) (string, bool) {
	switch name {
	case "word":
		return s.word(), true
	case "Word":
		return capital(s.word()), true
	case "user":
		return s.user(), true
	case "host":
		return s.host(), true
	case "date":
		return s.date(), true
	case "n":
		return s.of(digits[1:], 1), true
	case "nnn":
		return s.of(digits[1:], 3), true
	case "version":
		return s.of(digits[1:], 1) + "." + s.between(digits[1:], 1, 2) + "." + s.of(digits, 1), true
	case "basic":
		return base64.StdEncoding.EncodeToString([]byte(s.user() + ":" + strongPassword(s))), true
	case "hex8":
		return s.hex(8), true
	case "hex40":
		return s.hex(40), true
	case "hex64":
		return s.hex(64), true
	case "wordpress key":
		return s.of(alnum+"!#%()*+,-./:;=?@[]^_|~", 64), true
	case "django key":
		return s.of(lowerNum+"!@#%^&*(-_=+)", 50), true
	case "dotenv":
		return "DB_USER=" + s.word() + "\nDB_PASSWORD=" + strongPassword(s) + "\nGITHUB_TOKEN=" + checksummed("gh"+"p_")(s) + "\n", true
	case "phoenix key":
		return s.base64(48), true
	case "dashes":
		return "-----", true
	case "mapping":
		return mapping(s), true
	case "pgp public key":
		return pgpPublic(s), true
	case "known host":
		return base64.StdEncoding.EncodeToString(s.bytes(20)), true
	case "age recipient":
		return "age1" + s.of(bech32Set, 58), true
	case "url key":
		return s.base64url(32), true
	case "ed25519 public":
		return s.ed25519Public(), true
	}
	if v, ok := s.pemText(name); ok {
		return v, true
	}
	return "", false
}

// times repeats a template. Each copy has its own values.
func times(n int, t template) template { return strings.Repeat(t, n) }
