package secret

import (
	"bytes"
	"errors"

	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/pyc"
)

// pycSource writes out what the bytecode of a module of Python gives names to: the
// source is often deleted, and this left behind. It is nil for any other file, and for
// a version of Python whose bytecode is not known. Of a file that is damaged it is
// what stands before the damage.
func pycSource(file []byte) *sourceText {
	w := pycWriter{out: &sourceText{}, file: file, room: 4*len(file) + 64<<10}
	if err := pyc.Read(file, &w); errors.Is(err, pyc.ErrUnknown) {
		return nil
	}
	return w.out
}

// pycWriter writes as Python's source would say it what bytecode does. It implements
// [pyc.Visitor].
type pycWriter struct {
	out  *sourceText
	file []byte
	room int // how long the text may get
}

func (w *pycWriter) Assign(name pyc.Name, value pyc.Span) error {
	w.name(name)
	w.out.write(" = ")
	w.value(value)
	return w.end("\n")
}

func (w *pycWriter) SetItem(key, value pyc.Span) error {
	w.out.write("x[")
	w.value(key)
	w.out.write("] = ")
	w.value(value)
	return w.end("\n")
}

func (w *pycWriter) Entry(key, value pyc.Span) error {
	w.value(key)
	w.out.write(": ")
	w.value(value)
	return w.end(",\n")
}

func (w *pycWriter) Default(name, value pyc.Span) error {
	w.word(name)
	w.out.write("=")
	w.value(value)
	return w.end("\n")
}

func (w *pycWriter) Call(callee pyc.Name, arguments []pyc.Argument) error {
	w.name(callee)
	w.out.write("(")
	for i, a := range arguments {
		if i > 0 {
			w.out.write(", ")
		}
		if a.Name != (pyc.Span{}) {
			w.word(a.Name)
			w.out.write("=")
		}
		switch len(a.Values) {
		case 1:
			w.value(a.Values[0])
		case 2:
			w.out.write("(")
			w.value(a.Values[0])
			w.out.write(", ")
			w.value(a.Values[1])
			w.out.write(")")
		default:
			w.out.write("x")
		}
	}
	return w.end(")\n")
}

// Constant writes a text that may hold a name and a value itself, as the settings of a
// connection do.
func (w *pycWriter) Constant(text pyc.Span) error {
	const least = 12
	if b := text.In(w.file); len(b) < least || bytes.IndexByte(b, '=') < 0 && bytes.IndexByte(b, ':') < 0 {
		return nil
	}
	w.value(text)
	return w.end("\n")
}

// name writes the name of an attribute behind that of its owner.
func (w *pycWriter) name(n pyc.Name) {
	if n.Owner != (pyc.Span{}) {
		w.word(n.Owner)
		w.out.write(".")
	}
	w.word(n.Name)
}

// word writes a name as it is.
func (w *pycWriter) word(t pyc.Span) {
	if b := t.In(w.file); len(b) <= 2*credential.MaxName {
		w.out.text = append(w.out.text, b...)
	}
}

// value writes a text in quotes; an empty one once there is no room for more.
func (w *pycWriter) value(t pyc.Span) {
	if len(w.out.text) >= w.room {
		t = pyc.Span{}
	}
	w.out.quoted(t.In(w.file), int64(t.From))
}

// end ends a line. It is an error if there is no room for more.
func (w *pycWriter) end(s string) error {
	w.out.write(s)
	if len(w.out.text) >= w.room {
		return errRoom
	}
	return nil
}
