// Package gitpack reads Git packs: every version of every file in a repository, its
// commits and its tags. It implements gitformat-pack(5), versions 2 and 3.
//
// The input is a pack, without its .idx file. The output is each blob, commit and tag once,
// passed to a callback: its text, the parts of the text that its delta base does not have,
// its id, and a path and a commit with it. Trees are read only for the paths. A part of a
// pack that cannot be read is a [Gap], or the error of [Reader.Read] if reading ends there.
// The digests of objects and of the pack are not verified.
//
// A pack may come from an attacker. All packs that are read at a time use at most
// [MaxMemory] bytes. Objects longer than [MaxText] are passed as streams. Not read are
// deltas against such objects, deltas with more than [MaxDepth] bases, and objects beyond
// [MaxObjects]. The caller limits the work with a budget.
//
// A pack stores some objects whole, and others as a delta: instructions to copy from a base
// object and to insert bytes. The pack is read twice. The first pass finds the offsets of
// objects and the bases of deltas. The second pass visits each whole object, then the
// deltas against it, then the deltas against those, as "git index-pack" does. So each delta
// is usually applied once.
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

// Limits for a pack.
const (
	// MaxObjects is the maximum number of objects.
	MaxObjects = 1 << 20
	// MaxText is the maximum length of an object in memory, in bytes.
	MaxText = 16 << 20
	// MaxDepth is the maximum length of a chain of deltas. It is the limit of Git.
	MaxDepth = 4095
	// MaxMemory is the maximum memory in bytes for all packs that a Reader reads at a time.
	MaxMemory = 64 << 20

	// maxHeld is the maximum of bytes in the bases on one chain of deltas. A base that does
	// not fit is rebuilt when it is needed.
	maxHeld = 24 << 20
	// Copying copyDivisor bytes from bases, or digesting digestDivisor bytes, costs as much
	// of the budget as decompressing one byte.
	copyDivisor, digestDivisor = 16, 8
)

var (
	// ErrNoPack is returned for a file without the header of a pack.
	ErrNoPack = errors.New("it is not a Git pack")
	// ErrDamaged is returned for a truncated or damaged pack, after all readable objects
	// were passed to the callbacks.
	ErrDamaged = errors.New("it is not a complete Git pack")
	// ErrBudget is returned when the budget is used up.
	ErrBudget = errors.New("the Git pack exceeds the limit on decompressed bytes")
)

// Gap is a reason why an object was not read.
type Gap uint8

// The gaps.
const (
	// MissingBase means that the base of a delta is not in the pack.
	MissingBase Gap = iota + 1
	// TooDeep means that a chain of deltas is longer than MaxDepth.
	TooDeep
	// TooLong means that a delta, its base or its result is longer than MaxText.
	TooLong
	// TooManyObjects means that the pack has more than MaxObjects.
	TooManyObjects
	// DamagedObject means that an object is damaged. Deltas against it are not read either.
	DamagedObject
)

// String returns a short text, for tests and logs.
func (g Gap) String() string {
	names := [...]string{MissingBase: "missing base", TooDeep: "too deep", TooLong: "too long", TooManyObjects: "too many objects", DamagedObject: "damaged object"}
	if int(g) < len(names) && names[g] != "" {
		return names[g]
	}
	return fmt.Sprintf("gap %d", uint8(g))
}

// Kind is the kind of an object.
type Kind byte

// The kinds of objects, with the numbers of gitformat-pack(5).
const (
	Commit   Kind = 1
	tree     Kind = 2
	Blob     Kind = 3
	Tag      Kind = 4
	ofsDelta Kind = 6
	refDelta Kind = 7
)

// String returns Git's name of the kind.
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
	// Text is the content, nil for an object that is passed as a stream. It is valid until
	// the callback returns.
	Text []byte
	// Changed are the spans of Text that differ from its delta base, in order: inserted
	// spans, and empty spans where parts of the base are adjacent that were not before. For
	// an object that is stored whole it is the whole text.
	Changed []Span

	id   objectID
	pack *pack
}

// Span is a part of a text: the bytes from From up to, but not including, To.
type Span struct{ From, To int }

// ID returns the id of the object in hexadecimal.
func (o *Object) ID() string { return hex.EncodeToString(o.id[:o.pack.format.size]) }

// Name returns a path of the object, and the first 16 digits of the id of a commit that has
// it there. Both are "" if they are not known.
func (o *Object) Name() (commit, path string) { return o.pack.names.find(o.id) }

// Options are the options of [Reader.Read]. All except Body and Margin are required.
type Options struct {
	// Body is the pack, if it is in memory. Then Read does not use the file.
	Body []byte
	// Margin is the number of bytes that the caller reads before and after a changed span.
	// Spans are merged if the distance between them is at most twice that.
	Margin int
	// Budget is the number of bytes that may still be decompressed. Read subtracts what it
	// uses. A callback may subtract the cost of its own work.
	Budget *int64
	// Object is called with each object, except those with the same text as their
	// base. An error ends Read, which returns it.
	Object func(*Object) error
	// Long is called with each object longer than MaxText. An error ends Read, which
	// returns it, unless reading the text failed with that error.
	Long func(o *Object, text io.Reader) error
	// Gap is called for each gap, possibly several times with the same value.
	Gap func(Gap)
}

// Reader reads packs. It is safe for concurrent use. Concurrent calls share MaxMemory, and
// wait for memory if necessary.
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

// IsPack reports whether a file that starts with head is a pack.
func IsPack(head []byte) bool { return bytes.HasPrefix(head, []byte("PACK\x00\x00\x00")) }

// headerSize is the length of the header of a pack.
const headerSize = 12

// Read reads a pack. Size is its length in bytes. The error is one of this package, or one
// of the file, a callback or the context.
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
