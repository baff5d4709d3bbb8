package version

import (
	"testing"

	"seaworthy.dev/seaworthy"
)

// TestForms holds that a version as a tool writes it has its place among those that
// advisories name.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		name, ecosystem, software, text, other string
		want                                   int
	}{
		{"Java 8 as it calls itself", "Bitnami", "java", "1.8.0_462", "8.0.462", 0},
		{"Java 8 before a fix", "Bitnami", "java", "1.8.0_252", "8.0.261", -1},
		{"Java 8 after a fix", "Bitnami", "java", "1.8.0_462", "8.0.261", 1},
		{"Java 8 with one digit", "Bitnami", "jre", "1.8.0_05", "8.0.5", 0},
		{"Java 8 with a build", "Bitnami", "java", "1.8.0_462-b08", "8.0.462", 0},
		{"Java 8 in short", "Bitnami", "java", "8u462-b08", "8.0.462", 0},
		{"Java 8 as Bitnami counts", "Bitnami", "java", "1.8.402", "8.0.402", 0},
		{"Java 8 in an advisory", "Bitnami", "java", "8.0.333", "1.8.0-333", 0},
		{"Java 7", "Bitnami", "java", "1.7.0_80", "7.0.271", -1},
		{"Java 17 with a build", "Bitnami", "java", "17.0.9+9", "17.0.9", 0},
		{"Java 17", "Bitnami", "java", "17.0.9", "17.0.10", -1},
		{"OpenSSL's letter comes after the release", "Bitnami", "openssl", "1.1.1w", "1.1.1", 1},
		{"OpenSSL's letters in order", "Bitnami", "openssl", "1.0.2k", "1.0.2zh", -1},
		{"OpenSSL za after z", "Bitnami", "openssl", "1.0.2za", "1.0.2z", 1},
		{"OpenSSL with FIPS", "Bitnami", "openssl", "1.0.2k-fips", "1.0.2k", 0},
		{"OpenSSL 3", "Bitnami", "openssl", "3.0.11", "3.0.2", 1},
		{"OpenSSL's pre-release", "Bitnami", "openssl", "3.0.0-alpha10", "3.0.0-alpha9", 1},
		{"MariaDB", "Bitnami", "mariadb", "10.11.6-MariaDB", "10.11.6", 0},
		{"MariaDB as sent to clients", "Bitnami", "mariadb", "5.5.5-10.11.6-MariaDB-log", "10.11.6", 0},
		{"MariaDB as packaged", "Bitnami", "mariadb", "10.11.6-MariaDB-1:10.11.6+maria~deb12", "10.11.6", 0},
		{"PHP's release candidate", "Bitnami", "php", "8.4.0RC2", "8.4.0", -1},
		{"PHP's tenth release candidate", "Bitnami", "php", "8.4.0RC10", "8.4.0RC9", 1},
		{"PHP's release candidate after an older release", "Bitnami", "php", "8.4.0RC2", "8.3.30", 1},
		{"Python's beta", "Bitnami", "python", "3.13.0b1", "3.13.0rc1", -1},
		{"Python's alpha", "Bitnami", "python", "3.13.0a7", "3.13.0b1", -1},
		{"PostgreSQL's beta", "Bitnami", "postgresql", "17beta1", "17.0.0", -1},
		{"Ruby's patch level", "Bitnami", "ruby", "2.0.0p648", "2.0.0", 1},
		{"bash", "Bitnami", "bash", "5.2.21(1)-release", "5.2.21", 0},
		{"four numbers", "Bitnami", "openresty", "1.21.4.2", "1.21.4.1", 1},
		{"Python's post-release", "PyPI", "p", "1.0.post1", "1.0", 1},
		{"gem for a platform", "RubyGems", "nokogiri", "1.15.4-x86_64-linux", "1.15.4", 0},
		{"gem for Java", "RubyGems", "nokogiri", "1.15.4-java", "1.15.4", 0},
		{"gem's pre-release", "RubyGems", "p", "1.15.4.rc1", "1.15.4", -1},
		{"Go's build", "Go", "m", "v1.2.3+dirty", "1.2.3", 0},
		{"Maven's flavour", "Maven", "g:a", "31.1-jre", "32.0.0-android", -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := OrderOfPackage(seaworthy.ParseEcosystem(c.ecosystem), c.software)
			v, err := o.Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			w, err := o.Parse(c.other)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := v.Compare(w); got != c.want || err != nil {
				t.Errorf("%s and %s compare to %d (%v), want %d", c.text, c.other, got, err, c.want)
			}
			if got, err := w.Compare(v); got != -c.want || err != nil {
				t.Errorf("%s and %s compare to %d (%v), want %d", c.other, c.text, got, err, -c.want)
			}
			if v.String() != c.text {
				t.Errorf("the text is %q", v.String())
			}
		})
	}
}
