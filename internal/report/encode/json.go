// Package encode writes JSON as all formats of a report have it: indented by two spaces,
// without HTML escapes, harmless for a terminal, and the same after it is read and written
// again.
package encode

import (
	"bytes"
	"encoding/json"
	"io"

	"seaworthy.dev/seaworthy/internal/visible"
)

// Indented gives the value as indented JSON without HTML escapes, for a place in
// the document that is indented by prefix.
func Indented(prefix string, value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	compact := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return visible.JSON(replacement(appendIndented(make([]byte, 0, 2*len(compact)), compact, prefix))), nil
}

// JSON writes a whole document.
func JSON(w io.Writer, value any) error {
	body, err := Indented("", value)
	if err != nil {
		return err
	}
	_, err = w.Write(append(body, '\n'))
	return err
}

// replacement writes U+FFFD as itself everywhere. The encoder escapes the one
// that it puts in place of a byte that is not UTF-8, so that a report would
// change when it is read and written again.
func replacement(body []byte) []byte {
	escape := []byte(`\ufffd`)
	if !bytes.Contains(body, escape) {
		return body
	}
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); {
		n := 1
		switch {
		case bytes.HasPrefix(body[i:], escape):
			out = append(out, "\uFFFD"...)
			i += len(escape)
			continue
		case body[i] == '\\':
			n = 2 // an escaped backslash may stand before "ufffd"
		}
		out = append(out, body[i:i+n]...)
		i += n
	}
	return out
}

// appendIndented appends JSON that an encoder wrote, in the form that json.Indent
// gives it with two spaces for each level, at a place that is indented by prefix. It
// need not ask whether the JSON is valid, which is most of json.Indent's work.
func appendIndented(dst, src []byte, prefix string) []byte {
	depth := 0
	line := func() {
		dst = append(dst, '\n')
		dst = append(dst, prefix...)
		for range depth {
			dst = append(dst, "  "...)
		}
	}
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '"':
			end := stringEnd(src, i+1)
			dst = append(dst, src[i:end]...)
			i = end - 1
		case '{', '[':
			dst = append(dst, c)
			if src[i+1] == c+2 { // as } and ] are
				i++
				dst = append(dst, c+2)
				continue
			}
			depth++
			line()
		case '}', ']':
			depth--
			line()
			dst = append(dst, c)
		case ',':
			dst = append(dst, c)
			line()
		case ':':
			dst = append(dst, ": "...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// stringEnd is the offset behind the quote that ends a string.
func stringEnd(src []byte, at int) int {
	for ; src[at] != '"'; at++ {
		if src[at] == '\\' {
			at++
		}
	}
	return at + 1
}
