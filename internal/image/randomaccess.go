package image

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"
)

// imageSet is the images that a reference names, and the distinct blobs of their layers.
// Open of the blobs is not set yet.
type imageSet struct {
	manifests []Manifest
	blobs     []Blob
	blobIndex map[string]int // by name: the index in blobs

	tag        string // see Manifest.Tag
	repository string // see Manifest.Repository
}

// add adds an image and the blobs of its layers.
func (r *imageSet) add(m Manifest, blobs []Blob) {
	if r.blobIndex == nil {
		r.blobIndex = make(map[string]int)
	}
	r.manifests = append(r.manifests, m)
	for _, b := range blobs {
		i, ok := r.blobIndex[b.Name]
		if !ok {
			r.blobIndex[b.Name] = len(r.blobs)
			r.blobs = append(r.blobs, b)
			continue
		}
		if r.blobs[i].DiffID != b.DiffID {
			// Two configurations disagree. The merge reports which one is wrong.
			r.blobs[i].DiffID = ""
		}
	}
}

// label sets Reference, Tag and Repository of the images. Several images get their
// platform added to the reference, and several of one platform their digest as well.
func (r *imageSet) label(reference string) {
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

// randomAccessSource is a Source whose layers can be read in any order and in parallel.
type randomAccessSource struct {
	imageSet
	parallel int
	open     func(context.Context, Blob) (io.ReadCloser, error)
	close    func() error // nil if there is nothing to close
}

var _ Source = (*randomAccessSource)(nil)

// Layers implements [Source].
func (s *randomAccessSource) Layers(ctx context.Context, visit func(context.Context, Blob) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.parallel)
	// The largest first: otherwise one core may work alone at the end.
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
				return &contextReader{ctx, rc}, nil
			}
			return visit(ctx, b)
		})
	}
	return g.Wait()
}

// Manifests implements [Source].
func (s *randomAccessSource) Manifests() []Manifest { return s.manifests }

// Close implements [Source].
func (s *randomAccessSource) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// contextReader is a reader whose Read fails once the context has ended.
type contextReader struct {
	ctx context.Context
	io.ReadCloser
}

// Read implements [io.Reader].
func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReadCloser.Read(p)
}
