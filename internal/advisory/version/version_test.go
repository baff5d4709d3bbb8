package version

import (
	"errors"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

func TestVersionOrder(t *testing.T) {
	for _, c := range []struct{ ecosystem, ascending string }{
		// deb-version(7)
		{"Debian:12", "1.0~~ 1.0~~a 1.0~ 1.0 1.0-1 1.0-1+b1 1.0-1.1 1.0a 1.0+dfsg 1.0.1 1.2 1.10 1:0.1 2:0"},
		{"Ubuntu:22.04:LTS", "3.0.2-0ubuntu1.9 3.0.2-0ubuntu1.10 3.0.2-0ubuntu2"},
		{"Echo", "1.0-1~e1 1.0-1"},
		// rpm's own order: a tilde before, a caret after; digits after letters
		{"AlmaLinux:8", "1.0~rc1-1.el8 1.0-1.el8 1.0-1.el8_7 1.0-2.el8 1.0^git1-1 1.0.a-1 1.0.1-1 1.2-1 1.10-1 1:0.1-1"},
		{"Red Hat:enterprise_linux:9", "4.18.0-425.3.1.el9 4.18.0-425.10.1.el9 4.18.0-500.el9"},
		{"Amazon Linux:2023", "1.0-1.amzn2023.0.1 1.0-1.amzn2023.0.2"},
		{"Oracle Linux:9", "2:1-1 10:1-1"},
		// apk-package(5)
		{"Alpine:v3.18", "1.0_alpha 1.0_alpha2 1.0_beta 1.0_pre1 1.0_rc1 1.0 1.0-r1 1.0-r10 1.0_p1 1.0_p1-r2 1.0a 1.0.1 1.2.3 1.10"},
		{"Wolfi", "3.1.4-r0 3.1.4-r5 3.1.10-r0"},
		// semver.org, clause 11
		{"npm", "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.2.0 1.10.0"},
		{"Go", "v0.0.0-20170524231039-0417178a3c28 v0.1.0 v1.2.3-pre v1.2.3 v1.2.4-0.20200101000000-aaaaaaaaaaaa v1.2.4"},
		{"crates.io", "0.0.0-0 0.0.1-rc.1 0.0.1"},
		{"Bitnami", "1.2.3-beta 1.2.3 1.2.3.4 1.2.4"},
		// PEP 440
		{"PyPI", "1.0.dev1 1.0a1 1.0a2.dev3 1.0a2 1.0b1 1.0rc1 1.0 1.0+local 1.0.post1 1.1 1.10 1!0.1"},
		{"RubyGems", "1.0.a 1.0.b1 1.0 1.0.1 1.1.rc1 1.1 1.10"},
		{"Maven", "1.0-alpha-1 1.0-beta1 1.0-milestone1 1.0-rc1 1.0-SNAPSHOT 1.0 1.0-sp 1.0.1 1.10"},
		{"NuGet", "1.0.0-alpha 1.0.0 1.0.0.1 1.0.1"},
		{"Packagist", "1.0.0-dev 1.0.0-alpha 1.0.0-beta 1.0.0-RC1 1.0.0 1.0.0-p1 1.0.1"},
	} {
		versions := strings.Fields(c.ascending)
		for i, a := range versions {
			for j, b := range versions {
				want := 0
				switch {
				case i < j:
					want = -1
				case i > j:
					want = 1
				}
				if got := compareText(t, c.ecosystem, a, b); got != want {
					t.Errorf("%s: %s and %s compare as %d, want %d", c.ecosystem, a, b, got, want)
				}
			}
		}
	}
	for _, c := range []struct{ ecosystem, a, b string }{
		{"PyPI", "1.0", "1.0.0"}, {"PyPI", "1.0-1", "1.0.post1"}, {"Go", "1.2.3+incompatible", "v1.2.3"},
		{"Debian", "0:1.0", "1.0-0"}, {"AlmaLinux", "0:1-1", "1-1"}, {"Maven", "1.0", "1"}, {"RubyGems", "1", "1.0.0"},
	} {
		if got := compareText(t, c.ecosystem, c.a, c.b); got != 0 {
			t.Errorf("%s: %s and %s compare as %d, want 0", c.ecosystem, c.a, c.b, got)
		}
	}
}

func compareText(t *testing.T, ecosystem, a, b string) int {
	t.Helper()
	v, err := Parse(seaworthy.ParseEcosystem(ecosystem), a)
	if err != nil {
		t.Fatal(err)
	}
	w, err := Parse(seaworthy.ParseEcosystem(ecosystem), b)
	if err != nil {
		t.Fatal(err)
	}
	c, err := v.Compare(w)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNotComparable(t *testing.T) {
	for _, c := range []struct{ ecosystem, version string }{
		{"Go", "(devel)"}, {"Go", ""}, {"npm", "latest"}, {"Packagist", "dev-main"}, {"Debian:12", "1.0 beta"}, {"Debian:12", ""},
		{"Debian:12", "x:1"}, {"Alpine:v3.18", "1.0-beta"}, {"Alpine:v3.18", "edge"}, {"CRAN", "1.x"}, {"Hackage", "1.0-beta"},
		{"PyPI", "ünstable"}, {"Unheard of", "1.0"}, {"npm", strings.Repeat("1", MaxLength+1)}, {"AlmaLinux:9", "--"},
	} {
		if v, err := Parse(seaworthy.ParseEcosystem(c.ecosystem), c.version); !errors.Is(err, ErrNotComparable) {
			t.Errorf("%s %q: %v, error %v", c.ecosystem, c.version, v, err)
		}
	}
}

func FuzzVersion(f *testing.F) {
	names := make([]string, 0, len(orders))
	for name := range orders {
		names = append(names, name)
	}
	for _, v := range []string{"1.0", "1:2.3-4", "1.0_rc1-r2", "1.0a1.dev2+l", "1-SNAPSHOT", "v1.2.3-0.x", "~^", "1..2", "9999999999999999999999", "-", "1-ga.final"} {
		f.Add(v, "1.0.0")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, name := range names {
			v, errA := Parse(seaworthy.ParseEcosystem(name), a)
			w, errB := Parse(seaworthy.ParseEcosystem(name), b)
			if errA != nil || errB != nil {
				continue
			}
			if c, err := v.Compare(v); c != 0 || err != nil {
				t.Errorf("%s: %q with itself: %d, %v", name, a, c, err)
			}
			there, err := v.Compare(w)
			back, errBack := w.Compare(v)
			if (err == nil) != (errBack == nil) {
				t.Errorf("%s: %q with %q: %v, and the other way %v", name, a, b, err, errBack)
			}
			if err == nil && there != -back {
				t.Errorf("%s: %q with %q: %d, and the other way %d", name, a, b, there, back)
			}
		}
	})
}
