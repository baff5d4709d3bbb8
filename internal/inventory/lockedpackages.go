package inventory

import "slices"

// InstalledNames has the packages of languages that an image has installed, by type and name.
type InstalledNames map[[2]string]bool

// Add adds the packages of a manifest.
func (s InstalledNames) Add(f *PackageFile) {
	for i := range f.Packages {
		s[[2]string{f.Packages[i].Type, f.Packages[i].Name}] = true
	}
}

// Has reports whether the packages of a lock file are installed. Then those that are not
// were not installed on purpose, such as packages for development. A quarter suffices, since a
// lock file may cover several applications or platforms. The packages with which others are
// installed do not count: images have them without the application.
func (s InstalledNames) Has(f *PackageFile) bool {
	total, installed := 0, 0
	for i := range f.Packages {
		p := &f.Packages[i]
		if slices.Contains([]string{"pip", "setuptools", "wheel", "bundler", "npm"}, p.Name) {
			continue
		}
		total++
		if s[[2]string{p.Type, p.Name}] {
			installed++
		}
	}
	return installed > 0 && 4*installed >= total
}
