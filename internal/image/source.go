// Package image opens container images from wherever they are: a registry, the
// Docker daemon, a docker archive, an OCI layout or archive, a root file system
// or standard input.
//
// There are two shapes of source. One of random access knows its manifests when
// it is opened and gives its layers in parallel. A sequential one gives them in
// the order in which they stand in a stream, where they may come before the
// manifest that names them; it knows its manifests once it is read. Both are a
// [Source], so a reader of layers never learns which image it reads for.
//
// Formats: OCI image specification 1.1, OCI image layout 1.0, Docker image
// manifest V2 schema 2, and the archive of docker save in its old form
// (manifest.json with layer.tar files) and its OCI form (Docker 25 and later).
package image

import (
	"context"
	"io"

	"seaworthy.dev/seaworthy"
)

// Source is one opened image, or several that share their layers: the platforms
// of an index.
type Source interface {
	// Layers calls visit once for each distinct layer blob, for several at the
	// same time where the source allows it. An error of visit ends the reading
	// and is returned. It can be called once, or with [Options.Again] as often as
	// one likes.
	Layers(ctx context.Context, visit func(context.Context, Blob) error) error
	// Manifests lists the images that were selected, at least one. A sequential
	// source knows them once Layers has returned without error, and gives nil
	// before that.
	Manifests() []Manifest
	// Close frees what the source holds.
	Close() error
}

// Blob is a layer as it is stored or transferred.
type Blob struct {
	// Name tells the blob from the others of its source, and is what a message
	// calls it: a digest, or a name inside an archive.
	Name string
	// Digest and DiffID are what the source claims before the blob is read; ""
	// where it claims nothing. They are believed only once they are verified.
	Digest, DiffID string
	// ContentAddressed is true where Digest comes from a manifest that names the
	// blob by it, so that whoever pulls the image gets that content or an error.
	// A blob whose digest was verified before need then not be read again.
	ContentAddressed bool
	// Size is the length of the blob in bytes, or -1 where it is not known yet.
	Size int64
	// Open gives the bytes of the blob, compressed as they are. What it gives must
	// be closed before visit returns. It can be called again after that, but only
	// if the source has random access.
	Open func(context.Context) (io.ReadCloser, error)
}

// Manifest is one image of a source.
type Manifest struct {
	// Reference is the image as the user named it; with the platform where one
	// reference stands for several images.
	Reference string
	// Tag is the tag by which a registry or the Docker daemon was asked for the
	// image, "" if it was named in any other way.
	Tag string
	// Repository is the repository in a registry that the image comes from,
	// "docker.io/library/alpine"; "" if it comes from anywhere else.
	Repository string
	// Digest is the digest of the image manifest, "" where there is none.
	Digest string
	// IndexDigest is the digest of the image index through which the manifest was
	// reached, the outermost of nested ones; "" where there is none.
	IndexDigest string
	// ImageID is the digest of the image configuration, "" where there is none.
	ImageID string
	// Config is the image configuration.
	Config seaworthy.ImageConfig
	// Layers are the layers from the base up. A blob may stand in it twice.
	Layers []LayerRef
	// LeftOut is what of the image the source did not give.
	LeftOut []Omission
}

// Omission is a part of an image that was not read, and why.
type Omission struct {
	Code   seaworthy.CoverageCode
	Reason string // a sentence
}

// LayerRef names a layer of a manifest.
type LayerRef struct {
	// Blob is the Name of the layer's Blob.
	Blob string
	// Digest is the digest that the manifest demands of the blob, DiffID the one
	// that the configuration demands of the uncompressed stream; "" where there
	// is none.
	Digest, DiffID string
}
