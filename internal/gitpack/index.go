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
	reader  *Reader
	ctx     context.Context
	opt     Options
	in      input
	objects []packedObject // by offset
	end     int64          // of the last one
	named   bool           // there are deltas that name their base
	refs    []ref          // these, by the base
	linked  int            // of refs, those whose base was found
	names   nameTable
	format  objectFormat
	object  Object // the one that is handed out

	longest, sum int64 // of the texts that are to be held in memory

	frames  []frame
	held    int // bytes of texts in frames
	memory  buffers
	changed []Span  // of the text that was made last
	chain   []int32 // of deltas, from the last one on
}

// packedObject is where an object is, and how it hangs together with others; these are
// indices of objects, or none.
type packedObject struct {
	at                int64
	base, child, next int32
	kind              Kind
	leaf              bool // no delta says how far back it is
}

const none = -1

// objectSize and nameSlotSize are what an object takes of memory, with its share of
// a table that is not full.
const objectSize, nameSlotSize = 24, 24

// ref is a delta whose base is known by the start of its id.
type ref struct {
	id     uint64
	object int32
}

// read reads a pack that says that it has so many objects.
func (p *pack) read(count uint32) error {
	most := min(count, MaxObjects)
	if most < count {
		p.opt.Gap(TooManyObjects)
	}
	p.objects = make([]packedObject, 0, min(int64(most), p.in.size/minObject))
	indexed := p.indexAs(int(most))
	if indexed != nil && !errors.Is(indexed, ErrDamaged) {
		return indexed
	}
	if most == count && p.in.size-p.end > int64(p.format.size) {
		indexed = ErrDamaged
	}
	release, err := p.reserve()
	if err != nil {
		return err
	}
	defer release()
	return cmp.Or(p.texts(), indexed)
}

// indexAs finds the objects of the pack, and which ids it has. The pack does not say: only
// their length in front of deltas shows, and that of the digest at the end.
func (p *pack) indexAs(count int) error {
	p.format = sha1Format
	err := p.index(count)
	switch {
	case err == nil && !p.named && p.in.size-p.end == int64(sha256Format.size):
		p.format = sha256Format
	case errors.Is(err, ErrDamaged) && p.named:
		n := len(p.objects)
		p.format = sha256Format
		if err := p.index(count); err == nil || len(p.objects) > n || !errors.Is(err, ErrDamaged) {
			return err
		}
		p.format = sha1Format
		return p.index(count)
	}
	return err
}

// minObject is the length of the shortest object: a byte of header, and nothing
// that is compressed.
const minObject = 1 + 8

// reserve waits until there is memory for the texts of the pack.
func (p *pack) reserve() (release func(), err error) {
	need := 3*p.longest + min(p.sum, maxHeld) + int64(len(p.objects))*(objectSize+nameSlotSize)
	need = min(need, MaxMemory)
	if err := p.reader.memory.Acquire(p.ctx, need); err != nil {
		return nil, err
	}
	return func() { p.reader.memory.Release(need) }, nil
}

// index finds the objects of the pack.
func (p *pack) index(count int) error {
	p.objects, p.refs, p.longest, p.sum, p.end = p.objects[:0], nil, 0, 0, headerSize
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
		case namedDelta:
			p.named = true
		case offsetDelta:
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
		if h.kind == namedDelta {
			p.refs = append(p.refs, ref{h.base, int32(len(p.objects))})
		}
		p.objects, p.end = append(p.objects, o), end
		if length <= MaxText && h.length <= MaxText {
			p.longest, p.sum = max(p.longest, length, h.length), p.sum+length
		}
	}
	slices.SortFunc(p.refs, func(a, b ref) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.object, b.object)) })
	return nil
}

// header is what stands before an object.
type header struct {
	kind   Kind
	length int64  // of the object, or of the delta, decompressed
	back   int64  // how far before a delta its base is
	base   uint64 // the start of the id of a delta's base
	data   int64  // where the compressed data starts
}

// header reads the header of the object at an offset.
func (p *pack) header(at int64, ahead int) (h header, err error) {
	const most = 10 + 32
	head := p.in.bytes(at, most, ahead)
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
	case offsetDelta:
		c := next()
		h.back = int64(c & 0x7f)
		for c&0x80 != 0 && h.back < 1<<48 {
			c = next()
			h.back = (h.back+1)<<7 | int64(c&0x7f)
		}
		if h.back <= 0 {
			return h, ErrDamaged
		}
	case namedDelta:
		if len(head)-i < p.format.size {
			return h, ErrDamaged
		}
		h.base = binary.BigEndian.Uint64(head[i:])
		i += p.format.size
	}
	h.data = at + int64(i)
	return h, err
}

// skip returns where an object ends, and how long its text is.
func (p *pack) skip(h *header) (end, length int64, err error) {
	if h.length > maxAtOnce {
		return p.skipLong(h)
	}
	text := p.memory.get(int(h.length))
	defer p.memory.put(text)
	limit := h.data + h.length + h.length/8 + 128
	if end, err = p.unpack(text, h.data, min(limit, p.in.size), readAhead); err != nil {
		return 0, 0, err
	}
	if h.kind < offsetDelta {
		return end, h.length, nil
	}
	length, err = targetLength(text)
	return end, length, err
}

func (p *pack) skipLong(h *header) (end, length int64, err error) {
	end, err = p.inflateFrom(h.data, func(text io.Reader) error {
		start := make([]byte, min(h.length, 2*binary.MaxVarintLen64))
		if _, err := io.ReadFull(text, start); err != nil {
			return err
		}
		length = h.length
		if h.kind >= offsetDelta {
			var err error
			if length, err = targetLength(start); err != nil {
				return err
			}
		}
		return ends(text, h.length-int64(len(start)))
	})
	return end, length, err
}

// ends reads the rest of a text, which is to have so many bytes.
func ends(text io.Reader, n int64) error {
	got, err := io.Copy(io.Discard, text)
	if err == nil && got != n {
		return ErrDamaged
	}
	return err
}
