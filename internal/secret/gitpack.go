package secret

import (
	"bufio"
	"bytes"
	"crypto/sha1" // names objects; nothing here trusts it
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
)

// The kinds of objects in a pack (gitformat-pack).
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
	// maxPacked is the longest object that is held in memory to be the base of
	// others, maxPackMemory what all of them may take.
	maxPacked, maxPackMemory = 4 << 20, 32 << 20
	// nearby is how far around what a delta inserts its text is looked at.
	nearby = 4 << 10
	// copying is how many bytes of memory may be copied for one that is looked at.
	copying = 16
)

var errPack = errors.New("it is not a complete pack of Git")

// pack reads the objects of a pack one after the other.
type pack struct {
	*reading
	in   *countingReader
	zlib io.ReadCloser
	// held are texts that may be the base of a delta, by offset; order tells the
	// oldest.
	held  map[int64]packed
	order []int64
	size  int
}

type packed struct {
	kind byte
	text []byte
}

// gitPack is a container for the packs of a Git repository.
func gitPack(r *reading, file io.ReaderAt, size int64) (bool, error) {
	p := pack{reading: r, in: &countingReader{r: bufio.NewReaderSize(io.NewSectionReader(file, 0, size), 64<<10)}, held: make(map[int64]packed)}
	var head [12]byte
	if _, err := io.ReadFull(p.in, head[:]); err != nil {
		return false, nil
	}
	for range binary.BigEndian.Uint32(head[8:]) {
		err := p.object()
		switch {
		case r.ctx.Err() != nil:
			return true, err
		case errors.Is(err, errBudget):
			r.gap(tooLarge)
			return true, nil
		case err != nil:
			r.gap(damaged)
			return true, nil
		}
	}
	return true, nil
}

// object reads the next object of the pack.
func (p *pack) object() error {
	at := p.in.n
	kind, length, err := p.head()
	if err != nil {
		return err
	}
	var base packed
	switch kind {
	case packOffsetDelta:
		back, err := p.back()
		if err != nil {
			return err
		}
		base = p.held[at-back]
	case packNamedDelta:
		var id [sha1.Size]byte
		if _, err := io.ReadFull(p.in, id[:]); err != nil {
			return errPack
		}
	}
	if err := p.inflate(); err != nil {
		return err
	}
	plain := io.Reader(inflated{p.zlib, p.reading})
	if length > maxPacked {
		if kind == packTree {
			return drain(plain)
		}
		err := p.stream(plain, gitText, fmt.Sprintf("object at %d", at))
		return errors.Join(err, drain(plain))
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(plain, text); err != nil {
		return err
	}
	if err := drain(plain); err != nil { // up to the checksum
		return err
	}
	if kind > packTag {
		return p.delta(at, base, text)
	}
	p.hold(at, packed{kind, text})
	if kind != packTree {
		p.look(packed{kind, text}, 0, len(text))
	}
	return nil
}

// head reads the kind and the length of the next object.
func (p *pack) head() (kind byte, length int64, err error) {
	c, err := p.in.ReadByte()
	if err != nil {
		return 0, 0, errPack
	}
	kind, length = c>>4&7, int64(c&0xf)
	for shift := 4; c&0x80 != 0; shift += 7 {
		if c, err = p.in.ReadByte(); err != nil || shift > 40 {
			return 0, 0, errPack
		}
		length |= int64(c&0x7f) << shift
	}
	if kind == 0 || kind == 5 {
		return 0, 0, errPack
	}
	return kind, length, nil
}

// back reads how far before a delta its base is.
func (p *pack) back() (int64, error) {
	c, err := p.in.ReadByte()
	n := int64(c & 0x7f)
	for err == nil && c&0x80 != 0 && n < 1<<48 {
		c, err = p.in.ReadByte()
		n = (n+1)<<7 | int64(c&0x7f)
	}
	if err != nil || n <= 0 {
		return 0, errPack
	}
	return n, nil
}

func (p *pack) inflate() (err error) {
	if p.zlib == nil {
		p.zlib, err = zlib.NewReader(p.in)
		return err
	}
	return p.zlib.(zlib.Resetter).Reset(p.in, nil)
}

// drain reads to the end.
func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// hold keeps a text for the deltas to come.
func (p *pack) hold(at int64, o packed) {
	p.held[at] = o
	p.order = append(p.order, at)
	p.size += len(o.text)
	for p.size > maxPackMemory {
		p.size -= len(p.held[p.order[0]].text)
		delete(p.held, p.order[0])
		p.order = p.order[1:]
	}
}

// look looks through a piece of an object that starts at an offset of its text.
func (p *pack) look(o packed, from, to int) {
	piece := o.text[from:to]
	pl := placeOf(gitText, piece[:min(len(piece), 4096)])
	found, whole := p.analyzer.look(piece, &pl)
	if len(found) > 0 {
		name := o.name()
		for i := range found {
			found[i].Member = name
			found[i].Offset += int64(from)
			if found[i].Line > 0 {
				found[i].Line += bytes.Count(o.text[:from], []byte("\n"))
			}
		}
	}
	p.keep(found, whole)
}

// name is the name by which Git knows an object.
func (o packed) name() string {
	kinds := [...]string{packCommit: "commit", packTree: "tree", packBlob: "blob", packTag: "tag"}
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kinds[o.kind], len(o.text))
	h.Write(o.text)
	return kinds[o.kind] + " " + hex.EncodeToString(h.Sum(nil))
}

// delta makes the text that a delta describes, and looks at what is new in it. Of
// a delta without its base that is all that it inserts.
func (p *pack) delta(at int64, base packed, delta []byte) error {
	length, delta, ok := deltaSize(delta)
	target, delta, ok2 := deltaSize(delta)
	if !ok || !ok2 {
		return errPack
	}
	if base.kind == packTree {
		p.hold(at, packed{kind: packTree}) // so that what builds on it is known to be one
		return nil
	}
	based := base.kind != 0 && length == len(base.text) && target <= maxPacked
	var text []byte
	if based {
		text = make([]byte, 0, target)
		if p.budget -= int64(target / copying); p.budget < 0 {
			return errBudget
		}
	}
	var fresh [][2]int // what is inserted, as spans of text
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		if op&0x80 == 0 {
			n := int(op)
			if n == 0 || n > len(delta) {
				return errPack
			}
			from := len(text)
			text, delta = append(text, delta[:n]...), delta[n:]
			if last := len(fresh) - 1; last >= 0 && from-fresh[last][1] <= 2*nearby {
				fresh[last][1] = len(text)
			} else {
				fresh = append(fresh, [2]int{from, len(text)})
			}
			continue
		}
		offset, n, rest := deltaCopy(op, delta)
		if delta = rest; delta == nil {
			return errPack
		}
		if !based {
			text = append(text, '\n')
			continue
		}
		if offset > len(base.text) || n > len(base.text)-offset || len(text)+n > target {
			return errPack
		}
		text = append(text, base.text[offset:offset+n]...)
	}
	if !based {
		p.look(packed{packBlob, text}, 0, len(text))
		return nil
	}
	o := packed{base.kind, text}
	p.hold(at, o)
	for _, f := range fresh {
		from, to := max(0, f[0]-nearby), min(len(text), f[1]+nearby)
		if p.budget -= int64(to - from); p.budget < 0 {
			return errBudget
		}
		p.look(o, from, to)
	}
	return nil
}

// deltaSize reads a length at the start of a delta.
func deltaSize(delta []byte) (n int, rest []byte, ok bool) {
	v, size := binary.Uvarint(delta)
	if size <= 0 || v > 1<<40 {
		return 0, nil, false
	}
	return int(v), delta[size:], true
}

// deltaCopy reads what to copy from the base; rest is nil if the delta ends in it.
func deltaCopy(op byte, delta []byte) (offset, n int, rest []byte) {
	for i := range 7 {
		if op&(1<<i) == 0 {
			continue
		}
		if len(delta) == 0 {
			return 0, 0, nil
		}
		if i < 4 {
			offset |= int(delta[0]) << (8 * i)
		} else {
			n |= int(delta[0]) << (8 * (i - 4))
		}
		delta = delta[1:]
	}
	if n == 0 {
		n = 0x10000
	}
	if delta == nil {
		delta = []byte{}
	}
	return offset, n, delta
}

// countingReader counts the bytes that are taken from it, and gives no
// decompressor more than it needs.
type countingReader struct {
	r *bufio.Reader
	n int64
}

// Read implements [io.Reader].
func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// ReadByte implements [io.ByteReader].
func (c *countingReader) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

var _ io.ByteReader = (*countingReader)(nil)
