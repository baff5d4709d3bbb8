package image_test

import (
	"io"
	"log"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// attach pushes a document as a referrer of the subject.
func attach(t *testing.T, repo name.Repository, subject v1.Descriptor, artifactType, mediaType, text string, annotations map[string]string) {
	t.Helper()
	img, err := mutate.Append(empty.Image, mutate.Addendum{Layer: static.NewLayer([]byte(text), types.MediaType(mediaType)), Annotations: annotations})
	if err != nil {
		t.Fatal(err)
	}
	img = mutate.MediaType(img, types.OCIManifestSchema1)
	img = mutate.ConfigMediaType(img, types.MediaType(artifactType))
	img = mutate.Subject(img, subject).(v1.Image)
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(repo.Digest(d.String()), img); err != nil {
		t.Fatal(err)
	}
}

// TestAttachments uses a registry with the referrers API, and the registry of the
// distribution project, which does not have it and needs the fallback tag.
func TestAttachments(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.WithReferrersSupport(true), registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	for host, form := range map[string]string{strings.TrimPrefix(server.URL, "http://"): "the API", imagetest.Registry(t): "the tag"} {
		t.Run(form, func(t *testing.T) { testAttachments(t, host) })
	}
}

func testAttachments(t *testing.T, host string) {
	repo, err := name.NewRepository(host + "/team/app")
	if err != nil {
		t.Fatal(err)
	}
	index, err := random.Index(100, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	tag := repo.Tag("1")
	if err := remote.WriteIndex(tag, index); err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := remote.Head(tag)
	if err != nil {
		t.Fatal(err)
	}
	one := manifest.Manifests[0]
	wanted := func(mediaType, predicateType string) bool {
		return strings.Contains(mediaType, "vex") || predicateType == "https://openvex.dev/ns"
	}
	texts := func(reference, digest string) []string {
		t.Helper()
		found, err := image.Attachments(t.Context(), reference, digest, image.Options{}, wanted)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range found {
			if !strings.HasPrefix(a.Source, host+"/team/app@sha256:") || a.Subject != one.Digest.String() && a.Subject != whole.Digest.String() {
				t.Errorf("%+v", a)
			}
			out = append(out, string(a.Data))
		}
		slices.Sort(out)
		return out
	}
	if got := texts(tag.String(), one.Digest.String()); got != nil {
		t.Errorf("attachments of an image without any: %q", got)
	}
	attach(t, repo, one, "application/openvex+json", "application/json", "on the image", nil)
	attach(t, repo, *whole, "application/vnd.oci.image.config.v1+json", "application/vnd.in-toto+json", "on the index", map[string]string{"in-toto.io/predicate-type": "https://openvex.dev/ns"})
	attach(t, repo, one, "application/vnd.cyclonedx+json", "application/vnd.cyclonedx+json", "an SBOM", nil)
	attach(t, repo, manifest.Manifests[1], "application/openvex+json", "application/json", "on another image", nil)
	// cosign keeps attestations under a tag.
	cosign, err := mutate.Append(empty.Image, mutate.Addendum{
		Layer: static.NewLayer([]byte("by cosign"), "application/vnd.dsse.envelope.v1+json"), Annotations: map[string]string{"predicateType": "https://openvex.dev/ns"},
	}, mutate.Addendum{
		Layer: static.NewLayer([]byte("a provenance"), "application/vnd.dsse.envelope.v1+json"), Annotations: map[string]string{"predicateType": "https://slsa.dev/provenance/v1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(repo.Tag(strings.Replace(one.Digest.String(), ":", "-", 1)+".att"), cosign); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"by cosign", "on the image", "on the index"}, texts(tag.String(), one.Digest.String())); diff != "" {
		t.Errorf("by tag: %s", diff)
	}
	if diff := cmp.Diff([]string{"by cosign", "on the image"}, texts(repo.Digest(one.Digest.String()).String(), one.Digest.String())); diff != "" {
		t.Errorf("by digest: %s", diff)
	}
	if _, err := image.Attachments(t.Context(), tag.String(), "sha256:"+strings.Repeat("0", 64), image.Options{}, wanted); err == nil || !strings.Contains(err.Error(), "another image under this name now") {
		t.Errorf("a tag that moved on: %v", err)
	}
	if _, err := image.Attachments(t.Context(), host+"/team/nothing", one.Digest.String(), image.Options{}, wanted); err == nil || !strings.Contains(err.Error(), "documents attached to image") {
		t.Errorf("no such repository: %v", err)
	}
}
