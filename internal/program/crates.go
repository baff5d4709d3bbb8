package program

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"io"
	"slices"
)

// maxCrateStarts is the maximum number of places at which a list of crates is looked for.
const maxCrateStarts = 1 << 14

// rustText is in the messages of the standard library of Rust, which have paths of its sources.
const rustText = "/rustc/"

// CrateList returns the list of crates that cargo-auditable wrote into a program: the
// section .dep-v0 or, if section headers do not lead to it, zlib data in a segment that
// starts as the list does. It returns nil if there is none.
func (p *Program) CrateList() io.Reader {
	if s := p.Section(".dep-v0"); s != nil && p.HasSections {
		return s.Open()
	}
	constants := p.constants()
	if !slices.ContainsFunc(constants, func(s *elf.Prog) bool { return p.find(s, int64(s.Filesz), []byte(rustText)) >= 0 }) {
		return nil // not in Rust
	}
	for _, s := range constants {
		if r := p.crateListIn(s, int64(s.Filesz)); r != nil {
			return r
		}
	}
	return nil
}

// crateListIn searches a segment for a list of crates.
func (p *Program) crateListIn(r io.ReaderAt, size int64) io.Reader {
	const start = `{"packages":`
	size = min(size, maxSearched)
	buf := p.space(size)
	var z io.ReadCloser
	var head [len(start)]byte
	starts := 0
	for off := int64(0); off < size; off += chunkSize {
		n, err := r.ReadAt(buf[:min(int64(len(buf)), size-off)], off)
		if err != nil && err != io.EOF {
			return nil
		}
		for i := 0; i < n; {
			next := bytes.IndexByte(buf[i:n], 0x78)
			if next < 0 {
				break
			}
			at := i + next
			i = at + 1
			if at+1 < n && (0x7800|uint16(buf[at+1]))%31 != 0 {
				continue // not the header of zlib data
			}
			if starts++; starts > maxCrateStarts {
				return nil
			}
			data := io.NewSectionReader(r, off+int64(at), size-off-int64(at))
			if z == nil {
				z, err = zlib.NewReader(data)
			} else {
				err = z.(zlib.Resetter).Reset(data, nil)
			}
			if err != nil {
				continue
			}
			if _, err := io.ReadFull(z, head[:]); err == nil && string(head[:]) == start {
				return io.NewSectionReader(r, off+int64(at), size-off-int64(at))
			}
		}
	}
	return nil
}
