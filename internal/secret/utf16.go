package secret

import (
	"bytes"
	"encoding/binary"
)

// utf16Order returns the byte order of a text in UTF-16, and nil for any other text.
func utf16Order(head []byte) binary.ByteOrder {
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

// decodeUTF16 returns one byte for each unit of a text in UTF-16. Units beyond ASCII, which
// no secret has, become 0x80.
func decodeUTF16(text []byte, order binary.ByteOrder) []byte {
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
