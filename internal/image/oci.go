package image

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// blobStore holds the content that descriptors refer to.
type blobStore interface {
	// document returns a manifest, index or configuration of at most limit bytes. The
	// caller verifies its digest.
	document(ctx context.Context, d descriptor, limit int64) ([]byte, error)
	// checkLayer returns an error if the layer is known to be missing or to have
	// another size.
	checkLayer(d descriptor) error
}

// ociResolver follows descriptors from an index or a manifest to images. It supports OCI
// and Docker's manifest V2 schema 2.
type ociResolver struct {
	store  blobStore
	want   platformRequest
	limits Limits
	where  string // the registry's reference or the path, for messages

	count int // manifests found so far

	withDocuments bool
	indexes       []*document
	attestations  []descriptor
}

// ociImage is an image that the resolver found.
type ociImage struct {
	descriptor descriptor
	index      string    // digest of the outermost index that lists it, "" if there is none
	manifest   *document // nil until it is read
}

// fetch returns a verified manifest or index.
func (r *ociResolver) fetch(ctx context.Context, d descriptor) (*document, error) {
	data, err := r.read(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", shorten(d.Digest), err)
	}
	doc, err := parseDocument(data)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", d.Digest, err)
	}
	return doc, nil
}

// read returns the verified content of a descriptor.
func (r *ociResolver) read(ctx context.Context, d descriptor) ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	if d.Size > r.limits.JSON {
		return nil, tooLarge(d.Size, r.limits.JSON)
	}
	data, err := r.store.document(ctx, d, r.limits.JSON)
	if err != nil {
		return nil, err
	}
	if d.Size != 0 && int64(len(data)) != d.Size {
		return nil, wrongSize(int64(len(data)), d.Size)
	}
	return data, verifyDigest(d.Digest, data)
}

func wrongSize(got, want int64) error {
	return fmt.Errorf("wrong size: %d bytes, but %d in its descriptor", got, want)
}

func tooLarge(size, limit int64) error {
	return fmt.Errorf("too large: %d bytes; the maximum for a JSON document is %d", size, limit)
}

// rootCandidates returns the images that a manifest or index with the descriptor d refers
// to.
func (r *ociResolver) rootCandidates(ctx context.Context, doc *document, d descriptor) ([]candidate[ociImage], error) {
	if doc.isIndex() {
		return r.ofIndex(ctx, doc, d.Digest, 1)
	}
	p, err := r.platform(ctx, doc)
	if err != nil {
		return nil, err
	}
	return []candidate[ociImage]{{platform: p, image: ociImage{descriptor: d, manifest: doc}}}, nil
}

// candidates returns the images of an index and of the indexes nested in it. Outermost is
// the digest of the outermost index, "" if the descriptors come from an OCI layout.
func (r *ociResolver) candidates(ctx context.Context, index []descriptor, outermost string, depth int) ([]candidate[ociImage], error) {
	if depth > r.limits.Nesting {
		return nil, fmt.Errorf("indexes are nested more than %d levels deep", r.limits.Nesting)
	}
	var out []candidate[ociImage]
	for _, d := range index {
		if d.isAttestation() {
			r.attestations = append(r.attestations, d)
			continue
		}
		if r.count++; r.count > r.limits.Manifests {
			return nil, fmt.Errorf("there are more than %d manifests", r.limits.Manifests)
		}
		more, err := r.expand(ctx, d, outermost, depth)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// ofIndex is candidates for an index that was read.
func (r *ociResolver) ofIndex(ctx context.Context, index *document, outermost string, depth int) ([]candidate[ociImage], error) {
	r.indexes = append(r.indexes, index)
	return r.candidates(ctx, index.Manifests, outermost, depth)
}

// expand returns the images that one descriptor of an index refers to.
func (r *ociResolver) expand(ctx context.Context, d descriptor, outermost string, depth int) ([]candidate[ociImage], error) {
	switch d.MediaType {
	case mediaOCIIndex, mediaDockerList:
		doc, err := r.fetch(ctx, d)
		if err != nil {
			return nil, err
		}
		if !doc.isIndex() {
			return nil, fmt.Errorf("%s is an image manifest, but an index in its descriptor", d.Digest)
		}
		return r.ofIndex(ctx, doc, cmp.Or(outermost, d.Digest), depth+1)
	case mediaOCIManifest, mediaDockerManifest, "":
		image := ociImage{descriptor: d, index: outermost}
		if d.MediaType != "" && d.Platform != nil {
			return []candidate[ociImage]{{platform: *d.Platform, image: image}}, nil
		}
		doc, err := r.fetch(ctx, d)
		if err != nil {
			return nil, err
		}
		if doc.isIndex() {
			return r.ofIndex(ctx, doc, cmp.Or(outermost, d.Digest), depth+1)
		}
		image.manifest = doc
		p, err := r.platform(ctx, doc)
		if err != nil {
			return nil, fmt.Errorf("manifest %s: %w", d.Digest, err)
		}
		return []candidate[ociImage]{{platform: p, image: image}}, nil
	default:
		return nil, nil // not an image: the OCI specification allows any media type
	}
}

// platform reads the platform of an image from its configuration.
func (r *ociResolver) platform(ctx context.Context, doc *document) (platform, error) {
	if err := doc.checkImage(r.limits); err != nil {
		return platform{}, err
	}
	data, err := r.read(ctx, *doc.Config)
	if err != nil {
		return platform{}, fmt.Errorf("configuration %s: %w", doc.Config.Digest, err)
	}
	c, err := parseConfig(data, len(doc.Layers))
	if err != nil {
		return platform{}, fmt.Errorf("configuration %s: %w", doc.Config.Digest, err)
	}
	return configPlatform(c), nil
}

// resolve reads the candidates that match the requested platform.
func (r *ociResolver) resolve(ctx context.Context, candidates []candidate[ociImage]) (imageSet, error) {
	if len(candidates) == 0 {
		return imageSet{}, fmt.Errorf("no container image in %s", r.where)
	}
	chosen, err := choose(r.want, candidates, r.where)
	if err != nil {
		return imageSet{}, err
	}
	if !r.want.all {
		chosen = chosen[:1] // OCI image specification, image-index.md: the first match
	}
	var out imageSet
	seen := make(map[string]bool)
	for _, l := range chosen {
		if d := l.image.descriptor.Digest; !seen[d] {
			seen[d] = true
			if err := r.load(ctx, l.image, &out); err != nil {
				return imageSet{}, fmt.Errorf("%s: image manifest %s: %w", r.where, shorten(d), err)
			}
		}
	}
	return out, nil
}

// load reads the manifest and configuration of an image, and adds the image to out.
func (r *ociResolver) load(ctx context.Context, image ociImage, out *imageSet) error {
	doc := image.manifest
	if doc == nil {
		data, err := r.read(ctx, image.descriptor)
		if err != nil {
			return err
		}
		if doc, err = parseDocument(data); err != nil {
			return err
		}
		if doc.isIndex() {
			return errors.New("it is an index, but an image manifest in its descriptor")
		}
	}
	if err := doc.checkImage(r.limits); err != nil {
		return err
	}
	data, err := r.read(ctx, *doc.Config)
	if err != nil {
		return fmt.Errorf("configuration %s: %w", doc.Config.Digest, err)
	}
	config, err := parseConfig(data, len(doc.Layers))
	if err != nil {
		return fmt.Errorf("configuration %s: %w", doc.Config.Digest, err)
	}
	m := Manifest{Digest: image.descriptor.Digest, IndexDigest: image.index, ImageID: doc.Config.Digest, Config: config}
	if r.withDocuments {
		m.Documents, m.Omissions = r.documents(ctx, image.descriptor.Digest, doc, data)
	}
	var blobs []Blob
	for i, l := range doc.Layers {
		if err := r.store.checkLayer(l); err != nil {
			return fmt.Errorf("layer %d, %s: %w", i, l.Digest, err)
		}
		diffID := config.RootFS.DiffIDs[i]
		m.Layers = append(m.Layers, LayerRef{Blob: l.Digest, Digest: l.Digest, DiffID: diffID})
		blobs = append(blobs, Blob{Name: l.Digest, Digest: l.Digest, DiffID: diffID, ContentAddressed: true, Size: l.Size})
	}
	out.add(m, blobs)
	return nil
}

// blobPath returns the path of a blob in an OCI layout.
func blobPath(digest string) string {
	return "blobs/" + strings.Replace(digest, ":", "/", 1)
}

// blobName returns the name of the blob in a file of an archive: its digest if the path
// is that of a blob in an OCI layout, else the path.
func blobName(path string) string {
	if rest, ok := strings.CutPrefix(path, "blobs/"); ok {
		digest := strings.Replace(rest, "/", ":", 1)
		if _, err := newVerifier(digest); err == nil {
			return digest
		}
	}
	return path
}
