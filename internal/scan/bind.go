package scan

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"golang.org/x/sync/errgroup"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/layer"
)

// Images merges the images of the reading, one after the other: an image may be
// forgotten before the next one takes its memory.
func (r *Reading) Images(ctx context.Context) iter.Seq2[*Merged, error] {
	return func(yield func(*Merged, error) bool) {
		for _, m := range r.manifests {
			if !yield(r.bind(ctx, m)) {
				return
			}
		}
	}
}

// bind gives the layers that were read their places in an image.
func (r *Reading) bind(ctx context.Context, manifest image.Manifest) (*Merged, error) {
	img := &seaworthy.Image{
		Reference: manifest.Reference,
		Digest:    manifest.Digest,
		ImageID:   manifest.ImageID,
		Platform:  manifest.Config.Platform(),
		Created:   manifest.Config.Created,
		Config:    manifest.Config,
		Tag:       manifest.Tag,

		Repository: manifest.Repository,
	}
	m := &Merged{image: img, leftOut: slices.Clip(manifest.LeftOut)}
	var tables []*layer.Table
	for i, ref := range manifest.Layers {
		l, ok := r.blobs[ref.Blob]
		if !ok {
			return nil, fmt.Errorf("%s: layer %d (%s) is not in the image", manifest.Reference, i, ref.Blob)
		}
		if err := verifyRef(ref, l); err != nil {
			return nil, fmt.Errorf("%s: layer %d (%s): %w", manifest.Reference, i, ref.Blob, err)
		}
		img.Layers = append(img.Layers, seaworthy.Layer{Index: i, Digest: ref.Digest, DiffID: l.diffID, Size: l.size})
		img.Size += l.size
		m.layers = append(m.layers, l)
		m.leftOut = append(m.leftOut, oddities(i, l.oddities)...)
		tables = append(tables, l.table)
	}
	steps, bound := instruction.History(manifest.Config, len(img.Layers))
	for _, s := range steps {
		if bound && s.Layer >= 0 {
			img.Layers[s.Layer].Instruction = s.Redacted()
		}
	}
	img.BaseBoundary, img.Base = instruction.FindBase(manifest.Config, len(img.Layers))
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		m.tree, err = newTree(groupCtx, tables)
		return err
	})
	var found []*inventory.Layer
	group.Go(func() (err error) {
		found, err = m.decodeInventories()
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("%s: %w", manifest.Reference, err)
	}
	m.software = newSoftware(m, found)
	if r := m.software.release; r != nil {
		img.OS = r.OS()
	}
	return m, nil
}

// oddities says of a layer what programs that unpack it disagree about.
func oddities(index int, o layer.Oddities) (why []image.Omission) {
	add := func(code seaworthy.CoverageCode, format string, args ...any) {
		why = append(why, image.Omission{Code: code, Reason: fmt.Sprintf(format, args...)})
	}
	if o.Above > 0 {
		add(seaworthy.CodeAmbiguousLayer, "the names of entries of layer %d lead above the root, %d in all, the first of them %q: Docker refuses such a layer, and other runtimes put them below the root, where they were looked at", index, o.Above, o.FirstAbove)
	}
	if o.Behind > 0 {
		add(seaworthy.CodeAmbiguousLayer, "%d bytes lie behind the end of the tar archive of layer %d, and were not looked at: no runtime unpacks them, but they are pulled with the image", o.Behind, index)
	}
	if o.Hollow > 0 {
		add(seaworthy.CodeLimitExceeded, "sparse files of layer %d were not looked at, %d in all, the first of them %q: they grow too much when unpacked", index, o.Hollow, o.FirstHollow)
	}
	return why
}

func verifyRef(ref image.LayerRef, l *layerReading) error {
	if ref.Digest != "" {
		if err := digestError("digest", l.digest, ref.Digest); err != nil {
			return err
		}
	}
	if ref.DiffID != "" {
		return digestError("diffID", l.diffID, ref.DiffID)
	}
	return nil
}
