package inventory

import "testing"

func TestSuperseded(t *testing.T) {
	some := []Package{{Type: typeNPM, Name: "a", Version: "1"}}
	var trees Trees
	trees.Add("app/node_modules/@s/a/package.json", &PackageFile{Format: formatNPM, Packages: some})
	trees.Add("node_modules/b/node_modules/a/package.json", &PackageFile{Format: formatNPM, Packages: some})
	trees.Add("empty/node_modules/a/package.json", &PackageFile{Format: formatNPM})
	trees.Add("php/vendor/composer/installed.json", &PackageFile{Format: formatComposer, Packages: some})
	for _, c := range []struct {
		name, format, path string
		want               bool
	}{
		{"next to node_modules", formatNPMLock, "app/package-lock.json", true},
		{"in the root", formatYarnLock, "yarn.lock", true},
		{"below the application", formatYarnLock, "app/web/yarn.lock", false},
		{"node_modules without packages", formatPnpmLock, "empty/pnpm-lock.yaml", false},
		{"no node_modules", formatNPMLock, "srv/package-lock.json", false},
		{"no lock file", formatNPM, "app/package.json", false},
		{"in a package of Composer", formatNPMLock, "php/vendor/symfony/ux/package-lock.json", true},
		{"in a directory vendor without Composer", formatNPMLock, "web/vendor/x/y/package-lock.json", false},
		{"of the JavaScript of a PHP application", formatNPMLock, "php/package-lock.json", false},
	} {
		if got := trees.Superseded(c.path, &PackageFile{Format: c.format}); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
