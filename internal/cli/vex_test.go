package cli_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestAttachedVEX takes statements from the registry that the image lies in, in the
// forms in which programs attach them.
func TestAttachedVEX(t *testing.T) {
	host := imagetest.Registry(t)
	dir := t.TempDir()
	advisory := filepath.Join(dir, "osv", "Alpine", "all.zip")
	writeZip(t, advisory, "A.json", `{"id": "ALPINE-CVE-2020-1967", "upstream": ["CVE-2020-1967"], "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
"affected": [{"package": {"ecosystem": "Alpine:v3.22", "name": "openssl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}`)
	catalog := filepath.Join(dir, "kev.json")
	if err := os.WriteFile(catalog, []byte(`{"dateReleased": "2025-08-25T00:00:00Z", "vulnerabilities": [{"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10"}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(code int, args ...string) (out, errs string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		got := cli.Run(t.Context(), args, cli.Environment{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }})
		if got != code {
			t.Fatalf("%s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, &stdout, &stderr)
		}
		return regexp.MustCompile(`\s+`).ReplaceAllString(stdout.String(), " "), stderr.String()
	}
	db := filepath.Join(dir, "db")
	run(0, "db", "update", "--db-dir", db, "--source", filepath.Join(dir, "osv"), "--kev", catalog, "--ecosystem", "Alpine")
	img := imagetest.Image{Layers: []imagetest.Layer{{
		imagetest.File("etc/os-release", "ID=alpine\nVERSION_ID=3.22.1\n"),
		imagetest.File("lib/apk/db/installed", "P:libcrypto3\nV:3.0-r0\nA:x86_64\no:openssl\n\n"),
	}}}
	img.Config.OS, img.Config.Architecture = "linux", "amd64"
	path, err := layout.FromPath(img.OCILayout(t))
	if err != nil {
		t.Fatal(err)
	}
	index, err := path.ImageIndex()
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	digest := manifest.Manifests[0].Digest
	pushed, err := index.Image(digest)
	if err != nil {
		t.Fatal(err)
	}
	scan := func(code int, tag string, more ...string) (out, errs string) {
		t.Helper()
		return run(code, append([]string{"scan", "--risk", "vulnerability", "--no-cache", "--policy", "none", "--db-dir", db, "--offline", "--max-data-age", "0", host + "/team/" + tag}, more...)...)
	}
	statements := func(author string) string {
		return `{"@context": "https://openvex.dev/ns/v0.2.0", "author": "` + author + `", "timestamp": "2024-01-02T03:04:05Z", "statements": [
{"vulnerability": {"name": "CVE-2020-1967"}, "products": [{"@id": "pkg:oci/app@` + digest.String() + `"}], "status": "not_affected", "justification": "component_not_present"}]}`
	}
	attest := func(subject string, signed bool) string {
		statement, _ := json.Marshal(map[string]any{
			"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://openvex.dev/ns/v0.2.0",
			"subject": []any{map[string]any{"name": "app", "digest": map[string]string{"sha256": subject}}}, "predicate": json.RawMessage(statements("Crew")),
		})
		signatures := []any{}
		if signed {
			signatures = append(signatures, map[string]string{"sig": "AAAA"})
		}
		envelope, _ := json.Marshal(map[string]any{"payloadType": "application/vnd.in-toto+json", "payload": base64.StdEncoding.EncodeToString(statement), "signatures": signatures})
		return string(envelope)
	}
	for repo, tt := range map[string]struct {
		artifact, media, text string // a referrer
		cosign                string // an attestation under cosign's tag
		says                  string // "" if nothing counts
		warns                 string
	}{
		"none":     {},
		"referrer": {artifact: "application/openvex+json", media: "application/openvex+json", text: statements("Crew"), says: "1 finding not counted: 1 by VEX of Crew (unsigned)"},
		"cosign":   {cosign: attest(digest.Hex, true), says: "1 finding not counted: 1 by VEX of Crew (signature not verified)"},
		"sbom":     {artifact: "application/vnd.cyclonedx+json", media: "application/vnd.cyclonedx+json", text: `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}`},
		"analysis": {artifact: "application/vnd.cyclonedx+json", media: "application/vnd.cyclonedx+json", text: `{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"supplier": {"name": "Yard"}},
"vulnerabilities": [{"id": "CVE-2020-1967", "analysis": {"state": "false_positive"}, "affects": [{"ref": "pkg:apk/alpine/libcrypto3"}]}]}`, says: "1 finding not counted: 1 by VEX of Yard (unsigned)"},
		"other":  {cosign: attest(strings.Repeat("0", 64), true), warns: "the attestation is about another image"},
		"broken": {artifact: "application/openvex+json", media: "application/openvex+json", text: "{", warns: "attached VEX statements are ignored"},
	} {
		repository, err := name.NewRepository(host + "/team/" + repo)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(repository.Tag("1"), pushed); err != nil {
			t.Fatal(err)
		}
		if tt.artifact != "" {
			writeArtifact(t, repository, manifest.Manifests[0], tt.artifact, tt.media, tt.text)
		}
		if tt.cosign != "" {
			a, err := mutate.Append(empty.Image, mutate.Addendum{
				Layer: static.NewLayer([]byte(tt.cosign), "application/vnd.dsse.envelope.v1+json"), Annotations: map[string]string{"predicateType": "https://openvex.dev/ns/v0.2.0"},
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := remote.Write(repository.Tag(strings.Replace(digest.String(), ":", "-", 1)+".att"), a); err != nil {
				t.Fatal(err)
			}
		}
		// Attached statements are ignored unless they are requested.
		if out, errs := scan(1, repo+":1"); strings.Contains(out, "VEX") || errs != "" {
			t.Errorf("%s, not asked for: %s%s", repo, out, errs)
		}
		if tt.says == "" {
			if out, errs := scan(1, repo+":1", "--vex", "oci"); strings.Contains(out, "VEX") || (errs == "") != (tt.warns == "") || !strings.Contains(errs, tt.warns) {
				t.Errorf("%s: %s%s", repo, out, errs)
			}
			continue
		}
		if out, errs := scan(0, repo+":1", "--vex", "oci"); !strings.Contains(out, tt.says) || !strings.Contains(out, "data: VEX "+host+"/team/"+repo+"@sha256:") || errs != "" {
			t.Errorf("%s: %s%s", repo, out, errs)
		}
	}
}

func writeZip(t *testing.T, path, name, text string) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err == nil {
		err = z.Close()
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, b.Bytes(), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// writeArtifact stores a document as a referrer of the subject.
func writeArtifact(t *testing.T, repository name.Repository, subject v1.Descriptor, artifactType, mediaType, text string) {
	t.Helper()
	a, err := mutate.Append(empty.Image, mutate.Addendum{Layer: static.NewLayer([]byte(text), types.MediaType(mediaType))})
	if err != nil {
		t.Fatal(err)
	}
	a = mutate.ConfigMediaType(mutate.MediaType(a, types.OCIManifestSchema1), types.MediaType(artifactType))
	a = mutate.Subject(a, subject).(v1.Image)
	digest, err := a.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(repository.Digest(digest.String()), a); err != nil {
		t.Fatal(err)
	}
}
