package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestRecordedLikeImage compares the results for an SBOM, and for a report, with
// what is said of the image: of the real Alpine archive, and of the packages of a
// real Debian, by real advisories.
func TestRecordedLikeImage(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "db")
	run := func(args ...string) []byte {
		t.Helper()
		var out, errs bytes.Buffer
		code := cli.Run(t.Context(), args, cli.Environment{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
		if code == cli.ExitError || errs.Len() > 0 {
			t.Fatalf("%s: exit code %d: %s", strings.Join(args, " "), code, &errs)
		}
		return out.Bytes()
	}
	advisories := imagetest.Shared(t, "advisories")
	for _, ecosystem := range []string{"Alpine", "Debian", "npm"} {
		run("db", "update", "--db-dir", db, "--source", advisories, "--ecosystem", ecosystem, "--no-progress")
	}
	images := map[string]string{"alpine": imagetest.Shared(t, "images/alpine-310.tar.gz")}
	if status, err := os.ReadFile("/var/lib/dpkg/status"); err == nil {
		img := imagetest.Image{Layers: []imagetest.Layer{{
			imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"),
			imagetest.File("var/lib/dpkg/status", string(status)), imagetest.File("usr/bin/apt-get", "x"),
		}, {
			imagetest.File("srv/node_modules/minimist/package.json", `{"name": "minimist", "version": "1.2.0", "license": "MIT"}`),
		}}}
		img.Config.OS, img.Config.Architecture = "linux", "amd64"
		images["debian"] = img.OCILayout(t)
	}
	for name, reference := range images {
		scan := func(reference string) (r struct {
			Findings []seaworthy.Finding
			Coverage []seaworthy.Coverage
			Verdict  seaworthy.Verdict
		}) {
			t.Helper()
			out := run("scan", "--format", "json", "--policy", "none", "--no-cache", "--risk", "vulnerability", "--db-dir", db, "--offline", "--max-data-age", "0", reference)
			if err := json.Unmarshal(out, &r); err != nil {
				t.Fatal(err)
			}
			return r
		}
		file := func(extension string, data []byte) string {
			t.Helper()
			path := filepath.Join(dir, name+extension)
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			return path
		}
		want := scan(reference)
		if len(want.Findings) == 0 || name == "debian" && len(want.Findings) < 20 {
			t.Fatalf("%s: %d findings: the comparison shows little", name, len(want.Findings))
		}
		report := run("scan", "--format", "json", "--policy", "none", "--no-cache", "--risk", "vulnerability", "--db-dir", db, "--offline", "--max-data-age", "0", reference)
		for _, recorded := range []string{
			file(".cdx.json", run("sbom", "--no-cache", reference)),
			file(".spdx.json", run("sbom", "--no-cache", "--format", "spdx", reference)),
			"report:" + file(".json", report),
		} {
			got := scan(recorded)
			for i := range want.Findings {
				// Only the image's files say where its os-release is.
				if f := &want.Findings[i]; f.ID == "distribution-end-of-life" {
					f.Locations = nil
				}
			}
			if diff := cmp.Diff(want.Findings, got.Findings); diff != "" {
				t.Errorf("%s: findings (-image +recorded):\n%s", recorded, diff)
			}
			if diff := cmp.Diff(want.Verdict, got.Verdict); diff != "" {
				t.Errorf("%s: verdict (-image +recorded):\n%s", recorded, diff)
			}
			vulnerability := func(all []seaworthy.Coverage) (out []seaworthy.Coverage) {
				for _, c := range all {
					if c.Risk == seaworthy.Vulnerability {
						out = append(out, c)
					}
				}
				return out
			}
			if diff := cmp.Diff(vulnerability(want.Coverage), vulnerability(got.Coverage)); diff != "" {
				t.Errorf("%s: coverage (-image +recorded):\n%s", recorded, diff)
			}
		}
	}
}
