package inflate_test

import (
	"fmt"

	"seaworthy.dev/seaworthy/internal/inflate"
)

func Example() {
	packed := []byte{0x01, 0x05, 0x00, 0xfa, 0xff, 'h', 'e', 'l', 'l', 'o'}
	var d inflate.Decoder
	text := make([]byte, 64)
	written, taken, err := d.Inflate(text, packed)
	fmt.Printf("%s, of %d bytes, %v\n", text[:written], taken, err)
	// Output: hello, of 10 bytes, <nil>
}
