package image_test

import (
	"runtime"
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
