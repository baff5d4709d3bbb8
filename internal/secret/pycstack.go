package secret

import (
	"bytes"

	"seaworthy.dev/seaworthy/internal/credential"
)

// pycValue is what is known of a value on the stack of CPython's interpreter.
type pycValue struct {
	kind pycValueKind
	// object is the constant, the name from which the value was read, or the code of
	// the function; owner the name of what has that name as an attribute.
	object, owner int32
	// parts are the values in a tuple; of a tuple in it nothing is kept, or what is
	// held in memory would grow with the depth.
	parts []pycValue
}

type pycValueKind uint8

const (
	pycUnknown pycValueKind = iota
	pycConstant
	pycNamed
	pycParts
	pycFunctionOf
)

// pycMaxStack bounds the stack; compilers cut longer displays and calls to pieces.
const pycMaxStack = 1024

// pycStack follows the instructions of a code object from the first to the last,
// whatever would be jumped over, and writes out what gets a name. It knows no more
// of the stack than its end: below that all values are unknown.
type pycStack struct {
	*pycReader
	code *pycCode
	out  *recovered
	// left is how many more instructions are followed and values handled, of all code
	// of the file, and room how long the text that is written may get.
	left, room int
	values     []pycValue
	keywords   int32 // KW_NAMES of the next call
}

// run follows the instructions of a code object.
func (s *pycStack) run(c *pycCode) {
	s.code, s.values, s.keywords = c, s.values[:0], 0
	if s.called("__annotate__", c.name) {
		return
	}
	body := s.objects[c.body]
	table := &pycByNumber()[s.version]
	arg := 0
	for at := body.start; at+1 < body.end && s.left > 0 && len(s.out.text) < s.room; at += 2 {
		s.left--
		number := s.file[at]
		if number == 0 && s.version >= python311 {
			continue // CACHE
		}
		arg = arg<<8 | int(s.file[at+1])
		in := table[number]
		switch {
		case in == nil:
			s.values = s.values[:0]
		case in.action == pycExtend:
			arg &= 1<<24 - 1
			continue
		default:
			s.do(in, arg)
		}
		arg = 0
		if len(s.values) > pycMaxStack {
			s.values = s.values[:0]
		}
	}
}

func (s *pycStack) push(v ...pycValue) { s.values = append(s.values, v...) }

// pop takes values from the stack and gives them in the order in which they were put
// there. Those that are not known are unknown.
func (s *pycStack) pop(n int) []pycValue {
	s.left -= n
	if n <= len(s.values) {
		taken := s.values[len(s.values)-n:]
		s.values = s.values[:len(s.values)-n]
		return taken
	}
	if n > pycMaxStack {
		s.values = s.values[:0]
		return nil
	}
	taken := make([]pycValue, n)
	copy(taken[n-len(s.values):], s.values)
	s.values = s.values[:0]
	return taken
}

func (s *pycStack) pop1() pycValue {
	if len(s.values) == 0 {
		return pycValue{}
	}
	return s.pop(1)[0]
}

// item gives the nth object of a tuple; no object if there is none.
func (s *pycStack) item(tuple int32, n int) int32 {
	if items := s.objects[tuple].items; n >= 0 && n < len(items) {
		return items[n]
	}
	return 0
}

// cell gives the name of a variable that functions share.
func (s *pycStack) cell(n int) int32 {
	if s.version >= python311 {
		return s.item(s.code.local, n)
	}
	if k := len(s.objects[s.code.cell].items); n >= k {
		return s.item(s.code.free, n-k)
	}
	return s.item(s.code.cell, n)
}

// do follows one instruction.
func (s *pycStack) do(in *pycInstruction, arg int) {
	switch in.action {
	case pycNothing:
	case pycMove:
		s.pop(int(in.pops))
		for range in.pushes {
			s.push(pycValue{})
		}
	case pycConst:
		s.push(pycValue{kind: pycConstant, object: s.item(s.code.consts, arg)})
	case pycName, pycGlobal, pycLocal, pycAttr, pycMethod:
		s.load(in.action, arg)
	case pycStoreName:
		s.assign(0, s.item(s.code.names, arg), s.pop1())
	case pycStoreLocal:
		s.assign(0, s.item(s.code.local, arg), s.pop1())
	case pycStoreCell:
		s.assign(0, s.cell(arg), s.pop1())
	case pycStoreLoad:
		s.assign(0, s.item(s.code.local, arg>>4), s.pop1())
		s.push(pycValue{kind: pycNamed, object: s.item(s.code.local, arg&15)})
	case pycStoreStore:
		s.assign(0, s.item(s.code.local, arg>>4), s.pop1())
		s.assign(0, s.item(s.code.local, arg&15), s.pop1())
	case pycStoreAttr:
		v := s.pop(2) // the value, and what gets it
		s.assign(s.nameOf(v[1]), s.item(s.code.names, arg), v[0])
	case pycStoreItem:
		v := s.pop(3) // the value, and what gets it by which key
		if !s.called("__annotations__", s.nameOf(v[1])) {
			s.setItem(v[2], v[0])
		}
	case pycTuple:
		parts := append([]pycValue(nil), s.pop(arg)...)
		for i := range parts {
			parts[i].parts = nil
		}
		s.push(pycValue{kind: pycParts, parts: parts})
	case pycBuild:
		s.pop(arg)
		s.push(pycValue{})
	case pycMap, pycKeyMap, pycMapAdd:
		s.display(in.action, arg)
	case pycFormat:
		s.pop(1 + arg>>2&1)
		s.push(pycValue{})
	case pycUnpack:
		s.pop1()
		n := min(arg, pycMaxStack)
		s.left -= n
		s.push(make([]pycValue, n)...)
	case pycCopy, pycSwap, pycDuplicate, pycRotate:
		s.shuffle(in.action, arg)
	case pycFunction, pycFunctionWith:
		s.function(in.action, arg)
	default:
		s.call(in.action, arg)
	}
}

// load follows what reads a variable or an attribute.
func (s *pycStack) load(action pycAction, arg int) {
	switch action {
	case pycName:
		s.push(pycValue{kind: pycNamed, object: s.item(s.code.names, arg)})
	case pycLocal:
		s.push(pycValue{kind: pycNamed, object: s.item(s.code.local, arg)})
	case pycGlobal:
		if s.version < python311 {
			s.push(pycValue{kind: pycNamed, object: s.item(s.code.names, arg)})
			return
		}
		v := []pycValue{{kind: pycNamed, object: s.item(s.code.names, arg>>1)}, {}}
		switch { // NULL beside it for a call
		case arg&1 == 0:
			v = v[:1]
		case s.version < python313:
			v[0], v[1] = v[1], v[0]
		}
		s.push(v...)
	case pycAttr, pycMethod:
		of := s.nameOf(s.pop1())
		method := action == pycMethod
		if s.version >= python312 {
			method, arg = arg&1 != 0, arg>>1
		}
		s.push(pycValue{kind: pycNamed, object: s.item(s.code.names, arg), owner: of})
		if method {
			s.push(pycValue{})
		}
	}
}

// called reports whether a name is that one. What types are called that annotate names is
// no value of these.
func (s *pycStack) called(name string, object int32) bool {
	from, to, ok := s.text(object)
	return ok && string(s.file[from:to]) == name
}

func (s *pycStack) nameOf(v pycValue) int32 {
	if v.kind == pycNamed {
		return v.object
	}
	return 0
}

// shuffle follows what moves values about on the stack.
func (s *pycStack) shuffle(action pycAction, arg int) {
	switch action {
	case pycDuplicate:
		arg = 1
	case pycRotate:
		action, arg = pycSwap, 2
	}
	n := len(s.values)
	switch {
	case arg < 1 || arg > n:
		s.values = s.values[:0]
	case action == pycSwap:
		s.values[n-1], s.values[n-arg] = s.values[n-arg], s.values[n-1]
	default:
		s.push(s.values[n-arg])
	}
}

// display follows what builds a dictionary.
func (s *pycStack) display(action pycAction, arg int) {
	switch action {
	case pycMap: // of as many keys and values
		v := s.pop(2 * arg)
		for i := 0; i+1 < len(v); i += 2 {
			s.entry(v[i], v[i+1])
		}
		s.push(pycValue{})
	case pycKeyMap: // of values, and a tuple of keys
		keys := s.objects[s.pop1().constant()].items
		for i, v := range s.pop(arg) {
			if i < len(keys) {
				s.entry(pycValue{kind: pycConstant, object: keys[i]}, v)
			}
		}
		s.push(pycValue{})
	case pycMapAdd:
		v := s.pop(2)
		if s.version < python38 {
			v[0], v[1] = v[1], v[0]
		}
		s.entry(v[0], v[1])
	}
}

// constant gives the object of a constant; no object for any other value.
func (v pycValue) constant() int32 {
	if v.kind == pycConstant {
		return v.object
	}
	return 0
}

// function follows what makes a function, and gives its arguments defaults.
func (s *pycStack) function(action pycAction, arg int) {
	const positional, inTuple = 1, 0xf
	if action == pycFunctionWith { // the attribute is below the function
		v := s.pop(2)
		if arg == positional {
			s.defaults(v[1], v[0])
		}
		s.push(v[1])
		return
	}
	if s.version < python311 {
		s.pop1() // the qualified name
	}
	f := pycValue{kind: pycFunctionOf, object: s.pop1().constant()}
	if s.version < python313 {
		for bit := 8; bit > positional; bit >>= 1 {
			if arg&inTuple&bit != 0 {
				s.pop1()
			}
		}
		if arg&positional != 0 {
			s.defaults(f, s.pop1())
		}
	}
	s.push(f)
}

// call follows a call; after any other instruction nothing is known.
func (s *pycStack) call(action pycAction, arg int) {
	var names []int32
	below := 2 // what is called, and self or NULL
	switch action {
	case pycKeywords:
		s.keywords = s.item(s.code.consts, arg)
		return
	case pycCall:
		names, s.keywords = s.objects[s.keywords].items, 0
	case pycCallMethod:
	case pycCallKeywords:
		names = s.objects[s.pop1().constant()].items
	case pycCallUnpacked:
		if arg &= 1; s.version >= python314 {
			arg = 1
		}
		s.pop(1 + arg) // a tuple, and a dictionary
		arg = 0
	default:
		s.values = s.values[:0]
		return
	}
	if s.version < python311 && action != pycCallMethod {
		below = 1
	}
	v := s.pop(arg + below)
	if len(v) == 0 {
		return
	}
	callee := v[below-1]
	if callee.kind != pycNamed {
		callee = v[0]
	}
	s.writeCall(callee, v[below:], names)
	s.push(pycValue{})
}

// What follows writes out what the instructions say.

// text gives a constant that is a text or bytes.
func (s *pycStack) text(object int32) (from, to int, ok bool) {
	o := &s.objects[object]
	return o.start, o.end, o.kind == pycText || o.kind == pycBytes
}

// name writes a name as it is.
func (s *pycStack) name(object int32) {
	if from, to, ok := s.text(object); ok && to-from <= 2*credential.MaxName {
		s.out.text = append(s.out.text, s.file[from:to]...)
	}
}

// dotted writes the name of an attribute behind that of its owner.
func (s *pycStack) dotted(owner, object int32) {
	if owner != 0 {
		s.name(owner)
		s.out.write(".")
	}
	s.name(object)
}

// value writes a text in quotes; an empty one once there is no room for more.
func (s *pycStack) value(object int32) {
	from, to, _ := s.text(object)
	if len(s.out.text) >= s.room {
		from, to = 0, 0
	}
	s.out.quoted(s.file[from:to], int64(from))
}

func (s *pycStack) isText(v pycValue) bool {
	_, _, ok := s.text(v.constant())
	return ok
}

func (s *pycStack) assign(owner, name int32, v pycValue) {
	if s.isText(v) {
		s.dotted(owner, name)
		s.out.write(" = ")
		s.value(v.object)
		s.out.write("\n")
	}
}

// setItem writes that a key is given a value.
func (s *pycStack) setItem(key, v pycValue) {
	if s.isText(key) && s.isText(v) {
		s.out.write("x[")
		s.value(key.object)
		s.out.write("] = ")
		s.value(v.object)
		s.out.write("\n")
	}
}

// entry writes an entry of a dictionary.
func (s *pycStack) entry(key, v pycValue) {
	if s.isText(key) && s.isText(v) {
		s.value(key.object)
		s.out.write(": ")
		s.value(v.object)
		s.out.write(",\n")
	}
}

// defaults writes the values that the last arguments of a function have if they are
// not given.
func (s *pycStack) defaults(f, tuple pycValue) {
	code := s.objects[f.object].code
	if f.kind != pycFunctionOf || code == nil {
		return
	}
	values := s.parts(tuple)
	first := code.arguments - len(values)
	if first < 0 {
		return
	}
	for i, v := range values {
		if s.isText(v) {
			s.name(s.item(code.local, first+i))
			s.out.write("=")
			s.value(v.object)
			s.out.write("\n")
		}
	}
}

// parts gives the values in a tuple.
func (s *pycStack) parts(tuple pycValue) []pycValue {
	if tuple.kind == pycParts {
		return tuple.parts
	}
	items := s.objects[tuple.constant()].items
	if s.left -= len(items); s.left < 0 {
		return nil
	}
	list := make([]pycValue, 0, len(items))
	for _, object := range items {
		list = append(list, pycValue{kind: pycConstant, object: object})
	}
	return list
}

// writeCall writes a call, the last of whose arguments have names.
func (s *pycStack) writeCall(callee pycValue, arguments []pycValue, names []int32) {
	first := len(arguments) - len(names)
	if first < 0 {
		return
	}
	worth := false
	for _, v := range arguments {
		worth = worth || s.isText(v) || v.kind == pycParts || s.objects[v.constant()].kind == pycTupleOf
	}
	if !worth {
		return
	}
	if callee.kind == pycNamed {
		s.dotted(callee.owner, callee.object)
	}
	s.out.write("(")
	for i, v := range arguments {
		if i > 0 {
			s.out.write(", ")
		}
		if i >= first {
			s.name(names[i-first])
			s.out.write("=")
		}
		s.argument(v)
	}
	s.out.write(")\n")
}

// argument writes an argument of a call: a text, a pair of them, or that it is
// something else.
func (s *pycStack) argument(v pycValue) {
	pair := s.parts(v)
	switch {
	case s.isText(v):
		s.value(v.object)
	case len(pair) == 2 && s.isText(pair[0]) && s.isText(pair[1]):
		s.out.write("(")
		s.value(pair[0].object)
		s.out.write(", ")
		s.value(pair[1].object)
		s.out.write(")")
	default:
		s.out.write("x")
	}
}

// alone writes the constants of a code object that may hold names and values
// themselves, as the settings of a connection do.
func (s *pycStack) alone(c *pycCode) {
	items := s.objects[c.consts].items
	if s.left -= len(items); s.left < 0 {
		return
	}
	for _, object := range items {
		from, to, ok := s.text(object)
		if !ok || to-from < 12 || len(s.out.text) >= s.room || bytes.IndexByte(s.file[from:to], '=') < 0 && bytes.IndexByte(s.file[from:to], ':') < 0 {
			continue
		}
		s.value(object)
		s.out.write("\n")
	}
}
