package pyc

import "encoding/binary"

// object is an object of Python's marshal format that can be a name, a value or code.
type object struct {
	kind       objectKind
	start, end int     // for a text or bytes: the position in the file
	items      []int32 // for a tuple: the indices of its items
	code       *code   // for a code object
}

// objectKind is the kind of an object.
type objectKind uint8

const (
	otherObject objectKind = iota
	textObject
	bytesObject
	tupleObject
	codeObject
)

// code is a code object. The fields except arguments are indices of objects.
type code struct {
	arguments                        int   // co_argcount
	body, consts, names, local, cell int32 // co_code, co_consts, co_names, co_varnames, co_cellvars
	free, name                       int32 // co_freevars, co_name
}

// Limits for a file.
const (
	maxObjects = 1 << 18
	maxItems   = 1 << 20 // of all tuples
	maxDepth   = 200     // of nested objects
)

// reader reads objects in the marshal format. The object with index 0 stands for all objects
// that can be neither a name nor a value.
type reader struct {
	file    []byte
	at      int // offset of the next byte
	version int
	objects []object
	refs    []int32 // the objects to which later ones can refer
	items   int     // number of items of tuples so far
	// visit is called with each code object after it was read. Reading ends if it returns
	// false.
	visit func(*code) bool
}

// byte returns the next byte. Like all methods, it returns false if the file is damaged.
func (r *reader) byte() (byte, bool) {
	if r.at >= len(r.file) {
		return 0, false
	}
	r.at++
	return r.file[r.at-1], true
}

// number returns the next 32-bit number, which must not be negative.
func (r *reader) number() (int, bool) {
	if len(r.file)-r.at < 4 {
		return 0, false
	}
	n := int32(binary.LittleEndian.Uint32(r.file[r.at:]))
	r.at += 4
	return int(n), n >= 0
}

// skip skips n bytes.
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
	if kind&0x80 != 0 { // FLAG_REF: later objects can refer to this one
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

// content reads the content of an object, which follows the byte with its type. It returns
// the index of the object.
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
		return 0, ok && r.skipObjects(n, depth)
	case ':': // a slice, since Python 3.14
		return 0, r.skipObjects(3, depth)
	case 'c':
		return r.code(depth)
	}
	return 0, false // a dictionary, which no code object contains, or an unknown type
}

// shortText skips a number in the form of a text.
func (r *reader) shortText() bool {
	n, ok := r.byte()
	return ok && r.skip(int(n))
}

// skipObjects reads n objects.
func (r *reader) skipObjects(n, depth int) bool {
	for range n {
		if _, ok := r.object(depth + 1); !ok {
			return false
		}
	}
	return true
}

// text reads a text or bytes of length n.
func (r *reader) text(kind byte, n int) (int32, bool) {
	o := object{kind: textObject, start: r.at, end: r.at + n}
	if kind == 's' {
		o.kind = bytesObject
	}
	if !r.skip(n) {
		return 0, false
	}
	return r.addObject(o)
}

// addObject adds an object and returns its index.
func (r *reader) addObject(o object) (int32, bool) {
	if len(r.objects) == maxObjects {
		return 0, false
	}
	r.objects = append(r.objects, o)
	return int32(len(r.objects) - 1), true
}

// tuple reads a tuple with n items.
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
	return r.addObject(object{kind: tupleObject, items: items})
}

// code reads a code object. Its fields depend on the version.
func (r *reader) code(depth int) (int32, bool) {
	numbers := 6 // argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags
	if r.version < python38 || r.version >= python311 {
		numbers = 5 // no posonlyargcount before 3.8, no nlocals since 3.11
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
	after := 1 // the line table
	if r.version >= python311 {
		after = 2 // and the exception table
	}
	if !r.skip(4) || !r.skipObjects(after, depth) || !r.visit(c) {
		return 0, false
	}
	return r.addObject(object{kind: codeObject, code: c})
}
