package image

import (
	"fmt"
	"strings"
)

// scheme is where a reference says that the image is.
type scheme int

const (
	noScheme scheme = iota
	registryScheme
	dockerScheme
	podmanScheme
	dockerArchiveScheme
	layoutScheme
	ociArchiveScheme
	rootFSScheme
)

// schemes are the prefixes of references, with those of other tools that mean the same.
var schemes = []struct {
	prefix string
	scheme scheme
}{
	{"docker://", registryScheme}, // skopeo, podman
	{"registry:", registryScheme}, // Syft, Grype
	{"docker-daemon:", dockerScheme},
	{"docker:", dockerScheme}, // Syft, Grype
	{"podman:", podmanScheme},
	{schemeDockerArchive, dockerArchiveScheme},
	{schemeOCIArchive, ociArchiveScheme},
	{schemeOCI, layoutScheme},
	{"oci-dir:", layoutScheme}, // Syft, Grype
	{"oci-layout:", layoutScheme},
	{schemeDir, rootFSScheme},
}

// refusedSchemes are the prefixes that other tools have for what is not supported here,
// with what to do instead.
var refusedSchemes = map[string]string{
	"containerd:":         "export the image instead: ctr images export - NAME | seaworthy scan -",
	"containers-storage:": "use podman:NAME, or pipe the image: podman save NAME | seaworthy scan -",
	"singularity:":        "convert the image to a directory, as with singularity build --sandbox DIR FILE, and use dir:DIR",
	"sif:":                "convert the image to a directory, as with singularity build --sandbox DIR FILE, and use dir:DIR",
	"ostree:":             "check the image out to a directory, and use dir:DIR",
	"snap:":               "unpack the snap, as with unsquashfs, and use dir:DIR",
	"file:":               "use the path of an archive or a layout without a prefix",
	"image:":              "use the name of the image without a prefix",
}

// parseScheme splits a reference after its scheme. The scheme is noScheme if the reference
// has none, and an error if it is one that is not supported.
func parseScheme(reference string) (scheme, string, error) {
	for _, p := range []string{"sbom:", "report:"} {
		if strings.HasPrefix(reference, p) {
			return 0, "", withHint(fmt.Errorf("%s has no layers", reference), "use the reference of the image itself")
		}
	}
	for _, s := range schemes {
		rest, ok := strings.CutPrefix(reference, s.prefix)
		if !ok {
			continue
		}
		if (s.prefix == "docker:" || s.prefix == "registry:") && isReleaseTag(rest) {
			return noScheme, reference, nil
		}
		return s.scheme, rest, nil
	}
	prefix, _, ok := strings.Cut(reference, ":")
	if hint, refused := refusedSchemes[prefix+":"]; ok && refused {
		return 0, "", withHint(fmt.Errorf("%s: the prefix %s: is not supported", shorten(reference), prefix), "%s", hint)
	}
	return noScheme, reference, nil
}

// isReleaseTag reports whether s can be a tag of the official images docker and registry,
// whose names are also prefixes. Their tags start with a version, or with one of a few
// words.
func isReleaseTag(s string) bool {
	if s == "" || strings.ContainsAny(s, "/:@") {
		return false
	}
	word, _, _ := strings.Cut(s, "-")
	switch word {
	case "latest", "stable", "edge", "rc", "cli", "dind", "git", "windowsservercore":
		return true
	}
	return '0' <= s[0] && s[0] <= '9'
}
