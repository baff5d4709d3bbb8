package sbom_test

import (
	"fmt"
	"testing"

	"seaworthy.dev/seaworthy/internal/sbom"
)

// TestVendors holds that a package of another vendor in the SBOM of another program is none
// of the distribution's, in each form in which programs name the builder.
func TestVendors(t *testing.T) {
	const nginx = "pkg:deb/debian/nginx@1.25.3-1?arch=amd64&distro=debian-12"
	cyclonedx := func(purl, field string) string {
		return fmt.Sprintf(`{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [{"type": "library", "name": "p", "version": "1", "purl": %q%s}]}`, purl, field)
	}
	spdx := func(purl, field string) string {
		return fmt.Sprintf(`{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "packages": [{"SPDXID": "SPDXRef-p", "name": "p", "versionInfo": "1"%s, "externalRefs": [{"referenceType": "purl", "referenceLocator": %q}]}]}`, field, purl)
	}
	for _, c := range []struct{ name, document, vendor, ecosystem string }{
		{"Trivy", cyclonedx(nginx, `, "supplier": {"name": "NGINX Packaging <nginx-packaging@f5.com>"}`), "nginx.org", ""},
		{"Syft, CycloneDX", cyclonedx(nginx, `, "publisher": "NGINX Packaging <nginx-packaging@f5.com>"`), "nginx.org", ""},
		{"Syft, SPDX", spdx(nginx, `, "supplier": "Person: NGINX Packaging (nginx-packaging@f5.com)"`), "nginx.org", ""},
		{"Syft", fmt.Sprintf(`{"artifacts": [{"id": "a", "name": "nginx", "version": "1.25.3-1", "purl": %q, "metadata": {"maintainer": "NGINX Packaging <nginx-packaging@f5.com>"}}], "distro": {"id": "debian", "versionID": "12"}, "descriptor": {"name": "syft", "version": "1"}, "schema": {"version": "16"}}`, nginx), "nginx.org", ""},
		{"Debian's maintainer", cyclonedx(nginx, `, "supplier": {"name": "Debian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>"}`), "", "Debian:12"},
		{"Debian without an address", cyclonedx(nginx, `, "supplier": {"name": "Debian"}`), "", "Debian:12"},
		{"anything without an address", cyclonedx(nginx, `, "supplier": {"name": "The Nginx Team"}`), "The Nginx Team", "Debian:12"},
		{"no builder, but the version's mark", cyclonedx("pkg:deb/debian/nodejs@20.20.2-1nodesource1?distro=debian-12", ""), "NodeSource", ""},
		{"no builder", cyclonedx(nginx, ""), "", "Debian:12"},
		{"no builder in SPDX", spdx(nginx, `, "supplier": "NOASSERTION"`), "", "Debian:12"},
		{"EPEL", cyclonedx("pkg:rpm/almalinux/htop@3.3.0-1.el9?distro=almalinux-9", `, "publisher": "Fedora Project"`), "EPEL (Fedora Project)", ""},
		{"AlmaLinux", cyclonedx("pkg:rpm/almalinux/curl@7.76.1-1.el9?distro=almalinux-9", `, "publisher": "AlmaLinux"`), "", "AlmaLinux:9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := sbom.Parse([]byte(c.document))
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Packages) != 1 {
				t.Fatalf("%d packages", len(d.Packages))
			}
			if p := d.Packages[0]; p.Vendor != c.vendor || p.Ecosystem.String() != c.ecosystem {
				t.Errorf("the vendor is %q and the ecosystem %q, want %q and %q", p.Vendor, p.Ecosystem, c.vendor, c.ecosystem)
			}
		})
	}
}
