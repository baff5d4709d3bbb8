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

// visitor handles the content of an entry for the items that need it, at least one.
type visitor func(to []item, h *seaworthy.Header, body io.Reader) error

// read reads the layers with the content of the plan's files and calls a visitor for each
// content. Open returns the visitor for one layer, and a function to call after the layer.
// Layers may be read at the same time. It is an error if the digest or diffID of a layer
// does not match the image.
func (p *Plan) read(ctx context.Context, src image.Source, limits layer.Limits, open func() (visitor, func())) error {
	missing := make(map[string]bool) // names of blobs that were not read yet
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
		return fmt.Errorf("layer %s is no longer in the image: the image changed during the extraction", name)
	}
	return nil
}

// readBlob reads one layer and verifies it.
func (p *Plan) readBlob(ctx context.Context, b image.Blob, limits layer.Limits, visit visitor) error {
	rc, err := b.Open(ctx)
	if err != nil {
		return err
	}
	defer rc.Close()
	var wanted [][]item // for each layer of the image that has this blob
	for l, ref := range p.layers {
		if ref.Blob == b.Name {
			wanted = append(wanted, p.filesOf(l))
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

// verify returns an error if the digest or diffID of a layer is not that of the image.
func (p *Plan) verify(b image.Blob, l *layer.Layer) error {
	for i, ref := range p.layers {
		if ref.Blob != b.Name {
			continue
		}
		want := p.merged.Image().Layers[i].DiffID
		switch {
		case ref.Digest != "" && l.Digest != ref.Digest:
			return fmt.Errorf("the content does not match the image: digest %s, want %s", l.Digest, ref.Digest)
		case l.DiffID != want:
			return fmt.Errorf("the layer has changed: diffID %s, want %s", l.DiffID, want)
		}
	}
	return nil
}

// filesOf returns the files whose content is in a layer.
func (p *Plan) filesOf(l int) []item {
	order := func(it item, l int) int { return int(it.bodyLayer) - l }
	first, _ := slices.BinarySearchFunc(p.files, l, order)
	last, _ := slices.BinarySearchFunc(p.files, l+1, order)
	return p.files[first:last]
}
