// Package pyc reads the bytecode of Python modules: the .pyc files of CPython 3.6 to 3.14,
// which are often left behind when the source is deleted.
//
// In goes a file. Out comes, by a [Visitor], what its code gives names to: variables,
// attributes, keys of dictionaries, defaults of parameters and arguments of calls, as
// far as their values are texts or bytes that the file holds; and each text that code
// refers to. The instructions are followed from the first to the last, whatever would be
// jumped over. Nothing is run.
//
// A pyc file is a header of 16 bytes, of 12 until Python 3.6, whose first two say the
// version, and a code object in the marshal format (Python/marshal.c). Instructions are
// numbered by the version's Lib/opcode.py. Other versions, and files of other kinds, are
// refused by [ErrUnknown].
//
// A file may be an attacker's. Objects, items of tuples, their depth and the stack are
// limited, and the work is linear in the length of the file. Of a file that is damaged
// or over a limit, what stands before comes out.
package pyc

import (
	"encoding/binary"
	"errors"
)

// The errors of Read.
var (
	// ErrUnknown is returned for what is not the bytecode of a known version. The
	// visitor was not called.
	ErrUnknown = errors.New("it is not bytecode of a known version of Python")
	// ErrDamaged is returned for a file that is damaged or over a limit, after what
	// stands before was visited.
	ErrDamaged = errors.New("the bytecode of Python is damaged or holds too much")
)

// Text is where in the file a text is: from one byte to before another. The zero Text
// is none.
type Text struct{ From, To int }

// Of returns the bytes of the text in the file that was read.
func (t Text) Of(file []byte) []byte { return file[t.From:t.To] }

// Name is the name of a variable, or of an attribute, which has the name of its owner
// too. Of what has no name both are the zero Text.
type Name struct{ Owner, Name Text }

// Argument is an argument of a call.
type Argument struct {
	// Name is the zero Text for an argument that is given by its position.
	Name Text
	// Values is one text, or two of a pair of texts, or none for anything else. It is
	// valid until the callback returns.
	Values []Text
}

// Visitor is called with what code does, in the order of the instructions of each code
// object; code objects that others hold come before these. An error ends the reading,
// and Read returns it.
type Visitor interface {
	// Assign is of name = value, or owner.name = value.
	Assign(name Name, value Text) error
	// SetItem is of something[key] = value.
	SetItem(key, value Text) error
	// Entry is of an entry of a dictionary display.
	Entry(key, value Text) error
	// Default is of a parameter of a function that has a default.
	Default(name, value Text) error
	// Call is of a call of which an argument may be a text. The arguments are valid
	// until it returns.
	Call(callee Name, arguments []Argument) error
	// Constant is of a text that the code refers to, in whatever way.
	Constant(text Text) error
}

// Read reads a file.
func Read(file []byte, v Visitor) error {
	if len(file) < 16 || file[2] != '\r' || file[3] != '\n' {
		return ErrUnknown
	}
	version, ok := magic[binary.LittleEndian.Uint16(file)]
	if !ok {
		return ErrUnknown
	}
	r := &reader{file: file, version: version, at: 16, objects: make([]object, 1, min(64+len(file)/32, maxObjects))}
	if version == python36 {
		r.at = 12 // without flags
	}
	e := &evaluator{reader: r, visitor: v, left: 4 * len(file)}
	r.visit = func(c *code) bool {
		e.run(c)
		e.constants(c)
		return e.err == nil
	}
	_, ok = r.object(0)
	switch {
	case e.err != nil:
		return e.err
	case !ok:
		return ErrDamaged
	}
	return nil
}
