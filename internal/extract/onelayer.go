package extract

import (
	"context"
	"slices"

	"seaworthy.dev/seaworthy/internal/image"
)

// OneLayer gives the images of a source cut down to one of their layers, so that
// no other is read. It is nil if the source does not know its layers before they
// are read, or if an image has no such layer.
func OneLayer(src image.Source, n int) image.Source {
	manifests := slices.Clone(src.Manifests())
	if len(manifests) == 0 {
		return nil
	}
	for i := range manifests {
		m := &manifests[i]
		if n < 0 || n >= len(m.Layers) {
			return nil
		}
		m.Layers = m.Layers[n : n+1]
		m.Config.RootFS.DiffIDs = nil
		m.Config.History = nil
	}
	return &oneLayer{src, manifests}
}

type oneLayer struct {
	image.Source
	manifests []image.Manifest
}

// Manifests implements [image.Source].
func (s *oneLayer) Manifests() []image.Manifest { return s.manifests }

// Layers implements [image.Source].
func (s *oneLayer) Layers(ctx context.Context, visit func(context.Context, image.Blob) error) error {
	return s.Source.Layers(ctx, func(ctx context.Context, b image.Blob) error {
		for _, m := range s.manifests {
			if m.Layers[0].Blob == b.Name {
				return visit(ctx, b)
			}
		}
		return nil
	})
}
