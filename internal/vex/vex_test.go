package vex

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

const (
	digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	other  = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func testImage() *seaworthy.Image {
	return &seaworthy.Image{
		Reference: "registry.example/team/app:1.2", Repository: "registry.example/team/app", Digest: digest,
		ImageID: "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc", Platform: "linux/amd64",
		OS: &seaworthy.OS{ID: "rhel", VersionID: "9.4"},
	}
}

func testFinding() *seaworthy.Finding {
	return &seaworthy.Finding{
		Risk: seaworthy.Vulnerability, ID: "CVE-2024-1", Aliases: []string{"GHSA-x"},
		Package: &seaworthy.AffectedPackage{
			Name: "openssl-libs", Version: "1:3.0.7-24.el9", Ecosystem: seaworthy.ParseEcosystem("Red Hat:enterprise_linux:9"),
			PURL: "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rhel-9.4&epoch=1", Source: &seaworthy.SourcePackage{Name: "openssl", Version: "1:3.0.7-24.el9"},
		},
	}
}

func openvex(statements string) string {
	return `{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "Team <team@example.org>", "timestamp": "2024-01-02T03:04:05Z", "version": 1, "statements": [` + statements + `]}`
}

// statementOn returns the statement of a document that applies to the finding.
func statementOn(t *testing.T, document string, f *seaworthy.Finding, packages ...*seaworthy.Package) *seaworthy.VEX {
	t.Helper()
	d, err := Parse("a.vex.json", []byte(document))
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	return marked(t, NewStatements(d), testImage(), f, packages...)
}

func marked(t *testing.T, s *Statements, image *seaworthy.Image, f *seaworthy.Finding, packages ...*seaworthy.Package) *seaworthy.VEX {
	t.Helper()
	var got recorder
	h := s.Apply(&got)
	if err := h.Image(image); err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		if err := h.Package(p); err != nil {
			t.Fatal(err)
		}
	}
	before := *f
	if err := h.Finding(f); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&before, f); diff != "" {
		t.Errorf("the finding was changed: %s", diff)
	}
	return got.finding.VEX
}

type recorder struct {
	seaworthy.Handler
	finding *seaworthy.Finding
}

func (r *recorder) Image(*seaworthy.Image) error       { return nil }
func (r *recorder) Package(*seaworthy.Package) error   { return nil }
func (r *recorder) Coverage(*seaworthy.Coverage) error { return nil }
func (r *recorder) Finding(f *seaworthy.Finding) error {
	r.finding = f
	return nil
}

// TestOpenVEXProducts checks which products match the image or the package of the finding.
func TestOpenVEXProducts(t *testing.T) {
	const component = `"pkg:rpm/redhat/openssl-libs"`
	for product, want := range map[string]bool{
		`{"@id": "pkg:oci/app@` + strings.Replace(digest, ":", "%3A", 1) + `"}`:           true,
		`{"@id": "pkg:oci/app@` + digest + `?repository_url=registry.example/team/app"}`:  true,
		`{"@id": "pkg:oci/app@` + digest + `?repository_url=registry.example/other/app"}`: false,
		`{"@id": "pkg:oci/app@` + other + `"}`:                                            false,
		`{"@id": "pkg:oci/app?repository_url=registry.example/team/app"}`:                 true,
		`{"@id": "pkg:oci/app?repository_url=registry.example/team/app&tag=1.2"}`:         true,
		`{"@id": "pkg:oci/app?repository_url=registry.example/team/app&tag=1.3"}`:         false,
		`{"@id": "pkg:oci/app?repository_url=registry.example/team/app&arch=arm64"}`:      false,
		`{"@id": "pkg:oci/app"}`:                                                                    false,
		`{"@id": "registry.example/team/app:1.2"}`:                                                  true,
		`{"@id": "registry.example/team/app"}`:                                                      true,
		`{"@id": "registry.example/team/app@` + digest + `"}`:                                       true,
		`{"@id": "registry.example/team/application"}`:                                              false,
		`{"@id": "x", "hashes": {"sha-256": "` + strings.TrimPrefix(digest, "sha256:") + `"}}`:      true,
		`{"@id": "x", "identifiers": {"purl": "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?epoch=1"}}`: true,
		`{"@id": "pkg:rpm/redhat/openssl-libs"}`:                                                    true,
		`{"@id": "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9"}`:                                       false, // another epoch
		`{"@id": "pkg:rpm/redhat/openssl-libs?arch=x86_64&distro=rhel-9.4"}`:                        true,
		`{"@id": "pkg:rpm/redhat/openssl-libs?arch=aarch64"}`:                                       false,
		`{"@id": "pkg:rpm/redhat/openssl-libs?rpmmod=x"}`:                                           false,
		`{"@id": "pkg:rpm/fedora/openssl-libs"}`:                                                    false,
		`{"@id": "pkg:rpm/redhat/openssl"}`:                                                         false,
		`{"@id": "pkg:rpm/redhat/openssl?arch=src"}`:                                                true,
		`{"@id": "pkg:rpm/redhat/openssl@3.0.7-24.el9?arch=src&epoch=1"}`:                           true,
		`{"@id": "pkg:rpm/redhat/openssl@3.0.7-25.el9?arch=src&epoch=1"}`:                           false,
		`{"@id": "pkg:deb/redhat/openssl-libs"}`:                                                    false,
		`{"@id": "registry.example/team/app", "subcomponents": [{"@id": ` + component + `}]}`:       true,
		`{"@id": "registry.example/team/app", "subcomponents": [{"@id": "pkg:npm/x"}]}`:             false,
		`{"@id": "pkg:oci/app@` + other + `", "subcomponents": [{"@id": ` + component + `}]}`:       false,
		`{"@id": "pkg:golang/example.org/tool@v1", "subcomponents": [{"@id": ` + component + `}]}`:  false, // not in the image
		`{"@id": "cpe:/o:redhat:enterprise_linux:9"}`:                                               false, // all of a release
		`{"@id": "not a purl, nor a name"}`:                                                         false,
		`{}`:                                                                                        false,
		`"registry.example/team/app:1.2"`:                                                           true, // version 0.0.1
	} {
		v := statementOn(t, openvex(`{"vulnerability": {"name": "CVE-2024-1"}, "products": [`+product+`], "status": "not_affected", "justification": "component_not_present"}`), testFinding())
		if got := v != nil; got != want {
			t.Errorf("%s: %v, want %v", product, got, want)
		}
	}
}

// TestProductWithComponents checks that a package with components matches only findings in
// its own files.
// TestImageNames has images that are known by other names than their reference.
func TestImageNames(t *testing.T) {
	archive := testImage()
	archive.Reference, archive.Repository = "image.tar", ""
	archive.Names = []string{"localhost/team/app:v1", "app:v1", "registry.example:5000/a/b:x"}
	fromRegistry := testImage()
	fromRegistry.Repository, fromRegistry.Tag = "docker.io/library/app", "latest"
	fromEngine := testImage()
	fromEngine.Repository, fromEngine.Digest, fromEngine.Engine = "", "", "Docker daemon at unix:///var/run/docker.sock"
	fromEngine.Names = []string{"app:v1", "app@" + digest}
	claimed := testImage()
	claimed.Repository, claimed.Digest, claimed.Names = "", "", fromEngine.Names
	for _, test := range []struct {
		name  string
		image *seaworthy.Image
		id    string
		want  bool
	}{
		{"repository", archive, "localhost/team/app", true},
		{"repository and tag", archive, "localhost/team/app:v1", true},
		{"another tag", archive, "localhost/team/app:v2", false},
		{"another repository", archive, "localhost/team/other", false},
		{"repository in upper case", archive, "localhost/Team/App", true},
		{"name in Docker Hub, in full", archive, "docker.io/library/app:v1", true},
		{"name in Docker Hub, index", archive, "index.docker.io/library/app", true},
		{"name in Docker Hub, without library", archive, "docker.io/app", true},
		{"name in Docker Hub, short", archive, "app", true},
		{"name in Docker Hub, library", archive, "library/app", true},
		{"another user in Docker Hub", archive, "team/app", false},
		{"registry with a port", archive, "registry.example:5000/a/b", true},
		{"registry with a port, and a tag", archive, "registry.example:5000/a/b:x", true},
		{"with a scheme", archive, "docker://registry.example:5000/a/b:x", true},
		{"with the digest", archive, "localhost/team/app@" + digest, true},
		{"with another digest", archive, "localhost/team/app:v1@" + other, false},
		{"purl with repository_url", archive, "pkg:oci/app?repository_url=localhost/team/app", true},
		{"purl with the registry only", archive, "pkg:oci/app?repository_url=localhost/team", true},
		{"purl with an escaped URL and tag", archive, "pkg:oci/app?repository_url=localhost%2Fteam%2Fapp&tag=v1", true},
		{"purl with another tag", archive, "pkg:oci/app?repository_url=localhost/team/app&tag=v9", false},
		{"purl with another repository", archive, "pkg:oci/app?repository_url=localhost/other/app", false},
		{"purl without repository or digest", archive, "pkg:oci/app", false},
		{"purl with the digest", archive, "pkg:oci/app@" + digest, true},
		{"purl with another digest", archive, "pkg:oci/app@" + other + "?repository_url=localhost/team/app", false},
		{"purl with another architecture", archive, "pkg:oci/app?repository_url=localhost/team/app&arch=arm64", false},
		{"docker purl", archive, "pkg:docker/app", true},
		{"docker purl with a tag", archive, "pkg:docker/app@v1", true},
		{"docker purl with another tag", archive, "pkg:docker/app@v2", false},
		{"docker purl of a registry", archive, "pkg:docker/a/b@x?repository_url=registry.example:5000", true},
		{"docker purl with the digest", archive, "pkg:docker/app@" + digest, true},
		{"digest that an engine pulled", fromEngine, "pkg:oci/app@" + digest, true},
		{"digest that an archive claims", claimed, "pkg:oci/app@" + digest, false},
		{"the tag that was asked for", fromRegistry, "docker.io/library/app:latest", true},
		{"short name and tag", fromRegistry, "app:latest", true},
		{"purl of Docker Hub", fromRegistry, "pkg:oci/app?repository_url=index.docker.io/library/app", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := Parse("a.vex.json", []byte(openvex(`{"vulnerability": {"name": "CVE-2024-1"}, "products": [{"@id": "`+test.id+`"}], "status": "fixed"}`)))
			if err != nil {
				t.Fatal(err)
			}
			if got := marked(t, NewStatements(d), test.image, testFinding()) != nil; got != test.want {
				t.Errorf("%s applies: %v, want %v", test.id, got, test.want)
			}
		})
	}
}

func TestProductWithComponents(t *testing.T) {
	at := func(path string) seaworthy.Location { return seaworthy.Location{Path: path} }
	finding := func(paths ...string) *seaworthy.Finding {
		f := testFinding()
		f.Package = &seaworthy.AffectedPackage{Name: "golang.org/x/net", Version: "v0.1.0", PURL: "pkg:golang/golang.org/x/net@v0.1.0"}
		for _, p := range paths {
			f.Locations = append(f.Locations, at(p))
		}
		return f
	}
	tool := &seaworthy.Package{Name: "example.org/tool", Version: "v1.0.0", PURL: "pkg:golang/example.org/tool@v1.0.0", Locations: []seaworthy.Location{at("bin/tool")}}
	document := openvex(`{"vulnerability": {"name": "CVE-2024-1"}, "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path",
"products": [{"@id": "pkg:golang/example.org/tool@v1.0.0", "subcomponents": [{"@id": "pkg:golang/golang.org/x/net"}]}]}`)
	if statementOn(t, document, finding("bin/tool"), tool) == nil {
		t.Error("a statement on the tool's own component does not apply")
	}
	if statementOn(t, document, finding("bin/tool", "bin/other"), tool) != nil {
		t.Error("the statement applies to another program")
	}
	if statementOn(t, document, finding("bin/tool")) != nil {
		t.Error("the statement applies without the tool in the image")
	}
}

func TestStatements(t *testing.T) {
	const product = `"products": [{"@id": "registry.example/team/app"}]`
	none := (*seaworthy.VEX)(nil)
	for _, tt := range []struct {
		name, statements string
		want             *seaworthy.VEX
	}{
		{"all fields", `{"vulnerability": {"name": "CVE-2024-1"}, ` + product + `, "status": "not_affected", "justification": "inline_mitigations_already_exist", "impact_statement": "it is\n filtered"}`,
			&seaworthy.VEX{Status: "not_affected", By: "Team <team@example.org>", Justification: "inline_mitigations_already_exist", Statement: "it is filtered", Source: "a.vex.json"}},
		{"an alias of the finding", `{"vulnerability": {"name": "ghsa-X"}, ` + product + `, "status": "fixed"}`, &seaworthy.VEX{Status: "fixed", By: "Team <team@example.org>", Source: "a.vex.json"}},
		{"an alias of the statement", `{"vulnerability": {"name": "OWN-1", "aliases": ["CVE-2024-1"]}, ` + product + `, "status": "affected", "action_statement": "upgrade"}`,
			&seaworthy.VEX{Status: "affected", By: "Team <team@example.org>", Statement: "upgrade", Source: "a.vex.json"}},
		{"an address", `{"vulnerability": {"@id": "https://nvd.nist.gov/vuln/detail/CVE-2024-1"}, ` + product + `, "status": "under_investigation"}`,
			&seaworthy.VEX{Status: "under_investigation", By: "Team <team@example.org>", Source: "a.vex.json"}},
		{"a name alone", `{"vulnerability": "CVE-2024-1", "products": ["registry.example/team/app"], "subcomponents": ["pkg:rpm/redhat/openssl-libs"], "status": "fixed"}`,
			&seaworthy.VEX{Status: "fixed", By: "Team <team@example.org>", Source: "a.vex.json"}},
		{"another vulnerability", `{"vulnerability": {"name": "CVE-2024-11"}, ` + product + `, "status": "fixed"}`, none},
		{"no product", `{"vulnerability": {"name": "CVE-2024-1"}, "status": "fixed"}`, none},
		{"the latest", `{"vulnerability": {"name": "CVE-2024-1"}, ` + product + `, "status": "affected", "timestamp": "2024-05-01T00:00:00Z"},
			{"vulnerability": {"name": "CVE-2024-1"}, ` + product + `, "status": "fixed", "timestamp": "2024-06-01T00:00:00+02:00"},
			{"vulnerability": {"name": "CVE-2024-1"}, ` + product + `, "status": "under_investigation"}`, &seaworthy.VEX{Status: "fixed", By: "Team <team@example.org>", Source: "a.vex.json"}},
		{"the latest reverts", `{"vulnerability": {"name": "CVE-2024-1"}, ` + product + `, "status": "fixed"},
			{"vulnerability": {"name": "CVE-2024-1"}, ` + product + `, "status": "affected", "last_updated": "2024-06-01T00:00:00Z"}`, &seaworthy.VEX{Status: "affected", By: "Team <team@example.org>", Source: "a.vex.json"}},
		{"a contradiction", `{"vulnerability": {"name": "CVE-2024-1"}, ` + product + `, "status": "fixed"},
			{"vulnerability": {"name": "CVE-2024-1"}, ` + product + `, "status": "affected"}`, &seaworthy.VEX{Status: "affected", By: "Team <team@example.org>", Source: "a.vex.json"}},
		{"the same the other way round", `{"vulnerability": {"name": "CVE-2024-1"}, ` + product + `, "status": "affected"},
			{"vulnerability": {"name": "CVE-2024-1"}, ` + product + `, "status": "fixed"}`, &seaworthy.VEX{Status: "affected", By: "Team <team@example.org>", Source: "a.vex.json"}},
	} {
		if diff := cmp.Diff(tt.want, statementOn(t, openvex(tt.statements), testFinding())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	secret := testFinding()
	secret.Risk = seaworthy.Secret
	if statementOn(t, openvex(`{"vulnerability": {"name": "CVE-2024-1"}, `+product+`, "status": "fixed"}`), secret) != nil {
		t.Error("a statement on a vulnerability applies to another risk")
	}
}

// csafDocument has the structure of Red Hat's documents: platforms with CPEs, packages with
// purls, and relationships that make a package a component of a platform.
const csafDocument = `{"document": {"category": "csaf_vex", "csaf_version": "2.0", "publisher": {"name": "Red Hat Product Security"}, "tracking": {"current_release_date": "2024-03-04T05:06:07+00:00"}},
"product_tree": {
 "branches": [{"category": "vendor", "branches": [
  {"category": "product_name", "product": {"product_id": "RHEL-9", "product_identification_helper": {"cpe": "cpe:/a:redhat:enterprise_linux:9::baseos"}}},
  {"category": "product_name", "product": {"product_id": "RHEL-8", "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:8"}}},
  {"category": "product_version", "product": {"product_id": "libs", "product_identification_helper": {"purl": "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&epoch=1"}}},
  {"category": "product_version", "product": {"product_id": "src", "product_identification_helper": {"purl": "pkg:rpm/redhat/openssl?arch=src"}}},
  {"category": "product_version_range", "product": {"product_id": "range", "product_identification_helper": {"purl": "pkg:rpm/redhat/openssl-libs"}}}]}],
 "relationships": [
  {"category": "default_component_of", "full_product_name": {"product_id": "RHEL-9:libs"}, "product_reference": "libs", "relates_to_product_reference": "RHEL-9"},
  {"category": "default_component_of", "full_product_name": {"product_id": "RHEL-8:libs"}, "product_reference": "libs", "relates_to_product_reference": "RHEL-8"},
  {"category": "default_component_of", "full_product_name": {"product_id": "RHEL-9:src"}, "product_reference": "src", "relates_to_product_reference": "RHEL-9"}]},
"vulnerabilities": [{"cve": "CVE-2024-1", "product_status": {%s},
 "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["RHEL-9:libs", "RHEL-9:src"]}],
 "threats": [{"category": "impact", "details": "not built in", "product_ids": ["RHEL-9:libs"]}],
 "remediations": [{"category": "none_available", "details": "Will not fix", "product_ids": ["RHEL-9:src"]}]}]}`

func TestCSAF(t *testing.T) {
	by := func(status, justification, text string) *seaworthy.VEX {
		return &seaworthy.VEX{Status: status, By: "Red Hat Product Security", Justification: justification, Statement: text, Source: "a.vex.json"}
	}
	for status, want := range map[string]*seaworthy.VEX{
		`"known_not_affected": ["RHEL-9:libs"]`:                                   by("not_affected", "vulnerable_code_not_present", "not built in"),
		`"known_not_affected": ["RHEL-8:libs"]`:                                   nil,
		`"known_not_affected": ["RHEL-9"]`:                                        nil,
		`"known_not_affected": ["range"]`:                                         nil,
		`"fixed": ["RHEL-9:libs"]`:                                                by("fixed", "vulnerable_code_not_present", ""),
		`"fixed": ["libs"]`:                                                       by("fixed", "", ""),
		`"known_affected": ["RHEL-9:src"]`:                                        by("affected", "vulnerable_code_not_present", "Will not fix"),
		`"under_investigation": ["RHEL-9:src"]`:                                   by("under_investigation", "vulnerable_code_not_present", "Will not fix"),
		`"known_affected": ["RHEL-9:src"], "known_not_affected": ["RHEL-9:libs"]`: by("affected", "vulnerable_code_not_present", "Will not fix"),
		`"recommended": ["RHEL-9:src"], "fixed": ["RHEL-8:libs"]`:                 nil,
	} {
		if diff := cmp.Diff(want, statementOn(t, fmt.Sprintf(csafDocument, status), testFinding())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", status, diff)
		}
	}
}

func TestCycloneDX(t *testing.T) {
	document := func(metadata, analysis, affects string) string {
		return `{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"timestamp": "2024-01-02T03:04:05Z", "authors": [{"name": "Team"}]` + metadata + `},
"components": [{"bom-ref": "c", "type": "library", "name": "openssl-libs", "purl": "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rhel-9.4&epoch=1&upstream=openssl"}],
"vulnerabilities": [{"id": "CVE-2024-1", "references": [{"id": "GHSA-x"}], "analysis": {` + analysis + `}, "affects": [` + affects + `]}, {"id": "CVE-2024-1", "affects": [{"ref": "c"}]}]}`
	}
	const clear = `"state": "not_affected", "justification": "code_not_reachable", "detail": "dead code"`
	image := func(version string) string {
		return `, "component": {"bom-ref": "image", "type": "container", "name": "app", "version": "` + version + `"}`
	}
	by := &seaworthy.VEX{Status: "not_affected", By: "Team", Justification: "code_not_reachable", Statement: "dead code", Source: "a.vex.json"}
	for _, tt := range []struct {
		name, document string
		want           *seaworthy.VEX
	}{
		{"a component", document("", clear, `{"ref": "c"}`), by},
		{"a component of this image", document(image(digest), clear, `{"ref": "c"}`), by},
		{"a component of another image", document(image(other), clear, `{"ref": "c"}`), nil},
		{"the image", document(image(digest), clear, `{"ref": "image"}`), by},
		{"another image", document(image(other), clear, `{"ref": "image"}`), nil},
		{"a BOM-Link to another document", document("", clear, `{"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:rpm/redhat/openssl-libs@3.0.7-24.el9%3Fepoch=1"}`), by},
		{"an unknown BOM-Link", document("", clear, `{"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#1234"}`), nil},
		{"a package URL", document("", clear, `{"ref": "pkg:rpm/redhat/openssl-libs"}`), by},
		{"the version", document("", clear, `{"ref": "c", "versions": [{"version": "1:3.0.7-24.el9", "status": "unaffected"}]}`), by},
		{"another version", document("", clear, `{"ref": "c", "versions": [{"version": "1:3.0.8", "status": "unaffected"}]}`), nil},
		{"another version of a component of the image", document(image(digest), clear, `{"ref": "c", "versions": [{"version": "1:3.0.8", "status": "unaffected"}]}`), nil},
		{"a range", document("", clear, `{"ref": "c", "versions": [{"range": "vers:rpm/>1", "status": "unaffected"}]}`), nil},
		{"resolved", document("", `"state": "resolved"`, `{"ref": "c"}`), &seaworthy.VEX{Status: "fixed", By: "Team", Source: "a.vex.json"}},
		{"exploitable", document("", `"state": "exploitable"`, `{"ref": "c"}`), &seaworthy.VEX{Status: "affected", By: "Team", Source: "a.vex.json"}},
		{"in triage", document("", `"state": "in_triage"`, `{"ref": "c"}`), &seaworthy.VEX{Status: "under_investigation", By: "Team", Source: "a.vex.json"}},
	} {
		if diff := cmp.Diff(tt.want, statementOn(t, tt.document, testFinding())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestSources(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	text := openvex(`{"vulnerability": {"name": "CVE-1"}, "status": "fixed", "timestamp": "2025-01-01T00:00:00Z"}`)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	got := NewStatements(d).DataSources()
	if len(got) != 1 || got[0].Source != "VEX "+path+" (OpenVEX v0.2.0 by Team <team@example.org>)" || got[0].Modified.Year() != 2025 || got[0].Digest == "" {
		t.Errorf("%+v", got)
	}
	if _, err := Load(filepath.Dir(path)); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: %v", err)
	}
}

func TestBadInput(t *testing.T) {
	for document, want := range map[string]string{
		"":          "it is empty",
		"{":         "ends before it is complete",
		"[]":        "must not be a JSON array",
		`{"a": 1}`:  "not a VEX document in a known format",
		openvex(""): "without statements",
		openvex(`{"vulnerability": {"name": "CVE-1"}, "status": "safe"}`):                             `statement 1: unknown status "safe"`,
		openvex(`{"vulnerability": {"name": "CVE-1"}, "status": "not_affected"}`):                     "not_affected without a justification",
		openvex(`{"vulnerability": {}, "status": "fixed"}`):                                           "it has no vulnerability",
		openvex(`{"vulnerability": "CVE-1", "status": "fixed", "timestamp": "yesterday"}`):            `invalid time "yesterday"`,
		openvex(`{"vulnerability": 1, "status": "fixed"}`):                                            "must not be a JSON number",
		`{"bomFormat": "CycloneDX", "vulnerabilities": []}`:                                           "no vulnerability has an analysis",
		`{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "x", "analysis": {"state": "safe"}}]}`: `unknown state "safe"`,
		`{"@context": "https://openvex.dev/ns/v2.0.0", "statements": [{}]}`:                           "it is OpenVEX 2.0.0; version 0 is supported",
		`{"bomFormat": "CycloneDX", "specVersion": "9.9", "vulnerabilities": []}`:                     "it is CycloneDX 9.9; version 1 is supported",
		`{"document": {"csaf_version": "1.2"}}`:                                                       "version 2 is supported",
		`{"document": {"csaf_version": "2.0"}}`:                                                       "without a product_status",
		`{"document": {"csaf_version": "2.0"}, "product_tree": {"branches": ` + strings.Repeat(`[{"branches": `, 200) + "[]" + strings.Repeat("}]", 200) + `}}`: "branches deep",
		`{"document": {"csaf_version": "2.0"}, "x": ` + strings.Repeat("[", 20000):                                                                              "exceeded max depth",
	} {
		_, err := Parse("a.json", []byte(document))
		if err == nil || !strings.HasPrefix(err.Error(), "a.json: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q: error %v, want %q", document, err, want)
		}
	}
}

// TestLimits checks that a small document cannot cause much work.
func TestLimits(t *testing.T) {
	many := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(`"a",`, n), ",") + "]"
	}
	for document, want := range map[string]string{
		openvex(`{"vulnerability": "CVE-1", "status": "fixed", "products": ` + many(10_000) + `, "subcomponents": ` + many(10_000) + `}`): "the maximum is 5000000 pairs",
		`{"document": {"csaf_version": "2.0"}, "product_tree": {"full_product_names": [{"product_id": "a"}], "product_groups": [{"group_id": "a", "product_ids": ` + many(10_000) + `}]},
"vulnerabilities": [{"cve": "CVE-1", "product_status": {"fixed": ["a"]}, "flags": [{"label": "x", "group_ids": ` + many(10_000) + `}]}]}`: "more than 5000000",
	} {
		if _, err := Parse("a.json", []byte(document)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: error %v, want %q", document, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(openvex(`{"vulnerability": {"name": "CVE-2024-1"}, "products": [{"@id": "pkg:oci/app", "subcomponents": [{"@id": "pkg:npm/x"}]}], "status": "fixed"}`)))
	f.Add([]byte(fmt.Sprintf(csafDocument, `"fixed": ["RHEL-9:libs"]`)))
	f.Add([]byte(`{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "CVE-2024-1", "analysis": {"state": "in_triage"}, "affects": [{"ref": "pkg:npm/x", "versions": [{"version": "1"}]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse("x", data)
		if err != nil {
			return
		}
		if v := marked(t, NewStatements(d), testImage(), testFinding()); v != nil && (v.Status == "" || v.By == "") {
			t.Fatalf("%+v", v)
		}
	})
}
