package image

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// maxNames limits the names of one image.
const maxNames = 1000

// imageName matches a repository with or without a tag and a digest, somewhat more than the
// reference grammar of the distribution specification.
var imageName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,511}$`)

// resolve returns the selected images of the requested platform, with all names that the
// store gives them.
func (r *storeReader) resolve(ctx context.Context) (imageSet, error) {
	set, err := r.find(ctx)
	if err != nil {
		return set, err
	}
	docker, index := r.dockerNames(), r.indexNames()
	for i := range set.manifests {
		m := &set.manifests[i]
		for _, digest := range []string{m.Digest, m.IndexDigest} {
			if digest != "" {
				m.addNames(index[digest])
			}
		}
		m.addNames(docker[m.ImageID])
	}
	return set, nil
}

// addNames adds names that are valid and new.
func (m *Manifest) addNames(names []string) {
	for _, n := range names {
		switch {
		case !imageName.MatchString(n) || slices.Contains(m.Names, n):
		case len(m.Names) == maxNames:
			m.Omissions = append(m.Omissions, Omission{seaworthy.CodeLimitExceeded, fmt.Sprintf("the image has more than %d names; the others are ignored", maxNames)})
			return
		default:
			m.Names = append(m.Names, n)
		}
	}
}

// dockerNames returns the names in manifest.json by image ID. What cannot be read has no
// names: the error is reported where the images are read.
func (r *storeReader) dockerNames() map[string][]string {
	names := make(map[string][]string)
	var entries []dockerImage
	data, err := r.startFile(manifestFile)
	if err != nil || unmarshal(data, &entries) != nil {
		return names
	}
	for _, e := range entries[:min(len(entries), r.limits.Manifests)] {
		if len(e.RepoTags) == 0 {
			continue
		}
		id := claimedID(e.Config)
		if id == "" {
			data, err := r.files.document(cleanName(e.Config), r.limits.JSON)
			if err != nil {
				continue
			}
			id = sha256Digest(data)
		}
		names[id] = append(names[id], e.RepoTags...)
	}
	return names
}

// indexNames returns the names in index.json by digest. A bare tag is no name.
func (r *storeReader) indexNames() map[string][]string {
	names := make(map[string][]string)
	data, err := r.startFile(indexFile)
	if err != nil {
		return names
	}
	index, err := parseDocument(data)
	if err != nil {
		return names
	}
	for _, d := range index.Manifests {
		for _, key := range []string{annotationImageName, annotationRefName} {
			if n := d.Annotations[key]; strings.ContainsAny(n, "/:") {
				names[d.Digest] = append(names[d.Digest], n)
			}
		}
	}
	return names
}
