package program

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"testing"
)

// TestLongSectionNames has sections that share the bytes of their names.
func TestLongSectionNames(t *testing.T) {
	make64 := func(sections, names int) []byte {
		var b bytes.Buffer
		write := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
		at := uint64(64 + 64*(sections+1))
		write(elf.Header64{
			Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
			Type:  uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
			Shoff: 64, Ehsize: 64, Shentsize: 64, Shnum: uint16(sections + 1), Shstrndx: uint16(sections),
		})
		for i := range sections {
			write(elf.Section64{Name: uint32(i), Type: uint32(elf.SHT_PROGBITS), Off: at, Size: 1})
		}
		write(elf.Section64{Type: uint32(elf.SHT_STRTAB), Off: at, Size: uint64(names)})
		b.Write(bytes.Repeat([]byte("a"), names))
		return b.Bytes()
	}
	for _, c := range []struct {
		name            string
		sections, names int
		want            bool
	}{
		{"ordinary", 40, 1000, false},
		{"one long table", 2, maxSectionNames + 1, true},
		{"shared bytes", 3000, 3000, true},
	} {
		if got := hasLongSectionNames(bytes.NewReader(make64(c.sections, c.names))); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	for n := range 64 {
		hasLongSectionNames(bytes.NewReader(make64(1, 10)[:n]))
	}
}
