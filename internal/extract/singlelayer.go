package extract

import (
	"context"
	"slices"

	"seaworthy.dev/seaworthy/internal/image"
)

// SingleLayer returns a source with only layer n of each image, so that no other layer is
// read. It returns nil if the source is sequential or if an image has no layer n.
func SingleLayer(src image.Source, n int) image.Source {
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
	return &singleLayerSource{src, manifests}
}

// singleLayerSource is the Source that SingleLayer returns. Every manifest has one layer.
type singleLayerSource struct {
	image.Source
	manifests []image.Manifest
}

// Manifests implements [image.Source].
func (s *singleLayerSource) Manifests() []image.Manifest { return s.manifests }

// Layers implements [image.Source].
func (s *singleLayerSource) Layers(ctx context.Context, visit func(context.Context, image.Blob) error) error {
	return s.Source.Layers(ctx, func(ctx context.Context, b image.Blob) error {
		for _, m := range s.manifests {
			if m.Layers[0].Blob == b.Name {
				return visit(ctx, b)
			}
		}
		return nil
	})
}
