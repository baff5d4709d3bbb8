package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

func TestIgnoreFiles(t *testing.T) {
	layer := 1
	findings := []seaworthy.Finding{
		{Risk: seaworthy.Misconfiguration, ID: "SW-USER", Aliases: []string{"CIS-DI-0001", "DS-0002"}, Severity: seaworthy.High},
		{Risk: seaworthy.Misconfiguration, ID: "SW-LATEST", Aliases: []string{"DKL-DI-0006", "AVD-DS-0001"}, Severity: seaworthy.High},
		{Risk: seaworthy.Vulnerability, ID: "CVE-2026-1", Aliases: []string{"GHSA-a"}, Severity: seaworthy.High,
			Package:   &seaworthy.AffectedPackage{Name: "libssl1.1", PURL: "pkg:deb/debian/libssl1.1@1.1.1?arch=amd64"},
			Locations: []seaworthy.Location{{Path: "var/lib/dpkg/status", Layer: &layer}}},
		{Risk: seaworthy.Secret, ID: "key", Severity: seaworthy.High, Locations: []seaworthy.Location{{Path: "root/.ssh/id"}}},
	}
	tests := []struct {
		name, source, text string
		want               map[string]seaworthy.Exception // by the finding's id
	}{
		{
			name: "Dockle", source: ".dockleignore",
			text: "# comment\n\nCIS-DI-0001\r\n  DKL-DI-0006  # tags are set later\n",
			want: map[string]seaworthy.Exception{
				"SW-USER":   {Reason: "ignored (.dockleignore:3)"},
				"SW-LATEST": {Reason: "tags are set later (.dockleignore:4)"},
			},
		},
		{
			name: "Trivy", source: ".trivyignore",
			text: "DS002\nAVD-DS-0001 exp:2026-07-01\nCVE-2026-1 exp:2026-01-01 # waits\nkey some words exp:2027-01-01",
			want: map[string]seaworthy.Exception{
				"SW-USER":   {Reason: "ignored (.trivyignore:1)"},
				"SW-LATEST": {Reason: "ignored (.trivyignore:2)", Expires: "2026-07-01"},
				"key":       {Reason: "ignored (.trivyignore:4)", Expires: "2027-01-01"},
			},
		},
		{
			name: "Trivy's YAML", source: ".trivyignore.yaml",
			text: `
vulnerabilities:
  - id: CVE-2026-1
    purls:
      - pkg:deb/debian/zlib1g
      - pkg:deb/debian/libssl1.1
    paths: ["var/**"]
    statement: |
      Accept
      the risk
    expired_at: 2026-07-01T00:00:00Z
    owner: team
misconfigurations:
  - id: AVD-DS-0002
  - id: key
secrets:
  - id: SW-LATEST
licenses:
  - id: GPL-3.0
`,
			want: map[string]seaworthy.Exception{
				"CVE-2026-1": {Reason: "Accept the risk (.trivyignore.yaml:3)", Expires: "2026-07-01T00:00:00Z"},
				"SW-USER":    {Reason: "ignored (.trivyignore.yaml:14)"},
				"key":        {Reason: "ignored (.trivyignore.yaml:15)"},
			},
		},
		{
			name: "Trivy's YAML, elsewhere", source: ".trivyignore.yaml",
			text: "vulnerabilities:\n  - {id: CVE-2026-1, purls: ['pkg:deb/debian/zlib1g']}\n  - {id: CVE-2026-1, paths: [usr]}\nsecrets:\n  - {id: key, paths: ['home/**']}\n",
			want: map[string]seaworthy.Exception{},
		},
		{name: "empty YAML", source: ".trivyignore.yaml", text: "secrets:\nlicenses: []\n", want: map[string]seaworthy.Exception{}},
		{name: "no YAML", source: ".trivyignore.yaml", text: "# nothing\n", want: map[string]seaworthy.Exception{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := parseIgnoreFile(tt.source, []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			_, r := evaluate(t, Default(), Options{IgnoreFiles: []*IgnoreFile{f}}, findings, nil)
			got := make(map[string]seaworthy.Exception)
			for _, f := range r.findings {
				if f.Exception != nil {
					got[f.ID] = *f.Exception
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("exceptions (-want +got):\n%s", d)
			}
			data := []seaworthy.DataSource{{Source: tt.source, Digest: digest([]byte(tt.text))}}
			if d := cmp.Diff(data, r.provenance.Data); d != "" {
				t.Errorf("provenance (-want +got):\n%s", d)
			}
		})
	}
}

func TestIgnoreFileErrors(t *testing.T) {
	tests := []struct{ source, text, want string }{
		{".trivyignore", "A\nB exp:tomorrow\n", `.trivyignore:2: "exp:tomorrow" is not a date: write it as exp:YYYY-MM-DD`},
		{".trivyignore", strings.Repeat("A\n", maxFileSize), `.trivyignore: the file is too large: at most 262144 bytes are read`},
		{"i.yaml", "- id: A\n", `i.yaml:1:1: an ignore file must be a mapping, not a list`},
		{"i.yaml", "secrets:\n  - statement: s\n", `i.yaml:2:5: the key "id" is missing`},
		{"i.yaml", "secrets:\n  - A\n", `i.yaml:2:5: here must be a mapping, not a single value`},
		{"i.yaml", "secrets: A\n", `i.yaml:1:10: here must be a list, not a single value`},
		{"i.yml", "secrets:\n  - {id: A, expired_at: soon}\n", `i.yml:2:25: "soon" is not a date: write it as YYYY-MM-DD`},
		{"i.yaml", "secrets:\n  - {id: A, paths: ['[']}\n", `i.yaml:2:21: the path is not a pattern: "[" has an open bracket, or a backslash at its end`},
		{"i.yaml", "secrets:\n  - {id: A, purls: [openssl]}\n", `i.yaml:2:21: "openssl" is not a package URL: it begins with pkg:`},
	}
	for _, tt := range tests {
		_, err := parseIgnoreFile(tt.source, []byte(tt.text))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q: got %v\nwant %s", tt.text[:min(len(tt.text), 50)], err, tt.want)
		}
	}
}

func TestLoadIgnoreFiles(t *testing.T) {
	dir := t.TempDir()
	if files, err := LoadIgnoreFiles(dir); len(files) > 0 || err != nil {
		t.Errorf("in an empty directory: %v, %v", files, err)
	}
	for name, text := range map[string]string{".dockleignore": "CIS-DI-0001\n", ".trivyignore.yaml": "secrets: [{id: A}]\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := LoadIgnoreFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	var sources []string
	for _, f := range files {
		sources = append(sources, filepath.Base(f.Source()))
	}
	if d := cmp.Diff([]string{".dockleignore", ".trivyignore.yaml"}, sources); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if err := os.Mkdir(filepath.Join(dir, ".trivyignore"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadIgnoreFiles(dir); err == nil {
		t.Error("a directory as ignore file: no error")
	}
}

func FuzzParseIgnoreFile(f *testing.F) {
	f.Add(false, []byte("# c\nCVE-2026-1 exp:2026-01-01 # why\nDS002\n"))
	f.Add(true, []byte("vulnerabilities:\n  - {id: C, purls: ['pkg:deb/debian/a@1?arch=b#c'], paths: ['**/{a,b}*'], expired_at: 2026-01-01}\n"))
	f.Add(true, []byte("secrets:\n  - id: |\n      A\n    statement: >-\n      b\n"))
	f.Fuzz(func(t *testing.T, yaml bool, data []byte) {
		source := ".trivyignore"
		if yaml {
			source += ".yaml"
		}
		file, err := parseIgnoreFile(source, data)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || strings.ContainsRune(e.Message, '\n') {
				t.Errorf("error %T %q", err, err)
			}
			return
		}
		for _, e := range file.exceptions {
			if e.id == "" || e.reason == "" || e.line < 1 {
				t.Errorf("exception %+v", e)
			}
		}
		evaluate(t, Default(), Options{IgnoreFiles: []*IgnoreFile{file}}, sampleFindings(), nil)
	})
}
