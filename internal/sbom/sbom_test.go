package sbom

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// Excerpts of documents as written by several programs.
const (
	trivyCycloneDX = `{"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
"metadata": {"tools": {"components": [{"type": "application", "name": "trivy", "version": "0.74.0"}]},
 "component": {"bom-ref": "i", "type": "container", "name": "app:1", "purl": "pkg:oci/app@sha256%3A` + hash + `?arch=amd64&repository_url=index.docker.io%2Flibrary%2Fapp",
  "properties": [{"name": "aquasecurity:trivy:DiffID", "value": "sha256:d0` + tail + `"}, {"name": "aquasecurity:trivy:DiffID", "value": "sha256:d1` + tail + `"}, {"name": "aquasecurity:trivy:ImageID", "value": "sha256:` + hash + `"}]}},
"components": [
 {"bom-ref": "o", "type": "operating-system", "name": "redhat", "version": "8.9"},
 {"bom-ref": "l", "type": "application", "name": "app/package-lock.json", "properties": [{"name": "aquasecurity:trivy:Class", "value": "lang-pkgs"}]},
 {"bom-ref": "p", "type": "library", "name": "openssl-libs", "version": "1:1.1.1k-9.el8", "purl": "pkg:rpm/redhat/openssl-libs@1.1.1k-9.el8?arch=x86_64&distro=redhat-8.9&epoch=1",
  "licenses": [{"license": {"name": "OpenSSL and ASL 2.0"}}],
  "properties": [{"name": "aquasecurity:trivy:SrcName", "value": "openssl"}, {"name": "aquasecurity:trivy:SrcVersion", "value": "1.1.1k"}, {"name": "aquasecurity:trivy:SrcRelease", "value": "9.el8"},
   {"name": "aquasecurity:trivy:SrcEpoch", "value": "1"}, {"name": "aquasecurity:trivy:LayerDiffID", "value": "sha256:d1` + tail + `"}]},
 {"bom-ref": "n", "type": "library", "group": "@babel", "name": "core", "version": "7.0.0", "purl": "pkg:npm/%40babel/core@7.0.0", "licenses": [{"license": {"id": "MIT"}}],
  "properties": [{"name": "aquasecurity:trivy:FilePath", "value": "srv/package.json"}, {"name": "aquasecurity:trivy:LayerDiffID", "value": "sha256:d0` + tail + `"}]}
]}`
	cycloneDXXML = `<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4" version="1">
 <metadata><tools><tool><vendor>a</vendor><name>maker</name><version>2</version></tool></tools><component type="container"><name>app</name></component></metadata>
 <components>
  <component type="library" bom-ref="a"><group>org.slf4j</group><name>slf4j-api</name><version>1.7</version>
   <licenses><license><id>MIT</id></license><license><name>Public Domain</name></license></licenses><purl>pkg:maven/org.slf4j/slf4j-api@1.7</purl></component>
  <component type="library"><name>inner</name><version>1</version><licenses><expression>MIT OR ISC</expression></licenses><purl>pkg:pypi/inner@1</purl>
   <components><component type="library"><name>innermost</name><version>2</version><purl>pkg:gem/innermost@2</purl></component></components></component>
 </components>
</bom>`
	syftSPDX = `{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "app", "creationInfo": {"creators": ["Organization: Anchore, Inc", "Tool: syft-1.57.1"]},
"packages": [
 {"SPDXID": "SPDXRef-root", "name": "app", "versionInfo": "sha256:` + hash + `", "primaryPackagePurpose": "CONTAINER"},
 {"SPDXID": "SPDXRef-deb", "name": "python3-six", "versionInfo": "1.16.0-4", "licenseDeclared": "MIT", "externalRefs": [
   {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:x"},
   {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:deb/debian/python3-six@1.16.0-4?arch=all&distro=debian-12&upstream=six"}]},
 {"SPDXID": "SPDXRef-six", "name": "six", "versionInfo": "1.16.0", "licenseConcluded": "NOASSERTION", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:pypi/six@1.16.0"}]}],
"relationships": [
 {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-root"},
 {"spdxElementId": "SPDXRef-deb", "relationshipType": "OTHER", "relatedSpdxElement": "SPDXRef-six", "comment": "ownership-by-file-overlap: indicates that the parent package claims ownership"}]}`
	tagValue = `SPDXVersion: SPDX-2.2
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: app
Creator: Tool: maker-1
# a comment
PackageName: root
SPDXID: SPDXRef-root
PackageName: musl
SPDXID: SPDXRef-musl
PackageVersion: 1.1.22-r3
PackageLicenseDeclared: NONE
PackageLicenseConcluded: MIT
PackageComment: <text>several
PackageName: not one
lines</text>
ExternalRef: PACKAGE-MANAGER purl pkg:apk/alpine/musl@1.1.22-r3?arch=x86_64&distro=alpine-3.10.4
FileName: ./x
SPDXID: SPDXRef-file
PackageVersion: 9
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-root
`
	syftJSON = `{"artifacts": [
 {"id": "1", "name": "libssl3", "version": "3.0.11-1", "type": "deb", "locations": [{"path": "/var/lib/dpkg/status", "layerID": "sha256:d0` + tail + `"}], "licenses": [{"value": "Apache-2.0", "spdxExpression": "Apache-2.0", "type": "declared"}],
  "purl": "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl", "metadataType": "dpkg-db-entry", "metadata": {"package": "libssl3", "source": "openssl", "sourceVersion": ""}},
 {"id": "2", "name": "six", "version": "1", "type": "python", "licenses": ["Expat"], "purl": "pkg:pypi/six@1"},
 {"id": "3", "name": "six", "version": "1", "type": "python", "locations": [{"path": "/b"}], "licenses": [], "purl": "pkg:pypi/six@1"}],
"artifactRelationships": [{"parent": "1", "child": "2", "type": "contains"}],
"source": {"type": "image", "name": "app", "metadata": {"userInput": "app:1", "imageID": "sha256:` + hash + `", "manifestDigest": "sha256:0` + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde" + `", "architecture": "amd64", "os": "linux", "layers": [{"digest": "sha256:d0` + tail + `", "size": 1}]}},
"distro": {"prettyName": "Debian GNU/Linux 12 (bookworm)", "name": "Debian GNU/Linux", "id": "debian", "versionID": "12"},
"descriptor": {"name": "syft", "version": "1.57.1"}, "schema": {"version": "16.0.0"}}`
)

const (
	hash = "01" + tail
	tail = "23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

// show returns the content of a document as text.
func show(d *Document) string {
	var b strings.Builder
	i := d.Image
	fmt.Fprintf(&b, "%s by %s: %s %s %s %s, %d layers", d.Format, d.Tool, i.Reference, i.Repository, short(i.Digest), short(i.ImageID), len(i.Layers))
	if i.OS != nil {
		fmt.Fprintf(&b, ", %s %s", i.OS.ID, i.OS.VersionID)
	}
	b.WriteByte('\n')
	for _, p := range d.Packages {
		fmt.Fprintf(&b, "%s %s [%s] %s", p.Name, p.Version, p.Ecosystem, p.PURL)
		if p.Source != nil {
			fmt.Fprintf(&b, " from %s %s", p.Source.Name, p.Source.Version)
		}
		for _, l := range p.Locations {
			layer := "?"
			if l.Layer != nil {
				layer = fmt.Sprint(*l.Layer)
			}
			fmt.Fprintf(&b, " at %s@%s", l.Path, layer)
		}
		if p.OwnedBy != "" {
			b.WriteString(" owned by " + p.OwnedBy)
		}
		fmt.Fprintf(&b, " %q\n", p.Licenses)
	}
	for _, g := range d.Gaps {
		fmt.Fprintf(&b, "%s: %s: %s\n", g.State, g.Subject, g.Reason)
	}
	return b.String()
}

func short(digest string) string {
	if len(digest) > 12 {
		return digest[:12]
	}
	return digest
}

func TestFormats(t *testing.T) {
	for _, tt := range []struct{ name, document, want string }{
		{"Trivy's CycloneDX", trivyCycloneDX, `CycloneDX 1.6 by trivy 0.74.0: app:1 docker.io/library/app sha256:01234 sha256:01234, 2 layers, rhel 8.9
openssl-libs 1:1.1.1k-9.el8 [Red Hat:enterprise_linux:8] pkg:rpm/redhat/openssl-libs@1.1.1k-9.el8?arch=x86_64&distro=rhel-8.9&epoch=1 from openssl 1:1.1.1k-9.el8 at @1 ["OpenSSL AND Apache-2.0"]
@babel/core 7.0.0 [npm] pkg:npm/%40babel/core@7.0.0 at srv/package.json@0 ["MIT"]
`},
		{"CycloneDX in XML", cycloneDXXML, `CycloneDX 1.4 by maker 2: app   , 0 layers
org.slf4j:slf4j-api 1.7 [Maven] pkg:maven/org.slf4j/slf4j-api@1.7 ["MIT" "LicenseRef-Public-Domain"]
inner 1 [PyPI] pkg:pypi/inner@1 ["MIT OR ISC"]
innermost 2 [RubyGems] pkg:gem/innermost@2 []
`},
		{"Syft's SPDX", syftSPDX, `SPDX 2.3 by syft-1.57.1: app  sha256:01234 , 0 layers, debian 12
python3-six 1.16.0-4 [Debian:12] pkg:deb/debian/python3-six@1.16.0-4?arch=all&distro=debian-12 from six  ["MIT"]
six 1.16.0 [PyPI] pkg:pypi/six@1.16.0 owned by pkg:deb/debian/python3-six@1.16.0-4?arch=all&distro=debian-12 []
`},
		{"tag-value", tagValue, `SPDX 2.2 by maker-1: root   , 0 layers, alpine 3.10.4
musl 1.1.22-r3 [Alpine:v3.10] pkg:apk/alpine/musl@1.1.22-r3?arch=x86_64&distro=alpine-3.10.4 ["MIT"]
`},
		{"Syft's JSON", syftJSON, `Syft JSON 16.0.0 by syft 1.57.1: app:1  sha256:00123 sha256:01234, 1 layers, debian 12
libssl3 3.0.11-1 [Debian:12] pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12 from openssl  at var/lib/dpkg/status@0 ["Apache-2.0"]
six 1 [PyPI] pkg:pypi/six@1 at b@? ["MIT"]
`},
		{"gaps", `{"bomFormat": "CycloneDX", "specVersion": 1.6, "compositions": [{"aggregate": "incomplete_third_party_only"}], "components": [
{"type": "library", "name": "a", "version": "1", "purl": "pkg:deb/acme/a@1?distro=acmeos-1"}, {"type": "library", "name": "b"}, {"type": "library", "name": "c", "purl": "npm/c@1"}, {"type": "file", "name": "/bin/sh"}]}`, ""},
		{"nothing", `{"bomFormat": "CycloneDX"}`, `CycloneDX by :    , 0 layers
not-checked: SBOM: The SBOM lists no packages.
`},
		{"no distribution", `{"bomFormat": "CycloneDX", "components": [{"type": "library", "name": "a", "version": "1", "purl": "pkg:deb/a@1"}]}`, `CycloneDX by :    , 0 layers
a 1 [] pkg:deb/a@1 []
not-checked: distribution: The SBOM names no distribution, so it is not known which advisories are for its 1 packages.
`},
	} {
		d, err := Parse([]byte(tt.document))
		if tt.name == "gaps" {
			// CycloneDX wants its version as a string; a number is a broken document.
			if err == nil || !strings.Contains(err.Error(), "specVersion must not be a JSON number") {
				t.Errorf("%s: error %v", tt.name, err)
			}
			d, err = Parse([]byte(strings.Replace(tt.document, "1.6", `"1.6"`, 1)))
			tt.want = `CycloneDX 1.6 by :    , 0 layers, acmeos 1
a 1 [] pkg:deb/acmeos/a@1?distro=acmeos-1 []
b  []  []
c  []  []
partial: SBOM: The SBOM declares itself incomplete.
not-checked: 1 package of type deb: There is no advisory source for the distribution "acmeos 1".
not-checked: 1 package: Their package URLs are invalid, for example "npm/c@1".
`
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, show(d)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestAttestation reads an SBOM in an attestation.
func TestAttestation(t *testing.T) {
	statement := fmt.Sprintf(`{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://cyclonedx.org/bom", "subject": [], "predicate": %s}`, trivyCycloneDX)
	envelope, err := json.Marshal(map[string]any{"payloadType": "application/vnd.in-toto+json", "payload": base64.StdEncoding.EncodeToString([]byte(statement)), "signatures": []any{}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := Parse([]byte(trivyCycloneDX))
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range []string{"\ufeff \n" + statement, string(envelope)} {
		got, err := Parse([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(show(want), show(got)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestBadInput(t *testing.T) {
	for document, want := range map[string]string{
		"":                        "it is empty",
		"\x7fELF":                 "it is not an SBOM",
		"{":                       "ends before it is complete",
		trivyCycloneDX[:700]:      "ends before it is complete",
		`{"bomFormat": CycloneDX`: "it is invalid JSON: line 1",
		`{"a": 1}`:                "it is JSON, but not an SBOM",
		`{"bomFormat": "CycloneDX", "components": {}}`:                    "components must not be a JSON object",
		`{"SchemaVersion": 2, "Results": []}`:                             "a report of Trivy",
		`{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}`:  "SPDX 3",
		`{"bomFormat": "CycloneDX", "specVersion": "9.9"}`:                "it is CycloneDX 9.9; version 1 is supported",
		`{"bomFormat": "CycloneDX", "specVersion": "2.0"}`:                "it is CycloneDX 2.0; version 1 is supported",
		`<bom xmlns="http://cyclonedx.org/schema/bom/2.0"></bom>`:         "it is CycloneDX 2.0; version 1 is supported",
		`{"spdxVersion": "SPDX-3.0"}`:                                     `it is "SPDX-3.0"; SPDX 2 is supported`,
		`<bom>`:                                                           "it is invalid XML: line 1",
		`<html></html>`:                                                   "it is XML, but not CycloneDX",
		`<bom xmlns="x"></bom>`:                                           "it is XML, but not CycloneDX",
		"SPDXVersion: SPDX-2.3\nPackageComment: <text>never":              "ends within a <text>",
		strings.Repeat(`{"payloadType":"x","payload":"e30=","a":`, 20000): "exceeded max depth",
		`{"bomFormat":"CycloneDX","x":` + strings.Repeat("[", 1<<20):      "exceeded max depth",
		"<bom xmlns='http://cyclonedx.org/schema/bom/1.4'>" + strings.Repeat("<components><component>", 20000): "depth",
	} {
		_, err := Parse([]byte(document))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: error %v, want %q", document, err, want)
		}
	}
}

// TestParseAll reads several documents in one file.
func TestParseAll(t *testing.T) {
	all, err := ParseAll([]byte("\ufeff" + trivyCycloneDX + "\n" + syftSPDX + syftJSON))
	if err != nil || len(all) != 3 || all[1].Tool != "syft-1.57.1" {
		t.Fatalf("%d documents, %v", len(all), err)
	}
	if all, err := ParseAll([]byte(cycloneDXXML)); err != nil || len(all) != 1 {
		t.Errorf("XML: %d documents, %v", len(all), err)
	}
	for data, want := range map[string]string{
		"":                          "it is empty",
		trivyCycloneDX + `{"a": 1}`: "document 2: it is JSON, but not an SBOM",
		trivyCycloneDX + `{"a": `:   "ends before it is complete",
		trivyCycloneDX + "\n}":      "it is invalid JSON: line",
		`{"bomFormat": CycloneDX`:   "it is invalid JSON: line 1",
	} {
		if _, err := ParseAll([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: error %v, want %q", data, err, want)
		}
	}
}

func TestRecognise(t *testing.T) {
	for head, want := range map[string]bool{
		"\ufeff\n {\"": true, "<?xml": true, "SPDXVersion: SPDX-2.3": true, "# x\nSPDXVersion: SPDX-2.3": true,
		"\x1f\x8b": false, "": false, "oci-layout": false,
	} {
		if got := Recognise([]byte(head)); got != want {
			t.Errorf("%q: %v", head, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{trivyCycloneDX, cycloneDXXML, syftSPDX, tagValue, syftJSON} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		imagetest.LimitInput(t, func() {
			ParseAll(data)
			d, err := Parse(data)
			if err != nil {
				return
			}
			if d.Image == nil || d.Image.Layers == nil {
				t.Fatal("no image")
			}
			for _, p := range d.Packages {
				for _, l := range p.Locations {
					if l.Layer != nil && (*l.Layer < 0 || *l.Layer >= len(d.Image.Layers)) {
						t.Fatalf("layer %d of %d", *l.Layer, len(d.Image.Layers))
					}
				}
			}
			for _, g := range d.Gaps {
				if g.Reason == "" || g.State == "" || g.State == seaworthy.Checked || !g.InImage {
					t.Fatalf("a gap without its reason: %+v", g)
				}
			}
		})
	})
}
