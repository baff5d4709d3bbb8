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

// Images yields the images that were read, merged. It merges one after the other, so
// that only one must be in memory.
func (r *ReadResult) Images(ctx context.Context) iter.Seq2[*Merged, error] {
	return func(yield func(*Merged, error) bool) {
		for _, m := range r.manifests {
			if !yield(r.bind(ctx, m)) {
				return
			}
		}
	}
}

// bind assigns the layers that were read to their positions in an image, and merges them.
func (r *ReadResult) bind(ctx context.Context, manifest image.Manifest) (*Merged, error) {
	img := &seaworthy.Image{
		Reference:   manifest.Reference,
		Digest:      manifest.Digest,
		IndexDigest: manifest.IndexDigest,
		ImageID:     manifest.ImageID,
		Platform:    manifest.Config.Platform(),
		Created:     manifest.Config.Created,
		Config:      manifest.Config,
		Tag:         manifest.Tag,
		Repository:  manifest.Repository,
		Names:       manifest.Names,
		Engine:      manifest.Engine,
		Documents:   manifest.Documents,
	}
	m := &Merged{image: img, redactor: r.redactor, omissions: slices.Clip(manifest.Omissions)}
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
		m.omissions = append(m.omissions, describeAnomalies(i, l.anomalies)...)
		tables = append(tables, l.table)
	}
	steps, bound := instruction.History(manifest.Config, len(img.Layers))
	for _, s := range steps {
		if bound && s.Layer >= 0 {
			img.Layers[s.Layer].Instruction = s.Redacted(r.redactor)
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
	for i := range img.Layers {
		m.omissions = append(m.omissions, describeConflicts(i, m.tree.conflicts[i])...)
	}
	m.inventory = newMergedInventory(m, found)
	if r := m.inventory.release; r != nil {
		img.OS = r.OS()
	}
	return m, nil
}

// describeAnomalies returns an Omission for each kind of anomaly in a layer.
func describeAnomalies(index int, a layer.Anomalies) (list []image.Omission) {
	add := func(code seaworthy.CoverageCode, format string, args ...any) {
		list = append(list, image.Omission{Code: code, Reason: fmt.Sprintf(format, args...)})
	}
	if a.OutsideRoot > 0 {
		add(seaworthy.CodeAmbiguousLayer, "layer %d has entries whose names lead above the root (%d in all; the first is %q): Docker refuses such a layer, other runtimes put the files below the root, where they were checked", index, a.OutsideRoot, a.FirstOutsideRoot)
	}
	if a.TrailingBytes > 0 {
		add(seaworthy.CodeAmbiguousLayer, "%d bytes after the end of the tar archive of layer %d were not checked: no runtime unpacks them, but they are pulled with the image", a.TrailingBytes, index)
	}
	if a.OversizedSparse > 0 {
		add(seaworthy.CodeLimitExceeded, "layer %d has sparse files that are too large when unpacked and were not checked (%d in all; the first is %q)", index, a.OversizedSparse, a.FirstOversizedSparse)
	}
	if a.InvalidWhiteouts > 0 {
		add(seaworthy.CodeAmbiguousLayer, "layer %d has whiteouts that name no file (%d in all; the first is %q): Docker refuses such a layer, other runtimes ignore them", index, a.InvalidWhiteouts, a.FirstInvalidWhiteout)
	}
	if a.UnknownTypes > 0 {
		add(seaworthy.CodeAmbiguousLayer, "layer %d has entries of an unknown type (%d in all; the first is %q): they were scanned as regular files, but runtimes refuse or ignore them", index, a.UnknownTypes, a.FirstUnknownType)
	}
	return list
}

// describeConflicts returns an Omission for each kind of conflict in a layer. Every version
// of a file is scanned all the same.
func describeConflicts(index int, c *conflicts) (list []image.Omission) {
	if c == nil {
		return nil
	}
	for _, kind := range []struct {
		occurrences
		what string
	}{
		{c.duplicates, "has paths more than once (%d in all; the first is %q): which of the files a container sees depends on the runtime, and some refuse the layer"},
		{c.ownWhiteouts, "deletes paths that it creates (%d in all; the first is %q): whether a container sees them depends on the runtime, and some refuse the layer"},
		{c.outsideLinks, "has hard links to files that it does not contain (%d in all; the first is %q): whether a container sees them depends on the runtime, and some refuse the layer"},
	} {
		if kind.count > 0 {
			list = append(list, image.Omission{Code: seaworthy.CodeAmbiguousLayer, Reason: fmt.Sprintf("layer %d "+kind.what, index, kind.count, kind.first)})
		}
	}
	return list
}

// verifyRef returns an error if a layer is not the one that the manifest names.
func verifyRef(ref image.LayerRef, l *layerResult) error {
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
