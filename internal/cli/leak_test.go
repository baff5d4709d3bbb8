package cli_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestRemovedSecrets has secrets in one layer that the next removes in every way
// there is: each is found with both layers, and extract writes the same bytes that
// were copied, one by one and all at once.
func TestRemovedSecrets(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	armoured := string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	n := 0
	password := func() string { n++; return madeUp(strconv.Itoa(n), 16) }
	files := map[string]string{
		"root/.ssh/deploy":  armoured,
		"srv/token":         "API_TOKEN=" + password() + madeUp("more", 12) + "\n",
		"root/.pgpass":      "db:5432:app:app:" + password() + "\n",
		"opt/gone/.netrc":   "machine h login joe password " + password() + "\n",
		"opt/opaque/.netrc": "machine h login joe password " + password() + "\r\n\x00",
		"etc/app.conf":      "password = " + password() + "\n",
		"link/to/.netrc":    "machine h login joe password " + password(),
	}
	var bottom imagetest.Layer
	for path, body := range files {
		bottom = append(bottom, imagetest.File(path, body))
	}
	img := imagetest.Image{Layers: []imagetest.Layer{
		{imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")},
		bottom,
		{
			imagetest.Whiteout("root/.ssh/deploy"), imagetest.Whiteout("srv/token"), imagetest.Whiteout("root/.pgpass"),
			imagetest.Whiteout("opt/gone"), imagetest.File("opt/opaque/.wh..wh..opq", ""), imagetest.File("etc/app.conf", "password = ${PASSWORD}\n"),
			imagetest.Symlink("link/to", "/etc"),
		},
	}}
	run := func(t *testing.T, code int, args ...string) []byte {
		t.Helper()
		var out, errs bytes.Buffer
		if got := cli.Run(t.Context(), args, cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }}); got != code {
			t.Fatalf("%q: exit code %d, want %d: %s%s", args, got, code, &errs, &out)
		}
		return out.Bytes()
	}
	for form, reference := range map[string]string{"OCI": img.OCILayout(t), "Docker": img.DockerArchive(t, "example/app:1")} {
		t.Run(form, func(t *testing.T) {
			var got struct{ Findings []seaworthy.Finding }
			if err := json.Unmarshal(run(t, cli.ExitFail, "scan", "--no-cache", "--risk", "secret", "--policy", "none", "--format", "json", reference), &got); err != nil {
				t.Fatal(err)
			}
			found := map[string]seaworthy.Location{}
			for _, f := range got.Findings {
				for _, l := range f.Locations {
					found[l.Path] = l
				}
			}
			all := t.TempDir()
			run(t, cli.ExitPass, "extract", "--no-cache", "--layer", "1", "--output", all, reference, "/")
			for path, body := range files {
				l, ok := found[path]
				if !ok || l.Layer == nil || *l.Layer != 1 || l.RemovedIn == nil || *l.RemovedIn != 2 {
					t.Errorf("%s: found at %s", path, locationText(l))
				}
				if got := run(t, cli.ExitPass, "extract", "--no-cache", "--layer", "1", reference, path); string(got) != body {
					t.Errorf("%s: extract writes %d bytes, want %d: %q", path, len(got), len(body), got)
				}
				if got, err := os.ReadFile(filepath.Join(all, filepath.FromSlash(path))); err != nil || string(got) != body {
					t.Errorf("%s in a directory: %d bytes, want %d: %v", path, len(got), len(body), err)
				}
			}
			if text := string(run(t, cli.ExitFail, "scan", "--no-cache", "--risk", "secret", "--policy", "none", reference)); !strings.Contains(text, "view  seaworthy extract --layer 1") {
				t.Errorf("the report does not say how to extract:\n%s", text)
			}
		})
	}
}

// locationText says the layers of a place.
func locationText(l seaworthy.Location) string {
	if l.Layer == nil || l.RemovedIn == nil {
		return fmt.Sprintf("%q, no layer or not removed", l.Path)
	}
	return fmt.Sprintf("layer %d, removed by %d", *l.Layer, *l.RemovedIn)
}
