package image

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

func textFile(name, text string) ArtifactFile {
	return ArtifactFile{
		Name: name, MediaType: "text/plain", Digest: sha256Digest([]byte(text)), Size: int64(len(text)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

func readArtifact(t *testing.T, a *Artifact) map[string]string {
	t.Helper()
	files := make(map[string]string)
	for _, f := range a.Files {
		body, err := f.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		body.Close()
		files[f.Name] = string(data)
	}
	return files
}

// TestArtifact pushes files to a real registry and pulls them.
func TestArtifact(t *testing.T) {
	host := imagetest.Registry(t)
	ref := host + "/team/files:v1"
	const kind = "application/vnd.example.files.v1"
	want := map[string]string{"one": "first", "two/../three": strings.Repeat("second", 100_000), "empty": ""}
	a := &Artifact{Type: kind}
	for _, name := range []string{"one", "two/../three", "empty"} {
		a.Files = append(a.Files, textFile(name, want[name]))
	}
	digest, err := PushArtifact(t.Context(), ref, a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := PushArtifact(t.Context(), ref, a, Options{}); again != digest || err != nil {
		t.Errorf("pushed again: %s, %v; want %s", again, err, digest)
	}
	for _, ref := range []string{ref, host + "/team/files@" + digest} {
		got, d, err := PullArtifact(t.Context(), ref, kind, Options{})
		if err != nil || d != digest {
			t.Fatalf("%s: digest %s, %v", ref, d, err)
		}
		if diff := cmp.Diff(want, readArtifact(t, got)); diff != "" {
			t.Error(diff)
		}
	}
	for _, c := range []struct{ ref, kind, want string }{
		{ref, "application/vnd.example.other", `wrong artifact type: want application/vnd.example.other, the registry has "application/vnd.example.files.v1"`},
		{host + "/team/files:v2", kind, "not found"},
		{host + "/team/files@sha256:" + strings.Repeat("0", 64), kind, "not found"},
		{"::", kind, "could not parse"},
	} {
		if _, _, err := PullArtifact(t.Context(), c.ref, c.kind, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.ref, err, c.want)
		}
	}
	wrong := *a
	wrong.Files = []ArtifactFile{textFile("one", "first")}
	wrong.Files[0].Digest = sha256Digest([]byte("other"))
	if _, err := PushArtifact(t.Context(), ref, &wrong, Options{}); err == nil {
		t.Error("a file with another digest was stored")
	}
}

// TestArtifactTampered checks that a manifest with the wrong digest is refused.
func TestArtifactTampered(t *testing.T) {
	host := imagetest.Registry(t)
	a := &Artifact{Type: "application/vnd.example.files.v1", Files: []ArtifactFile{textFile("one", "first")}}
	digest, err := PushArtifact(t.Context(), host+"/files:v1", a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	target := &url.URL{Scheme: "http", Host: host}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(r *http.Response) error {
			data, err := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(bytes.ReplaceAll(data, []byte(`"one"`), []byte(`"two"`))))
			return err
		},
	}
	s := httptest.NewServer(proxy)
	defer s.Close()
	ref := strings.TrimPrefix(s.URL, "http://") + "/files@" + digest
	if _, _, err := PullArtifact(t.Context(), ref, a.Type, Options{}); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Errorf("error %v, want one about the digest", err)
	}
}
