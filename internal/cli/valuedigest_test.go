package cli_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/report"
)

// TestValueDigest compares secrets by the digests of their values: within one cache
// equal values have equal digests, and a digest says nothing outside of it.
func TestValueDigest(t *testing.T) {
	key, short := privateKey(t), "Qv8"+"zT3"+"wLm"
	image := func(path string) string {
		return imagetest.Image{Layers: []imagetest.Layer{
			{imagetest.File(path, key), imagetest.File("srv/.env", "DB_PASSWORD="+short+"\n")},
		}}.OCILayout(t)
	}
	one, two := image("root/.ssh/id_ed25519"), image("srv/deploy.pem")
	scan := func(format report.Format, reference string, flags ...string) []byte {
		var out bytes.Buffer
		cli.Run(t.Context(), append([]string{"scan", "--risk", "secret", "--policy", "none", "--format", string(format), reference}, flags...),
			cli.Environment{Stdout: &out, Stderr: io.Discard, Getenv: func(string) string { return "" }})
		return out.Bytes()
	}
	digests := func(reference string, flags ...string) map[string]string {
		var r struct{ Findings []seaworthy.Finding }
		if err := json.Unmarshal(scan(report.JSON, reference, flags...), &r); err != nil {
			t.Fatal(err)
		}
		of := make(map[string]string)
		for _, f := range r.Findings {
			of[f.ID] = f.ValueDigest
		}
		return of
	}
	cache, other := t.TempDir(), t.TempDir()
	cold := digests(one, "--cache-dir", cache)
	want := cold["private-key"]
	if len(want) != 32 {
		t.Fatalf("the digest of the key is %q", want)
	}
	if d, found := cold["generic-secret"]; !found || d != "" {
		t.Errorf("the digest of a short password is %q, found %t", d, found)
	}
	for name, got := range map[string]map[string]string{
		"warm":               digests(one, "--cache-dir", cache),
		"another image":      digests(two, "--cache-dir", cache),
		"with secrets shown": digests(one, "--cache-dir", cache, "--show-secrets"),
	} {
		if got["private-key"] != want {
			t.Errorf("%s: %q, want %q", name, got["private-key"], want)
		}
	}
	if got := digests(one, "--cache-dir", other)["private-key"]; got == want || len(got) != 32 {
		t.Errorf("another cache: %q", got)
	}
	if got, found := digests(one, "--no-cache")["private-key"]; got != "" || !found {
		t.Errorf("without a cache: %q, found %t", got, found)
	}
	for _, format := range report.Formats() {
		if format != report.JSON && bytes.Contains(scan(format, one, "--cache-dir", cache), []byte(want)) {
			t.Errorf("%s has the digest", format)
		}
	}
	if strings.Contains(string(scan(report.JSON, one, "--cache-dir", cache)), short) {
		t.Error("the report shows the password")
	}
}
