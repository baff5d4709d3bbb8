package gitpack

import (
	"cmp"
	"errors"
	"io"
	"slices"
)

// frame is an object whose deltas are being visited.
type frame struct {
	object int32
	next   int32  // the next of its deltas, or none
	depth  int32  // number of deltas from a whole object
	text   []byte // nil if it must be rebuilt
}

// visitObjects visits every object: first commits and tags, then trees, then files, so that
// the names of files are known when they are visited.
func (p *pack) visitObjects() error {
	p.linkDeltas()
	p.names = newNameTable(len(p.objects), p.format)
	for _, kinds := range [...][2]Kind{{Commit, Tag}, {tree}, {Blob}} {
		for i := range p.objects {
			o := &p.objects[i]
			if o.kind != kinds[0] && o.kind != kinds[1] {
				continue
			}
			if err := p.visitFamily(int32(i)); err != nil {
				return err
			}
		}
	}
	if p.resolvedRefs < len(p.refDeltas) {
		p.opt.Gap(MissingBase)
	}
	return nil
}

// linkDeltas builds the list of deltas of each object. Deltas without deltas of their own
// come first, so that fewer texts are in memory at a time.
func (p *pack) linkDeltas() {
	for _, leaves := range [...]bool{false, true} {
		for i := int32(len(p.objects)) - 1; i >= 0; i-- {
			o := &p.objects[i]
			if o.base != none && o.leaf == leaves {
				p.addChild(o.base, i)
			}
		}
	}
}

// addChild adds a delta to the list of its base.
func (p *pack) addChild(base, delta int32) {
	b, d := &p.objects[base], &p.objects[delta]
	d.base, d.next, b.child = base, b.child, delta
}

// visitFamily visits a whole object and all deltas that depend on it. Objects that cannot be
// read are gaps.
func (p *pack) visitFamily(root int32) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	kind := p.objects[root].kind
	h, err := p.header(p.objects[root].at, readExactly)
	if err != nil {
		return err
	}
	if h.length > MaxText {
		return p.visitLong(root, &h)
	}
	text, err := p.unpackStored(root, &h)
	if err != nil {
		return p.reportGap(err)
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

// reportGap reports an error that concerns only one object as a gap. It returns any other
// error.
func (p *pack) reportGap(err error) error {
	switch {
	case errors.Is(err, errSkipped):
		return nil
	case errors.Is(err, ErrDamaged) && p.in.err == nil:
		p.opt.Gap(DamagedObject)
		return nil
	}
	return err
}

// push adds a frame for the deltas of an object. It takes ownership of the text, which must
// be from p.memory.
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

// drop frees the text of a frame.
func (p *pack) drop(f *frame) {
	p.held -= len(f.text)
	p.memory.put(f.text)
	f.text = nil
}

// step visits the next delta of the object in the last frame.
func (p *pack) step(kind Kind) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	f := &p.frames[len(p.frames)-1]
	delta, depth := f.next, f.depth+1
	if f.text == nil {
		text, err := p.rebuild(f.object)
		if err != nil {
			return err
		}
		f.text, p.held = text, p.held+len(text)
	}
	text, err := p.deltaTarget(delta, f.text)
	if f.next = p.objects[delta].next; f.next == none {
		p.drop(f)
		p.frames = p.frames[:len(p.frames)-1]
	}
	if err != nil {
		return p.reportGap(err)
	}
	if err := p.visit(delta, kind, text, p.changed); err != nil {
		return err
	}
	p.push(delta, text, depth)
	return nil
}

// unpackStored decompresses the stored text or delta of an object.
func (p *pack) unpackStored(object int32, h *header) ([]byte, error) {
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

// deltaTarget returns the text of an object that is stored as a delta.
func (p *pack) deltaTarget(object int32, base []byte) ([]byte, error) {
	h, err := p.header(p.objects[object].at, readExactly)
	if err != nil {
		return nil, err
	}
	if h.length > MaxText {
		p.opt.Gap(TooLong)
		return nil, errSkipped
	}
	delta, err := p.unpackStored(object, &h)
	if err != nil {
		return nil, err
	}
	defer p.memory.put(delta)
	return p.apply(base, delta)
}

// rebuild returns the text of an object whose frame was dropped. It starts from the nearest
// object in the chain whose text is in memory.
func (p *pack) rebuild(object int32) ([]byte, error) {
	p.chain = p.chain[:0]
	above := len(p.frames) - 1
	for o := object; ; o = p.objects[o].base {
		if above >= 0 && p.frames[above].object == o {
			if text := p.frames[above].text; text != nil {
				return p.applyChain(text, true)
			}
			above--
		}
		if p.objects[o].base == none {
			h, err := p.header(p.objects[o].at, readExactly)
			if err != nil {
				return nil, err
			}
			text, err := p.unpackStored(o, &h)
			if err != nil {
				return nil, err
			}
			return p.applyChain(text, false)
		}
		p.chain = append(p.chain, o)
	}
}

// applyChain applies the deltas in p.chain to a text. It frees the text unless keep is set.
func (p *pack) applyChain(text []byte, keep bool) ([]byte, error) {
	for _, o := range slices.Backward(p.chain) {
		next, err := p.deltaTarget(o, text)
		if !keep {
			p.memory.put(text)
		}
		if err != nil {
			return nil, err
		}
		text, keep = next, false
	}
	return text, nil
}

// visit handles an object with its text: it finds the deltas that name it as their base,
// adds the names in it, and calls the callback unless the base has the same text.
func (p *pack) visit(object int32, kind Kind, text []byte, changed []Span) error {
	unlinked := p.resolvedRefs < len(p.refDeltas)
	if len(changed) == 0 && !unlinked {
		return nil
	}
	if err := p.spend(int64(len(text) / digestDivisor)); err != nil {
		return err
	}
	id := p.format.of(kind, text)
	if unlinked {
		p.linkRefDeltas(object, id.prefix())
	}
	switch kind {
	case tree:
		p.names.addTree(id, text, changed)
		return nil
	case Commit:
		p.names.addCommit(id, text)
	}
	if len(text) == 0 || len(changed) == 0 {
		return nil
	}
	p.object.Kind, p.object.id, p.object.Text, p.object.Changed = kind, id, text, changed
	return p.opt.Object(&p.object)
}

// linkRefDeltas finds the deltas that name an object as their base.
func (p *pack) linkRefDeltas(base int32, id uint64) {
	i, _ := slices.BinarySearchFunc(p.refDeltas, id, func(r refDeltaEntry, id uint64) int { return cmp.Compare(r.id, id) })
	for ; i < len(p.refDeltas) && p.refDeltas[i].id == id; i++ {
		if o := p.refDeltas[i].object; p.objects[o].base == none {
			p.addChild(base, o)
			p.resolvedRefs++
		}
	}
}

// visitLong visits an object that is too long for memory.
func (p *pack) visitLong(object int32, h *header) error {
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
		return p.reportGap(err)
	}
	p.object.Kind, p.object.id, p.object.Text, p.object.Changed = h.kind, id, nil, nil
	var callbackErr error // an error of the callback, not of reading the text
	_, err = p.inflateFrom(h.data, func(text io.Reader) error {
		err := p.opt.Long(&p.object, text)
		if text.(*budgetReader).err == nil {
			callbackErr = err
		}
		return err
	})
	if callbackErr != nil {
		return callbackErr
	}
	return p.reportGap(err)
}

// errSkipped is returned for an object that was already reported as a gap.
var errSkipped = errors.New("the object is skipped")
