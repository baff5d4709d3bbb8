// Package pyc reads the bytecode of Python modules: the .pyc files of CPython 3.6 to 3.14,
// which often remain in an image after the source was deleted.
//
// The input is a file. The output are calls of a [Visitor], for each text that the code
// gives a name: by an assignment to a variable or attribute, as the value of a dictionary
// key, as the default of a parameter, as an argument of a call. Each text among the
// constants of the code is reported without a name as well. A text is a str or bytes.
//
// Nothing is run. The instructions of a code object are followed from the first to the
// last, and jumps are ignored.
//
// A .pyc file has a header of 16 bytes (12 in Python 3.6), which starts with a number for
// the version, and a code object in the marshal format (Python/marshal.c in CPython). The
// opcodes are those of Lib/opcode.py of the version. Other versions, and other files, are
// refused with [ErrUnknown].
//
// A file may come from an attacker. The number of objects, the length and depth of tuples,
// and the stack are limited, and the work is linear in the length of the file. If a file is
// damaged or exceeds a limit, the part before is reported.
package pyc

import (
	"encoding/binary"
	"errors"
)

var (
	// ErrUnknown is returned for a file that is not bytecode of a supported version. The
	// visitor was not called.
	ErrUnknown = errors.New("it is not Python bytecode of a supported version")
	// ErrDamaged is returned for a file that is damaged or exceeds a limit. The visitor was
	// called for the part before.
	ErrDamaged = errors.New("the Python bytecode is damaged or exceeds a limit")
)

// Span is the position of a text in the file: the bytes from From up to, but not including,
// To. The zero Span means that there is no text.
type Span struct{ From, To int }

// In returns the bytes of the text. File must be the argument of [Read].
func (t Span) In(file []byte) []byte { return file[t.From:t.To] }

// Name is the name of a variable, or the names of an attribute and of its owner. Both spans
// are zero if the name is not known.
type Name struct{ Owner, Name Span }

// Argument is an argument of a call.
type Argument struct {
	// Name is zero for a positional argument.
	Name Span
	// Values has one span for a text, two for a tuple of two texts, and none for anything
	// else. It is valid until the callback returns.
	Values []Span
}

// Visitor receives the texts of a file. The calls for a code object are in the order of its
// instructions. Code objects in the constants of another one come before it. An error ends
// Read, which returns it.
type Visitor interface {
	// Assign reports name = value, or owner.name = value.
	Assign(name Name, value Span) error
	// SetItem reports x[key] = value.
	SetItem(key, value Span) error
	// Entry reports an entry of a dictionary display: {key: value}.
	Entry(key, value Span) error
	// Default reports the default of a parameter: def f(name=value).
	Default(name, value Span) error
	// Call reports a call that has a text, or a tuple, as an argument. The arguments are
	// valid until the method returns.
	Call(callee Name, arguments []Argument) error
	// Constant reports each text among the constants of the code object.
	Constant(text Span) error
}

// Read reads a .pyc file and calls the visitor. The error is one of this package, or that
// of the visitor.
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
		r.at = 12 // no flags, which PEP 552 added
	}
	e := &evaluator{reader: r, visitor: v, budget: 4 * len(file)}
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
