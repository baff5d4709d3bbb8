package gitpack

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// pack is a pack that is being read.
type pack struct {
	reader       *Reader
	ctx          context.Context
	opt          Options
	in           input
	objects      []packedObject  // by offset
	end          int64           // the offset of the end of the last object
	hasRefDeltas bool            // whether a delta names its base by id
	refDeltas    []refDeltaEntry // by the id of the base
	resolvedRefs int             // number of refDeltas whose base was found
	names        nameTable
	format       objectFormat
	object       Object // the argument of the callbacks

	longest, sum int64 // the length of the longest text of up to MaxText, and their sum

	frames  []frame // the chain of deltas that is being visited, the root first
	held    int     // bytes of texts in frames
	memory  buffers
	changed []Span  // the changed spans of the last result of apply
	chain   []int32 // for rebuild: the deltas to apply, the last one first
}

// packedObject is an object in the pack. The fields base, child and next are indices of
// objects, or none.
type packedObject struct {
	at    int64 // its offset
	base  int32 // the base of a delta
	child int32 // the first delta against this object
	next  int32 // the next delta against the same base
	kind  Kind
	leaf  bool // no delta has it as its base by offset
}

// none is the index of no object.
const none = -1

// objectSize and nameSlotSize are the memory of an object and of its part of the name table,
// in bytes.
const objectSize, nameSlotSize = 24, 24

// refDeltaEntry is a delta that names its base by id (OBJ_REF_DELTA).
type refDeltaEntry struct {
	id     uint64 // the first bytes of the id of the base
	object int32
}

// read reads a pack whose header has a count of objects.
func (p *pack) read(count uint32) error {
	limited := min(count, MaxObjects)
	if limited < count {
		p.opt.Gap(TooManyObjects)
	}
	p.objects = make([]packedObject, 0, min(int64(limited), p.in.size/minObject))
	indexErr := p.indexObjects(int(limited))
	if indexErr != nil && !errors.Is(indexErr, ErrDamaged) {
		return indexErr
	}
	if limited == count && p.in.size-p.end > int64(p.format.size) {
		indexErr = ErrDamaged
	}
	release, err := p.reserve()
	if err != nil {
		return err
	}
	defer release()
	return cmp.Or(p.visitObjects(), indexErr)
}

// indexObjects finds the objects of the pack and the format of its ids. A pack does not name
// the format. It follows from the length of the digest at the end, and of the ids that
// deltas have.
func (p *pack) indexObjects(count int) error {
	p.format = sha1Format
	err := p.indexWithFormat(count)
	switch {
	case err == nil && !p.hasRefDeltas && p.in.size-p.end == int64(sha256Format.size):
		p.format = sha256Format
	case errors.Is(err, ErrDamaged) && p.hasRefDeltas:
		n := len(p.objects)
		p.format = sha256Format
		if err := p.indexWithFormat(count); err == nil || len(p.objects) > n || !errors.Is(err, ErrDamaged) {
			return err
		}
		p.format = sha1Format
		return p.indexWithFormat(count)
	}
	return err
}

// minObject is the minimum length of an object: a header of one byte, and an empty zlib
// stream.
const minObject = 1 + 8

// reserve waits until there is memory for the texts of the pack. The caller must release it.
func (p *pack) reserve() (release func(), err error) {
	need := 3*p.longest + min(p.sum, maxHeld) + int64(len(p.objects))*(objectSize+nameSlotSize)
	need = min(need, MaxMemory)
	if err := p.reader.memory.Acquire(p.ctx, need); err != nil {
		return nil, err
	}
	return func() { p.reader.memory.Release(need) }, nil
}

// indexWithFormat finds the objects of the pack, on the assumption that ids have p.format.
func (p *pack) indexWithFormat(count int) error {
	p.objects, p.refDeltas, p.longest, p.sum, p.end = p.objects[:0], nil, 0, 0, headerSize
	for range count {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		h, err := p.header(p.end, readAhead)
		if err != nil {
			return err
		}
		o := packedObject{at: p.end, base: none, child: none, next: none, kind: h.kind, leaf: true}
		switch h.kind {
		case refDelta:
			p.hasRefDeltas = true
		case ofsDelta:
			i, ok := slices.BinarySearchFunc(p.objects, o.at-h.back, func(o packedObject, at int64) int { return cmp.Compare(o.at, at) })
			if !ok {
				return ErrDamaged
			}
			o.base = int32(i)
			p.objects[i].leaf = false
		}
		end, length, err := p.skip(&h)
		if err != nil {
			return err
		}
		if h.kind == refDelta {
			p.refDeltas = append(p.refDeltas, refDeltaEntry{h.base, int32(len(p.objects))})
		}
		p.objects, p.end = append(p.objects, o), end
		if length <= MaxText && h.length <= MaxText {
			p.longest, p.sum = max(p.longest, length, h.length), p.sum+length
		}
	}
	slices.SortFunc(p.refDeltas, func(a, b refDeltaEntry) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.object, b.object)) })
	return nil
}

// header is the header of an object.
type header struct {
	kind   Kind
	length int64  // decompressed length of the object or delta
	back   int64  // distance of a delta from its base (OBJ_OFS_DELTA)
	base   uint64 // the first bytes of the id of the base (OBJ_REF_DELTA)
	data   int64  // offset of the compressed data
}

// header reads the header of the object at an offset.
func (p *pack) header(at int64, ahead int) (h header, err error) {
	const maxHeader = 10 + 32
	head := p.in.bytes(at, maxHeader, ahead)
	i := 0
	next := func() byte {
		if i++; i > len(head) {
			err = ErrDamaged
			return 0
		}
		return head[i-1]
	}
	c := next()
	h.kind, h.length = Kind(c>>4&7), int64(c&0xf)
	for shift := 4; c&0x80 != 0; shift += 7 {
		if c = next(); shift > 40 {
			return h, ErrDamaged
		}
		h.length |= int64(c&0x7f) << shift
	}
	switch h.kind {
	case 0, 5:
		return h, ErrDamaged
	case ofsDelta:
		c := next()
		h.back = int64(c & 0x7f)
		for c&0x80 != 0 && h.back < 1<<48 {
			c = next()
			h.back = (h.back+1)<<7 | int64(c&0x7f)
		}
		if h.back <= 0 {
			return h, ErrDamaged
		}
	case refDelta:
		if len(head)-i < p.format.size {
			return h, ErrDamaged
		}
		h.base = binary.BigEndian.Uint64(head[i:])
		i += p.format.size
	}
	h.data = at + int64(i)
	return h, err
}

// skip returns the offset of the end of an object, and the length of its text.
func (p *pack) skip(h *header) (end, length int64, err error) {
	if h.length > maxUnpackedLength {
		return p.skipLong(h)
	}
	text := p.memory.get(int(h.length))
	defer p.memory.put(text)
	limit := h.data + h.length + h.length/8 + 128
	if end, err = p.unpack(text, h.data, min(limit, p.in.size), readAhead); err != nil {
		return 0, 0, err
	}
	if h.kind < ofsDelta {
		return end, h.length, nil
	}
	length, err = targetLength(text)
	return end, length, err
}

// skipLong is skip for an object that is too long for a buffer.
func (p *pack) skipLong(h *header) (end, length int64, err error) {
	end, err = p.inflateFrom(h.data, func(text io.Reader) error {
		start := make([]byte, min(h.length, 2*binary.MaxVarintLen64))
		if _, err := io.ReadFull(text, start); err != nil {
			return err
		}
		length = h.length
		if h.kind >= ofsDelta {
			var err error
			if length, err = targetLength(start); err != nil {
				return err
			}
		}
		return checkEnd(text, h.length-int64(len(start)))
	})
	return end, length, err
}

// checkEnd returns an error unless the rest of a text has n bytes.
func checkEnd(text io.Reader, n int64) error {
	got, err := io.Copy(io.Discard, text)
	if err == nil && got != n {
		return ErrDamaged
	}
	return err
}
