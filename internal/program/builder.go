package program

import (
	"debug/elf"
	"io"
)

// builder is a tool whose programs are recognised.
type builder struct {
	name string
	// needle is text that the programs of the tool contain.
	needle string
	// where says in which part of the program the needle is.
	where place
}

type place uint8

const (
	inConstants place = iota // in a segment that is not executable
	inIdent                  // in the padding of the ELF header
	inHead                   // in the first bytes
	inTail                   // in the last bytes
)

// builders returns the tools. Their programs do not list the software they consist of in a
// form that is read, or may lack the list.
func builders() []builder {
	return []builder{
		{"packed by UPX", "UPX!", inHead},
		{"made by PyInstaller", "MEI\x0c\x0b\x0a\x0b\x0e", inTail},
		{"made by bun", "---- Bun! ----", inTail},
		{"made by deno", "d3n0l4nd", inTail},
		{"an AppImage", "AI\x02", inIdent},
		{"in Rust, without the list of crates of cargo-auditable", rustText, inConstants},
		{"compiled by GraalVM", "com.oracle.svm.core", inConstants},
	}
}

const (
	identPadding = 8
	headSize     = 4096
	tailSize     = 64 << 10
)

// Builder says with which tool the program was built, as a phrase: "packed by UPX". It
// returns "" if that is not known.
func (p *Program) Builder() string {
	constants := p.constants()
	for _, b := range builders() {
		found := false
		switch b.where {
		case inIdent:
			found = p.find(io.NewSectionReader(p.raw, identPadding, identSize-identPadding), identSize-identPadding, []byte(b.needle)) == 0
		case inHead:
			found = p.find(p.raw, min(p.size, headSize), []byte(b.needle)) >= 0
		case inTail:
			start := max(0, p.size-tailSize)
			found = p.find(io.NewSectionReader(p.raw, start, p.size-start), p.size-start, []byte(b.needle)) >= 0
		case inConstants:
			for _, s := range constants {
				found = found || p.find(s, int64(s.Filesz), []byte(b.needle)) >= 0
			}
		}
		if found {
			return b.name
		}
	}
	return ""
}

// constants returns the segments with constants: those that are neither executable nor
// writable. Older linkers put constants into the executable segment.
func (p *Program) constants() []*elf.Prog {
	var all, executable []*elf.Prog
	for _, s := range p.Progs {
		switch {
		case s.Type != elf.PT_LOAD:
		case s.Flags&(elf.PF_X|elf.PF_W) == 0:
			all = append(all, s)
		case s.Flags&elf.PF_X != 0:
			executable = append(executable, s)
		}
	}
	if len(all) == 0 {
		return executable
	}
	return all
}
