package inventory

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"hash/maphash"
	"io"
	"slices"
	"sort"
	"strings"

	"seaworthy.dev/seaworthy/internal/limit"
)

// maxFunctionNames is the maximum length of the names of a Go binary's functions, in
// bytes. Kubernetes has 6 MB.
const maxFunctionNames = 64 << 20

// maxFunctions is the maximum number of a Go binary's functions. Kubernetes has 100,000.
const maxFunctions = 2_000_000

// FunctionSet is the set of functions in a Go binary, including those that were inlined at
// every call. It consists of four-byte digests of the names, big-endian and sorted. It is
// nil if the functions are not known: the table was removed, is from Go 1.15 or earlier, or
// exceeds a limit, or the binary is not an ELF file. A stripped binary still has the table, since
// the runtime needs it.
type FunctionSet []byte

const functionDigestSize = 4

// Has reports whether a function or method is in the binary. Names are those of the Go
// vulnerability database: "Parse" or "Tokenizer.Next" of "golang.org/x/net/html". All init
// functions of a package count as one, "init", which the database calls "init#1" and so
// on. For a binary of 100,000 functions, Has is wrongly true for one name in 40,000. A
// function in the binary need not be reachable.
func (s FunctionSet) Has(importPath, symbol string) bool {
	if strings.HasPrefix(symbol, "init#") {
		symbol = "init"
	}
	digest := functionDigest([]byte(importPath + "." + symbol))
	n := len(s) / functionDigestSize
	at := func(i int) uint32 { return binary.BigEndian.Uint32(s[i*functionDigestSize:]) }
	i := sort.Search(n, func(i int) bool { return at(i) >= digest })
	return i < n && at(i) == digest
}

// goFunctions reads the names of functions from the pclntab of an ELF file, the table with
// which the Go runtime unwinds stacks. An error is that of the context.
func goFunctions(ctx context.Context, memory *limit.Lease, program *elf.File, renamed []renaming) (FunctionSet, error) {
	s, search := program.Section(".gopclntab"), false
	if s == nil {
		s = program.Section(".data.rel.ro.gopclntab")
	}
	if s == nil && program.ByteOrder == binary.LittleEndian {
		// External linkers merge the table of a position-independent program into this section.
		s, search = program.Section(".data.rel.ro"), true
	}
	if s == nil || s.Flags&elf.SHF_COMPRESSED != 0 {
		return nil, nil
	}
	if err := memory.Acquire(ctx, int64(min(s.Size, maxFunctionNames))+16*maxFunctions); err != nil {
		return nil, err
	}
	if search {
		return newFunctionSet(searchFunctionNames(s, int64(min(s.Size, maxExecutableRead))), renamed), nil
	}
	return newFunctionSet(functionNames(s, program.ByteOrder), renamed), nil
}

// maxSearchedTables is the maximum number of places in a section that look like a pclntab.
const maxSearchedTables = 8

// searchFunctionNames searches a section for a pclntab, at aligned addresses.
func searchFunctionNames(section io.ReaderAt, size int64) []byte {
	const align, piece = 16, 1 << 20
	buf := make([]byte, min(size, piece))
	tables := 0
	for off := int64(0); off < size; off += piece {
		n, err := section.ReadAt(buf, off)
		if err != nil && err != io.EOF {
			return nil
		}
		for i := 0; i+8 <= n; i += align {
			if string(buf[i+1:i+6]) != "\xff\xff\xff\x00\x00" || buf[i+7] != 4 && buf[i+7] != 8 {
				continue
			}
			if tables++; tables > maxSearchedTables {
				return nil
			}
			table := io.NewSectionReader(section, off+int64(i), size-off-int64(i))
			if names := functionNames(table, binary.LittleEndian); bytes.Contains(names, []byte("\x00runtime.main\x00")) {
				return names
			}
		}
	}
	return nil
}

// functionNames returns the names in a pclntab, each followed by NUL. It supports the
// formats of Go 1.16, 1.18 and 1.20; see moduledata and pcHeader in runtime/symtab.go.
func functionNames(table io.ReaderAt, order binary.ByteOrder) []byte {
	header := make([]byte, 8+8*8)
	if _, err := table.ReadAt(header, 0); err != nil {
		return nil
	}
	word := 3 // index of the offset of the names: it follows nfunc, nfiles and textStart
	switch order.Uint32(header) {
	case 0xfffffff1, 0xfffffff0:
	case 0xfffffffa:
		word = 2
	default:
		return nil
	}
	number := func(i int) uint64 {
		if header[7] == 4 {
			return uint64(order.Uint32(header[8+4*i:]))
		}
		return order.Uint64(header[8+8*i:])
	}
	start, end := number(word), number(word+1)
	if start >= end || end-start > maxFunctionNames || end > 1<<40 {
		return nil
	}
	if _, err := table.ReadAt(header[:1], int64(end)-1); err != nil {
		return nil // the table is shorter
	}
	names := make([]byte, end-start)
	if _, err := table.ReadAt(names, int64(start)); err != nil && err != io.EOF {
		return nil
	}
	return names
}

// newFunctionSet returns the set of NUL-terminated names. A renamed function is in it under
// both names. It is nil if there are more than maxFunctions names.
func newFunctionSet(names []byte, renamed []renaming) FunctionSet {
	count := bytes.Count(names, []byte{0})
	if count > maxFunctions {
		return nil
	}
	paths := newRenamedPaths(renamed)
	digests := make([]uint32, 0, count+1)
	var other []byte
	for len(names) > 0 {
		name, rest, _ := bytes.Cut(names, []byte{0})
		if names = rest; len(name) == 0 {
			continue
		}
		name = trimInitNumber(sourceFunctionName(name))
		digests = append(digests, functionDigest(name))
		if to, after, ok := paths.cut(name); ok {
			other = append(append(other[:0], to...), after...)
			digests = append(digests, functionDigest(other))
		}
	}
	slices.Sort(digests)
	digests = slices.Compact(digests)
	set := make(FunctionSet, 0, len(digests)*functionDigestSize)
	for _, d := range digests {
		set = binary.BigEndian.AppendUint32(set, d)
	}
	if len(set) == 0 {
		return nil
	}
	return set
}

// renamedPaths finds the renaming of a function: that with the longest path, as the go
// command assigns packages to modules. The time it takes does not depend on the number of
// renamings.
type renamedPaths struct {
	seed maphash.Seed
	to   map[uint64]string // by the hash of renaming.from
}

func newRenamedPaths(renamed []renaming) renamedPaths {
	p := renamedPaths{maphash.MakeSeed(), make(map[uint64]string, len(renamed))}
	for _, r := range renamed {
		p.to[maphash.String(p.seed, r.from)] = r.to
	}
	return p
}

// cut returns the new path of a function and what follows the old one in its name.
func (p renamedPaths) cut(name []byte) (to string, after []byte, ok bool) {
	if len(p.to) == 0 {
		return "", nil, false
	}
	var h maphash.Hash
	h.SetSeed(p.seed)
	from := 0
	for i, c := range name {
		if c != '.' && c != '/' {
			continue
		}
		h.Write(name[from:i])
		from = i
		if t, found := p.to[h.Sum64()]; found {
			to, after, ok = t, name[i:], true
		}
	}
	return to, after, ok
}

// sourceFunctionName converts the linker's name of a function to that in the source:
// "a.dev/b%2ev2.(*T[go.shape.int]).M" into "a.dev/b.v2.T.M".
func sourceFunctionName(name []byte) []byte {
	if !bytes.ContainsAny(name, "([%") {
		return name
	}
	out := make([]byte, 0, len(name))
	depth := 0
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth > 0, c == '(', c == ')', c == '*':
		case c == '%' && strings.HasPrefix(string(name[i:min(i+3, len(name))]), "%2e"):
			out = append(out, '.')
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

// trimInitNumber removes the number from the name of an init function: "a.dev/b.init.0"
// becomes "a.dev/b.init".
func trimInitNumber(name []byte) []byte {
	const start = ".init."
	number := bytes.TrimRight(name, "0123456789")
	if len(number) == len(name) || !bytes.HasSuffix(number, []byte(start)) {
		return name
	}
	return number[:len(number)-1]
}

// functionDigest returns the 32-bit FNV-1a hash of a name.
func functionDigest(name []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range name {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
