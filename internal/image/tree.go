package image

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// tree is a set of files that holds images: an OCI layout, an archive, or what
// was kept of an archive that streamed by.
type tree interface {
	// document gives a file whole, or an error if it is longer than limit. The
	// error is fs.ErrNotExist if there is no such file.
	document(name string, limit int64) ([]byte, error)
	// layer gives the name of the file that stands behind a name, links
	// followed, and its size. The error is fs.ErrNotExist if there is none.
	layer(name string) (string, int64, error)
}

// The files from which the reading of a tree starts.
const (
	indexFile    = "index.json"    // OCI image layout 1.0
	manifestFile = "manifest.json" // docker save
)

// form is one of the two ways in which an archive can describe its images.
type form int

const (
	anyForm    form = iota // what is there, OCI before Docker
	dockerForm             // manifest.json before index.json
	ociForm                // index.json before manifest.json
)

// treeReader reads images from a tree.
type treeReader struct {
	tree   tree
	want   wanted
	limits Limits
	where  string // the path, for messages
	selector
}

// selector tells which image of several is meant.
type selector struct {
	form form
	tag  string // a tag or reference in the words of the form, or a digest; "" for the only one
}

// resolve reads the images that are wanted. Where both forms are there they
// must agree, because other tools read only one of them.
func (r *treeReader) resolve(ctx context.Context) (resolved, error) {
	docker, dockerErr := r.docker()
	oci, ociErr := r.oci(ctx)
	absent := func(err error) bool { return errors.As(err, new(*formError)) }
	switch {
	case absent(dockerErr) && absent(ociErr):
		return resolved{}, withHint(fmt.Errorf("%s is no image: it holds neither %s nor %s", r.where, indexFile, manifestFile),
			"an image is what docker save, skopeo copy or buildctl write; a root file system is read from a directory, as dir:PATH")
	case absent(ociErr):
		return docker, dockerErr
	case absent(dockerErr):
		return oci, ociErr
	case dockerErr == nil && ociErr == nil:
		if err := agree(docker, oci); err != nil {
			return resolved{}, fmt.Errorf("%s: %w", r.where, err)
		}
		if r.form == dockerForm {
			return docker, nil
		}
		return oci, nil
	case ociErr == nil:
		return oci, nil
	case dockerErr == nil:
		return docker, nil
	case r.form == dockerForm:
		return resolved{}, dockerErr
	default:
		return resolved{}, ociErr
	}
}

// agree fails if Docker's form names an image that the OCI form does not.
func agree(docker, oci resolved) error {
	for _, d := range docker.manifests {
		if !slices.ContainsFunc(oci.manifests, func(m Manifest) bool { return m.ImageID == d.ImageID }) {
			return fmt.Errorf("%s and %s name different images (%s and %s), so that what runs depends on the tool that loads it",
				manifestFile, indexFile, d.ImageID, oci.manifests[0].ImageID)
		}
	}
	return nil
}

// formError says that the tree does not have a form at all.
type formError struct{ file string }

func (e *formError) Error() string { return "there is no " + e.file }

// start reads the file from which a form starts.
func (r *treeReader) start(file string) ([]byte, error) {
	data, err := r.tree.document(file, r.limits.JSON)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &formError{file}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", r.where, file, err)
	}
	return data, nil
}

// oci reads the images of index.json.
func (r *treeReader) oci(ctx context.Context) (resolved, error) {
	data, err := r.start(indexFile)
	if err != nil {
		return resolved{}, err
	}
	index, err := parseDocument(data)
	if err == nil && !index.isIndex() {
		err = errors.New("it is an image manifest, not an index")
	}
	if err != nil {
		return resolved{}, fmt.Errorf("%s: %s: %w", r.where, indexFile, err)
	}
	descriptors, err := r.selectOCI(index.Manifests)
	if err != nil {
		return resolved{}, err
	}
	oci := &ociResolver{store: treeBlobs{r.tree}, want: r.want, limits: r.limits, where: r.where}
	offer, err := oci.leaves(ctx, descriptors, "", 1)
	if err != nil {
		return resolved{}, fmt.Errorf("%s: %w", r.where, err)
	}
	return oci.resolve(ctx, offer)
}

// selectOCI picks the descriptors of index.json that are meant. Several without
// a tag, or with the same, are the platforms of one image.
func (r *treeReader) selectOCI(all []descriptor) ([]descriptor, error) {
	var chosen []descriptor
	var tags []string
	for _, d := range all {
		if d.isAttestation() {
			continue
		}
		tag := d.Annotations[annotationRefName]
		full := d.Annotations[annotationImageName]
		tags = append(tags, tag)
		if r.tag == "" || r.tag == tag || r.tag == full || r.tag == d.Digest || r.form == dockerForm && sameReference(r.tag, full) {
			chosen = append(chosen, d)
		}
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	if r.tag == "" && len(tags) > 1 {
		return nil, withHint(fmt.Errorf("%s holds several images: %s", r.where, list(named(tags))),
			"name one of them, as in %s:%s", r.prefixed("oci"), tags[len(tags)-1])
	}
	if r.tag != "" && len(chosen) == 0 {
		err := fmt.Errorf("%s has no image with the tag %q", r.where, shorten(r.tag))
		if names := named(tags); len(names) > 0 {
			return nil, withHint(err, "it has %s", list(names))
		}
		return nil, withHint(err, "its images have no tags; leave the tag out")
	}
	return chosen, nil
}

func named(tags []string) []string {
	return slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return t == "" })
}

// prefixed is the reference under which the tree can be given with a tag.
func (r *treeReader) prefixed(scheme string) string {
	if _, isDir := r.tree.(*layout); !isDir && scheme == "oci" {
		scheme = "oci-archive"
	}
	return scheme + ":" + r.where
}

// treeBlobs is the blobStore of an OCI layout in a tree.
type treeBlobs struct{ tree }

// document implements [blobStore].
func (t treeBlobs) document(_ context.Context, d descriptor, limit int64) ([]byte, error) {
	return t.tree.document(blobPath(d.Digest), limit)
}

// layer implements [blobStore].
func (t treeBlobs) layer(d descriptor) error {
	_, size, err := t.tree.layer(blobPath(d.Digest))
	if err != nil {
		return err
	}
	if size >= 0 && size != d.Size {
		return fmt.Errorf("it has %d bytes, its descriptor says %d", size, d.Size)
	}
	return nil
}

// dockerImage is an entry of Docker's manifest.json.
type dockerImage struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// docker reads the images of manifest.json.
func (r *treeReader) docker() (resolved, error) {
	data, err := r.start(manifestFile)
	if err != nil {
		return resolved{}, err
	}
	var entries []dockerImage
	if err := unmarshal(data, &entries); err != nil {
		return resolved{}, fmt.Errorf("%s: %s: %w", r.where, manifestFile, err)
	}
	if len(entries) > r.limits.Manifests {
		return resolved{}, fmt.Errorf("%s: %s lists %d images; at most %d are read", r.where, manifestFile, len(entries), r.limits.Manifests)
	}
	var offer []leaf[resolved]
	var tags []string
	for _, e := range entries {
		tags = append(tags, e.RepoTags...)
		if r.tag != "" && !slices.ContainsFunc(e.RepoTags, func(t string) bool { return sameReference(t, r.tag) }) {
			continue
		}
		image, err := r.dockerEntry(e)
		if err != nil {
			return resolved{}, fmt.Errorf("%s: %w", r.where, err)
		}
		offer = append(offer, leaf[resolved]{platform: configPlatform(image.manifests[0].Config), names: e.RepoTags, image: image})
	}
	if len(offer) == 0 {
		return resolved{}, r.nothingTagged(tags)
	}
	chosen, err := choose(r.want, offer, r.where)
	if err != nil {
		return resolved{}, err
	}
	return r.combine(chosen, tags)
}

func (r *treeReader) nothingTagged(tags []string) error {
	if r.tag == "" {
		return fmt.Errorf("%s: %s lists no image", r.where, manifestFile)
	}
	err := fmt.Errorf("%s has no image with the name %q", r.where, shorten(r.tag))
	if len(tags) == 0 {
		return withHint(err, "its images have no names; leave the name out")
	}
	return withHint(err, "it has %s", list(tags))
}

// combine joins the platforms of one image, and refuses what are several images.
func (r *treeReader) combine(chosen []leaf[resolved], tags []string) (resolved, error) {
	var out resolved
	platforms := make(map[platform]bool)
	for _, l := range chosen {
		m := l.image.manifests[0]
		if slices.ContainsFunc(out.manifests, func(o Manifest) bool { return o.ImageID == m.ImageID }) {
			continue
		}
		if p := l.platform.normal(); platforms[p] {
			err := fmt.Errorf("%s holds several images: %s", r.where, list(tags))
			if len(tags) == 0 {
				return resolved{}, err
			}
			return resolved{}, withHint(err, "name one of them, as in %s:%s", r.prefixed("docker-archive"), tags[0])
		} else {
			platforms[p] = true
		}
		out.add(m, l.image.blobs)
	}
	return out, nil
}

// dockerEntry reads one image of manifest.json.
func (r *treeReader) dockerEntry(e dockerImage) (resolved, error) {
	if len(e.Layers) > r.limits.Layers {
		return resolved{}, fmt.Errorf("the image has %d layers; at most %d are read", len(e.Layers), r.limits.Layers)
	}
	data, err := r.tree.document(cleanName(e.Config), r.limits.JSON)
	if err != nil {
		return resolved{}, fmt.Errorf("configuration %q: %w", shorten(e.Config), err)
	}
	if claim := claimedID(e.Config); claim != "" {
		if err := verifyDigest(claim, data); err != nil {
			return resolved{}, fmt.Errorf("configuration %q: %w", shorten(e.Config), err)
		}
	}
	config, err := parseConfig(data, len(e.Layers))
	if err != nil {
		return resolved{}, fmt.Errorf("configuration %q: %w", shorten(e.Config), err)
	}
	m := Manifest{ImageID: sha256Digest(data), Config: config}
	var blobs []Blob
	for i, l := range e.Layers {
		file, size, err := r.tree.layer(cleanName(l))
		if err != nil {
			return resolved{}, fmt.Errorf("layer %d, %q: %w", i, shorten(l), err)
		}
		b := Blob{Name: blobName(file), DiffID: config.RootFS.DiffIDs[i], Size: size}
		if b.Name != file {
			b.Digest = b.Name
		}
		m.Layers = append(m.Layers, LayerRef{Blob: b.Name, Digest: b.Digest, DiffID: b.DiffID})
		blobs = append(blobs, b)
	}
	var out resolved
	out.add(m, blobs)
	return out, nil
}

// claimedID is the digest that the name of a configuration claims for it:
// HEX.json, sha256:HEX or blobs/sha256/HEX.
func claimedID(file string) string {
	file = cleanName(file)
	if n := blobName(file); n != file {
		return n
	}
	claim := "sha256:" + strings.TrimPrefix(strings.TrimSuffix(file, ".json"), "sha256:")
	if _, err := newVerifier(claim); err != nil {
		return ""
	}
	return claim
}

// cleanName is the form in which names inside an archive are compared.
func cleanName(n string) string { return strings.TrimPrefix(path.Clean("/"+n), "/") }

// sameReference tells whether two names mean the same repository and tag.
func sameReference(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := name.NewTag(a)
	y, errY := name.NewTag(b)
	return errX == nil && errY == nil && x.Name() == y.Name()
}
