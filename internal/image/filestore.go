package image

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"seaworthy.dev/seaworthy"
)

// fileStore is the files of an OCI layout or of an archive. Names are relative to its
// root and separated by slashes.
type fileStore interface {
	// document returns the content of a file of at most limit bytes. The error is
	// [fs.ErrNotExist] if there is no such file.
	document(name string, limit int64) ([]byte, error)
	// layer follows links from name to a layer. It returns the name and the size of that
	// file. The error is [fs.ErrNotExist] if there is none.
	layer(name string) (string, int64, error)
}

// The files that list the images of a store.
const (
	indexFile    = "index.json"    // OCI image layout 1.0
	manifestFile = "manifest.json" // docker save
)

// archiveFormat says which of the two files that list images is preferred. An archive may
// have both.
type archiveFormat int

const (
	anyFormat    archiveFormat = iota // like ociFormat
	dockerFormat                      // manifest.json, else index.json
	ociFormat                         // index.json, else manifest.json
)

// storeReader reads the manifests and configurations of images in a fileStore.
type storeReader struct {
	files  fileStore
	want   platformRequest
	limits Limits
	where  string // the path of the store, for messages
	selector
	withDocuments bool // see Options.Documents
}

// selector selects one of several images in a store.
type selector struct {
	format archiveFormat
	tag    string // a tag, a full name or a digest, as the format has it; "" for the only image
}

// find returns the selected images of the requested platform. If the store has both
// formats, they must list the same images, because other programs read only one of them.
func (r *storeReader) find(ctx context.Context) (imageSet, error) {
	docker, dockerErr := r.docker()
	oci, ociErr := r.oci(ctx)
	absent := func(err error) bool { return errors.As(err, new(*missingFormatError)) }
	switch {
	case absent(dockerErr) && absent(ociErr):
		return imageSet{}, withHint(fmt.Errorf("%s is not an image: it has neither %s nor %s", r.where, indexFile, manifestFile),
			"save an image with docker save, skopeo copy or buildctl; to scan a root file system, unpack it and use dir:PATH")
	case absent(ociErr):
		return docker, dockerErr
	case absent(dockerErr):
		return oci, ociErr
	case dockerErr == nil && ociErr == nil:
		if err := checkSameImages(docker, oci); err != nil {
			return imageSet{}, fmt.Errorf("%s: %w", r.where, err)
		}
		if r.format == dockerFormat {
			return docker, nil
		}
		return oci, nil
	case ociErr == nil:
		return oci.withOtherFormat(manifestFile, dockerErr), nil
	case dockerErr == nil:
		return docker.withOtherFormat(indexFile, ociErr), nil
	case r.format == dockerFormat:
		return imageSet{}, dockerErr
	default:
		return imageSet{}, ociErr
	}
}

// withOtherFormat adds to the images that the other file that lists images cannot be used.
// That it has no image of the name or platform is no defect: archives of several platforms
// list only one of them in manifest.json.
func (s imageSet) withOtherFormat(file string, err error) imageSet {
	if errors.As(err, new(*noMatchError)) {
		return s
	}
	for i := range s.manifests {
		s.manifests[i].Omissions = append(s.manifests[i].Omissions, Omission{seaworthy.CodeUnreadable,
			fmt.Sprintf("the file %s of the archive was ignored: programs that load the image by it get another image or none (%v)", file, err)})
	}
	return s
}

// noMatchError is returned if a store has no image of the requested name or platform.
type noMatchError struct{ err error }

// Error implements [error].
func (e *noMatchError) Error() string { return e.err.Error() }

// Unwrap returns the error with its hint.
func (e *noMatchError) Unwrap() error { return e.err }

// checkSameImages returns an error if manifest.json lists an image that index.json does
// not list.
func checkSameImages(docker, oci imageSet) error {
	for _, d := range docker.manifests {
		if !slices.ContainsFunc(oci.manifests, func(m Manifest) bool { return m.ImageID == d.ImageID }) {
			return fmt.Errorf("%s and %s list different images (%s and %s): which one runs would depend on the program that loads the archive",
				manifestFile, indexFile, d.ImageID, oci.manifests[0].ImageID)
		}
	}
	return nil
}

// missingFormatError is returned if a store does not have the file that lists the images.
type missingFormatError struct{ file string }

func (e *missingFormatError) Error() string { return e.file + " not found" }

// startFile reads the file that lists the images. The error is a *missingFormatError if
// there is none.
func (r *storeReader) startFile(file string) ([]byte, error) {
	data, err := r.files.document(file, r.limits.JSON)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &missingFormatError{file}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", r.where, file, err)
	}
	return data, nil
}

// oci returns the selected images in index.json.
func (r *storeReader) oci(ctx context.Context) (imageSet, error) {
	data, err := r.startFile(indexFile)
	if err != nil {
		return imageSet{}, err
	}
	index, err := parseDocument(data)
	if err == nil && !index.isIndex() {
		err = errors.New("it is an image manifest, not an index")
	}
	if err != nil {
		return imageSet{}, fmt.Errorf("%s: %s: %w", r.where, indexFile, err)
	}
	descriptors, err := r.selectOCI(index.Manifests)
	if err != nil {
		return imageSet{}, err
	}
	oci := &ociResolver{store: layoutBlobs{r.files}, want: r.want, limits: r.limits, where: r.where, withDocuments: r.withDocuments}
	oci.indexes = append(oci.indexes, index)
	candidates, err := oci.candidates(ctx, descriptors, "", 1)
	if err != nil {
		return imageSet{}, fmt.Errorf("%s: %w", r.where, err)
	}
	return oci.resolve(ctx, candidates)
}

// selectOCI returns the selected descriptors of index.json. Several descriptors without a
// tag, or with the same tag, are the platforms of one image.
func (r *storeReader) selectOCI(all []descriptor) ([]descriptor, error) {
	var chosen []descriptor
	var tags []string
	for _, d := range all {
		if d.isAttestation() {
			continue
		}
		tag := d.Annotations[annotationRefName]
		full := d.Annotations[annotationImageName]
		tags = append(tags, tag)
		if r.tag == "" || r.tag == tag || r.tag == full || r.tag == d.Digest || r.format == dockerFormat && sameReference(r.tag, full) {
			chosen = append(chosen, d)
		}
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	if r.tag == "" && len(tags) > 1 {
		return nil, withHint(fmt.Errorf("%s has several images: %s", r.where, joinNames(nonEmpty(tags))),
			"select one of them, as in %s:%s", r.prefixed("oci"), tags[len(tags)-1])
	}
	if r.tag != "" && len(chosen) == 0 {
		err := fmt.Errorf("%s has no image with the tag %q", r.where, shorten(r.tag))
		if names := nonEmpty(tags); len(names) > 0 {
			return nil, &noMatchError{withHint(err, "available: %s", joinNames(names))}
		}
		return nil, &noMatchError{withHint(err, "its images have no tags; remove the tag from the reference")}
	}
	return chosen, nil
}

// nonEmpty returns the tags that are not "".
func nonEmpty(tags []string) []string {
	return slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return t == "" })
}

// prefixed returns the reference of the store with a scheme, to which a tag can be added.
func (r *storeReader) prefixed(scheme string) string {
	if _, isDir := r.files.(*layout); !isDir && scheme == "oci" {
		scheme = "oci-archive"
	}
	return scheme + ":" + r.where
}

// layoutBlobs is the blobStore of an OCI layout in a fileStore.
type layoutBlobs struct{ files fileStore }

// document implements [blobStore].
func (b layoutBlobs) document(_ context.Context, d descriptor, limit int64) ([]byte, error) {
	return b.files.document(blobPath(d.Digest), limit)
}

// checkLayer implements [blobStore].
func (b layoutBlobs) checkLayer(d descriptor) error {
	_, size, err := b.files.layer(blobPath(d.Digest))
	if err != nil {
		return err
	}
	if size >= 0 && size != d.Size {
		return wrongSize(size, d.Size)
	}
	return nil
}
