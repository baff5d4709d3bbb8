package image

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"
)

// resolved is what a reference came to: images, and the distinct blobs of their
// layers. The blobs have no Open yet.
type resolved struct {
	manifests []Manifest
	blobs     []Blob
	seen      map[string]int // index in blobs by name
	tag       string         // by which the images were asked for, "" if by none
	// repository is where they come from, "" if from no registry.
	repository string
}

// add takes in an image with the blobs of its layers, in the order of its
// layers.
func (r *resolved) add(m Manifest, blobs []Blob) {
	if r.seen == nil {
		r.seen = make(map[string]int)
	}
	r.manifests = append(r.manifests, m)
	for _, b := range blobs {
		i, ok := r.seen[b.Name]
		if !ok {
			r.seen[b.Name] = len(r.blobs)
			r.blobs = append(r.blobs, b)
			continue
		}
		if r.blobs[i].DiffID != b.DiffID {
			// Two configurations disagree about the blob. The merge will say
			// which of them is wrong.
			r.blobs[i].DiffID = ""
		}
	}
}

// label gives the images their references: that of the user, with the platform
// where there are several, and the digest where a platform stands there twice.
func (r *resolved) label(reference string) {
	count := make(map[string]int)
	for _, m := range r.manifests {
		count[m.Config.Platform()]++
	}
	for i := range r.manifests {
		m := &r.manifests[i]
		m.Reference, m.Tag, m.Repository = reference, r.tag, r.repository
		switch p := m.Config.Platform(); {
		case count[p] > 1:
			m.Reference = fmt.Sprintf("%s (%s, %s)", reference, p, m.Digest)
		case len(r.manifests) > 1:
			m.Reference = fmt.Sprintf("%s (%s)", reference, p)
		}
	}
}

// randomSource is a Source of random access.
type randomSource struct {
	resolved
	parallel int
	open     func(context.Context, Blob) (io.ReadCloser, error)
	close    func() error // nil if there is nothing to close
}

var _ Source = (*randomSource)(nil)

// Layers implements [Source].
func (s *randomSource) Layers(ctx context.Context, visit func(context.Context, Blob) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.parallel)
	// The largest first, so that no core idles while the last one is read.
	largestFirst := slices.SortedStableFunc(slices.Values(s.blobs), func(a, b Blob) int { return cmp.Compare(b.Size, a.Size) })
	for _, b := range largestFirst {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			b.Open = func(ctx context.Context) (io.ReadCloser, error) {
				rc, err := s.open(ctx, b)
				if err != nil {
					return nil, err
				}
				return &interruptible{ctx, rc}, nil
			}
			return visit(ctx, b)
		})
	}
	return g.Wait()
}

// Manifests implements [Source].
func (s *randomSource) Manifests() []Manifest { return s.manifests }

// Close implements [Source].
func (s *randomSource) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// interruptible is a reader that fails once its context has ended.
type interruptible struct {
	ctx context.Context
	io.ReadCloser
}

// Read implements [io.Reader].
func (r *interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReadCloser.Read(p)
}
