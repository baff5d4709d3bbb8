package secret

import "encoding/binary"

// pycObject is an object of Python's marshal format, as far as it can be a name, a
// value or code.
type pycObject struct {
	kind       pycKind
	start, end int     // of a text or bytes, in the file
	items      []int32 // of a tuple
	code       *pycCode
}

type pycKind uint8

const (
	pycOther pycKind = iota
	pycText
	pycBytes
	pycTupleOf
	pycCodeOf
)

// pycCode is a code object: its instructions, and the objects that these refer to.
type pycCode struct {
	arguments                        int // that may be given by position
	body, consts, names, local, cell int32
	free, name                       int32
}

// The bounds on a file.
const (
	pycMaxObjects = 1 << 18
	pycMaxItems   = 1 << 20
	pycMaxDepth   = 200
)

// pycReader reads objects in the order in which marshal writes them. The first object
// is no object: it stands for all that can be neither name nor value.
type pycReader struct {
	file    []byte
	at      int
	version int
	objects []pycObject
	refs    []int32
	items   int
	// visit is called with each code object once it is read.
	visit func(*pycCode)
}

// byte gives the next byte. What ends too early is not ok.
func (r *pycReader) byte() (byte, bool) {
	if r.at >= len(r.file) {
		return 0, false
	}
	r.at++
	return r.file[r.at-1], true
}

// number gives the next number of 32 bits, which is not negative.
func (r *pycReader) number() (int, bool) {
	if len(r.file)-r.at < 4 {
		return 0, false
	}
	n := int32(binary.LittleEndian.Uint32(r.file[r.at:]))
	r.at += 4
	return int(n), n >= 0
}

func (r *pycReader) skip(n int) bool {
	if n > len(r.file)-r.at {
		return false
	}
	r.at += n
	return true
}

// object reads the next object and gives its index.
func (r *pycReader) object(depth int) (int32, bool) {
	kind, ok := r.byte()
	if !ok || depth > pycMaxDepth {
		return 0, false
	}
	ref := -1
	if kind&0x80 != 0 { // later ones refer to it, by its number among such objects
		kind &^= 0x80
		if ref = len(r.refs); ref == pycMaxObjects {
			return 0, false
		}
		r.refs = append(r.refs, 0)
	}
	index, ok := r.content(kind, depth)
	if ok && ref >= 0 {
		r.refs[ref] = index
	}
	return index, ok
}

// content reads what follows the byte that tells an object's type.
func (r *pycReader) content(kind byte, depth int) (int32, bool) {
	switch kind {
	case '0', 'N', 'F', 'T', 'S', '.': // NULL and the singletons
		return 0, true
	case 'i':
		return 0, r.skip(4)
	case 'I', 'g':
		return 0, r.skip(8)
	case 'y':
		return 0, r.skip(16)
	case 'f':
		return 0, r.shortText()
	case 'x':
		real := r.shortText()
		return 0, real && r.shortText() // and the imaginary part
	case 'l':
		if len(r.file)-r.at < 4 {
			return 0, false
		}
		n := int64(int32(binary.LittleEndian.Uint32(r.file[r.at:])))
		r.at += 4
		return 0, r.skip(int(2 * max(n, -n)))
	case 'r':
		n, ok := r.number()
		if !ok || n >= len(r.refs) {
			return 0, false
		}
		return r.refs[n], true
	case 's', 't', 'u', 'a', 'A':
		n, ok := r.number()
		if !ok {
			return 0, false
		}
		return r.text(kind, n)
	case 'z', 'Z':
		n, ok := r.byte()
		if !ok {
			return 0, false
		}
		return r.text(kind, int(n))
	case ')':
		n, ok := r.byte()
		if !ok {
			return 0, false
		}
		return r.tuple(int(n), depth)
	case '(':
		n, ok := r.number()
		if !ok {
			return 0, false
		}
		return r.tuple(n, depth)
	case '[', '<', '>':
		n, ok := r.number()
		return 0, ok && r.several(n, depth)
	case ':': // a slice, since Python 3.14
		return 0, r.several(3, depth)
	case 'c':
		return r.code(depth)
	}
	return 0, false // a dictionary, of which no code has any; or nothing that is known
}

// shortText passes over a number that is written as a text.
func (r *pycReader) shortText() bool {
	n, ok := r.byte()
	return ok && r.skip(int(n))
}

func (r *pycReader) several(n, depth int) bool {
	for range n {
		if _, ok := r.object(depth + 1); !ok {
			return false
		}
	}
	return true
}

func (r *pycReader) text(kind byte, n int) (int32, bool) {
	o := pycObject{kind: pycText, start: r.at, end: r.at + n}
	if kind == 's' {
		o.kind = pycBytes
	}
	if !r.skip(n) {
		return 0, false
	}
	return r.keep(o)
}

func (r *pycReader) keep(o pycObject) (int32, bool) {
	if len(r.objects) == pycMaxObjects {
		return 0, false
	}
	r.objects = append(r.objects, o)
	return int32(len(r.objects) - 1), true
}

func (r *pycReader) tuple(n, depth int) (int32, bool) {
	if r.items += n; n > len(r.file)-r.at || r.items > pycMaxItems {
		return 0, false
	}
	items := make([]int32, n)
	for i := range items {
		var ok bool
		if items[i], ok = r.object(depth + 1); !ok {
			return 0, false
		}
	}
	return r.keep(pycObject{kind: pycTupleOf, items: items})
}

// code reads a code object, whose fields are not the same in all versions.
func (r *pycReader) code(depth int) (int32, bool) {
	numbers := 6 // argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags
	if r.version < python38 || r.version >= python311 {
		numbers = 5 // without posonlyargcount; without nlocals
	}
	c := &pycCode{}
	arguments, ok := r.number()
	if !ok || !r.skip(4*(numbers-1)) {
		return 0, false
	}
	c.arguments = arguments
	var unused int32
	fields := []*int32{&c.body, &c.consts, &c.names, &c.local, &c.free, &c.cell, &unused, &c.name} // and filename
	if r.version >= python311 {
		fields = []*int32{&c.body, &c.consts, &c.names, &c.local, &unused, &unused, &c.name, &unused} // and kinds of locals, filename, qualname
	}
	for _, f := range fields {
		if *f, ok = r.object(depth + 1); !ok {
			return 0, false
		}
	}
	after := 1 // the table of lines
	if r.version >= python311 {
		after = 2 // and that of exceptions
	}
	if !r.skip(4) || !r.several(after, depth) {
		return 0, false
	}
	r.visit(c)
	return r.keep(pycObject{kind: pycCodeOf, code: c})
}
