package image

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// blobStore gives the content that descriptors name.
type blobStore interface {
	// document gives a manifest, an index or a configuration whole, unverified,
	// or an error if it is longer than limit.
	document(ctx context.Context, d descriptor, limit int64) ([]byte, error)
	// layer fails if it is known that the layer cannot be had as described.
	layer(d descriptor) error
}

// ociResolver follows the descriptors of OCI and of Docker's manifest V2 schema
// 2 from an index or manifest down to images.
type ociResolver struct {
	store  blobStore
	want   wanted
	limits Limits
	where  string // the registry's reference or the path, for messages

	count int // manifests met so far
}

// ociImage is an image that the resolver came upon.
type ociImage struct {
	descriptor descriptor
	index      string    // digest of the outermost index that it is in, "" if in none
	manifest   *document // nil until it is read
}

// fetch gives a manifest or index, verified.
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
		return nil, fmt.Errorf("it has %d bytes, its descriptor says %d", len(data), d.Size)
	}
	return data, verifyDigest(d.Digest, data)
}

func tooLarge(size, limit int64) error {
	return fmt.Errorf("it has %d bytes; at most %d are read of a JSON document", size, limit)
}

// leaves lists the images under an index, those of nested indexes included. Outermost
// is the digest of the index that all of them are in, "" if they are in none.
func (r *ociResolver) leaves(ctx context.Context, index []descriptor, outermost string, depth int) ([]leaf[ociImage], error) {
	if depth > r.limits.Nesting {
		return nil, fmt.Errorf("indexes are nested more than %d deep", r.limits.Nesting)
	}
	var out []leaf[ociImage]
	for _, d := range index {
		if d.isAttestation() {
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

// expand gives the images that one descriptor of an index stands for.
func (r *ociResolver) expand(ctx context.Context, d descriptor, outermost string, depth int) ([]leaf[ociImage], error) {
	switch d.MediaType {
	case mediaOCIIndex, mediaDockerList:
		doc, err := r.fetch(ctx, d)
		if err != nil {
			return nil, err
		}
		if !doc.isIndex() {
			return nil, fmt.Errorf("%s is an image manifest, its descriptor says an index", d.Digest)
		}
		return r.leaves(ctx, doc.Manifests, cmp.Or(outermost, d.Digest), depth+1)
	case mediaOCIManifest, mediaDockerManifest, "":
		image := ociImage{descriptor: d, index: outermost}
		if d.MediaType != "" && d.Platform != nil {
			return []leaf[ociImage]{{platform: *d.Platform, image: image}}, nil
		}
		doc, err := r.fetch(ctx, d)
		if err != nil {
			return nil, err
		}
		if doc.isIndex() {
			return r.leaves(ctx, doc.Manifests, cmp.Or(outermost, d.Digest), depth+1)
		}
		image.manifest = doc
		p, err := r.platform(ctx, doc)
		if err != nil {
			return nil, fmt.Errorf("manifest %s: %w", d.Digest, err)
		}
		return []leaf[ociImage]{{platform: p, image: image}}, nil
	default:
		// Something else that is stored beside images, as the OCI specification
		// permits.
		return nil, nil
	}
}

// platform gives the platform of an image whose descriptor does not tell it.
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

// resolve reads the images that are wanted of those on offer.
func (r *ociResolver) resolve(ctx context.Context, offer []leaf[ociImage]) (resolved, error) {
	if len(offer) == 0 {
		return resolved{}, fmt.Errorf("%s holds no container image", r.where)
	}
	chosen, err := choose(r.want, offer, r.where)
	if err != nil {
		return resolved{}, err
	}
	if !r.want.all {
		chosen = chosen[:1] // The OCI specification: the first that matches.
	}
	var out resolved
	seen := make(map[string]bool)
	for _, l := range chosen {
		if d := l.image.descriptor.Digest; !seen[d] {
			seen[d] = true
			if err := r.load(ctx, l.image, &out); err != nil {
				return resolved{}, fmt.Errorf("%s: image manifest %s: %w", r.where, shorten(d), err)
			}
		}
	}
	return out, nil
}

// load reads an image's manifest and configuration and adds it to out.
func (r *ociResolver) load(ctx context.Context, image ociImage, out *resolved) error {
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
			return errors.New("it is an index, its descriptor says an image manifest")
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
	var blobs []Blob
	for i, l := range doc.Layers {
		if err := r.store.layer(l); err != nil {
			return fmt.Errorf("layer %d, %s: %w", i, l.Digest, err)
		}
		diffID := config.RootFS.DiffIDs[i]
		m.Layers = append(m.Layers, LayerRef{Blob: l.Digest, Digest: l.Digest, DiffID: diffID})
		blobs = append(blobs, Blob{Name: l.Digest, Digest: l.Digest, DiffID: diffID, ContentAddressed: true, Size: l.Size})
	}
	out.add(m, blobs)
	return nil
}

// blobPath is where an OCI layout keeps the blob of a digest.
func blobPath(digest string) string {
	return "blobs/" + strings.Replace(digest, ":", "/", 1)
}

// blobName is the name of the blob in a file of an archive: the digest if the
// file's name claims one, else the file's name.
func blobName(path string) string {
	if rest, ok := strings.CutPrefix(path, "blobs/"); ok {
		digest := strings.Replace(rest, "/", ":", 1)
		if _, err := newVerifier(digest); err == nil {
			return digest
		}
	}
	return path
}
