package inventory

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/purl"
)

// TestPackageFromURL has URLs of Syft, Trivy, cdxgen and Seaworthy.
func TestPackageFromURL(t *testing.T) {
	tests := []struct {
		purl      string
		want      Package
		ecosystem string
	}{
		{"pkg:apk/alpine/libcrypto1.1@1.1.1d-r2?arch=x86_64&distro=alpine-3.10.4&upstream=openssl", Package{Type: "apk", Name: "libcrypto1.1", Version: "1.1.1d-r2", Arch: "x86_64", SourceName: "openssl"}, "Alpine:v3.10"},
		{"pkg:apk/alpine/musl@1.1.22-r3?arch=x86_64&distro=3.10.4", Package{Type: "apk", Name: "musl", Version: "1.1.22-r3", Arch: "x86_64"}, "Alpine:v3.10"},
		{"pkg:deb/debian/login@1%3A4.13+dfsg1-1+b1?arch=amd64&distro=debian-12.5&epoch=1&upstream=shadow%401%3A4.13+dfsg1-1", Package{Type: "deb", Name: "login", Version: "1:4.13+dfsg1-1+b1", Arch: "amd64", SourceName: "shadow", SourceVersion: "1:4.13+dfsg1-1"}, "Debian:12"},
		{"pkg:deb/ubuntu/libc6@2.35-0ubuntu3?arch=amd64&distro=ubuntu-22.04", Package{Type: "deb", Name: "libc6", Version: "2.35-0ubuntu3", Arch: "amd64"}, "Ubuntu:22.04:LTS"},
		{"pkg:rpm/redhat/openssl-libs@1.1.1k-9.el8?arch=x86_64&epoch=1&upstream=openssl-1.1.1k-9.el8.src.rpm&distro=rhel-8.9", Package{Type: "rpm", Name: "openssl-libs", Version: "1:1.1.1k-9.el8", Arch: "x86_64", SourceName: "openssl", SourceVersion: "1.1.1k-9.el8"}, "Red Hat:enterprise_linux:8"},
		{"pkg:rpm/redhat/npm@1-1?distro=redhat-8.9&modularitylabel=nodejs%3A12%3A8%3A1", Package{Type: "rpm", Name: "npm", Version: "1-1", Modularity: "nodejs:12:8:1"}, "Red Hat:enterprise_linux:8"},
		{"pkg:rpm/suse/zypper@1?distro=sles-15.4", Package{Type: "rpm", Name: "zypper", Version: "1"}, "SUSE:Linux Enterprise Server 15 SP4"},
		{"pkg:rpm/opensuse/zypper@1?distro=opensuse-leap-15.5", Package{Type: "rpm", Name: "zypper", Version: "1"}, "openSUSE:Leap 15.5"},
		{"pkg:rpm/amzn/curl@8?distro=amzn-2", Package{Type: "rpm", Name: "curl", Version: "8"}, "Amazon Linux:2"},
		{"pkg:npm/%40babel/core@7.0.0", Package{Type: "npm", Name: "@babel/core", Version: "7.0.0"}, "npm"},
		{"pkg:npm/@babel/core@7.0.0", Package{Type: "npm", Name: "@babel/core", Version: "7.0.0"}, "npm"},
		{"pkg:npm/@babel/core", Package{Type: "npm", Name: "@babel/core"}, "npm"},
		{"pkg:golang/github.com/BurntSushi/toml@1.2.0#cmd/x", Package{Type: "golang", Name: "github.com/BurntSushi/toml", Version: "v1.2.0"}, "Go"},
		{"pkg:golang/stdlib@v1.22.1", Package{Type: "golang", Name: "stdlib", Version: "1.22.1"}, "Go"},
		{"pkg:golang/k8s.io/api@v0.0.0-20200101+incompatible", Package{Type: "golang", Name: "k8s.io/api", Version: "v0.0.0-20200101+incompatible"}, "Go"},
		{"pkg:maven/org.slf4j/slf4j-api@1.7.36?type=jar", Package{Type: "maven", Name: "org.slf4j:slf4j-api", Version: "1.7.36"}, "Maven"},
		{"pkg:PyPI/Typing_Extensions@4.0", Package{Type: "pypi", Name: "typing-extensions", Version: "4.0"}, "PyPI"},
		{"pkg:cargo/serde@1.0.1", Package{Type: "cargo", Name: "serde", Version: "1.0.1"}, "crates.io"},
		{"pkg:github/actions/checkout@v4", Package{Type: "github", Name: "checkout", Version: "v4"}, ""},
	}
	for _, tt := range tests {
		u, err := purl.Parse(tt.purl)
		if err != nil {
			t.Errorf("%s: %v", tt.purl, err)
			continue
		}
		p := PackageFromURL(&u)
		if diff := cmp.Diff(tt.want, p); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.purl, diff)
		}
		ecosystem := LanguageEcosystem(p.Type)
		if r := ReleaseFromURL(&u); r != nil {
			ecosystem, _ = r.Ecosystem(p.Type)
		}
		if ecosystem.String() != tt.ecosystem {
			t.Errorf("%s: ecosystem %q, want %q", tt.purl, ecosystem, tt.ecosystem)
		}
	}
}

// FuzzPURL shows that the package of a URL has a URL that yields the same package.
func FuzzPURL(f *testing.F) {
	f.Add("pkg:deb/debian/login@1%3A4.13+dfsg1?arch=amd64&distro=debian-12&upstream=shadow")
	f.Add("pkg:npm/@babel/core@7.0.0?x=%20#sub/path")
	f.Add("pkg:rpm/redhat/a@1?epoch=2&upstream=a-1-2.src.rpm&distro=opensuse-leap-15.5")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := purl.Parse(s)
		if err != nil {
			return
		}
		p, r := PackageFromURL(&u), ReleaseFromURL(&u)
		again, err := purl.Parse(p.PURL(r))
		if err != nil {
			if strings.Trim(p.Name, "/") == "" || strings.HasSuffix(p.Name, "/") || strings.HasSuffix(p.Name, ":") || strings.ContainsAny(u.Type, "/?#@%") {
				return
			}
			t.Fatalf("%q becomes %q: %v", s, p.PURL(r), err)
		}
		if again.Type != u.Type {
			t.Fatalf("%q becomes %q", s, p.PURL(r))
		}
	})
}
