// Package gitpack reads the packs of Git: every version of every file that a repository
// has, its commits and its tags (gitformat-pack, of version 2 and 3).
//
// In goes a pack, without its .idx file. Out comes each object once, by a callback: its
// text, what of the text is not in the object that it is stored as a difference from,
// its id, and a path and a commit under which it is. Trees are read for these names, and
// not handed out. What cannot be read of a pack is a [Gap] if the rest can, or the error
// of [Reader.Read]. Nothing is verified: neither the digests of objects nor that of the
// pack.
//
// A pack may be an attacker's. Read takes memory of at most [MaxMemory] for all packs
// that are read at a time. Objects longer than [MaxText] are handed out as streams, and
// no difference from them is read; neither is what is more than [MaxDepth] differences
// deep or beyond [MaxObjects]. The work is limited by a budget that the caller gives.
//
// A pack holds objects whole, and others as what to copy from an object of the same pack
// and what to insert: a delta. It is read twice. The first time finds where objects
// start, and which is the base of which. The second time makes the text of each object
// from its base outward, as "git index-pack" does, so that each delta is applied once.
package gitpack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/semaphore"

	"seaworthy.dev/seaworthy/internal/inflate"
)

// The limits on a pack.
const (
	MaxObjects = 1 << 20
	// MaxText is the longest object that is held in memory, in bytes.
	MaxText = 16 << 20
	// MaxDepth is the longest chain of deltas that Git makes.
	MaxDepth = 4095
	// MaxMemory is the memory of all packs that a Reader reads at a time, in bytes.
	MaxMemory = 64 << 20

	// maxHeld is what the bases of one object may take together. What does not fit is
	// made again when it is needed.
	maxHeld = 24 << 20
	// Copying so many bytes from bases, or digesting so many, costs as much as to
	// decompress one.
	copying, digesting = 16, 8
)

// The errors of Read.
var (
	// ErrNoPack is returned for what does not begin as a pack. Nothing was handed out.
	ErrNoPack = errors.New("it is not a pack of Git")
	// ErrDamaged is returned for a pack that is cut or damaged, after all that can be
	// read was handed out.
	ErrDamaged = errors.New("it is not a complete pack of Git")
	// ErrBudget is returned once the budget is used up.
	ErrBudget = errors.New("the pack of Git has more bytes than are decompressed")
)

// Gap is a part of a pack that is not handed out.
type Gap uint8

// The gaps.
const (
	// MissingBase is of differences from objects that are not in the pack.
	MissingBase Gap = iota + 1
	// TooDeep is of differences that are more than MaxDepth deep.
	TooDeep
	// TooLong is of differences from an object of more than MaxText, or to one.
	TooLong
	// TooManyObjects is of objects beyond MaxObjects.
	TooManyObjects
	// DamagedObject is of an object that is damaged, and of what differs from it.
	DamagedObject
)

func (g Gap) String() string {
	names := [...]string{MissingBase: "missing base", TooDeep: "too deep", TooLong: "too long", TooManyObjects: "too many objects", DamagedObject: "damaged object"}
	if int(g) < len(names) && names[g] != "" {
		return names[g]
	}
	return fmt.Sprintf("gap %d", uint8(g))
}

// Kind is the kind of an object.
type Kind byte

// The kinds of objects, as packs number them.
const (
	Commit      Kind = 1
	tree        Kind = 2
	Blob        Kind = 3
	Tag         Kind = 4
	offsetDelta Kind = 6
	namedDelta  Kind = 7
)

// String returns the name by which Git calls the kind.
func (k Kind) String() string {
	names := [...]string{Commit: "commit", tree: "tree", Blob: "blob", Tag: "tag"}
	if int(k) < len(names) && names[k] != "" {
		return names[k]
	}
	return fmt.Sprintf("kind %d", byte(k))
}

// Object is a commit, a tag or a version of a file.
type Object struct {
	Kind Kind
	// Text is the object, nil for one that is handed out as a stream. It is valid until
	// the callback returns.
	Text []byte
	// Changed is what of Text is not in its base, in order: the spans that are inserted,
	// and places of no length where pieces of the base meet that did not before. Of an
	// object that is stored whole it is all of the text.
	Changed []Span

	id   objectID
	pack *pack
}

// Span is the bytes of a text from one place to before another.
type Span struct{ From, To int }

// ID returns the id of the object in hexadecimal digits.
func (o *Object) ID() string { return hex.EncodeToString(o.id[:o.pack.format.size]) }

// Name returns a path under which the object is, "" if none is known, and the start of
// the id of a commit with it, "" if none is known.
func (o *Object) Name() (commit, path string) { return o.pack.names.find(o.id) }

// Options say what to do with what is read. All but Body and Reach are required.
type Options struct {
	// Body is the pack, if it is in memory anyway.
	Body []byte
	// Reach is how far around a change the caller looks, in bytes. Changes whose
	// surroundings meet are one span.
	Reach int
	// Budget is how many more bytes may come out of decompression. What is read is taken
	// from it, and the caller may take from it what its own work costs.
	Budget *int64
	// Object is called with each object, unless its text is that of its base. An error
	// ends the reading, and Read returns it.
	Object func(*Object) error
	// Long is called with each object that is longer than MaxText. An error ends the
	// reading unless it is that of reading the text.
	Long func(o *Object, text io.Reader) error
	// Gap is called with each gap, any number of times.
	Gap func(Gap)
}

// Reader reads packs. It is safe for concurrent use; packs wait for each other's memory.
type Reader struct {
	memory   *semaphore.Weighted
	decoders sync.Pool // of *inflate.Decoder
	inputs   sync.Pool // of *bufio.Reader
}

// NewReader returns a Reader.
func NewReader() *Reader {
	return &Reader{
		memory:   semaphore.NewWeighted(MaxMemory),
		decoders: sync.Pool{New: func() any { return new(inflate.Decoder) }},
		inputs:   sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 16<<10) }},
	}
}

// IsPack reports whether a file that begins so is a pack.
func IsPack(head []byte) bool { return bytes.HasPrefix(head, []byte("PACK\x00\x00\x00")) }

// headerSize is the length of what stands before the first object.
const headerSize = 12

// Read reads a pack of so many bytes. The error may be one of this package, or that of
// the file, a callback or the context.
func (r *Reader) Read(ctx context.Context, file io.ReaderAt, size int64, opt Options) error {
	p := pack{reader: r, ctx: ctx, opt: opt, in: input{file: file, size: size, body: opt.Body}}
	p.object.pack = &p
	head := p.in.bytes(0, headerSize, readAhead)
	if p.in.err != nil {
		return p.in.err
	}
	if len(head) < headerSize || !IsPack(head) {
		return ErrNoPack
	}
	err := p.read(binary.BigEndian.Uint32(head[8:]))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case p.in.err != nil:
		return p.in.err
	}
	return err
}
