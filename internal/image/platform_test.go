package image_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// platforms returns images that share their base layer.
func platforms(names ...seaworthy.ImageConfig) []imagetest.Image {
	var out []imagetest.Image
	for _, c := range names {
		out = append(out, imagetest.Image{Config: c, Layers: []imagetest.Layer{
			{imagetest.File("etc/issue", "shared")},
			{imagetest.File("etc/platform", c.Platform())},
		}})
	}
	return out
}

func TestPlatform(t *testing.T) {
	dir := imagetest.OCIIndex(t, platforms(
		seaworthy.ImageConfig{OS: "linux", Architecture: "amd64"},
		seaworthy.ImageConfig{OS: "linux", Architecture: "arm64", Variant: "v8"},
		seaworthy.ImageConfig{OS: "linux", Architecture: "arm", Variant: "v6"},
		seaworthy.ImageConfig{OS: "linux", Architecture: "arm", Variant: "v7"},
	)...)
	registry := serve(t, dir)
	sources := map[string]string{
		"layout":             dir,
		"archive":            imagetest.Pack(t, dir),
		"compressed archive": gzipped(t, imagetest.Pack(t, dir)),
		"registry":           registry.image(),
	}
	for _, test := range []struct {
		platform, want, fails, hint string
	}{
		{platform: "linux/amd64", want: "linux/amd64"},
		{platform: "linux/x86_64", want: "linux/amd64"},
		{platform: "linux/arm64", want: "linux/arm64/v8"},
		{platform: "linux/aarch64", want: "linux/arm64/v8"},
		{platform: "linux/arm", want: "linux/arm/v7"},
		{platform: "linux/arm/v6", want: "linux/arm/v6"},
		{platform: "linux/arm/v8", want: "linux/arm/v7"},
		{platform: "", want: map[string]string{"amd64": "linux/amd64", "arm64": "linux/arm64/v8"}[runtime.GOARCH]},
		{platform: "linux/arm/v5", fails: "has no image for the platform linux/arm/v5; available: linux/amd64, linux/arm/v6, linux/arm/v7, linux/arm64/v8", hint: `"all"`},
		{platform: "windows/amd64", fails: "has no image for the platform windows/amd64; available: linux/amd64", hint: `"all"`},
		{platform: "amd64", fails: `invalid platform "amd64"`, hint: "linux/arm64"},
	} {
		for name, reference := range sources {
			t.Run(name+" "+test.platform, func(t *testing.T) {
				manifests, _, err := readAll(t.Context(), reference, image.Options{Platform: test.platform})
				if test.fails != "" {
					wantError(t, err, test.fails, test.hint)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := manifests[0].Config.Platform(); len(manifests) != 1 || got != test.want || manifests[0].Reference != reference {
					t.Errorf("%d manifests, platform %s of %s; want one of %s", len(manifests), got, manifests[0].Reference, test.want)
				}
			})
		}
	}
}

func TestAllPlatforms(t *testing.T) {
	dir := imagetest.OCIIndex(t, platforms(
		seaworthy.ImageConfig{OS: "linux", Architecture: "amd64"},
		seaworthy.ImageConfig{OS: "linux", Architecture: "arm64"},
	)...)
	registry := serve(t, dir)
	for name, reference := range map[string]string{"layout": dir, "registry": registry.image(), "compressed archive": zstandard(t, imagetest.Pack(t, dir))} {
		t.Run(name, func(t *testing.T) {
			manifests, c, err := readAll(t.Context(), reference, image.Options{Platform: image.AllPlatforms})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			layers := make(map[string]bool)
			for _, m := range manifests {
				got = append(got, m.Reference)
				for _, l := range m.Layers {
					layers[l.Blob] = true
					if c.data[l.Blob] == nil {
						t.Errorf("%s: blob %s was not visited", m.Reference, l.Blob)
					}
				}
			}
			if diff := cmp.Diff([]string{reference + " (linux/amd64)", reference + " (linux/arm64)"}, got); diff != "" {
				t.Errorf("references (-want +got):\n%s", diff)
			}
			if len(c.data) != 3 || len(layers) != 3 {
				t.Errorf("%d blobs were visited and %d are named, want 3: one is shared", len(c.data), len(layers))
			}
		})
	}
}

// TestOnlyPlatform checks that the only image of an index is selected if no platform was
// requested, but not if another one was.
func TestOnlyPlatform(t *testing.T) {
	img := platforms(seaworthy.ImageConfig{OS: "linux", Architecture: "s390x"})
	for name, reference := range map[string]string{
		"index":          imagetest.OCIIndex(t, img...),
		"layout":         img[0].OCILayout(t),
		"docker archive": img[0].DockerArchive(t, tag),
		"registry":       serve(t, img[0].OCILayout(t)).image(),
	} {
		t.Run(name, func(t *testing.T) {
			manifests, _, err := readAll(t.Context(), reference, image.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := manifests[0].Config.Platform(); got != "linux/s390x" {
				t.Errorf("platform %s", got)
			}
			_, _, err = readAll(t.Context(), reference, image.Options{Platform: "linux/ppc64le"})
			wantError(t, err, "has no image for the platform linux/ppc64le; available: linux/s390x", "use one")
		})
	}
}

// TestDocuments shows which documents about an image a layout and a registry give, and that
// an attestation that is missing, or is about another image, is none of them.
func TestDocuments(t *testing.T) {
	dir := imagetest.OCIIndex(t, platforms(seaworthy.ImageConfig{OS: "linux", Architecture: "amd64"}, seaworthy.ImageConfig{OS: "linux", Architecture: "arm64"})...)
	put := func(v any, mediaType string, keep bool) map[string]any {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		digest := imagetest.Digest(data)
		if keep {
			if err := os.WriteFile(filepath.Join(dir, "blobs", strings.Replace(digest, ":", "/", 1)), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return map[string]any{"mediaType": mediaType, "digest": digest, "size": len(data)}
	}
	readJSON := func(path string) map[string]any {
		data, err := os.ReadFile(path)
		var v map[string]any
		if err != nil || json.Unmarshal(data, &v) != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return v
	}
	attestation := func(subject string, keep bool, predicate string) map[string]any {
		statement := put(map[string]any{"predicateType": predicate, "subject": subject}, "application/vnd.in-toto+json", keep)
		statement["annotations"] = map[string]string{"in-toto.io/predicate-type": predicate}
		config := put(map[string]any{"os": "unknown"}, "application/vnd.oci.image.config.v1+json", keep)
		d := put(map[string]any{"schemaVersion": 2, "config": config, "layers": []any{statement}}, "application/vnd.oci.image.manifest.v1+json", keep)
		d["platform"] = map[string]string{"os": "unknown", "architecture": "unknown"}
		d["annotations"] = map[string]string{"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": subject}
		return d
	}
	// The outer index.json lists one index, which lists the images.
	outer := readJSON(filepath.Join(dir, "index.json"))
	top := outer["manifests"].([]any)[0].(map[string]any)
	inner := readJSON(filepath.Join(dir, "blobs", strings.Replace(top["digest"].(string), ":", "/", 1)))
	images := inner["manifests"].([]any)
	digest := func(i int) string { return images[i].(map[string]any)["digest"].(string) }
	inner["manifests"] = append(images, attestation(digest(0), true, "https://slsa.dev/provenance/v0.2"), attestation(digest(1), true, "other"), attestation(digest(0), false, "missing"))
	outer["manifests"] = []any{put(inner, top["mediaType"].(string), true)}
	data, err := json.Marshal(outer)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "index.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, reference := range map[string]string{"layout": dir, "archive": imagetest.Pack(t, dir), "compressed archive": gzipped(t, imagetest.Pack(t, dir)), "registry": serve(t, dir).image()} {
		for _, asked := range []bool{true, false} {
			manifests, _, err := readAll(t.Context(), reference, image.Options{Platform: "linux/amd64", Documents: asked})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var got []string
			for _, d := range manifests[0].Documents {
				got = append(got, d.Name)
			}
			want := []string{"configuration", "manifest", "index", "index", "attestation", "attestation https://slsa.dev/provenance/v0.2"}
			if name == "registry" { // it has no index.json
				want = slices.Delete(want, 2, 3)
			}
			if !asked {
				want = nil
			}
			omissions := 0
			if name == "registry" && asked {
				omissions = 1 // the one that it should have
			}
			if diff := cmp.Diff(want, got); diff != "" || len(manifests[0].Omissions) != omissions {
				t.Errorf("%s, asked %t: %s\nomissions %v", name, asked, diff, manifests[0].Omissions)
			}
		}
	}
}
