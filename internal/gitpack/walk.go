package gitpack

import (
	"cmp"
	"errors"
	"io"
	"slices"
)

// frame is an object whose deltas are being handed out.
type frame struct {
	object int32
	next   int32  // the next of its deltas, or none
	depth  int32  // in differences from an object that is whole
	text   []byte // nil if it is to be made again
}

// texts makes the text of every object. Trees come before the files that they name,
// and behind the commits that name them.
func (p *pack) texts() error {
	p.link()
	p.names = newNameTable(len(p.objects), p.format)
	for _, kinds := range [...][2]Kind{{Commit, Tag}, {tree}, {Blob}} {
		for i := range p.objects {
			o := &p.objects[i]
			if o.kind != kinds[0] && o.kind != kinds[1] {
				continue
			}
			if err := p.family(int32(i)); err != nil {
				return err
			}
		}
	}
	if p.linked < len(p.refs) {
		p.opt.Gap(MissingBase)
	}
	return nil
}

// link makes lists of the deltas of each object: first those that are the base of
// none, so that no more texts are held than must be.
func (p *pack) link() {
	for _, leaves := range [...]bool{false, true} {
		for i := int32(len(p.objects)) - 1; i >= 0; i-- {
			o := &p.objects[i]
			if o.base != none && o.leaf == leaves {
				p.adopt(o.base, i)
			}
		}
	}
}

func (p *pack) adopt(base, delta int32) {
	b, d := &p.objects[base], &p.objects[delta]
	d.base, d.next, b.child = base, b.child, delta
}

// family hands out an object that is whole, what differs from it, what differs from that,
// and so on. What cannot be made is a gap.
func (p *pack) family(root int32) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	kind := p.objects[root].kind
	h, err := p.header(p.objects[root].at, readExactly)
	if err != nil {
		return err
	}
	if h.length > MaxText {
		return p.long(root, &h)
	}
	text, err := p.stored(root, &h)
	if err != nil {
		return p.forgive(err)
	}
	if err := p.visit(root, kind, text, []Span{{0, len(text)}}); err != nil {
		return err
	}
	p.push(root, text, 0)
	for len(p.frames) > 0 {
		if err := p.step(kind); err != nil {
			return err
		}
	}
	return nil
}

// forgive makes a gap of what is wrong with one object alone.
func (p *pack) forgive(err error) error {
	switch {
	case errors.Is(err, errSkipped):
		return nil
	case errors.Is(err, ErrDamaged) && p.in.err == nil:
		p.opt.Gap(DamagedObject)
		return nil
	}
	return err
}

// push takes the deltas of an object as what is to be handed out next. The text, which is
// from memory, is no longer the caller's.
func (p *pack) push(object int32, text []byte, depth int32) {
	child := p.objects[object].child
	if child == none {
		p.memory.put(text)
		return
	}
	if depth == MaxDepth {
		p.opt.Gap(TooDeep)
		p.memory.put(text)
		return
	}
	p.frames = append(p.frames, frame{object, child, depth, text})
	p.held += len(text)
	for i := 0; p.held > maxHeld && i < len(p.frames)-1; i++ {
		p.drop(&p.frames[i])
	}
}

func (p *pack) drop(f *frame) {
	p.held -= len(f.text)
	p.memory.put(f.text)
	f.text = nil
}

// step hands out the next delta of the object on top.
func (p *pack) step(kind Kind) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	f := &p.frames[len(p.frames)-1]
	delta, depth := f.next, f.depth+1
	if f.text == nil {
		text, err := p.again(f.object)
		if err != nil {
			return err
		}
		f.text, p.held = text, p.held+len(text)
	}
	text, err := p.target(delta, f.text)
	if f.next = p.objects[delta].next; f.next == none {
		p.drop(f)
		p.frames = p.frames[:len(p.frames)-1]
	}
	if err != nil {
		return p.forgive(err)
	}
	if err := p.visit(delta, kind, text, p.changed); err != nil {
		return err
	}
	p.push(delta, text, depth)
	return nil
}

// stored decompresses what is stored of an object, the text or a delta, into memory.
func (p *pack) stored(object int32, h *header) ([]byte, error) {
	limit := p.end
	if int(object)+1 < len(p.objects) {
		limit = p.objects[object+1].at
	}
	text := p.memory.get(int(h.length))
	if _, err := p.unpack(text, h.data, limit, readExactly); err != nil {
		p.memory.put(text)
		return nil, err
	}
	return text, nil
}

// target makes the text of a delta.
func (p *pack) target(object int32, base []byte) ([]byte, error) {
	h, err := p.header(p.objects[object].at, readExactly)
	if err != nil {
		return nil, err
	}
	if h.length > MaxText {
		p.opt.Gap(TooLong)
		return nil, errSkipped
	}
	delta, err := p.stored(object, &h)
	if err != nil {
		return nil, err
	}
	defer p.memory.put(delta)
	return p.apply(base, delta)
}

// again makes a text that was there before, from the nearest that is there still.
func (p *pack) again(object int32) ([]byte, error) {
	p.chain = p.chain[:0]
	above := len(p.frames) - 1
	for o := object; ; o = p.objects[o].base {
		if above >= 0 && p.frames[above].object == o {
			if text := p.frames[above].text; text != nil {
				return p.descend(text, true)
			}
			above--
		}
		if p.objects[o].base == none {
			h, err := p.header(p.objects[o].at, readExactly)
			if err != nil {
				return nil, err
			}
			text, err := p.stored(o, &h)
			if err != nil {
				return nil, err
			}
			return p.descend(text, false)
		}
		p.chain = append(p.chain, o)
	}
}

// descend applies the deltas of the chain to a text, which it gives back to memory
// unless it is kept.
func (p *pack) descend(text []byte, kept bool) ([]byte, error) {
	for _, o := range slices.Backward(p.chain) {
		next, err := p.target(o, text)
		if !kept {
			p.memory.put(text)
		}
		if err != nil {
			return nil, err
		}
		text, kept = next, false
	}
	return text, nil
}

// visit takes an object that is there as a whole: it finds the deltas that name it as
// their base, and hands it out if anything in it is new.
func (p *pack) visit(object int32, kind Kind, text []byte, changed []Span) error {
	named := p.linked < len(p.refs)
	if len(changed) == 0 && !named {
		return nil
	}
	if err := p.spend(int64(len(text) / digesting)); err != nil {
		return err
	}
	id := p.format.of(kind, text)
	if named {
		p.adoptNamed(object, id.start())
	}
	switch kind {
	case tree:
		p.names.tree(id, text, changed)
		return nil
	case Commit:
		p.names.commit(id, text)
	}
	if len(text) == 0 || len(changed) == 0 {
		return nil
	}
	p.object.Kind, p.object.id, p.object.Text, p.object.Changed = kind, id, text, changed
	return p.opt.Object(&p.object)
}

// adoptNamed finds the deltas that name an object as their base.
func (p *pack) adoptNamed(base int32, id uint64) {
	i, _ := slices.BinarySearchFunc(p.refs, id, func(r ref, id uint64) int { return cmp.Compare(r.id, id) })
	for ; i < len(p.refs) && p.refs[i].id == id; i++ {
		if o := p.refs[i].object; p.objects[o].base == none {
			p.adopt(base, o)
			p.linked++
		}
	}
}

// long hands out an object that is too long to be held in memory.
func (p *pack) long(object int32, h *header) error {
	if p.objects[object].child != none {
		p.opt.Gap(TooLong)
	}
	if h.kind == tree {
		return nil
	}
	var id objectID
	_, err := p.inflateFrom(h.data, func(text io.Reader) error {
		d := p.format.digest(h.kind, h.length)
		_, err := io.Copy(d, text)
		id = p.format.sum(d)
		return err
	})
	if err != nil {
		return p.forgive(err)
	}
	p.object.Kind, p.object.id, p.object.Text, p.object.Changed = h.kind, id, nil, nil
	var own error // of the callback
	_, err = p.inflateFrom(h.data, func(text io.Reader) error {
		err := p.opt.Long(&p.object, text)
		if text.(*budgeted).err == nil {
			own = err
		}
		return err
	})
	if own != nil {
		return own
	}
	return p.forgive(err)
}

// errSkipped is returned for an object that is a gap already.
var errSkipped = errors.New("the object is skipped")
