package extract

import (
	"context"
	"fmt"
	"io"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/layer"
)

// visitor takes a body and the items that want it, at least one.
type visitor func(to []item, h *seaworthy.Header, body io.Reader) error

// read reads the layers that hold a body of the plan, and hands each body that is
// wanted to a visitor of its layer. It is an error if a layer is not what it was
// when the plan was made, or not what the image says that it is.
func (p *Plan) read(ctx context.Context, src image.Source, limits layer.Limits, open func() (visitor, func())) error {
	missing := make(map[string]bool) // blobs that were not read yet
	for _, it := range p.files {
		missing[p.layers[it.bodyLayer].Blob] = true
	}
	if len(missing) == 0 {
		return nil
	}
	read := make(chan string, len(missing))
	err := src.Layers(ctx, func(ctx context.Context, b image.Blob) error {
		if !missing[b.Name] {
			return nil
		}
		visit, done := open()
		defer done()
		if err := p.readBlob(ctx, b, limits, visit); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("layer %s: %w", b.Name, err)
		}
		read <- b.Name
		return nil
	})
	close(read)
	if err != nil {
		return err
	}
	for name := range read {
		delete(missing, name)
	}
	for name := range missing {
		return fmt.Errorf("layer %s is not in the image any more: did it change while it was read?", name)
	}
	return nil
}

func (p *Plan) readBlob(ctx context.Context, b image.Blob, limits layer.Limits, visit visitor) error {
	rc, err := b.Open(ctx)
	if err != nil {
		return err
	}
	defer rc.Close()
	var wanted [][]item // of each layer that the blob is
	for l, ref := range p.layers {
		if ref.Blob == b.Name {
			wanted = append(wanted, p.ofLayer(l))
		}
	}
	var to []item
	l, err := layer.Walk(ctx, rc, limits, func(h *seaworthy.Header, body io.Reader) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		to = to[:0]
		for i, items := range wanted {
			n := 0
			for n < len(items) && items[n].bodyOrdinal == uint32(h.Ordinal) {
				n++
			}
			to = append(to, items[:n]...)
			wanted[i] = items[n:]
		}
		if len(to) == 0 {
			return nil
		}
		return visit(to, h, body)
	})
	if err != nil {
		return err
	}
	return p.verify(b, l)
}

// verify makes sure that a layer is what the image, and the plan, say.
func (p *Plan) verify(b image.Blob, l *layer.Layer) error {
	for i, ref := range p.layers {
		if ref.Blob != b.Name {
			continue
		}
		want := p.merged.Image().Layers[i].DiffID
		switch {
		case ref.Digest != "" && l.Digest != ref.Digest:
			return fmt.Errorf("content does not match the image: its digest is %s, want %s", l.Digest, ref.Digest)
		case l.DiffID != want:
			return fmt.Errorf("its content is not what it was before: its diffID is %s, not %s", l.DiffID, want)
		}
	}
	return nil
}

// ofLayer gives the files whose bodies a layer holds.
func (p *Plan) ofLayer(l int) []item {
	order := func(it item, l int) int { return int(it.bodyLayer) - l }
	first, _ := slices.BinarySearchFunc(p.files, l, order)
	last, _ := slices.BinarySearchFunc(p.files, l+1, order)
	return p.files[first:last]
}
