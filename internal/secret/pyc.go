package secret

import (
	"bytes"
	"errors"

	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/pyc"
)

// pycSource returns the names and values in the bytecode of a Python module as source code.
// The source file is often deleted, and the bytecode left. pycSource returns nil for any
// other file, and for an unknown version of Python. Of a damaged file it returns what comes
// before the damage.
func pycSource(file []byte) *sourceText {
	w := pycWriter{out: &sourceText{}, file: file, room: 4*len(file) + 64<<10}
	if err := pyc.Read(file, &w); errors.Is(err, pyc.ErrUnknown) {
		return nil
	}
	return w.out
}

// pycWriter writes what bytecode does as Python source code. It implements [pyc.Visitor].
type pycWriter struct {
	out  *sourceText
	file []byte
	room int // the maximum length of the text
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

// Constant writes a text that may contain a name and a value itself, such as a connection
// string.
func (w *pycWriter) Constant(text pyc.Span) error {
	const least = 12
	if b := text.In(w.file); len(b) < least || bytes.IndexByte(b, '=') < 0 && bytes.IndexByte(b, ':') < 0 {
		return nil
	}
	w.value(text)
	return w.end("\n")
}

// name writes a name, for an attribute after the name of its owner.
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

// value writes a text in quotes, or an empty text if there is no room for it.
func (w *pycWriter) value(t pyc.Span) {
	if len(w.out.text) >= w.room {
		t = pyc.Span{}
	}
	w.out.quoted(t.In(w.file), int64(t.From))
}

// end ends a line. It returns an error if there is no room for more.
func (w *pycWriter) end(s string) error {
	w.out.write(s)
	if len(w.out.text) >= w.room {
		return errRoom
	}
	return nil
}
