package pyc

import "encoding/binary"

// object is an object of Python's marshal format, as far as it can be a name, a
// value or code.
type object struct {
	kind       objectKind
	start, end int     // of a text or bytes, in the file
	items      []int32 // of a tuple
	code       *code
}

type objectKind uint8

const (
	otherObject objectKind = iota
	textObject
	bytesObject
	tupleObject
	codeObject
)

// code is a code object: its instructions, and the objects that these refer to.
type code struct {
	arguments                        int // that may be given by position
	body, consts, names, local, cell int32
	free, name                       int32
}

// The limits on a file.
const (
	maxObjects = 1 << 18
	maxItems   = 1 << 20
	maxDepth   = 200
)

// reader reads objects in the order in which marshal writes them. The first object
// is no object: it stands for all that can be neither name nor value.
type reader struct {
	file    []byte
	at      int
	version int
	objects []object
	refs    []int32
	items   int
	// visit is called with each code object once it is read. Reading goes on if it returns
	// true.
	visit func(*code) bool
}

// byte returns the next byte. What ends too early is not ok.
func (r *reader) byte() (byte, bool) {
	if r.at >= len(r.file) {
		return 0, false
	}
	r.at++
	return r.file[r.at-1], true
}

// number returns the next number of 32 bits, which is not negative.
func (r *reader) number() (int, bool) {
	if len(r.file)-r.at < 4 {
		return 0, false
	}
	n := int32(binary.LittleEndian.Uint32(r.file[r.at:]))
	r.at += 4
	return int(n), n >= 0
}

func (r *reader) skip(n int) bool {
	if n > len(r.file)-r.at {
		return false
	}
	r.at += n
	return true
}

// object reads the next object and returns its index.
func (r *reader) object(depth int) (int32, bool) {
	kind, ok := r.byte()
	if !ok || depth > maxDepth {
		return 0, false
	}
	ref := -1
	if kind&0x80 != 0 { // later ones refer to it, by its number among such objects
		kind &^= 0x80
		if ref = len(r.refs); ref == maxObjects {
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

// content reads what follows the byte of an object's type.
func (r *reader) content(kind byte, depth int) (int32, bool) {
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

// shortText skips a number that is written as a text.
func (r *reader) shortText() bool {
	n, ok := r.byte()
	return ok && r.skip(int(n))
}

func (r *reader) several(n, depth int) bool {
	for range n {
		if _, ok := r.object(depth + 1); !ok {
			return false
		}
	}
	return true
}

func (r *reader) text(kind byte, n int) (int32, bool) {
	o := object{kind: textObject, start: r.at, end: r.at + n}
	if kind == 's' {
		o.kind = bytesObject
	}
	if !r.skip(n) {
		return 0, false
	}
	return r.keep(o)
}

func (r *reader) keep(o object) (int32, bool) {
	if len(r.objects) == maxObjects {
		return 0, false
	}
	r.objects = append(r.objects, o)
	return int32(len(r.objects) - 1), true
}

func (r *reader) tuple(n, depth int) (int32, bool) {
	if r.items += n; n > len(r.file)-r.at || r.items > maxItems {
		return 0, false
	}
	items := make([]int32, n)
	for i := range items {
		var ok bool
		if items[i], ok = r.object(depth + 1); !ok {
			return 0, false
		}
	}
	return r.keep(object{kind: tupleObject, items: items})
}

// code reads a code object, whose fields are not the same in all versions.
func (r *reader) code(depth int) (int32, bool) {
	numbers := 6 // argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags
	if r.version < python38 || r.version >= python311 {
		numbers = 5 // without posonlyargcount; without nlocals
	}
	c := &code{}
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
	if !r.skip(4) || !r.several(after, depth) || !r.visit(c) {
		return 0, false
	}
	return r.keep(object{kind: codeObject, code: c})
}
