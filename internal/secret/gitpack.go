package secret

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"github.com/klauspost/compress/zlib"

	"seaworthy.dev/seaworthy/internal/inflate"
)

// A pack (gitformat-pack) holds objects whole, and others as what to copy from an
// object of the same pack and what to insert: a delta. It is read twice. The first
// time finds where objects start, and which is the base of which; no .idx file is at
// hand. The second time makes the text of each object from its base outward, as
// "git index-pack" does, so that each delta is applied once.

// The kinds of objects in a pack.
const (
	packCommit      = 1
	packTree        = 2
	packBlob        = 3
	packTag         = 4
	packOffsetDelta = 6
	packNamedDelta  = 7
)

// The bounds on a pack.
const (
	maxPackObjects = 1 << 20
	// maxPacked is the longest object that is held in memory to be the base of
	// others, maxPackHeld what the bases of one object may take together. What does
	// not fit is made anew when it is needed.
	maxPacked, maxPackHeld = 16 << 20, 24 << 20
	// maxPackDepth is the longest chain of deltas that Git makes.
	maxPackDepth = 4095
	// minPackBudget is what comes out of a pack of any size without a gap: a small one
	// may hold many versions of a file.
	minPackBudget = 8 << 20
	// Copying so many bytes from bases, or digesting so many, costs as much as to
	// decompress one and to look at it.
	copying, digesting = 16, 8
	// maxPackMemory bounds the memory of all packs that are read at a time.
	maxPackMemory = 64 << 20
)

var (
	errPack = errors.New("it is not a complete pack of Git")
	// errPassed is for an object that is a gap already.
	errPassed = errors.New("the object is passed over")
	// errEnough ends the reading when nothing more would be reported.
	errEnough = errors.New("there are more secrets than are reported")
)

// pack is a pack that is being read.
type pack struct {
	*reading
	in      packInput
	objects []packObject // by offset
	end     int64        // of the last one
	named   bool         // there are deltas that name their base
	refs    []packRef    // these, by the base
	linked  int          // of refs, those whose base was found
	names   packNames
	format  objectFormat
	seen    map[[16]byte]struct{} // what was found, by value and path

	longest, sum int64 // of the texts that are to be held in memory

	frames []packFrame
	held   int // bytes of texts in frames
	memory buffers
	fresh  []span  // of the text that was made last
	chain  []int32 // of deltas, from the last one on
}

// packObject is where an object is, and how it hangs together with others; these are
// indices of objects, or none.
type packObject struct {
	at                int64
	base, child, next int32
	kind              byte
	leaf              bool // no delta says how far back it is
}

const none = -1

// packObjectSize and nameSlotSize are what an object takes of memory, with its share of
// a table that is not full.
const packObjectSize, nameSlotSize = 24, 24

// packRef is a delta whose base is known by the start of its id.
type packRef struct {
	id     uint64
	object int32
}

// gitPack is a container for the packs of a Git repository.
func gitPack(r *reading, file io.ReaderAt, size int64) (bool, error) {
	p := pack{reading: r, in: packInput{file: file, size: size, body: r.body}, seen: make(map[[16]byte]struct{})}
	head := p.in.bytes(0, packHeadSize, readAhead)
	if len(head) < packHeadSize {
		return false, p.in.err
	}
	r.budget += minPackBudget
	err := p.read(binary.BigEndian.Uint32(head[8:]))
	switch {
	case r.ctx.Err() != nil:
		return true, r.ctx.Err()
	case p.in.err != nil:
		return true, p.in.err
	case errors.Is(err, errBudget):
		r.gap(tooLarge)
	case errors.Is(err, errEnough):
		r.gap(tooMany)
	case errors.Is(err, errPack):
		r.gap(damaged)
	case err != nil:
		return true, err
	}
	return true, nil
}

const packHeadSize = 12

// read looks through a pack that says that it has so many objects.
func (p *pack) read(count uint32) error {
	most := min(count, maxPackObjects)
	if most < count {
		p.gap(packTooMany)
	}
	p.objects = make([]packObject, 0, min(int64(most), p.in.size/minPackedSize))
	indexed := p.indexAs(int(most))
	if indexed != nil && !errors.Is(indexed, errPack) {
		return indexed
	}
	if most == count && p.in.size-p.end > int64(p.format.size) {
		indexed = errPack
	}
	release, err := p.reserve()
	if err != nil {
		return err
	}
	defer release()
	return cmp.Or(p.texts(), indexed)
}

// indexAs finds the objects of the pack, and which ids it has. It does not tell: only
// their length in front of deltas shows, and that of the digest at the end.
func (p *pack) indexAs(count int) error {
	p.format = sha1Format
	err := p.index(count)
	switch {
	case err == nil && !p.named && p.in.size-p.end == int64(sha256Format.size):
		p.format = sha256Format
	case errors.Is(err, errPack) && p.named:
		n := len(p.objects)
		p.format = sha256Format
		if err := p.index(count); err == nil || len(p.objects) > n || !errors.Is(err, errPack) {
			return err
		}
		p.format = sha1Format
		return p.index(count)
	}
	return err
}

// minPackedSize is the length of the shortest object: a byte of header, and nothing
// that is compressed.
const minPackedSize = 1 + 8

// reserve waits until there is memory for the texts of the pack.
func (p *pack) reserve() (release func(), err error) {
	need := 3*p.longest + min(p.sum, maxPackHeld) + int64(len(p.objects))*(packObjectSize+nameSlotSize)
	need = min(need, maxPackMemory)
	if err := p.analyzer.packs.Acquire(p.ctx, need); err != nil {
		return nil, err
	}
	return func() { p.analyzer.packs.Release(need) }, nil
}

// index finds the objects of the pack.
func (p *pack) index(count int) error {
	p.objects, p.refs, p.longest, p.sum, p.end = p.objects[:0], nil, 0, 0, packHeadSize
	for range count {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		h, err := p.header(p.end, readAhead)
		if err != nil {
			return err
		}
		o := packObject{at: p.end, base: none, child: none, next: none, kind: h.kind, leaf: true}
		switch h.kind {
		case packNamedDelta:
			p.named = true
		case packOffsetDelta:
			i, ok := slices.BinarySearchFunc(p.objects, o.at-h.back, func(o packObject, at int64) int { return cmp.Compare(o.at, at) })
			if !ok {
				return errPack
			}
			o.base = int32(i)
			p.objects[i].leaf = false
		}
		end, length, err := p.skip(&h)
		if err != nil {
			return err
		}
		if h.kind == packNamedDelta {
			p.refs = append(p.refs, packRef{h.base, int32(len(p.objects))})
		}
		p.objects, p.end = append(p.objects, o), end
		if length <= maxPacked && h.length <= maxPacked {
			p.longest, p.sum = max(p.longest, length, h.length), p.sum+length
		}
	}
	slices.SortFunc(p.refs, func(a, b packRef) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.object, b.object)) })
	return nil
}

// packHeader is what stands before an object.
type packHeader struct {
	kind   byte
	length int64  // of the object, or of the delta, decompressed
	back   int64  // how far before a delta its base is
	base   uint64 // the start of the id of a delta's base
	data   int64  // where the compressed data starts
}

// header reads the header of the object at an offset.
func (p *pack) header(at int64, ahead int) (h packHeader, err error) {
	const most = 10 + 32
	head := p.in.bytes(at, most, ahead)
	i := 0
	next := func() byte {
		if i++; i > len(head) {
			err = errPack
			return 0
		}
		return head[i-1]
	}
	c := next()
	h.kind, h.length = c>>4&7, int64(c&0xf)
	for shift := 4; c&0x80 != 0; shift += 7 {
		if c = next(); shift > 40 {
			return h, errPack
		}
		h.length |= int64(c&0x7f) << shift
	}
	switch h.kind {
	case 0, 5:
		return h, errPack
	case packOffsetDelta:
		c := next()
		h.back = int64(c & 0x7f)
		for c&0x80 != 0 && h.back < 1<<48 {
			c = next()
			h.back = (h.back+1)<<7 | int64(c&0x7f)
		}
		if h.back <= 0 {
			return h, errPack
		}
	case packNamedDelta:
		if len(head)-i < p.format.size {
			return h, errPack
		}
		h.base = binary.BigEndian.Uint64(head[i:])
		i += p.format.size
	}
	h.data = at + int64(i)
	return h, err
}

// skip gives where an object ends, and how long its text is.
func (p *pack) skip(h *packHeader) (end, length int64, err error) {
	if h.length > atOncePacked {
		return p.skipLong(h)
	}
	text := p.memory.get(int(h.length))
	defer p.memory.put(text)
	limit := h.data + h.length + h.length/8 + 128
	if end, err = p.unpack(text, h.data, min(limit, p.in.size), readAhead); err != nil {
		return 0, 0, err
	}
	if h.kind < packOffsetDelta {
		return end, h.length, nil
	}
	length, err = targetLength(text)
	return end, length, err
}

func (p *pack) skipLong(h *packHeader) (end, length int64, err error) {
	end, err = p.inflateFrom(h.data, func(text io.Reader) error {
		start := make([]byte, min(h.length, 2*binary.MaxVarintLen64))
		if _, err := io.ReadFull(text, start); err != nil {
			return err
		}
		length = h.length
		if h.kind >= packOffsetDelta {
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
		return errPack
	}
	return err
}

// atOncePacked is the longest text that is decompressed from memory to memory.
const atOncePacked = 1 << 20

// unpack decompresses what starts at one offset, and ends before another, into
// memory of its length that is from buffers; end is behind it.
func (p *pack) unpack(text []byte, at, limit int64, ahead int) (end int64, err error) {
	if err := p.spend(int64(len(text))); err != nil {
		return 0, err
	}
	if n := limit - at; n <= 2*atOncePacked {
		packed := p.in.bytes(at, int(n), ahead)
		if zlibbed(packed) {
			d := decoders.Get().(*inflate.Decoder)
			defer decoders.Put(d)
			n, taken, err := d.Inflate(text[:len(text)+bufferSlack], packed[zlibHead:])
			if taken += zlibHead + zlibTail; err == nil && n == len(text) && taken <= len(packed) {
				return at + int64(taken), nil
			}
		}
	}
	p.budget += int64(len(text)) // which the stream takes anew
	return p.inflateFrom(at, func(r io.Reader) error {
		if _, err := io.ReadFull(r, text); err != nil {
			return err
		}
		return ends(r, 0)
	})
}

const zlibHead, zlibTail = 2, 4

// zlibbed reports whether a text starts as zlib's do (RFC 1950), without a dictionary.
func zlibbed(b []byte) bool {
	return len(b) >= zlibHead && b[0]&0xf == 8 && b[1]&0x20 == 0 && binary.BigEndian.Uint16(b)%31 == 0
}

// inflateFrom hands what is compressed from an offset on to who reads all of it; end
// is behind it.
func (p *pack) inflateFrom(at int64, read func(io.Reader) error) (end int64, err error) {
	in := inputs.Get().(*bufio.Reader)
	defer inputs.Put(in)
	section := io.NewSectionReader(p.in.file, at, p.in.size-at)
	in.Reset(section)
	z, err := zlib.NewReader(in)
	if err != nil {
		return 0, errPack
	}
	defer z.Close()
	err = read(inflated{z, p.reading})
	taken, _ := section.Seek(0, io.SeekCurrent) // never fails
	if err != nil && !errors.Is(err, errBudget) && p.ctx.Err() == nil {
		err = errPack
	}
	return at + taken - int64(in.Buffered()), err
}

// spend takes from the budget what so many bytes cost that are looked at.
func (p *pack) spend(n int64) error {
	if p.budget -= n; p.budget < 0 {
		return errBudget
	}
	return nil
}
