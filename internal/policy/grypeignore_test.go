package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

func grypeFinding() seaworthy.Finding {
	layer := 1
	return seaworthy.Finding{
		Risk: seaworthy.Vulnerability, ID: "CVE-2026-1", Aliases: []string{"GHSA-a"}, Severity: seaworthy.High,
		Package: &seaworthy.AffectedPackage{Name: "libssl3", Version: "3.0.11-1", Ecosystem: seaworthy.ParseEcosystem("Debian:12"), PURL: "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12",
			Source: &seaworthy.SourcePackage{Name: "openssl", Version: "3.0.11-1"}, Status: "no-dsa"},
		Locations: []seaworthy.Location{{Path: "var/lib/dpkg/status", Layer: &layer}},
		VEX:       &seaworthy.VEX{Status: "under_investigation", By: "us"},
	}
}

// Each rule is one of a .grype.yaml, and covers the finding or not.
func TestGrypeRules(t *testing.T) {
	npm := grypeFinding()
	npm.Package = &seaworthy.AffectedPackage{Name: "left-pad", Version: "1.3.0", Ecosystem: seaworthy.ParseEcosystem("npm"), PURL: "pkg:npm/left-pad@1.3.0", FixedVersion: "1.3.1", Status: "fixed"}
	npm.Locations = []seaworthy.Location{{Path: "srv/node_modules/left-pad/package.json"}}
	npm.VEX = nil
	other := grypeFinding()
	other.Risk, other.Package, other.VEX = seaworthy.Misconfiguration, nil, nil
	for _, tt := range []struct {
		rule     string
		deb, npm bool
	}{
		{"vulnerability: CVE-2026-1", true, true},
		{"vulnerability: ghsa-a", true, true},
		{"vulnerability: CVE-2026-2", false, false},
		{"{vulnerability: CVE-2026-1, include-aliases: true, reason: so it is}", true, true},
		{"package: {name: libssl3}", true, false},
		{"package: {name: libssl}", false, false},
		{`package: {name: "lib.*"}`, true, false},
		{`package: {name: "^libssl[0-9]$"}`, true, false},
		{`package: {name: "a|libssl3"}`, true, false},
		{"package: {name: libssl3, version: 3.0.11-1}", true, false},
		{"package: {name: libssl3, version: 3.0.11-2}", false, false},
		{"package: {upstream-name: openssl}", true, false},
		{"package: {type: deb}", true, false},
		{"package: {type: npm}", false, true},
		{"package: {language: javascript}", false, true},
		{"package: {type: npm, language: python}", false, false},
		{`package: {location: "/srv/**"}`, false, true},
		{`package: {location: "/srv/*"}`, false, false},
		{`package: {location: "/var/lib/dpkg/status", type: deb}`, true, false},
		{"fix-state: wont-fix", true, false},
		{"fix-state: fixed", false, true},
		{"{vulnerability: CVE-2026-1, fix-state: not-fixed}", false, false},
		{"namespace: debian:distro:debian:12", true, false},
		{"namespace: debian:distro:debian:11", false, false},
		{"namespace: github:language:javascript", false, true},
		{"namespace: nvd:cpe", false, false},
		{"vex-status: under_investigation", true, false},
		{"{vex-status: under_investigation, vex-justification: component_not_present}", false, false},
		// What cannot be evaluated, or is not known, makes no rule wider.
		{"{vulnerability: CVE-2026-1, match-type: cpe-match}", false, false},
		{"{vulnerability: CVE-2026-1, until: 2020-01-01}", false, false},
		{"{vulnerability: CVE-2026-1, package: {name: libssl3, cpe: x}}", false, false},
		{"{reason: no condition}", false, false},
		{"{vulnerability: '', fix-state: ''}", false, false},
		{"{package: {name: ''}}", false, false},
		{"{package: {}}", false, false},
		{"{include-aliases: true}", false, false},
	} {
		file, err := parseIgnoreFile("dir/.grype.yaml", []byte("fail-on-severity: high\noutput: [json]\nignore:\n  - "+tt.rule+"\n"))
		if err != nil {
			t.Errorf("%s: %v", tt.rule, err)
			continue
		}
		for _, c := range []struct {
			name    string
			finding seaworthy.Finding
			want    bool
		}{{"deb", grypeFinding(), tt.deb}, {"npm", npm, tt.npm}, {"another risk", other, false}} {
			_, events := evaluate(t, Default(), Options{Now: now, IgnoreFiles: []*IgnoreFile{file}}, []seaworthy.Finding{c.finding}, nil)
			if got := events.findings[0].Exception != nil; got != c.want {
				t.Errorf("%s, %s: ignored %v, want %v", tt.rule, c.name, got, c.want)
			}
		}
	}
}

// A rule that covers nothing says so.
func TestGrypeRuleUnjudged(t *testing.T) {
	file, err := parseIgnoreFile(".grype.yaml", []byte("ignore:\n  - vulnerability: CVE-2026-1\n    match-type: cpe-match\n"))
	if err != nil {
		t.Fatal(err)
	}
	v, _ := evaluate(t, Default(), Options{Now: now, IgnoreFiles: []*IgnoreFile{file}}, []seaworthy.Finding{grypeFinding()}, nil)
	const want = "the ignore rule at .grype.yaml:2 covers nothing, because its condition cannot be evaluated here: match-type"
	if !strings.Contains(strings.Join(v.Reasons, "\n"), want) {
		t.Errorf("reasons %q, want %q", v.Reasons, want)
	}
}

func TestGrypeFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, ".grype", "config.yaml")
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("ignore: [{vulnerability: CVE-2026-1, reason: not ours}]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := LoadIgnoreFiles(dir)
	if err != nil || len(files) != 1 || len(files[0].exceptions) != 1 || !strings.HasPrefix(files[0].exceptions[0].reason, "not ours (") {
		t.Errorf("%+v, %v", files, err)
	}
}

func TestGrypeErrors(t *testing.T) {
	for text, want := range map[string]string{
		"[]":                                     "a configuration of Grype must be a mapping",
		"ignore: x":                              "here must be a list",
		"ignore: [CVE-2026-1]":                   "here must be a mapping",
		"ignore: [{package: left-pad}]":          "here must be a mapping",
		"ignore: [{package: {name: '('}}]":       "is no regular expression",
		"ignore: [{fix-state: soon}]":            `unknown word "soon"`,
		"ignore: [{vex-status: harmless}]":       `unknown word "harmless"`,
		"ignore: [{package: {location: '[a'}}]":  "is not a pattern",
		"ignore: [{vulnerability: [a]}]":         "here must be a text",
		"ignore: [{vulnerability: a}\n":          "",
		"ignore: &x [{vulnerability: CVE-2026}]": "",
	} {
		_, err := parseIgnoreFile(".grype.yaml", []byte(text))
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func FuzzGrypeIgnore(f *testing.F) {
	f.Add([]byte("ignore:\n  - vulnerability: CVE-2026-1\n    package: {name: 'a.*', type: deb, location: '/**'}\n    fix-state: unknown\n"))
	f.Add([]byte("ignore: [{namespace: 'a:b', vex-status: fixed, match-type: x}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parseIgnoreFile(".grype.yaml", data)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || strings.ContainsRune(e.Message, '\n') {
				t.Errorf("error %T %q", err, err)
			}
			return
		}
		for _, e := range file.exceptions {
			if e.id == "" && len(e.more) == 0 && len(e.paths) == 0 && e.unsupported == "" {
				t.Errorf("a rule without condition covers everything: %+v", e)
			}
		}
		evaluate(t, Default(), Options{IgnoreFiles: []*IgnoreFile{file}}, sampleFindings(), nil)
	})
}
