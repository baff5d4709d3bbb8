package advisory

import (
	"strings"
	"testing"
)

// TestExtras reads the advisories of topics of Amazon Linux 2 from testdata/native and matches each version with
// those of its own topic.
func TestExtras(t *testing.T) {
	dir := t.TempDir()
	mustUpdate(t, newUpdater(t, dir, "testdata"), "Amazon Linux")
	db := open(t, dir)
	if has, err := db.HasExtras(); !has || err != nil {
		t.Errorf("has extras: %v, %v", has, err)
	}
	for _, c := range []struct{ name, software, version, want string }{
		{"only topic", "nginx", "1:1.20.0-2.amzn2.0.2", "CVE-2023-0002 1:1.22.1-1.amzn2.0.1"},
		{"only topic, fixed", "nginx", "1:1.22.1-1.amzn2.0.1", ""},
		{"ordinary repository", "php", "5.4.16-46.amzn2.0.2", "CVE-2023-0001 5.4.16-46.amzn2.0.6"},
		{"first of two topics, fixed", "php", "8.0.30-1.amzn2", ""},
		{"first of two topics", "php", "8.0.20-1.amzn2", "CVE-2023-0003 8.0.30-1.amzn2"},
		{"second of two topics", "php", "8.2.5-1.amzn2", "CVE-2023-0003 8.2.9-1.amzn2"},
		{"a topic without advisories", "php", "8.1.1-1.amzn2", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, v := range mustMatch(t, db, "Amazon Linux:2", c.software, c.version).Vulnerabilities {
				got = append(got, v.ID+" "+v.FixedVersion)
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
		})
	}
}
