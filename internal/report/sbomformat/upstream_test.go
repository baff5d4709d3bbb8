package sbomformat

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

// The source package is named where other scanners look for it.
func TestUpstreamIsInTheURL(t *testing.T) {
	const want = "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc%402.36-8"
	p := &seaworthy.Package{Name: "libc6", Version: "2.36-9", PURL: "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12", Source: &seaworthy.SourcePackage{Name: "glibc", Version: "2.36-8"}}
	if got := upstreamPURL(p); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	p.Source.Version = p.Version
	if got := upstreamPURL(p); !strings.HasSuffix(got, "&upstream=glibc") {
		t.Errorf("%s does not end with the source package", got)
	}
}
