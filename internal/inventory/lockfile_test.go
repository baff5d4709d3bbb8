package inventory

import (
	"testing"

	"seaworthy.dev/seaworthy"
)

// directories is an image with a number of children for each directory.
type directories struct {
	seaworthy.Merged
	children map[string]int
}

func (d directories) List(path string) []seaworthy.Entry {
	return make([]seaworthy.Entry, d.children[path])
}

func TestIsSuperseded(t *testing.T) {
	m := directories{children: map[string]int{"app/node_modules": 2, "node_modules": 1, "empty/node_modules": 0}}
	for _, c := range []struct {
		format, path string
		want         bool
	}{
		{formatNPMLock, "app/package-lock.json", true},
		{formatYarnLock, "yarn.lock", true},
		{formatPnpmLock, "empty/pnpm-lock.yaml", false},
		{formatNPMLock, "srv/package-lock.json", false},
		{formatNPM, "app/package.json", false},
	} {
		f := PackageFile{Format: c.format}
		if got := f.IsSuperseded(m, c.path); got != c.want {
			t.Errorf("%s: %v", c.path, got)
		}
	}
}
