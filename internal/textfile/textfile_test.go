package textfile

import (
	"encoding/binary"
	"fmt"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

func encode(order binary.AppendByteOrder, s string) string {
	var data []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		data = order.AppendUint16(data, unit)
	}
	return string(data)
}

func TestDecode(t *testing.T) {
	const text = "{\"name\": \"ü 𝄞\"}\r\n"
	for _, c := range []struct{ name, data, want string }{
		{"UTF-8", text, text},
		{"UTF-8 with a mark", "\ufeff" + text, text},
		{"UTF-16 of PowerShell", encode(binary.LittleEndian, "\ufeff"+text), text},
		{"UTF-16 with a mark, big endian", encode(binary.BigEndian, "\ufeff"+text), text},
		{"UTF-16 without a mark", encode(binary.LittleEndian, text), text},
		{"UTF-16 without a mark, big endian", encode(binary.BigEndian, text), text},
		{"half a character", encode(binary.LittleEndian, "\ufeffa") + "b", "a\ufffd"},
		{"half a pair", "\xff\xfe\x34\xd8\x61\x00", "\ufffda"},
		{"half a pair at the end", "\xff\xfe\x34\xd8", "\ufffd"},
		{"binary", "\x00\x00\xff", "\x00\x00\xff"},
		{"a byte", "\xff", "\xff"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Decode([]byte(c.data))); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func ExampleDecode() {
	fmt.Printf("%s", Decode([]byte("\xff\xfe{\x00}\x00")))
	// Output: {}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xff\xfe{\x00}\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		text := Decode(data)
		if _, ok := utf16Order(data); ok && !utf8.Valid(text) {
			t.Errorf("%q is not UTF-8", text)
		}
		if len(text) > 2*len(data) {
			t.Errorf("%d bytes become %d", len(data), len(text))
		}
	})
}
