package image

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"seaworthy.dev/seaworthy"
)

// dockerImage is an element of Docker's manifest.json.
type dockerImage struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// docker returns the selected images in manifest.json.
func (r *storeReader) docker() (imageSet, error) {
	data, err := r.startFile(manifestFile)
	if err != nil {
		return imageSet{}, err
	}
	var entries []dockerImage
	if err := unmarshal(data, &entries); err != nil {
		return imageSet{}, fmt.Errorf("%s: %s: %w", r.where, manifestFile, err)
	}
	if len(entries) > r.limits.Manifests {
		return imageSet{}, fmt.Errorf("%s: %s lists %d images; the maximum is %d", r.where, manifestFile, len(entries), r.limits.Manifests)
	}
	var candidates []candidate[imageSet]
	var tags []string
	for _, e := range entries {
		tags = append(tags, e.RepoTags...)
		if r.tag != "" && !slices.ContainsFunc(e.RepoTags, func(t string) bool { return sameReference(t, r.tag) }) {
			continue
		}
		image, err := r.dockerEntry(e)
		if err != nil {
			return imageSet{}, fmt.Errorf("%s: %w", r.where, err)
		}
		candidates = append(candidates, candidate[imageSet]{platform: configPlatform(image.manifests[0].Config), image: image})
	}
	if len(candidates) == 0 {
		return imageSet{}, r.tagNotFound(tags)
	}
	chosen, err := choose(r.want, candidates, r.where)
	if err != nil {
		return imageSet{}, err
	}
	return r.combine(chosen, tags)
}

// tagNotFound returns the error for a store in which no image has the selected tag.
func (r *storeReader) tagNotFound(tags []string) error {
	if r.tag == "" {
		return fmt.Errorf("%s: %s lists no image", r.where, manifestFile)
	}
	err := fmt.Errorf("%s has no image named %q", r.where, shorten(r.tag))
	if len(tags) == 0 {
		return &noMatchError{withHint(err, "its images have no names; remove the name from the reference")}
	}
	return &noMatchError{withHint(err, "available: %s", joinNames(tags))}
}

// combine returns candidates as the platforms of one image. Two different images for one
// platform are an error.
func (r *storeReader) combine(chosen []candidate[imageSet], tags []string) (imageSet, error) {
	var out imageSet
	platforms := make(map[platform]bool)
	for _, l := range chosen {
		m := l.image.manifests[0]
		if slices.ContainsFunc(out.manifests, func(o Manifest) bool { return o.ImageID == m.ImageID }) {
			continue
		}
		p := l.platform.normal()
		if platforms[p] {
			err := fmt.Errorf("%s has several images: %s", r.where, joinNames(tags))
			if len(tags) == 0 {
				return imageSet{}, err
			}
			return imageSet{}, withHint(err, "select one of them, as in %s:%s", r.prefixed("docker-archive"), tags[0])
		}
		platforms[p] = true
		out.add(m, l.image.blobs)
	}
	return out, nil
}

// dockerEntry reads one image in manifest.json.
func (r *storeReader) dockerEntry(e dockerImage) (imageSet, error) {
	if len(e.Layers) > r.limits.Layers {
		return imageSet{}, fmt.Errorf("the image has %d layers; the maximum is %d", len(e.Layers), r.limits.Layers)
	}
	data, err := r.files.document(cleanName(e.Config), r.limits.JSON)
	if err != nil {
		return imageSet{}, fmt.Errorf("configuration %q: %w", shorten(e.Config), err)
	}
	if claim := claimedID(e.Config); claim != "" {
		if err := verifyDigest(claim, data); err != nil {
			return imageSet{}, fmt.Errorf("configuration %q: %w", shorten(e.Config), err)
		}
	}
	config, err := parseConfig(data, len(e.Layers))
	if err != nil {
		return imageSet{}, fmt.Errorf("configuration %q: %w", shorten(e.Config), err)
	}
	m := Manifest{ImageID: sha256Digest(data), Config: config}
	if r.withDocuments {
		m.Documents = []seaworthy.Document{{Name: "configuration", Data: data}}
	}
	var blobs []Blob
	for i, l := range e.Layers {
		file, size, err := r.files.layer(cleanName(l))
		if err != nil {
			return imageSet{}, fmt.Errorf("layer %d, %q: %w", i, shorten(l), err)
		}
		b := Blob{Name: blobName(file), DiffID: config.RootFS.DiffIDs[i], Size: size}
		if b.Name != file {
			b.Digest = b.Name
		}
		m.Layers = append(m.Layers, LayerRef{Blob: b.Name, Digest: b.Digest, DiffID: b.DiffID})
		blobs = append(blobs, b)
	}
	var out imageSet
	out.add(m, blobs)
	return out, nil
}

// claimedID returns the digest in the name of a configuration file: HEX.json, sha256:HEX
// or blobs/sha256/HEX. It returns "" for any other name.
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

// cleanName returns a name inside an archive in the form in which names are compared:
// relative to the root, without "." and ".." elements.
func cleanName(n string) string { return strings.TrimPrefix(path.Clean("/"+n), "/") }

// sameReference reports whether two names refer to the same repository and tag.
func sameReference(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := name.NewTag(a)
	y, errY := name.NewTag(b)
	return errX == nil && errY == nil && x.Name() == y.Name()
}
