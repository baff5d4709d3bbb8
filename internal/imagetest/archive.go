package imagetest

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// OCIArchive writes the image as an OCI layout in a tar archive, and gives the
// file's path.
func (img Image) OCIArchive(t testing.TB) string {
	t.Helper()
	return Archive(t, img.ociFiles())
}

// DockerArchiveOCI writes the image as docker save does since Docker 25: an OCI
// layout with uncompressed layers, and a manifest.json that names its blobs.
func (img Image) DockerArchiveOCI(t testing.TB, tag string) string {
	t.Helper()
	files := map[string][]byte{"oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)}
	path := func(data []byte) string { return "blobs/sha256/" + strings.TrimPrefix(Digest(data), "sha256:") }
	add := func(mediaType string, data []byte) descriptor {
		files[path(data)] = data
		return descriptor{MediaType: mediaType, Digest: Digest(data), Size: len(data)}
	}
	config := img.config()
	layers, paths := []descriptor{}, []string{}
	for _, l := range img.Layers {
		layers = append(layers, add("application/vnd.oci.image.layer.v1.tar", l.Tar()))
		paths = append(paths, path(l.Tar()))
	}
	m := add("application/vnd.oci.image.manifest.v1+json", must2(json.Marshal(map[string]any{
		"schemaVersion": 2,
		"mediaType":     "application/vnd.oci.image.manifest.v1+json",
		"config":        add("application/vnd.oci.image.config.v1+json", config),
		"layers":        layers,
	})))
	_, short, _ := strings.Cut(tag, ":")
	m.Annotations = map[string]string{
		"io.containerd.image.name":          "docker.io/library/" + tag,
		"org.opencontainers.image.ref.name": short,
	}
	files["index.json"] = must2(json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []descriptor{m}}))
	files["manifest.json"] = must2(json.Marshal([]map[string]any{{"Config": path(config), "RepoTags": []string{tag}, "Layers": paths}}))
	return Archive(t, files)
}

// Archive writes files to a tar archive, sorted by name, and gives its path.
func Archive(t testing.TB, files map[string][]byte) string {
	t.Helper()
	var l Layer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		l = append(l, File(name, string(files[name])))
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	check(t, os.WriteFile(path, l.Tar(), 0o644))
	return path
}
