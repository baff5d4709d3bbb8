package sbom_test

import (
	"fmt"
	"log"

	"seaworthy.dev/seaworthy/internal/sbom"
)

func ExampleParse() {
	document, err := sbom.Parse([]byte(`{
		"bomFormat": "CycloneDX", "specVersion": "1.6",
		"components": [{"type": "library", "name": "openssl", "version": "3.0.11-1~deb12u2",
			"purl": "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12"}]
	}`))
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range document.Packages {
		fmt.Println(p.Name, p.Version, p.Ecosystem)
	}
	// Output:
	// openssl 3.0.11-1~deb12u2 Debian:12
}
