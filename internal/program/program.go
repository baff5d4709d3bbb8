// Package program reads from an executable which software it consists of.
//
// The input is an executable as an [io.ReaderAt]: ELF programs as the kernel reads them,
// which ignores section headers ([Open]), and programs of known names that contain their
// version as text ([Known]). The output is names and versions, the embedded data that has
// them, and which tool built the program ([Program.Builder]).
//
// A program may come from an attacker. Everything is read within limits, and what the
// kernel would not run is an error.
package program

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// Form is the kind of an executable according to its first bytes.
type Form uint8

// The forms.
const (
	// None is not an executable.
	None Form = iota
	// ELFProgram is a program in the ELF format. It may be position-independent.
	ELFProgram
	// ELFLibrary is a shared library in the ELF format.
	ELFLibrary
	// Foreign is an executable of another operating system: PE or Mach-O.
	Foreign
)

// FormOf returns the form of a file with a base name and first bytes. It allocates nothing.
func FormOf(base string, head []byte) Form {
	switch {
	case len(head) < 4:
		return None
	case string(head[:4]) == elf.ELFMAG:
		return elfForm(base, head)
	case string(head[:2]) == "MZ":
		return Foreign
	}
	switch string(head[:4]) {
	case "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe":
		return Foreign
	}
	return None
}

// The layout of the ELF header and of program headers; see elf(5). The positions are those
// for 32 and 64 bits.
const (
	identSize   = 16
	typeAt      = 16
	machineAt   = 18
	entryAt     = 24
	header32    = 52
	header64    = 64
	segment32   = 32
	segment64   = 56
	segmentsAt3 = 28 // e_phoff for 32 bits
	segmentsAt6 = 32 // e_phoff for 64 bits
)

// elfForm distinguishes programs from libraries. A library is no program unless it has an
// interpreter. One without an interpreter whose entry point is set may be a static program
// that is position-independent; then the name decides.
func elfForm(base string, head []byte) Form {
	if len(head) < header32 {
		return ELFProgram
	}
	h := headerOf(head)
	switch h.kind {
	case elf.ET_EXEC:
		return ELFProgram
	case elf.ET_DYN:
	case elf.ET_REL, elf.ET_CORE:
		return None // object files and kernel modules
	default:
		return ELFProgram // the kernel does not run it, which Open reports
	}
	for i := range h.segments {
		at := h.segmentsAt + uint64(i)*uint64(h.segmentSize())
		if at+4 > uint64(len(head)) {
			break
		}
		if elf.ProgType(h.order.Uint32(head[at:])) == elf.PT_INTERP {
			return ELFProgram
		}
	}
	if h.entry == 0 || strings.Contains(base, ".so") {
		return ELFLibrary
	}
	return ELFProgram
}

// header has the fields of an ELF header that the kernel reads.
type header struct {
	wide       bool // 64 bits
	order      binary.ByteOrder
	kind       elf.Type
	entry      uint64
	segmentsAt uint64
	segments   uint16
}

func (h *header) segmentSize() int {
	if h.wide {
		return segment64
	}
	return segment32
}

// headerOf reads a header of at least header32 bytes. The kernel knows class and byte order
// from the machine and ignores the bytes that say them. So they count only if the length
// of a program header does not contradict them.
func headerOf(b []byte) header {
	h := header{order: binary.LittleEndian}
	if elf.Data(b[elf.EI_DATA]) == elf.ELFDATA2MSB {
		h.order = binary.BigEndian
	}
	h.wide = len(b) >= header64 && h.order.Uint16(b[54:]) == segment64
	if h.wide && elf.Class(b[elf.EI_CLASS]) == elf.ELFCLASS32 && h.order.Uint16(b[42:]) == segment32 {
		h.wide = false
	}
	h.kind = elf.Type(h.order.Uint16(b[typeAt:]))
	if h.wide {
		h.entry, h.segmentsAt, h.segments = h.order.Uint64(b[entryAt:]), h.order.Uint64(b[segmentsAt6:]), h.order.Uint16(b[56:])
	} else {
		h.entry, h.segmentsAt, h.segments = uint64(h.order.Uint32(b[entryAt:])), uint64(h.order.Uint32(b[segmentsAt3:])), h.order.Uint16(b[44:])
	}
	return h
}

// Program is an open ELF program.
type Program struct {
	*elf.File
	// HasSections is false if the section headers are missing or damaged. Then File has
	// segments alone.
	HasSections bool
	// size is the length of the file in bytes.
	size int64

	raw    io.ReaderAt // the file
	buffer []byte      // of find
	// bare is the file with a header that is correct and without section headers.
	bare *overlay
}

// ErrDamaged is returned for a file that the kernel would not run.
var ErrDamaged = errors.New("its ELF header is damaged")

// maxSegments is the maximum number of program headers. Linux refuses programs whose
// program headers have more than 64 KiB.
const maxSegments = 1170

// Open parses an ELF program of size bytes. Like the kernel, it needs the header and the
// program headers; anything else may be damaged.
func Open(r io.ReaderAt, size int64) (*Program, error) {
	var b [header64]byte
	n, err := r.ReadAt(b[:], 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if n < header64 || string(b[:4]) != elf.ELFMAG {
		return nil, ErrDamaged
	}
	p := &Program{raw: r, size: size, bare: bareOf(r, b)}
	if !hasLongSectionNames(r) {
		if f, err := elf.NewFile(r); err == nil {
			p.File, p.HasSections = f, len(f.Sections) > 0
			return p, nil
		}
	}
	f, err := elf.NewFile(p.bare)
	if n := headerOf(b[:]).segments; err != nil || n == 0 || n > maxSegments {
		return nil, ErrDamaged
	}
	p.File = f
	return p, nil
}

// bareOf returns a file without section headers, and with the fields in the header that
// the kernel ignores set to what they should be.
func bareOf(r io.ReaderAt, b [header64]byte) *overlay {
	h := headerOf(b[:])
	b[elf.EI_CLASS], b[elf.EI_VERSION] = byte(elf.ELFCLASS32), byte(elf.EV_CURRENT)
	if h.wide {
		b[elf.EI_CLASS] = byte(elf.ELFCLASS64)
	}
	if h.order == binary.LittleEndian {
		b[elf.EI_DATA] = byte(elf.ELFDATA2LSB)
	}
	h.order.PutUint32(b[20:], uint32(elf.EV_CURRENT))
	if h.wide {
		clear(b[40:48]) // e_shoff
		clear(b[58:64]) // e_shentsize, e_shnum, e_shstrndx
		return &overlay{r: r, patches: []patch{{0, b[:]}}}
	}
	clear(b[32:36])
	clear(b[46:52])
	return &overlay{r: r, patches: []patch{{0, b[:header32]}}}
}

// maxDataSegments is the maximum number of data segments that are read. Linkers write one
// or two.
const maxDataSegments = 8

// DataViews yields the program in forms in which readers that know only its first data
// segment find each of them. The first form is the program itself, if its section headers
// can be read.
func (p *Program) DataViews(yield func(io.ReaderAt) bool) {
	if p.HasSections && !yield(p.raw) {
		return
	}
	views := 0
	for i, s := range p.Progs {
		if !isData(s) {
			continue
		}
		if views++; views > maxDataSegments || !yield(p.onlyWritable(i)) {
			return
		}
	}
}

// isData reports whether a segment is loaded and writable.
func isData(s *elf.Prog) bool { return s.Type == elf.PT_LOAD && s.Flags&elf.PF_W != 0 }

// onlyWritable returns the program without section headers and with one segment that is
// writable, and not executable.
func (p *Program) onlyWritable(segment int) io.ReaderAt {
	view := &overlay{r: p.bare}
	var b [header64]byte
	if _, err := p.bare.ReadAt(b[:], 0); err != nil {
		return view
	}
	h := headerOf(b[:])
	flags := 24
	if h.wide {
		flags = 4
	}
	for i, s := range p.Progs {
		if !isData(s) {
			continue
		}
		flags32 := s.Flags &^ elf.PF_W
		if i == segment {
			flags32 = s.Flags &^ elf.PF_X
		}
		word := make([]byte, 4)
		h.order.PutUint32(word, uint32(flags32))
		view.patches = append(view.patches, patch{int64(h.segmentsAt) + int64(i*h.segmentSize()+flags), word})
	}
	return view
}

// overlay is a reader some of whose bytes are replaced.
type overlay struct {
	r       io.ReaderAt
	patches []patch
}

type patch struct {
	at    int64
	bytes []byte
}

// ReadAt implements [io.ReaderAt].
func (o *overlay) ReadAt(b []byte, off int64) (int, error) {
	n, err := o.r.ReadAt(b, off)
	for _, p := range o.patches {
		from, to := max(off, p.at), min(off+int64(n), p.at+int64(len(p.bytes)))
		if from < to {
			copy(b[from-off:to-off], p.bytes[from-p.at:])
		}
	}
	return n, err
}

// HasGoBuildInfo reports whether a data segment has the build information of the Go linker,
// wherever section headers say it is.
func (p *Program) HasGoBuildInfo() bool {
	for _, s := range p.Progs {
		if isData(s) && p.find(s, int64(s.Filesz), []byte("\xff Go buildinf:")) >= 0 {
			return true
		}
	}
	return false
}

const (
	chunkSize = 1 << 20 // bytes searched at a time
	// maxNeedle is the maximum length of what is searched for.
	maxNeedle = 64
	// maxSearched is the maximum number of bytes of a segment that are searched.
	maxSearched = 256 << 20
)

// find returns the offset of the first needle within size bytes, or -1.
func (p *Program) find(r io.ReaderAt, size int64, needle []byte) int64 {
	size = min(size, maxSearched)
	buf := p.space(size)
	for off := int64(0); off < size; off += chunkSize - maxNeedle {
		n, err := r.ReadAt(buf[:min(int64(len(buf)), size-off)], off)
		if err != nil && err != io.EOF {
			return -1
		}
		if i := bytes.Index(buf[:n], needle); i >= 0 {
			return off + int64(i)
		}
		if n < len(buf) || len(buf) < chunkSize {
			break
		}
	}
	return -1
}

// space returns memory for a chunk of size bytes, which is used again: a program may have a
// thousand segments.
func (p *Program) space(size int64) []byte {
	size = min(max(size, 0), chunkSize)
	if int64(len(p.buffer)) < size {
		p.buffer = make([]byte, size)
	}
	return p.buffer[:size]
}
