package identity

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/purl"
)

// TestSame has package URLs of documents as programs write them.
func TestSame(t *testing.T) {
	const (
		jwt     = "pkg:golang/github.com/golang-jwt/jwt/v4@v4.5.0"
		s3      = "pkg:golang/github.com/aws/aws-sdk-go-v2/service/s3@v1.30.0"
		libssl  = "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12"
		openssl = "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rhel-9.4&epoch=1"
	)
	for _, c := range []struct {
		name, want, have string
		source           *seaworthy.SourcePackage
		same             bool
	}{
		{"module", "pkg:golang/github.com/golang-jwt/jwt/v4@v4.5.0", jwt, nil, true},
		{"module, without v", "pkg:golang/github.com/golang-jwt/jwt/v4@4.5.0", jwt, nil, true},
		{"module of Syft", "pkg:golang/github.com/golang-jwt/jwt@v4.5.0#v4", jwt, nil, true},
		{"module of Syft, without version", "pkg:golang/github.com/golang-jwt/jwt#v4", jwt, nil, true},
		{"module of Syft, longer", "pkg:golang/github.com/aws/aws-sdk-go-v2@v1.30.0#service/s3", s3, nil, true},
		{"module above it", "pkg:golang/github.com/aws/aws-sdk-go-v2@v1.30.0", s3, nil, false},
		{"module of another major version", "pkg:golang/github.com/golang-jwt/jwt@v3.2.0", jwt, nil, false},
		{"scope", "pkg:npm/@babel/core", "pkg:npm/%40babel/core@7.0.0", nil, true},
		{"without scope", "pkg:npm/core", "pkg:npm/%40babel/core@7.0.0", nil, false},
		{"another spelling", "pkg:pypi/Typing_Extensions@4.0", "pkg:pypi/typing-extensions@4.0", nil, true},
		{"colon in the name", "pkg:maven/org.slf4j:slf4j-api", "pkg:maven/org.slf4j/slf4j-api@1.7", nil, true},
		{"another group", "pkg:maven/org.other/slf4j-api", "pkg:maven/org.slf4j/slf4j-api@1.7", nil, false},
		{"release", "pkg:deb/debian/libssl3?distro=debian-12", libssl, nil, true},
		{"code name", "pkg:deb/debian/libssl3?distro=bookworm", libssl, nil, true},
		{"distribution and code name", "pkg:deb/debian/libssl3?distro=debian-bookworm", libssl, nil, true},
		{"number alone", "pkg:deb/debian/libssl3?distro=12", libssl, nil, true},
		{"Docker Scout", "pkg:deb/debian/libssl3?os_name=debian&os_version=12&os_distro=bookworm", libssl, nil, true},
		{"another code name", "pkg:deb/debian/libssl3?distro=bullseye", libssl, nil, false},
		{"another distribution", "pkg:deb/ubuntu/libssl3", libssl, nil, false},
		{"no distribution", "pkg:deb/libssl3", libssl, nil, true},
		{"major release", "pkg:rpm/redhat/openssl-libs?distro=redhat-9", openssl, nil, true},
		{"another minor release", "pkg:rpm/redhat/openssl-libs?distro=rhel-9.2", openssl, nil, false},
		{"epoch in the version", "pkg:rpm/rhel/openssl-libs@1:3.0.7-24.el9?arch=x86_64", openssl, nil, true},
		{"repository", "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?epoch=1&repository_id=rhel-9-for-x86_64-baseos-rpms", openssl, nil, true},
		{"another architecture", "pkg:rpm/redhat/openssl-libs?arch=s390x", openssl, nil, false},
		{"source package", "pkg:deb/debian/openssl@3.0.11-1?arch=source", libssl, &seaworthy.SourcePackage{Name: "openssl", Version: "3.0.11-1"}, true},
		{"another source package", "pkg:deb/debian/glibc?arch=source", libssl, &seaworthy.SourcePackage{Name: "openssl", Version: "3.0.11-1"}, false},
		{"Trivy, point release", "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12.5", libssl, nil, true},
		{"another kind of file", "pkg:maven/org.slf4j/slf4j-api?classifier=sources", "pkg:maven/org.slf4j/slf4j-api@1.7", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			want, err := purl.Parse(c.want)
			if err != nil {
				t.Fatal(err)
			}
			have, err := purl.Parse(c.have)
			if err != nil {
				t.Fatal(err)
			}
			if got := Same(&want, &have, c.source); got != c.same {
				t.Errorf("%s, %s: %v", c.want, c.have, got)
			}
		})
	}
}
