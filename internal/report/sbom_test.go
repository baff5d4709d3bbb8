package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"seaworthy.dev/seaworthy"
)

// moduleDir gives the directory of a module: of a dependency, or with a version of
// any module, which the go command then downloads and verifies.
func moduleDir(t *testing.T, module string) string {
	t.Helper()
	args := []string{"list", "-m", "-json", module}
	if strings.Contains(module, "@") {
		args = []string{"mod", "download", "-json", module}
	}
	out, err := exec.Command("go", args...).Output()
	var m struct{ Dir, Error string }
	if json.Unmarshal(out, &m) != nil || m.Dir == "" {
		t.Fatalf("the module %s, which has the official schema, cannot be had: %v %s", module, err, m.Error)
	}
	return m.Dir
}

// compileSchema compiles a schema that may refer to others, given by their address.
func compileSchema(t *testing.T, address string, files map[string]string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for address, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(address, v); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := c.Compile(address)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// cycloneDXSchema is the schema of OWASP, as the official Go library carries it.
func cycloneDXSchema(t *testing.T) *jsonschema.Schema {
	dir := filepath.Join(moduleDir(t, "github.com/CycloneDX/cyclonedx-go"), "schema")
	const at = "http://cyclonedx.org/schema/"
	return compileSchema(t, at+"bom-1.6.schema.json", map[string]string{
		at + "bom-1.6.schema.json":  filepath.Join(dir, "bom-1.6.schema.json"),
		at + "spdx.schema.json":     filepath.Join(dir, "spdx.schema.json"),
		at + "jsf-0.82.schema.json": filepath.Join(dir, "jsf-0.82.schemax.json"),
	})
}

// spdxSchema is the schema of the SPDX project, of which the module of Syft has a
// copy.
func spdxSchema(t *testing.T) *jsonschema.Schema {
	file := filepath.Join(moduleDir(t, "github.com/anchore/syft@v1.57.1"), "schema", "spdx-json", "spdx-schema-2.3.json")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const want = "c2e139546ef93597d3b1214d1d452369d0b536af6c6d6500dbd25c582034aa7c"
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
		t.Fatalf("%s has SHA-256 %x, want %s", file, sum, want)
	}
	const at = "http://spdx.org/rdf/terms/2.3"
	return compileSchema(t, at, map[string]string{at: file})
}

func unmarshalAny(t *testing.T, document []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// odd is an image with what is hard to write in an SBOM.
func odd() scanned {
	s := raft()
	s.image.Repository, s.image.Reference = "registry.example:5000/Team/raft", "registry.example:5000/team/raft:1 (linux/amd64)"
	s.image.Platform = "linux/a&b c"
	s.packages = []seaworthy.Package{
		{Name: "@scope/name", Version: "1.0.0", Ecosystem: seaworthy.ParseEcosystem("npm"), PURL: "pkg:npm/%40scope/name@1.0.0", Licenses: []string{"MIT OR Apache-2.0", "LicenseRef-odd"}, OwnedBy: "pkg:apk/alpine/tool@1"},
		{Name: "@scope/name", Version: "1.0.0", Ecosystem: seaworthy.ParseEcosystem("npm"), PURL: "pkg:npm/%40scope/name@1.0.0", Licenses: []string{"see the file, <b>"}, ByText: true},
		{Name: "org.slf4j:slf4j-api", Version: "1.7", Ecosystem: seaworthy.ParseEcosystem("Maven"), PURL: "pkg:maven/org.slf4j/slf4j-api@1.7", Locations: []seaworthy.Location{at(0, "a.jar!/b\xff.jar"), at(0, "a.jar!/b\xff.jar")}},
		{Name: "tool", Version: "1", PURL: "pkg:apk/alpine/tool@1", Source: &seaworthy.SourcePackage{Name: "tools", Version: "1"}},
		{Name: "\xffö", Version: ""},
		{Name: "", Version: "2"},
	}
	s.coverage = append(s.coverage, seaworthy.Coverage{Risk: seaworthy.Vulnerability, Subject: "layer 0: var/lib/dpkg/status", State: seaworthy.Failed, Reason: "It is cut.", InImage: true})
	vulnerability := seaworthy.Finding{Risk: seaworthy.Vulnerability, ID: "OTHER", Title: "t", Package: &seaworthy.AffectedPackage{Name: "gone", Version: "1"},
		CVSS: []seaworthy.CVSS{{Source: "NVD", Vector: "AV:N/AC:L/Au:N/C:N/I:N/A:N"}, {Source: "x", Vector: "CVSS:4.0/AV:N", Score: 10}, {Source: "", Vector: "?"}}, Aliases: []string{"GHSA-aaaa-bbbb-cccc", "OTHER2"}}
	for _, v := range []seaworthy.VEX{
		{Status: "not_affected", By: "us", Justification: "vulnerable_code_not_present", Statement: "it is not built in"},
		{Status: "not_affected", By: "us", Justification: "because"}, {Status: "fixed"}, {Status: "affected", By: "us"}, {Status: "something"},
	} {
		f := vulnerability
		f.VEX = &v
		s.findings = append(s.findings, f)
	}
	return s
}

func TestSBOMsConformToTheirSchemas(t *testing.T) {
	for _, format := range []Format{CycloneDX, SPDX} {
		schema := map[Format]func(*testing.T) *jsonschema.Schema{CycloneDX: cycloneDXSchema, SPDX: spdxSchema}[format](t)
		for _, s := range append(fleet(), odd()) {
			document := write(t, format, Options{}, s)
			if err := schema.Validate(unmarshalAny(t, []byte(document))); err != nil {
				t.Errorf("%s, %s: %v", format, s.image.Reference, err)
			}
			for _, change := range []struct{ old, new string }{
				{`"specVersion": "1.6"`, `"specVersion": 6`},
				{`"type": "container"`, `"type": "jar"`},
				{`"urn:uuid:`, `"urn:`},
				{`"SPDXID": "SPDXRef-DOCUMENT"`, `"SPDXID": 1`},
				{`"primaryPackagePurpose": "CONTAINER"`, `"primaryPackagePurpose": "BOX"`},
				{`"relationshipType": "DESCRIBES"`, `"relationshipType": "MENTIONS"`},
			} {
				broken := strings.Replace(document, change.old, change.new, 1)
				if broken != document && schema.Validate(unmarshalAny(t, []byte(broken))) == nil {
					t.Errorf("%s: the schema allows %s", format, change.new)
				}
			}
		}
	}
}

// Every reference to a component by name finds exactly one.
func TestCycloneDXReferencesResolve(t *testing.T) {
	for _, s := range []scanned{harbour(), odd()} {
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(strings.NewReader(write(t, CycloneDX, Options{}, s)), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
			t.Fatal(err)
		}
		refs := map[string]int{bom.Metadata.Component.BOMRef: 1}
		for _, c := range *bom.Components {
			refs[c.BOMRef]++
		}
		for ref, n := range refs {
			if n != 1 {
				t.Errorf("%d components are called %s", n, ref)
			}
		}
		held := map[string]int{}
		for _, d := range *bom.Dependencies {
			if refs[d.Ref] == 0 {
				t.Errorf("a dependency of %q, which is no component", d.Ref)
			}
			for _, ref := range *d.Dependencies {
				held[ref]++
				if refs[ref] == 0 {
					t.Errorf("a dependency on %q, which is no component", ref)
				}
			}
		}
		for ref := range refs {
			if ref != "image" && held[ref] != 1 {
				t.Errorf("%s is held %d times", ref, held[ref])
			}
		}
		for _, v := range *bom.Vulnerabilities {
			for _, a := range *v.Affects {
				if refs[a.Ref] == 0 {
					t.Errorf("%s affects %q, which is no component", v.ID, a.Ref)
				}
			}
		}
	}
}

// An SBOM has no time of writing, unless that is asked for.
func TestSBOMTime(t *testing.T) {
	then := time.Date(2024, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600))
	for format, want := range map[Format]string{CycloneDX: `"timestamp": "2024-01-02T02:04:05Z"`, SPDX: `"created": "2024-01-02T02:04:05Z"`} {
		if got := write(t, format, Options{Created: then}, skiff()); !strings.Contains(got, want) {
			t.Errorf("%s: no %s", format, want)
		}
		if got := write(t, format, Options{}, skiff()); strings.Contains(got, "timestamp") || format == SPDX && !strings.Contains(got, `"created": "1970-01-01T00:00:00Z"`) {
			t.Errorf("%s: a time that nobody gave: %s", format, got)
		}
	}
}

// Two documents have one number only if they are the same.
func TestSBOMNumbers(t *testing.T) {
	number := func(s scanned) string {
		var v struct {
			SerialNumber string
		}
		if err := json.Unmarshal([]byte(write(t, CycloneDX, Options{}, s)), &v); err != nil || v.SerialNumber == "" {
			t.Fatal(err)
		}
		return v.SerialNumber
	}
	other := harbour()
	other.packages = other.packages[:1]
	first, again := number(harbour()), number(harbour())
	if first != again || first == number(other) {
		t.Error("the serial number does not follow the content")
	}
}

func TestImagePURL(t *testing.T) {
	i := seaworthy.Image{Repository: "docker.io/library/alpine", Digest: digest("a1"), Platform: "linux/arm64/v8"}
	want := "pkg:oci/alpine@sha256%3A" + strings.Repeat("a1", 32) + "?arch=arm64&repository_url=docker.io%2Flibrary%2Falpine"
	if got := i.PURL(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	i.Repository = ""
	if got := i.PURL(); got != "" {
		t.Errorf("an image of no registry has the package URL %s", got)
	}
}
