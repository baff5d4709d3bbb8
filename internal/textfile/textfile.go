// Package textfile decodes the text of files that other programs wrote.
//
// In goes a file in UTF-8 or UTF-16, out comes UTF-8 without a byte order mark. PowerShell
// writes UTF-16 when the output of a program is redirected. UTF-16 without a byte order mark
// is recognized by its first character, which must be ASCII, as in JSON and XML. Any other
// file is returned as it is.
package textfile

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

const byteOrderMark = "\ufeff"

// Decode returns the text of a file in UTF-8. Invalid UTF-16 becomes U+FFFD. The result
// shares memory with data if data is not UTF-16.
func Decode(data []byte) []byte {
	order, ok := utf16Order(data)
	if !ok {
		return bytes.TrimPrefix(data, []byte(byteOrderMark))
	}
	text := make([]byte, 0, len(data)/2+len(data)/16)
	for len(data) >= 2 {
		r := rune(order.Uint16(data))
		data = data[2:]
		if utf16.IsSurrogate(r) {
			next := rune(0)
			if len(data) >= 2 {
				next = rune(order.Uint16(data))
			}
			if r = utf16.DecodeRune(r, next); r != utf8.RuneError {
				data = data[2:]
			}
		}
		text = utf8.AppendRune(text, r)
	}
	if len(data) > 0 {
		text = utf8.AppendRune(text, utf8.RuneError)
	}
	return bytes.TrimPrefix(text, []byte(byteOrderMark))
}

// utf16Order returns the byte order of a file in UTF-16. It returns false for other files.
func utf16Order(data []byte) (binary.ByteOrder, bool) {
	if len(data) < 2 {
		return nil, false
	}
	switch first, second := data[0], data[1]; {
	case first == 0xff && second == 0xfe, isASCII(first) && second == 0:
		return binary.LittleEndian, true
	case first == 0xfe && second == 0xff, first == 0 && isASCII(second):
		return binary.BigEndian, true
	}
	return nil, false
}

// isASCII reports whether a byte is white space or a printable character of ASCII.
func isASCII(c byte) bool { return c >= ' ' && c < 0x7f || c == '\n' || c == '\r' || c == '\t' }
