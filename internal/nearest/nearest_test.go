package nearest

import (
	"testing"

	"seaworthy.dev/seaworthy"
)

func TestPackages(t *testing.T) {
	var p Packages
	for _, pkg := range []seaworthy.Package{
		{Name: "libexpat1", Source: &seaworthy.SourcePackage{Name: "expat"}},
		{Name: "libssl3", Source: &seaworthy.SourcePackage{Name: "openssl"}},
		{Name: "openssl", Source: &seaworthy.SourcePackage{Name: "openssl"}},
		{Name: "zlib1g", Source: &seaworthy.SourcePackage{Name: "zlib"}},
		{Name: "org.apache.logging.log4j:log4j-core"}, {Name: "requests"}, {Name: "PyYAML"}, {Name: "@babel/core"}, {Name: "libxml2"}, {Name: "go"},
	} {
		p.Add(&pkg)
	}
	for _, test := range []struct{ name, in, want string }{
		{"source package", "expat", "libexpat1, of source expat"},
		{"source package in another case", "Zlib", "zlib1g, of source zlib"},
		{"a package has the name", "openssl", ""},
		{"without lib and version", "xml", "libxml2"},
		{"another version", "libxml2.9", "libxml2"},
		{"without the group", "log4j-core", "org.apache.logging.log4j:log4j-core"},
		{"letter missing", "reqests", "requests"},
		{"letters swapped", "reqeusts", "requests"},
		{"other case and punctuation", "py-yaml", "PyYAML"},
		{"nothing like it", "postgresql", ""},
		{"short names are not guessed", "gi", ""},
		{"empty", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := p.To(test.in); got != test.want {
				t.Errorf("nearest to %q: %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestWord(t *testing.T) {
	words := []string{"user-root", "healthcheck-missing", "CVE-2024-45490", "CVE-2024-45491"}
	for in, want := range map[string]string{
		"user-rot": "user-root", "CVE-2024-45940": "CVE-2024-45490", "cve-2024-4549": "CVE-2024-45490", "user-root": "", "CVE-2019-1": "", "helthcheck-mising": "healthcheck-missing",
	} {
		if got := Word(in, words); got != want {
			t.Errorf("nearest to %q: %q, want %q", in, got, want)
		}
	}
}
