package feed

import "testing"

func TestRedHatComponent(t *testing.T) {
	for _, c := range []struct{ id, purl, name, module string }{
		{"samba", "pkg:rpm/redhat/samba", "samba", ""},
		{"libstdc++", "pkg:rpm/redhat/libstdc%2B%2B", "libstdc++", ""},
		{"samba.src", "pkg:rpm/redhat/samba?arch=src", "", ""},
		{"curl-0:7.76.1-23.el9_2.4.x86_64", "pkg:rpm/redhat/curl@7.76.1-23.el9_2.4?arch=x86_64", "curl", ""},
		{"nodejs:18/nodejs", "pkg:rpm/redhat/nodejs?rpmmod=nodejs:18", "nodejs", "nodejs:18"},
		{"nodejs:18/nodejs", "pkg:rpm/redhat/nodejs", "nodejs", "nodejs:18"},
		{"perl:5.32/perl", "pkg:rpmmod/redhat/perl@5.32/perl", "perl", "perl:5.32"},
		{"php:7.4/php", "", "php", "php:7.4"},
		{"snakeyaml", "", "snakeyaml", ""},
		{"rhel8/nodejs-18", "", "", ""},
		{"rhel8/nodejs-18", "pkg:oci/nodejs-18", "", ""},
		{"org.yaml.snakeyaml", "pkg:maven/org.yaml/snakeyaml", "", ""},
	} {
		if name, module := redHatComponent(c.id, c.purl); name != c.name || module != c.module {
			t.Errorf("%s %s: %q of %q, want %q of %q", c.id, c.purl, name, module, c.name, c.module)
		}
	}
}
