package sbom

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"seaworthy.dev/seaworthy"
)

// component is a package as a program writes it in any format.
type component struct{ name, version, purl string }

// writers write an SBOM with packages in each format.
var writers = map[string]func(...component) string{
	"CycloneDX": func(all ...component) string {
		var list []map[string]string
		for _, c := range all {
			list = append(list, map[string]string{"type": "library", "name": c.name, "version": c.version, "purl": c.purl})
		}
		return toJSON(map[string]any{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list})
	},
	"CycloneDX in XML": func(all ...component) string {
		var b strings.Builder
		b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>`)
		for _, c := range all {
			fmt.Fprintf(&b, `<component type="library"><name>%s</name><version>%s</version><purl>%s</purl></component>`, escapeXML(c.name), escapeXML(c.version), escapeXML(c.purl))
		}
		return b.String() + "</components></bom>"
	},
	"SPDX": func(all ...component) string {
		var list []map[string]any
		for i, c := range all {
			list = append(list, map[string]any{
				"SPDXID": fmt.Sprintf("SPDXRef-%d", i), "name": c.name, "versionInfo": c.version,
				"externalRefs": []map[string]string{{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": c.purl}},
			})
		}
		return toJSON(map[string]any{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "packages": list})
	},
	"SPDX tag-value": func(all ...component) string {
		var b strings.Builder
		b.WriteString("SPDXVersion: SPDX-2.3\nDocumentName: x\n")
		for i, c := range all {
			fmt.Fprintf(&b, "PackageName: %s\nSPDXID: SPDXRef-%d\nPackageVersion: %s\nExternalRef: PACKAGE-MANAGER purl %s\n", c.name, i, c.version, c.purl)
		}
		return b.String()
	},
	"Syft": func(all ...component) string {
		var list []map[string]string
		for i, c := range all {
			list = append(list, map[string]string{"id": fmt.Sprint(i), "name": c.name, "version": c.version, "purl": c.purl})
		}
		return toJSON(map[string]any{"artifacts": list, "descriptor": map[string]string{"name": "syft"}})
	},
}

func toJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func escapeXML(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err)
	}
	return b.String()
}

// identity returns what advisories are looked up by.
func identity(p *seaworthy.Package) string {
	s := strings.TrimSpace(fmt.Sprintf("%s %s %s", p.Ecosystem, p.Name, p.Version))
	if p.Source != nil {
		s += " from " + strings.TrimSpace(p.Source.Name+" "+p.Source.Version)
	}
	return s
}

// TestIdentity shows that a package has one identity, that which a scan of the image gives
// it, whichever program wrote the SBOM, in whichever form and format.
func TestIdentity(t *testing.T) {
	for _, tt := range []struct {
		tool string
		component
		want string
	}{
		{"Syft, module of four elements", component{"github.com/nats-io/nats-server/v2", "v2.10.14", "pkg:golang/github.com/nats-io/nats-server@v2.10.14#v2"}, "Go github.com/nats-io/nats-server/v2 v2.10.14"},
		{"Syft, module of five elements", component{"github.com/Azure/azure-sdk-for-go/sdk/azcore", "v1.9.0", "pkg:golang/github.com/Azure/azure-sdk-for-go@v1.9.0#sdk/azcore"}, "Go github.com/Azure/azure-sdk-for-go/sdk/azcore v1.9.0"},
		{"Syft, module below another host", component{"golang.org/x/tools/gopls", "v0.14.0", "pkg:golang/golang.org/x/tools@v0.14.0#gopls"}, "Go golang.org/x/tools/gopls v0.14.0"},
		{"Docker Scout, short name", component{"jwt", "v4.5.2", "pkg:golang/github.com/golang-jwt/jwt@v4.5.2#v4"}, "Go github.com/golang-jwt/jwt/v4 v4.5.2"},
		{"Trivy, lower case", component{"github.com/BurntSushi/toml", "v1.2.0", "pkg:golang/github.com/burntsushi/toml@v1.2.0"}, "Go github.com/BurntSushi/toml v1.2.0"},
		{"cyclonedx-gomod, module", component{"github.com/golang-jwt/jwt/v4", "v4.5.0", "pkg:golang/github.com/golang-jwt/jwt/v4@v4.5.0?type=module&goos=linux&goarch=amd64"}, "Go github.com/golang-jwt/jwt/v4 v4.5.0"},
		{"cyclonedx-gomod, package", component{"golang.org/x/crypto/ssh", "v0.17.0", "pkg:golang/golang.org/x/crypto@v0.17.0?type=package#ssh"}, "Go golang.org/x/crypto v0.17.0"},
		{"cyclonedx-gomod, standard library", component{"std", "go1.22.1", "pkg:golang/std@go1.22.1?type=module"}, "Go stdlib 1.22.1"},
		{"Syft, standard library", component{"stdlib", "go1.22.1", "pkg:golang/stdlib@1.22.1"}, "Go stdlib 1.22.1"},
		{"cdxgen, without v", component{"k8s.io/api", "0.29.0", "pkg:golang/k8s.io/api@0.29.0"}, "Go k8s.io/api v0.29.0"},
		{"encoded path", component{"x", "", "pkg:golang/github.com%2Fgolang-jwt%2Fjwt%2Fv4@v4.5.0%2Bincompatible"}, "Go github.com/golang-jwt/jwt/v4 v4.5.0+incompatible"},
		{"the specification, package of a module", component{"annotations", "", "pkg:golang/google.golang.org/genproto@v0.1.0#/googleapis/api/annotations/"}, "Go google.golang.org/genproto v0.1.0"},

		{"Syft, scope", component{"@babel/core", "7.0.0", "pkg:npm/%40babel/core@7.0.0"}, "npm @babel/core 7.0.0"},
		{"scope that is not encoded", component{"core", "7.0.0", "pkg:npm/@babel/core@7.0.0"}, "npm @babel/core 7.0.0"},
		{"scope with encoded slash", component{"core", "7.0.0", "pkg:npm/%40babel%2Fcore@7.0.0"}, "npm @babel/core 7.0.0"},
		{"slashes after the scheme", component{"lodash", "4.17.4", "pkg://npm/lodash@4.17.4"}, "npm lodash 4.17.4"},
		{"type in upper case", component{"lodash", "4.17.4", "pkg:NPM/lodash@4.17.4?vcs_url=x"}, "npm lodash 4.17.4"},
		{"GitHub, version only in its own field", component{"lodash", "4.17.4", "pkg:npm/lodash"}, "npm lodash 4.17.4"},

		{"Trivy, Maven", component{"org.slf4j:slf4j-api", "1.7.36", "pkg:maven/org.slf4j/slf4j-api@1.7.36?type=jar"}, "Maven org.slf4j:slf4j-api 1.7.36"},
		{"colon in the name", component{"slf4j-api", "1.7.36", "pkg:maven/org.slf4j:slf4j-api@1.7.36"}, "Maven org.slf4j:slf4j-api 1.7.36"},
		{"name with capitals", component{"Zope.Interface", "6.0", "pkg:pypi/Zope.Interface@6.0"}, "PyPI zope-interface 6.0"},
		{"name with capitals alone", component{"Django", "4.2", "pkg:pypi/Django@4.2"}, "PyPI django 4.2"},
		{"extras", component{"requests[security]", "2.19.0", "pkg:pypi/requests%5Bsecurity%5D@2.19.0"}, "PyPI requests 2.19.0"},
		{"Composer with capitals", component{"Symfony/HTTP-kernel", "v5.4.0", "pkg:composer/Symfony/HTTP-kernel@v5.4.0"}, "Packagist symfony/http-kernel v5.4.0"},
		{"NuGet", component{"Newtonsoft.Json", "12.0.3", "pkg:nuget/newtonsoft.json@12.0.3"}, "NuGet Newtonsoft.Json 12.0.3"},
		{"gem with platform", component{"nokogiri", "1.15.0-x86_64-linux", "pkg:gem/nokogiri@1.15.0-x86_64-linux?platform=x86_64-linux"}, "RubyGems nokogiri 1.15.0"},
		{"GitHub, action", component{"actions/checkout", "4.1.0", "pkg:githubactions/actions/checkout@4.1.0"}, "GitHub Actions actions/checkout 4.1.0"},
		{"Swift", component{"Alamofire", "5.4.3", "pkg:swift/github.com/Alamofire/Alamofire@5.4.3"}, "SwiftURL github.com/Alamofire/Alamofire 5.4.3"},

		{"Syft, Debian", component{"libssl3", "3.0.11-1~deb12u1", "pkg:deb/debian/libssl3@3.0.11-1~deb12u1?arch=amd64&distro=debian-12&upstream=openssl"}, "Debian:12 libssl3 3.0.11-1~deb12u1 from openssl"},
		{"the specification, code name", component{"curl", "7.50.3-1", "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie"}, "Debian:8 curl 7.50.3-1"},
		{"Grype, distribution and code name", component{"libssl3", "3", "pkg:deb/debian/libssl3@3?distro=debian-bookworm"}, "Debian:12 libssl3 3"},
		{"release with a point", component{"libssl3", "3", "pkg:deb/debian/libssl3@3?distro=debian-12.5"}, "Debian:12 libssl3 3"},
		{"Debian testing of its time", component{"libssl3", "3", "pkg:deb/debian/libssl3@3?distro=trixie%2Fsid"}, "Debian:13 libssl3 3"},
		{"Docker Scout, Debian", component{"openssl", "3.0.11", "pkg:deb/debian/openssl@3.0.11?os_distro=bookworm&os_name=debian&os_version=12"}, "Debian:12 openssl 3.0.11"},
		{"cdxgen, Debian", component{"openssl", "3.0.11", "pkg:deb/debian/openssl@3.0.11?distro=debian-12&distro_name=bookworm"}, "Debian:12 openssl 3.0.11"},
		{"only the name of the release", component{"openssl", "3.0.11", "pkg:deb/debian/openssl@3.0.11?distro_name=bookworm"}, "Debian:12 openssl 3.0.11"},
		{"no namespace", component{"openssl", "3.0.11", "pkg:deb/openssl@3.0.11?distro=bookworm"}, "Debian:12 openssl 3.0.11"},
		{"epoch as qualifier", component{"redis", "6.0.16-1", "pkg:deb/debian/redis@6.0.16-1?epoch=5&distro=debian-12"}, "Debian:12 redis 5:6.0.16-1"},
		{"Ubuntu", component{"redis", "5:6.0.16-1ubuntu1", "pkg:deb/ubuntu/redis@5%3A6.0.16-1ubuntu1?distro=ubuntu-22.04"}, "Ubuntu:22.04:LTS redis 5:6.0.16-1ubuntu1"},
		{"Ubuntu, code name", component{"redis", "1", "pkg:deb/ubuntu/redis@1?distro=jammy"}, "Ubuntu:22.04:LTS redis 1"},
		{"Ubuntu, code name in the namespace of Debian", component{"redis", "1", "pkg:deb/debian/redis@1?distro=ubuntu-noble"}, "Ubuntu:24.04:LTS redis 1"},
		{"derived distribution with the code name of the original", component{"redis", "1", "pkg:deb/raspbian/redis@1?distro=bookworm"}, "redis 1"},
		{"unstable", component{"redis", "1", "pkg:deb/debian/redis@1?distro=sid"}, "redis 1"},

		{"Syft, Alpine", component{"libcrypto3", "3.1.4-r1", "pkg:apk/alpine/libcrypto3@3.1.4-r1?arch=x86_64&distro=alpine-3.18.4&upstream=openssl"}, "Alpine:v3.18 libcrypto3 3.1.4-r1 from openssl"},
		{"branch of Alpine", component{"musl", "1.2.4-r1", "pkg:apk/alpine/musl@1.2.4-r1?distro=alpine-v3.18"}, "Alpine:v3.18 musl 1.2.4-r1"},
		{"branch alone", component{"musl", "1.2.4-r1", "pkg:apk/alpine/musl@1.2.4-r1?distro=v3.18"}, "Alpine:v3.18 musl 1.2.4-r1"},
		{"version alone", component{"musl", "1.2.4-r1", "pkg:apk/alpine/musl@1.2.4-r1?distro=3.18.4"}, "Alpine:v3.18 musl 1.2.4-r1"},
		{"Alpine edge", component{"musl", "1.2.5-r9", "pkg:apk/alpine/musl@1.2.5-r9?distro=edge"}, "Alpine:edge musl 1.2.5-r9"},
		{"Syft, Alpine edge", component{"musl", "1.2.5-r9", "pkg:apk/alpine/musl@1.2.5-r9?distro=alpine-3.23_alpha20250612"}, "Alpine:edge musl 1.2.5-r9"},
		{"type before it was specified", component{"musl", "1.2.4-r1", "pkg:alpine/musl@1.2.4-r1?distro=alpine-3.18.4"}, "Alpine:v3.18 musl 1.2.4-r1"},
		{"Wolfi", component{"curl", "8.0-r0", "pkg:apk/wolfi/curl@8.0-r0?arch=x86_64"}, "Wolfi curl 8.0-r0"},

		{"Syft, Red Hat", component{"openssl-libs", "1:1.1.1k-9.el8", "pkg:rpm/redhat/openssl-libs@1.1.1k-9.el8?arch=x86_64&epoch=1&upstream=openssl-1.1.1k-9.el8.src.rpm&distro=rhel-8.9"}, "Red Hat:enterprise_linux:8 openssl-libs 1:1.1.1k-9.el8 from openssl 1.1.1k-9.el8"},
		{"Red Hat's own", component{"openssl-libs", "3.0.7-27.el9_4", "pkg:rpm/redhat/openssl-libs@3.0.7-27.el9_4?arch=x86_64&epoch=1&repository_id=rhel-9-for-x86_64-baseos-rpms"}, "Red Hat:enterprise_linux:9 openssl-libs 1:3.0.7-27.el9_4"},
		{"Red Hat's own, repository alone", component{"tzdata", "2024a-1", "pkg:rpm/redhat/tzdata@2024a-1?repository_id=ubi-9-baseos-rpms"}, "Red Hat:enterprise_linux:9 tzdata 2024a-1"},
		{"the specification, epoch 0", component{"curl", "7.50.3-1.fc25", "pkg:rpm/fedora/curl@0:7.50.3-1.fc25?arch=i386&distro=fedora-25"}, "Fedora:25 curl 7.50.3-1.fc25"},
		{"Trivy, Amazon", component{"curl", "8.0", "pkg:rpm/amazon/curl@8.0?distro=amazon-2023"}, "Amazon Linux:2023 curl 8.0"},
		{"build tag of Amazon", component{"curl", "8.0-1.amzn2023", "pkg:rpm/amzn/curl@8.0-1.amzn2023"}, "Amazon Linux:2023 curl 8.0-1.amzn2023"},
		{"Trivy, Alma", component{"curl", "7.76.1-26.el9", "pkg:rpm/alma/curl@7.76.1-26.el9?distro=alma-9.2"}, "AlmaLinux:9 curl 7.76.1-26.el9"},
		{"Trivy, Oracle", component{"curl", "7.76.1-26.el9", "pkg:rpm/oracle/curl@7.76.1-26.el9?distro=oracle-9.2"}, "Oracle Linux:9 curl 7.76.1-26.el9"},
		{"Syft, SUSE", component{"curl", "8.0-1", "pkg:rpm/suse/curl@8.0-1?distro=sles-15.4"}, "SUSE:Linux Enterprise Server 15 SP4 curl 8.0-1"},
		{"SUSE with service pack", component{"curl", "8.0-1", "pkg:rpm/suse/curl@8.0-1?distro=sles-15-SP4"}, "SUSE:Linux Enterprise Server 15 SP4 curl 8.0-1"},
		{"the specification, openSUSE", component{"curl", "7.56.1-1.1", "pkg:rpm/opensuse/curl@7.56.1-1.1?distro=opensuse-tumbleweed"}, "openSUSE:Tumbleweed curl 7.56.1-1.1"},
		{"module", component{"npm", "1-1", "pkg:rpm/rocky/npm@1-1?distro=rocky-9.3&rpmmod=nodejs:18:9:1"}, "Rocky Linux:9 npm 1-1"},
	} {
		for format, write := range writers {
			t.Run(tt.tool+"/"+format, func(t *testing.T) {
				all, err := ParseAll([]byte(write(tt.component)))
				if err != nil || len(all) != 1 || len(all[0].Packages) != 1 {
					t.Fatalf("%d documents, %v", len(all), err)
				}
				if got := identity(all[0].Packages[0]); got != tt.want {
					t.Errorf("%s: %s, want %s", tt.purl, got, tt.want)
				}
			})
		}
	}
}

// TestSeveralDistributions has SBOMs with packages of several distributions.
func TestSeveralDistributions(t *testing.T) {
	const (
		debian12 = "pkg:deb/debian/openssl@3.0.11?distro=debian-12"
		debian11 = "pkg:deb/debian/openssl@1.1.1w?distro=debian-11"
		ubuntu   = "pkg:deb/ubuntu/redis@5%3A6.0.16?distro=ubuntu-22.04"
		alpine   = "pkg:apk/alpine/musl@1.1.24-r2?distro=alpine-3.11.6"
		unknown  = "pkg:deb/debian/bash@5"
		upstream = "pkg:deb/debian/libssl3@3?distro=debian-12&upstream=openssl"
		system   = `{"type": "operating-system", "name": "debian", "version": "12"}`
	)
	for _, tt := range []struct {
		name       string
		components []string
		purls      []string
		os         string
		want       []string
		gaps       int
	}{
		{"each by its own", nil, []string{debian12, debian11, ubuntu, alpine}, "", []string{"Alpine:v3.11 musl 1.1.24-r2", "Debian:11 openssl 1.1.1w", "Debian:12 openssl 3.0.11", "Ubuntu:22.04:LTS redis 5:6.0.16"}, 0},
		{"besides that of the SBOM", []string{system}, []string{debian12, alpine, unknown}, "debian 12", []string{"Alpine:v3.11 musl 1.1.24-r2", "Debian:12 bash 5", "Debian:12 openssl 3.0.11"}, 0},
		{"that of the other packages", nil, []string{debian12, unknown}, "debian 12", []string{"Debian:12 bash 5", "Debian:12 openssl 3.0.11"}, 0},
		{"none of several", nil, []string{debian12, debian11, unknown}, "", []string{"Debian:11 openssl 1.1.1w", "Debian:12 openssl 3.0.11", "bash 5"}, 1},
		{"merged SBOM", []string{system, `{"type": "operating-system", "name": "alpine", "version": "3.11.6"}`}, []string{debian12, alpine, "pkg:deb/x@1"}, "", []string{"Alpine:v3.11 musl 1.1.24-r2", "Debian:12 openssl 3.0.11", "x 1"}, 1},
		{"source package of the same name", nil, []string{debian12, upstream}, "debian 12", []string{"Debian:12 libssl3 3 from openssl", "Debian:12 openssl 3.0.11 from openssl"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			components := tt.components
			for _, p := range tt.purls {
				components = append(components, fmt.Sprintf(`{"type": "library", "purl": %q}`, p))
			}
			d, err := Parse([]byte(`{"bomFormat": "CycloneDX", "components": [` + strings.Join(components, ",") + `]}`))
			if err != nil {
				t.Fatal(err)
			}
			found := make(map[string]bool)
			for _, p := range d.Packages {
				found[identity(p)] = true
			}
			for _, w := range tt.want {
				if !found[w] {
					t.Errorf("no %q in %v", w, found)
				}
			}
			system := ""
			if d.Image.OS != nil {
				system = d.Image.OS.ID + " " + d.Image.OS.VersionID
			}
			if system != tt.os || len(d.Gaps) != tt.gaps {
				t.Errorf("operating system %q, gaps %v", system, show(d))
			}
		})
	}
}

// TestWrappers has the same SBOM as programs wrap and encode it.
func TestWrappers(t *testing.T) {
	cyclone := writers["CycloneDX"](component{"lodash", "4.17.4", "pkg:npm/lodash@4.17.4"})
	spdx := writers["SPDX"](component{"lodash", "4.17.4", "pkg:npm/lodash@4.17.4"})
	inXML := writers["CycloneDX in XML"](component{"lodash", "4.17.4", "pkg:npm/lodash@4.17.4"})
	for _, tt := range []struct {
		name, text string
		documents  int
	}{
		{"GitHub's dependency graph", `{"sbom": ` + spdx + `}`, 1},
		{"docker buildx imagetools", `{"SPDX": ` + spdx + `}`, 1},
		{"docker buildx imagetools, platforms", `{"linux/amd64": {"SPDX": ` + spdx + `}, "linux/arm64": {"SPDX": ` + spdx + `}}`, 2},
		{"a list", `[` + cyclone + `, ` + spdx + `]`, 2},
		{"one after the other", cyclone + "\n" + spdx, 2},
		{"UTF-16 of PowerShell", inUTF16("\ufeff" + strings.ReplaceAll(cyclone, ",", ",\r\n")), 1},
		{"UTF-16 of PowerShell, XML", inUTF16("\ufeff" + strings.Replace(inXML, "UTF-8", "UTF-16", 1)), 1},
		{"UTF-8 with a byte order mark", "\ufeff" + cyclone, 1},
		{"address as type of the reference", strings.Replace(spdx, `"purl"`, `"http://spdx.org/rdf/references/purl"`, 1), 1},
		{"another category", strings.Replace(spdx, `"PACKAGE-MANAGER"`, `"OTHER"`, 1), 1},
		{"category of SPDX 2.2", strings.Replace(spdx, `"PACKAGE-MANAGER"`, `"PACKAGE_MANAGER"`, 1), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all, err := ParseAll([]byte(tt.text))
			if err != nil || len(all) != tt.documents {
				t.Fatalf("%d documents, %v", len(all), err)
			}
			for _, d := range all {
				if got := identity(d.Packages[0]); got != "npm lodash 4.17.4" {
					t.Errorf("%s", got)
				}
			}
		})
	}
}

func inUTF16(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	return b.String()
}
