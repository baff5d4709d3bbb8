package purl

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestURL(t *testing.T) {
	for _, c := range []struct {
		text      string
		want      URL
		canonical string // if it differs
	}{
		{"pkg:deb/debian/dmsetup@2:1.02.185-2?arch=amd64&distro=debian-12", URL{Type: "deb", Namespace: "debian", Name: "dmsetup", Version: "2:1.02.185-2", Qualifiers: map[string]string{"arch": "amd64", "distro": "debian-12"}}, ""},
		{"pkg:npm/%40babel/core@7.0.0", URL{Type: "npm", Namespace: "@babel", Name: "core", Version: "7.0.0"}, ""},
		{"pkg:npm/@babel/core", URL{Type: "npm", Namespace: "@babel", Name: "core"}, "pkg:npm/%40babel/core"},
		{"pkg:golang/golang.org/x/net@v0.1.0#html", URL{Type: "golang", Namespace: "golang.org/x", Name: "net", Version: "v0.1.0", Subpath: "html"}, ""},
		{"pkg:golang/google.golang.org/genproto@abcdedf#/googleapis/api/../%61nnotations/", URL{Type: "golang", Namespace: "google.golang.org", Name: "genproto", Version: "abcdedf", Subpath: "googleapis/api/annotations"}, "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations"},
		{" PKG://npm/x@1\n", URL{Type: "npm", Name: "x", Version: "1"}, "pkg:npm/x@1"},
		{"pkg:NPM//x/?B=2&a=1&c=", URL{Type: "npm", Name: "x", Qualifiers: map[string]string{"a": "1", "b": "2"}}, "pkg:npm/x?a=1&b=2"},
		{"pkg:generic/a%20b%3F%23@1%2F2", URL{Type: "generic", Name: "a b?#", Version: "1/2"}, ""},
		{"pkg:deb/debian/libstdc++6@1+b1", URL{Type: "deb", Namespace: "debian", Name: "libstdc++6", Version: "1+b1"}, "pkg:deb/debian/libstdc%2B%2B6@1%2Bb1"},
	} {
		got, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.text, diff)
		}
		want := c.canonical
		if want == "" {
			want = c.text
		}
		if s := got.String(); s != want {
			t.Errorf("%s becomes %s, want %s", c.text, s, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, bad := range []string{"", "npm/x", "pkg:", "pkg:npm", "pkg:npm/", "pkg:/x", "pkg:npm/%zz", "pkg:npm/x@%1", "pkg:npm/x?arch=%", "pkg:npm/x#%"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

// FuzzParse shows that parsing and formatting a canonical URL does not change it.
func FuzzParse(f *testing.F) {
	f.Add("pkg:deb/debian/login@1%3A4.13+dfsg1?arch=amd64&distro=debian-12&upstream=shadow")
	f.Add("pkg:npm/@babel/core@7.0.0?x=%20#sub/path")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := Parse(s)
		if err != nil {
			return
		}
		keys := strings.Join(slices.Collect(maps.Keys(u.Qualifiers)), "")
		if strings.ContainsAny(u.Type+keys, "/?#@%=&") || strings.ToLower(u.Type+keys) != u.Type+keys {
			return // types and keys are not encoded, so an invalid one stays invalid
		}
		again, err := Parse(u.String())
		if err != nil || again.String() != u.String() {
			t.Fatalf("%q becomes %q, and that %q, %v", s, u.String(), again.String(), err)
		}
	})
}
