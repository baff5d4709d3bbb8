package imagetest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// OCIArchive writes the image as an OCI layout in a tar archive and returns its path.
func (img Image) OCIArchive(t testing.TB) string {
	t.Helper()
	return Archive(t, img.ociFiles())
}

// DockerArchiveOCI writes the image like docker save since Docker 25, an OCI layout with
// uncompressed layers and a manifest.json that names its blobs, and returns its path.
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

// Archive writes files to a tar archive, sorted by name, and returns its path.
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

// OCIIndex writes images for several platforms as an OCI layout, like BuildKit: one index
// with the tag "latest" that has the images and an attestation for each. It returns the
// directory.
func OCIIndex(t testing.TB, images ...Image) string {
	t.Helper()
	files := map[string][]byte{"oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)}
	add := func(mediaType string, data []byte) map[string]any {
		files["blobs/sha256/"+strings.TrimPrefix(Digest(data), "sha256:")] = data
		return map[string]any{"mediaType": mediaType, "digest": Digest(data), "size": len(data)}
	}
	const manifestType = "application/vnd.oci.image.manifest.v1+json"
	const indexType = "application/vnd.oci.image.index.v1+json"
	var manifests []map[string]any
	for _, img := range images {
		config := img.config()
		layers := []map[string]any{}
		for _, l := range img.Layers {
			layers = append(layers, add("application/vnd.oci.image.layer.v1.tar+gzip", Gzip(l.Tar())))
		}
		m := add(manifestType, must2(json.Marshal(map[string]any{
			"schemaVersion": 2, "mediaType": manifestType, "layers": layers,
			"config": add("application/vnd.oci.image.config.v1+json", config),
		})))
		platform := map[string]string{"os": cmp.Or(img.Config.OS, "linux"), "architecture": cmp.Or(img.Config.Architecture, "amd64")}
		if v := img.Config.Variant; v != "" {
			platform["variant"] = v
		}
		m["platform"] = platform
		attestation := add(manifestType, must2(json.Marshal(map[string]any{
			"schemaVersion": 2, "mediaType": manifestType,
			"config": add("application/vnd.oci.image.config.v1+json", []byte(`{"architecture":"unknown","os":"unknown","config":{},"rootfs":{"type":"layers","diff_ids":[]}}`)),
			"layers": []map[string]any{add("application/vnd.in-toto+json", fmt.Appendf(nil, `{"_type":"https://in-toto.io/Statement/v0.1","subject":[{"name":%q}]}`, m["digest"]))},
		})))
		attestation["platform"] = map[string]string{"os": "unknown", "architecture": "unknown"}
		attestation["annotations"] = map[string]any{"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": m["digest"]}
		manifests = append(manifests, m, attestation)
	}
	index := add(indexType, must2(json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": manifests})))
	index["annotations"] = map[string]string{"org.opencontainers.image.ref.name": "latest"}
	files["index.json"] = must2(json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []any{index}}))
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		check(t, os.WriteFile(path, data, 0o644))
	}
	return dir
}

// Pack writes the files of a directory to a tar archive, sorted by name, and returns its
// path. It is the inverse of [Unpack].
func Pack(t testing.TB, dir string) string {
	t.Helper()
	files := make(map[string][]byte)
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	}))
	return Archive(t, files)
}
