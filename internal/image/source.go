// Package image opens container images in a registry, the Docker daemon, a docker
// archive, an OCI layout or archive, a root file system, or on standard input.
//
// [Open] takes a reference and returns a [Source]: the configurations of the images
// that the reference names, and a reader for each of their layers, as stored (compressed,
// not verified). Package layer reads and verifies them.
//
// There are two kinds of Source. A registry, a layout and an uncompressed archive have
// random access: the manifests are known when the source is opened, and layers are read
// in parallel. A stream is sequential: layers may come before the manifest that lists
// them, and the manifests are known after the last layer. Code that reads a layer
// therefore does not know which image it belongs to.
//
// Formats: OCI image specification 1.1, OCI image layout 1.0, Docker image manifest V2
// schema 2, and archives made by docker save, both the old format (manifest.json with
// layer.tar files) and the OCI format (Docker 25 and later).
//
// Refused: Docker's schema 1, archives whose manifest.json and index.json name different
// images, duplicate names, digests that do not match, and everything over [Limits].
// Attestation manifests in an index are no images; [Options.Documents] asks for what they
// attest. The package never writes to an image; it
// creates temporary files only for [Options.Rereadable].
package image

import (
	"context"
	"io"

	"seaworthy.dev/seaworthy"
)

// Source is an open image, or several that share layers: the platforms of an index.
type Source interface {
	// Layers calls visit once for each distinct layer blob, for several blobs at the same
	// time if the source has random access. If visit fails, Layers stops and returns the
	// error. Layers may be called once; with [Options.Rereadable], any number of times.
	Layers(ctx context.Context, visit func(context.Context, Blob) error) error
	// Manifests returns the selected images, at least one. A sequential source returns nil
	// until Layers has returned without error.
	Manifests() []Manifest
	// Close closes files and connections and removes temporary files.
	Close() error
}

// Blob is a layer as it is stored or transferred, usually compressed.
type Blob struct {
	// Name identifies the blob in its source and in messages: a digest, or a name inside
	// an archive.
	Name string
	// Digest and DiffID are what the source claims before the blob is read, "" if it
	// claims nothing. The reader of the blob must verify them.
	Digest, DiffID string
	// ContentAddressed reports whether Digest comes from a manifest that lists the blob
	// by digest: everyone who pulls the image then gets this content or an error. Such a
	// blob need not be read again if its digest was verified before.
	ContentAddressed bool
	// Size is the size of the blob in bytes, -1 if it is not known yet.
	Size int64
	// Open returns a reader of the blob. It must be closed before visit returns. Open may
	// be called again afterwards only if the source has random access.
	Open func(context.Context) (io.ReadCloser, error)
}

// Manifest is one image of a source.
type Manifest struct {
	// Reference is the reference given to [Open]. If it names several images, the
	// platform of this one is added.
	Reference string
	// Tag is the tag in a reference to a registry or the Docker daemon, else "".
	Tag string
	// Repository is the repository in a registry, "docker.io/library/alpine"; "" if the
	// image does not come from a registry.
	Repository string
	// Names are the names that the archive, layout or daemon gives the image, such as
	// "alpine:3"; nil for any other source.
	Names []string
	// Engine is the local engine that the image comes from, with its address; "" if it does
	// not come from one.
	Engine string
	// Digest is the digest of the image manifest, "" if there is none.
	Digest string
	// IndexDigest is the digest of the image index that lists the manifest, the outermost
	// of nested ones; "" if there is none.
	IndexDigest string
	// ImageID is the digest of the image configuration, "" if there is none.
	ImageID string
	// Config is the image configuration.
	Config seaworthy.ImageConfig
	// Layers are the layers, the base first. The same blob may occur more than once.
	Layers []LayerRef
	// Documents are the JSON documents that describe the image, as they were read.
	Documents []seaworthy.Document
	// Omissions are the parts of the image that the source skipped.
	Omissions []Omission
}

// Omission is a part of an image that a source skipped.
type Omission struct {
	Code   seaworthy.CoverageCode
	Reason string // what was skipped and why: a sentence without a full stop
}

// LayerRef refers to a layer of a manifest.
type LayerRef struct {
	// Blob is the Name of the layer's [Blob].
	Blob string
	// Digest is the digest of the blob in the manifest, DiffID the digest of the
	// uncompressed layer in the configuration; "" if there is none.
	Digest, DiffID string
}
