package pyc

// value is a value on the stack of CPython's interpreter, as far as it is known.
type value struct {
	kind valueKind
	// object is the constant, the name of the variable or attribute that was read, or the
	// code of the function.
	object int32
	// owner is the name of the object whose attribute was read.
	owner int32
	// parts are the values in a tuple. Their own parts are dropped, since memory would
	// otherwise grow with the depth.
	parts []value
}

// valueKind is the kind of a value.
type valueKind uint8

const (
	unknown valueKind = iota
	constant
	named // read from a variable or attribute
	tuple
	function
)

// maxStack is the maximum number of values on the stack. Compilers split longer displays and
// calls.
const maxStack = 1024

// evaluator follows the instructions of a code object from the first to the last, ignoring
// jumps, and reports texts that get a name. It knows only the top of the stack. All values
// below are unknown.
type evaluator struct {
	*reader
	code    *code
	visitor Visitor
	err     error // the first error of the visitor
	// budget is the number of instructions and values that may still be handled, for all
	// code objects of the file.
	budget    int
	values    []value    // the known top of the stack, the topmost value last
	keywords  int32      // the argument of KW_NAMES for the next call
	arguments []Argument // of the call that is reported
	texts     []Span     // in arguments
}

// run follows the instructions of a code object.
func (e *evaluator) run(c *code) {
	e.code, e.values, e.keywords = c, e.values[:0], 0
	if e.isNamed("__annotate__", c.name) {
		return
	}
	body := e.objects[c.body]
	table := &instructionTable()[e.version]
	arg := 0
	for at := body.start; at+1 < body.end && e.budget > 0 && e.err == nil; at += 2 {
		e.budget--
		number := e.file[at]
		if number == 0 && e.version >= python311 {
			continue // CACHE
		}
		arg = arg<<8 | int(e.file[at+1])
		in := table[number]
		switch {
		case in == nil:
			e.values = e.values[:0]
		case in.action == extendArgument:
			arg &= 1<<24 - 1
			continue
		default:
			e.execute(in, arg)
		}
		arg = 0
		if len(e.values) > maxStack {
			e.values = e.values[:0]
		}
	}
}

func (e *evaluator) push(v ...value) { e.values = append(e.values, v...) }

// pop removes n values from the stack and returns them in the order in which they were
// pushed. It returns nil if n is greater than maxStack.
func (e *evaluator) pop(n int) []value {
	e.budget -= n
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

// pop1 removes one value from the stack.
func (e *evaluator) pop1() value {
	if len(e.values) == 0 {
		return value{}
	}
	return e.pop(1)[0]
}

// item returns the object at index n of a tuple, or object 0 if there is none.
func (e *evaluator) item(tuple int32, n int) int32 {
	if items := e.objects[tuple].items; n >= 0 && n < len(items) {
		return items[n]
	}
	return 0
}

// cell returns the name of a cell or free variable.
func (e *evaluator) cell(n int) int32 {
	if e.version >= python311 {
		return e.item(e.code.local, n)
	}
	if k := len(e.objects[e.code.cell].items); n >= k {
		return e.item(e.code.free, n-k)
	}
	return e.item(e.code.cell, n)
}

// execute follows one instruction.
func (e *evaluator) execute(in *instruction, arg int) {
	switch in.action {
	case noEffect:
	case popPush:
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
		v := e.pop(2) // the value, and the object
		e.assign(e.nameOf(v[1]), e.item(e.code.names, arg), v[0])
	case storeItem:
		v := e.pop(3) // the value, the object, and the key
		if !e.isNamed("__annotations__", e.nameOf(v[1])) {
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
		e.buildDictionary(in.action, arg)
	case formatValue:
		e.pop(1 + arg>>2&1)
		e.push(value{})
	case unpackSequence:
		e.pop1()
		n := min(arg, maxStack)
		e.budget -= n
		e.push(make([]value, n)...)
	case copyValue, swapValues, duplicateTop, rotateTwo:
		e.moveValues(in.action, arg)
	case makeFunction, setFunctionAttribute:
		e.function(in.action, arg)
	default:
		e.call(in.action, arg)
	}
}

// load follows an instruction that reads a variable or an attribute.
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
		switch { // a call has NULL above or below the function
		case arg&1 == 0:
			v = v[:1]
		case e.version < python313:
			v[0], v[1] = v[1], v[0]
		}
		e.push(v...)
	case loadAttr, loadMethod:
		owner := e.nameOf(e.pop1())
		method := action == loadMethod
		if e.version >= python312 {
			method, arg = arg&1 != 0, arg>>1
		}
		e.push(value{kind: named, object: e.item(e.code.names, arg), owner: owner})
		if method {
			e.push(value{})
		}
	}
}

// isNamed reports whether the text of an object is the given name. It serves to skip
// annotations, whose values are types and not the values of variables.
func (e *evaluator) isNamed(name string, object int32) bool {
	t, ok := e.text(object)
	return ok && string(t.In(e.file)) == name
}

// nameOf returns the name from which a value was read, or object 0.
func (e *evaluator) nameOf(v value) int32 {
	if v.kind == named {
		return v.object
	}
	return 0
}

// moveValues follows an instruction that copies or swaps values on the stack.
func (e *evaluator) moveValues(action action, arg int) {
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

// buildDictionary follows an instruction of a dictionary display.
func (e *evaluator) buildDictionary(action action, arg int) {
	switch action {
	case buildMap: // pairs of a key and a value
		v := e.pop(2 * arg)
		for i := 0; i+1 < len(v); i += 2 {
			e.entry(v[i], v[i+1])
		}
		e.push(value{})
	case buildKeyMap: // values, and a tuple of keys
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

// constant returns the object of a constant, or object 0 for any other value.
func (v value) constant() int32 {
	if v.kind == constant {
		return v.object
	}
	return 0
}

// function follows an instruction that creates a function or sets its defaults.
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

// call follows an instruction of a call. For any other action it clears the stack.
func (e *evaluator) call(action action, arg int) {
	var names []int32
	below := 2 // number of values below the arguments: the function, and self or NULL
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

// The following methods call the visitor.

// text returns the span of an object that is a text or bytes.
func (e *evaluator) text(object int32) (t Span, ok bool) {
	o := &e.objects[object]
	if o.kind != textObject && o.kind != bytesObject {
		return Span{}, false
	}
	return Span{o.start, o.end}, true
}

// name returns the name of an object, which may be an attribute of an owner.
func (e *evaluator) name(owner, object int32) (n Name) {
	n.Owner, _ = e.text(owner)
	n.Name, _ = e.text(object)
	return n
}

// report records an error of the visitor. The first one counts.
func (e *evaluator) report(err error) {
	if e.err == nil {
		e.err = err
	}
}

// assign reports an assignment of a text.
func (e *evaluator) assign(owner, name int32, v value) {
	if t, ok := e.text(v.constant()); ok && e.err == nil {
		e.report(e.visitor.Assign(e.name(owner, name), t))
	}
}

// setItem reports an assignment of a text to a key.
func (e *evaluator) setItem(key, v value) {
	k, ok := e.text(key.constant())
	t, isText := e.text(v.constant())
	if ok && isText && e.err == nil {
		e.report(e.visitor.SetItem(k, t))
	}
}

// entry reports an entry of a dictionary display.
func (e *evaluator) entry(key, v value) {
	k, ok := e.text(key.constant())
	t, isText := e.text(v.constant())
	if ok && isText && e.err == nil {
		e.report(e.visitor.Entry(k, t))
	}
}

// defaults reports the defaults of a function. They are those of the last positional
// parameters.
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

// parts returns the values in a tuple, or nil for any other value.
func (e *evaluator) parts(v value) []value {
	if v.kind == tuple {
		return v.parts
	}
	items := e.objects[v.constant()].items
	if e.budget -= len(items); e.budget < 0 {
		return nil
	}
	list := make([]value, 0, len(items))
	for _, object := range items {
		list = append(list, value{kind: constant, object: object})
	}
	return list
}

// reportCall reports a call. The names are those of the last arguments.
func (e *evaluator) reportCall(callee value, arguments []value, names []int32) {
	first := len(arguments) - len(names)
	if first < 0 {
		return
	}
	hasText := false
	for _, v := range arguments {
		o := &e.objects[v.constant()]
		hasText = hasText || v.kind == tuple || o.kind == textObject || o.kind == bytesObject || o.kind == tupleObject
	}
	if !hasText || e.err != nil {
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

// argument returns the texts of an argument that is a text or a tuple of two texts, or nil
// for any other argument.
func (e *evaluator) argument(v value) []Span {
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

// constants reports each text among the constants of a code object.
func (e *evaluator) constants(c *code) {
	items := e.objects[c.consts].items
	if e.budget -= len(items); e.budget < 0 {
		return
	}
	for _, object := range items {
		if t, ok := e.text(object); ok && e.err == nil {
			e.report(e.visitor.Constant(t))
		}
	}
}
