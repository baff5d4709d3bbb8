package pyc

// value is what is known of a value on the stack of CPython's interpreter.
type value struct {
	kind valueKind
	// object is the constant, the name from which the value was read, or the code of
	// the function; owner the name of what has that name as an attribute.
	object, owner int32
	// parts are the values in a tuple; of a tuple in it nothing is kept, or what is
	// held in memory would grow with the depth.
	parts []value
}

type valueKind uint8

const (
	unknown valueKind = iota
	constant
	named
	tuple
	function
)

// maxStack limits the stack; compilers cut longer displays and calls to pieces.
const maxStack = 1024

// evaluator follows the instructions of a code object from the first to the last,
// whatever would be jumped over, and reports what gets a name. It knows no more of the
// stack than its end: below that all values are unknown.
type evaluator struct {
	*reader
	code    *code
	visitor Visitor
	err     error // of the visitor
	// left is how many more instructions are followed and values handled, of all code of
	// the file.
	left      int
	values    []value
	keywords  int32      // KW_NAMES of the next call
	arguments []Argument // of the call that is reported
	texts     []Text     // in arguments
}

// run follows the instructions of a code object.
func (e *evaluator) run(c *code) {
	e.code, e.values, e.keywords = c, e.values[:0], 0
	if e.called("__annotate__", c.name) {
		return
	}
	body := e.objects[c.body]
	table := &byNumber()[e.version]
	arg := 0
	for at := body.start; at+1 < body.end && e.left > 0 && e.err == nil; at += 2 {
		e.left--
		number := e.file[at]
		if number == 0 && e.version >= python311 {
			continue // CACHE
		}
		arg = arg<<8 | int(e.file[at+1])
		in := table[number]
		switch {
		case in == nil:
			e.values = e.values[:0]
		case in.action == extend:
			arg &= 1<<24 - 1
			continue
		default:
			e.do(in, arg)
		}
		arg = 0
		if len(e.values) > maxStack {
			e.values = e.values[:0]
		}
	}
}

func (e *evaluator) push(v ...value) { e.values = append(e.values, v...) }

// pop takes values from the stack and returns them in the order in which they were put
// there. Those that are not known are unknown.
func (e *evaluator) pop(n int) []value {
	e.left -= n
	if n <= len(e.values) {
		taken := e.values[len(e.values)-n:]
		e.values = e.values[:len(e.values)-n]
		return taken
	}
	if n > maxStack {
		e.values = e.values[:0]
		return nil
	}
	taken := make([]value, n)
	copy(taken[n-len(e.values):], e.values)
	e.values = e.values[:0]
	return taken
}

func (e *evaluator) pop1() value {
	if len(e.values) == 0 {
		return value{}
	}
	return e.pop(1)[0]
}

// item returns the nth object of a tuple; no object if there is none.
func (e *evaluator) item(tuple int32, n int) int32 {
	if items := e.objects[tuple].items; n >= 0 && n < len(items) {
		return items[n]
	}
	return 0
}

// cell returns the name of a variable that functions share.
func (e *evaluator) cell(n int) int32 {
	if e.version >= python311 {
		return e.item(e.code.local, n)
	}
	if k := len(e.objects[e.code.cell].items); n >= k {
		return e.item(e.code.free, n-k)
	}
	return e.item(e.code.cell, n)
}

// do follows one instruction.
func (e *evaluator) do(in *instruction, arg int) {
	switch in.action {
	case nothing:
	case move:
		e.pop(int(in.pops))
		for range in.pushes {
			e.push(value{})
		}
	case loadConst:
		e.push(value{kind: constant, object: e.item(e.code.consts, arg)})
	case loadName, loadGlobal, loadLocal, loadAttr, loadMethod:
		e.load(in.action, arg)
	case storeName:
		e.assign(0, e.item(e.code.names, arg), e.pop1())
	case storeLocal:
		e.assign(0, e.item(e.code.local, arg), e.pop1())
	case storeCell:
		e.assign(0, e.cell(arg), e.pop1())
	case storeLoad:
		e.assign(0, e.item(e.code.local, arg>>4), e.pop1())
		e.push(value{kind: named, object: e.item(e.code.local, arg&15)})
	case storeStore:
		e.assign(0, e.item(e.code.local, arg>>4), e.pop1())
		e.assign(0, e.item(e.code.local, arg&15), e.pop1())
	case storeAttr:
		v := e.pop(2) // the value, and what gets it
		e.assign(e.nameOf(v[1]), e.item(e.code.names, arg), v[0])
	case storeItem:
		v := e.pop(3) // the value, and what gets it by which key
		if !e.called("__annotations__", e.nameOf(v[1])) {
			e.setItem(v[2], v[0])
		}
	case buildTuple:
		parts := append([]value(nil), e.pop(arg)...)
		for i := range parts {
			parts[i].parts = nil
		}
		e.push(value{kind: tuple, parts: parts})
	case buildOther:
		e.pop(arg)
		e.push(value{})
	case buildMap, buildKeyMap, mapAdd:
		e.display(in.action, arg)
	case formatValue:
		e.pop(1 + arg>>2&1)
		e.push(value{})
	case unpackSequence:
		e.pop1()
		n := min(arg, maxStack)
		e.left -= n
		e.push(make([]value, n)...)
	case copyValue, swapValues, duplicateTop, rotateTwo:
		e.shuffle(in.action, arg)
	case makeFunction, setFunctionAttribute:
		e.function(in.action, arg)
	default:
		e.call(in.action, arg)
	}
}

// load follows what reads a variable or an attribute.
func (e *evaluator) load(action action, arg int) {
	switch action {
	case loadName:
		e.push(value{kind: named, object: e.item(e.code.names, arg)})
	case loadLocal:
		e.push(value{kind: named, object: e.item(e.code.local, arg)})
	case loadGlobal:
		if e.version < python311 {
			e.push(value{kind: named, object: e.item(e.code.names, arg)})
			return
		}
		v := []value{{kind: named, object: e.item(e.code.names, arg>>1)}, {}}
		switch { // NULL next to it for a call
		case arg&1 == 0:
			v = v[:1]
		case e.version < python313:
			v[0], v[1] = v[1], v[0]
		}
		e.push(v...)
	case loadAttr, loadMethod:
		of := e.nameOf(e.pop1())
		method := action == loadMethod
		if e.version >= python312 {
			method, arg = arg&1 != 0, arg>>1
		}
		e.push(value{kind: named, object: e.item(e.code.names, arg), owner: of})
		if method {
			e.push(value{})
		}
	}
}

// called reports whether a name is that one. What types are called that annotate names is
// no value of these.
func (e *evaluator) called(name string, object int32) bool {
	t, ok := e.text(object)
	return ok && string(t.Of(e.file)) == name
}

func (e *evaluator) nameOf(v value) int32 {
	if v.kind == named {
		return v.object
	}
	return 0
}

// shuffle follows what moves values about on the stack.
func (e *evaluator) shuffle(action action, arg int) {
	switch action {
	case duplicateTop:
		arg = 1
	case rotateTwo:
		action, arg = swapValues, 2
	}
	n := len(e.values)
	switch {
	case arg < 1 || arg > n:
		e.values = e.values[:0]
	case action == swapValues:
		e.values[n-1], e.values[n-arg] = e.values[n-arg], e.values[n-1]
	default:
		e.push(e.values[n-arg])
	}
}

// display follows what builds a dictionary.
func (e *evaluator) display(action action, arg int) {
	switch action {
	case buildMap: // of as many keys and values
		v := e.pop(2 * arg)
		for i := 0; i+1 < len(v); i += 2 {
			e.entry(v[i], v[i+1])
		}
		e.push(value{})
	case buildKeyMap: // of values, and a tuple of keys
		keys := e.objects[e.pop1().constant()].items
		for i, v := range e.pop(arg) {
			if i < len(keys) {
				e.entry(value{kind: constant, object: keys[i]}, v)
			}
		}
		e.push(value{})
	case mapAdd:
		v := e.pop(2)
		if e.version < python38 {
			v[0], v[1] = v[1], v[0]
		}
		e.entry(v[0], v[1])
	}
}

// constant returns the object of a constant; no object for any other value.
func (v value) constant() int32 {
	if v.kind == constant {
		return v.object
	}
	return 0
}

// function follows what makes a function, and gives its arguments defaults.
func (e *evaluator) function(action action, arg int) {
	const positional, inTuple = 1, 0xf
	if action == setFunctionAttribute { // the attribute is below the function
		v := e.pop(2)
		if arg == positional {
			e.defaults(v[1], v[0])
		}
		e.push(v[1])
		return
	}
	if e.version < python311 {
		e.pop1() // the qualified name
	}
	f := value{kind: function, object: e.pop1().constant()}
	if e.version < python313 {
		for bit := 8; bit > positional; bit >>= 1 {
			if arg&inTuple&bit != 0 {
				e.pop1()
			}
		}
		if arg&positional != 0 {
			e.defaults(f, e.pop1())
		}
	}
	e.push(f)
}

// call follows a call; after any other instruction nothing is known.
func (e *evaluator) call(action action, arg int) {
	var names []int32
	below := 2 // what is called, and self or NULL
	switch action {
	case keywordNames:
		e.keywords = e.item(e.code.consts, arg)
		return
	case call:
		names, e.keywords = e.objects[e.keywords].items, 0
	case callMethod:
	case callKeywords:
		names = e.objects[e.pop1().constant()].items
	case callUnpacked:
		if arg &= 1; e.version >= python314 {
			arg = 1
		}
		e.pop(1 + arg) // a tuple, and a dictionary
		arg = 0
	default:
		e.values = e.values[:0]
		return
	}
	if e.version < python311 && action != callMethod {
		below = 1
	}
	v := e.pop(arg + below)
	if len(v) == 0 {
		return
	}
	callee := v[below-1]
	if callee.kind != named {
		callee = v[0]
	}
	e.reportCall(callee, v[below:], names)
	e.push(value{})
}

// What follows calls the visitor.

// text returns a constant that is a text or bytes.
func (e *evaluator) text(object int32) (t Text, ok bool) {
	o := &e.objects[object]
	if o.kind != textObject && o.kind != bytesObject {
		return Text{}, false
	}
	return Text{o.start, o.end}, true
}

// name is the name of an object that may be an attribute of another.
func (e *evaluator) name(owner, object int32) (n Name) {
	n.Owner, _ = e.text(owner)
	n.Name, _ = e.text(object)
	return n
}

// report keeps the first error of the visitor.
func (e *evaluator) report(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *evaluator) assign(owner, name int32, v value) {
	if t, ok := e.text(v.constant()); ok && e.err == nil {
		e.report(e.visitor.Assign(e.name(owner, name), t))
	}
}

// setItem reports that a key is given a value.
func (e *evaluator) setItem(key, v value) {
	k, ok := e.text(key.constant())
	t, isText := e.text(v.constant())
	if ok && isText && e.err == nil {
		e.report(e.visitor.SetItem(k, t))
	}
}

// entry reports an entry of a dictionary.
func (e *evaluator) entry(key, v value) {
	k, ok := e.text(key.constant())
	t, isText := e.text(v.constant())
	if ok && isText && e.err == nil {
		e.report(e.visitor.Entry(k, t))
	}
}

// defaults reports the values that the last parameters of a function have if they are
// not given.
func (e *evaluator) defaults(f, values value) {
	code := e.objects[f.object].code
	if f.kind != function || code == nil {
		return
	}
	list := e.parts(values)
	first := code.arguments - len(list)
	if first < 0 {
		return
	}
	for i, v := range list {
		if t, ok := e.text(v.constant()); ok && e.err == nil {
			name, _ := e.text(e.item(code.local, first+i))
			e.report(e.visitor.Default(name, t))
		}
	}
}

// parts returns the values in a tuple.
func (e *evaluator) parts(v value) []value {
	if v.kind == tuple {
		return v.parts
	}
	items := e.objects[v.constant()].items
	if e.left -= len(items); e.left < 0 {
		return nil
	}
	list := make([]value, 0, len(items))
	for _, object := range items {
		list = append(list, value{kind: constant, object: object})
	}
	return list
}

// reportCall reports a call, the last of whose arguments have names.
func (e *evaluator) reportCall(callee value, arguments []value, names []int32) {
	first := len(arguments) - len(names)
	if first < 0 {
		return
	}
	worth := false
	for _, v := range arguments {
		o := &e.objects[v.constant()]
		worth = worth || v.kind == tuple || o.kind == textObject || o.kind == bytesObject || o.kind == tupleObject
	}
	if !worth || e.err != nil {
		return
	}
	var name Name
	if callee.kind == named {
		name = e.name(callee.owner, callee.object)
	}
	e.arguments, e.texts = e.arguments[:0], e.texts[:0]
	for i, v := range arguments {
		a := Argument{Values: e.argument(v)}
		if i >= first {
			a.Name, _ = e.text(names[i-first])
		}
		e.arguments = append(e.arguments, a)
	}
	e.report(e.visitor.Call(name, e.arguments))
}

// argument returns an argument of a call that is a text or a pair of texts; nil for
// anything else.
func (e *evaluator) argument(v value) []Text {
	pair := e.parts(v)
	n := len(e.texts)
	if t, ok := e.text(v.constant()); ok {
		e.texts = append(e.texts, t)
		return e.texts[n:]
	}
	if len(pair) != 2 {
		return nil
	}
	first, ok := e.text(pair[0].constant())
	second, isText := e.text(pair[1].constant())
	if !ok || !isText {
		return nil
	}
	e.texts = append(e.texts, first, second)
	return e.texts[n:]
}

// constants reports the texts among the constants of a code object.
func (e *evaluator) constants(c *code) {
	items := e.objects[c.consts].items
	if e.left -= len(items); e.left < 0 {
		return
	}
	for _, object := range items {
		if t, ok := e.text(object); ok && e.err == nil {
			e.report(e.visitor.Constant(t))
		}
	}
}
