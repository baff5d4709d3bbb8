package vex

import (
	"cmp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/purl"
)

// reference is the name of an image in parts.
type reference struct {
	repository  string // with the registry
	tag, digest string // "" for none
}

// parseReference parses the name of an image as Docker does: without a registry it is one in
// Docker Hub.
func parseReference(s string) reference {
	for _, scheme := range []string{"docker://", "oci://", "https://"} {
		s = strings.TrimPrefix(s, scheme)
	}
	var r reference
	s, r.digest, _ = strings.Cut(s, "@")
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, '/') {
		s, r.tag = s[:i], s[i+1:]
	}
	r.repository = fullRepository(s)
	return r
}

// fullRepository adds the registry that Docker assumes.
func fullRepository(s string) string {
	s = strings.TrimSuffix(s, "/")
	registry, rest, ok := strings.Cut(s, "/")
	switch {
	case !ok:
		return "docker.io/library/" + s
	case !strings.ContainsAny(registry, ".:") && registry != "localhost":
		return "docker.io/" + s
	case registry != "docker.io" && registry != "index.docker.io" && registry != "registry-1.docker.io":
		return s
	case !strings.Contains(rest, "/"):
		return "docker.io/library/" + rest
	}
	return "docker.io/" + rest
}

// imageReferences returns the names by which an image is known.
func imageReferences(i *seaworthy.Image) []reference {
	var all []reference
	if i.Repository != "" {
		name, _, _ := strings.Cut(i.Reference, " ") // a platform may follow
		all = append(all, reference{repository: fullRepository(i.Repository), tag: cmp.Or(i.Tag, parseReference(name).tag)})
	}
	for _, n := range i.Names {
		all = append(all, parseReference(n))
	}
	return all
}

// isKnownAs reports whether the image has the name. A name without a tag stands for all tags.
func (s *subject) isKnownAs(want reference) bool {
	if want.digest != "" && !slices.Contains(s.digests, want.digest) {
		return false
	}
	return slices.ContainsFunc(s.references, func(r reference) bool {
		return strings.EqualFold(r.repository, want.repository) && (want.tag == "" || want.tag == r.tag)
	})
}

// matchesPURL reports whether a package URL of type oci or docker is that of the image. One
// with a digest must have the digest of the image; one without must have the repository. Of a
// qualifier repository_url the last element may be missing: it is the name.
func (s *subject) matchesPURL(u *purl.URL) bool {
	if arch := u.Qualifiers["arch"]; arch != "" && s.image.Platform != "" && !strings.Contains(s.image.Platform+"/", "/"+arch+"/") {
		return false
	}
	name := strings.TrimPrefix(u.Namespace+"/"+u.Name, "/")
	want := reference{tag: u.Qualifiers["tag"], digest: u.Version}
	if u.Type == "docker" && !strings.Contains(u.Version, ":") {
		want.tag, want.digest = u.Version, ""
	}
	var repositories []string
	switch url := u.Qualifiers["repository_url"]; {
	case url != "":
		url = parseReference(url + "/x").repository // of the registry alone, too
		url = strings.TrimSuffix(url, "/x")
		repositories = []string{url, url + "/" + name}
	case u.Type == "docker" && want.digest == "":
		repositories = []string{fullRepository(name)}
	}
	if want.digest != "" {
		// The digest decides, unless the image was read from another repository.
		return slices.Contains(s.digests, want.digest) &&
			(len(repositories) == 0 || s.image.Repository == "" || s.isInOneOf(repositories, ""))
	}
	return s.isInOneOf(repositories, want.tag)
}

// isInOneOf reports whether the image is known in one of the repositories, with the tag.
func (s *subject) isInOneOf(repositories []string, tag string) bool {
	return slices.ContainsFunc(repositories, func(r string) bool { return s.isKnownAs(reference{repository: r, tag: tag}) })
}
