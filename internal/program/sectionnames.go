package program

import (
	"bytes"
	"encoding/binary"
	"io"
)

// maxSectionNames is the maximum length of the names of all sections of an ELF file, in
// bytes.
const maxSectionNames = 1 << 20

// hasLongSectionNames reports whether the names of the sections of an ELF file are too long
// for [debug/elf], which copies each. Sections may share parts of their names, so that a
// table of 1 MB may stand for 64 GB. It is false for damaged headers.
func hasLongSectionNames(r io.ReaderAt) bool {
	var head [64]byte
	if n, _ := r.ReadAt(head[:], 0); n < len(head) {
		return false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	wide := head[4] == 2
	var at int64
	var entry, count, names int
	if wide {
		at, entry, count, names = int64(order.Uint64(head[40:])), int(order.Uint16(head[58:])), int(order.Uint16(head[60:])), int(order.Uint16(head[62:]))
	} else {
		at, entry, count, names = int64(order.Uint32(head[32:])), int(order.Uint16(head[46:])), int(order.Uint16(head[48:])), int(order.Uint16(head[50:]))
	}
	if at <= 0 || entry < 40 || wide && entry < 64 {
		return false
	}
	// section returns the place of a section, and the number in its field sh_link.
	section := func(i int) (offset, size int64, link int, ok bool) {
		h := make([]byte, entry)
		if n, _ := r.ReadAt(h, at+int64(i)*int64(entry)); n < entry {
			return 0, 0, 0, false
		}
		if wide {
			return int64(order.Uint64(h[24:])), int64(order.Uint64(h[32:])), int(order.Uint32(h[40:])), true
		}
		return int64(order.Uint32(h[16:])), int64(order.Uint32(h[20:])), int(order.Uint32(h[24:])), true
	}
	if count == 0 { // the first section has the numbers that do not fit the header
		_, size, link, ok := section(0)
		if !ok || size < 0 {
			return false
		}
		count, names = int(min(size, maxSectionNames+1)), link
	}
	if count > maxSectionNames/16 {
		return true
	}
	offset, size, _, ok := section(names)
	if !ok || offset < 0 || size < 0 {
		return false
	}
	if size > maxSectionNames {
		return true
	}
	table := make([]byte, size)
	n, _ := r.ReadAt(table, offset)
	headers := make([]byte, count*entry)
	m, _ := r.ReadAt(headers, at)
	total := 0
	for headers = headers[:m]; len(headers) >= entry; headers = headers[entry:] {
		start := order.Uint32(headers)
		if int64(start) >= int64(n) {
			continue
		}
		name := table[start:n]
		if end := bytes.IndexByte(name, 0); end >= 0 {
			name = name[:end]
		}
		if total += len(name); total > maxSectionNames {
			return true
		}
	}
	return false
}
