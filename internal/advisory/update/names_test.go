package update

import (
	"testing"

	"seaworthy.dev/seaworthy/internal/advisory/store"
)

func TestDataset(t *testing.T) {
	for name, want := range map[string]string{
		"debian": "Debian", "Debian:12": "Debian", "NPM": "npm", "redhat": "Red Hat", "amazon": "Amazon Linux", "kev": "KEV", "rocky linux": "Rocky Linux",
		"eol": store.EOL, "debian states": "Debian states", "Unheard of": "Unheard of", "": "",
	} {
		if got := Dataset(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"debain": "Debian", "Alpin": "Alpine", "Pypy": "PyPI", "Something else": "", "go": "Go", "Red Had": "Red Hat"} {
		if got := similar(name); got != want {
			t.Errorf("%q is like %q, want %q", name, got, want)
		}
	}
}
