package inventory

import (
	"path"
	"slices"
)

// Supplements has the packages of all supplements of an image, in all layers, live or not.
type Supplements struct {
	byName map[supplementName][]supplementPackage
}

// supplementName is the part of a package that a supplement names: it never has the
// version, and not always the architecture.
type supplementName struct{ packageType, name, arch string }

type supplementPackage struct {
	layer int
	path  string
	*Package
}

// Add adds the packages of a supplement. Layers must be added in ascending order.
func (s *Supplements) Add(layer int, path string, f *PackageFile) {
	if s.byName == nil {
		s.byName = make(map[supplementName][]supplementPackage)
	}
	for i := range f.Packages {
		p := &f.Packages[i]
		name := supplementName{p.Type, p.Name, p.Arch}
		s.byName[name] = append(s.byName[name], supplementPackage{layer, path, p})
	}
}

// Of returns the supplements of a package of the database at a path. It ignores layers
// above the given one. Of each path of a supplement, it uses the newest version.
func (s *Supplements) Of(p *Package, database string, layer int) []*Package {
	names := []supplementName{{p.Type, p.Name, p.Arch}, {p.Type, p.Name, ""}}
	if base := path.Base(database); base != "status" {
		// A directory with a file for each package, as in images without dpkg. Its
		// supplements are named after this file or its directory, not after the package.
		if base == controlBase {
			base = path.Base(path.Dir(database))
		}
		names = append(names, supplementName{p.Type, base, ""})
	}
	var packages []*Package
	var paths []string
	for _, name := range names {
		for _, sp := range slices.Backward(s.byName[name]) {
			if sp.layer <= layer && !slices.Contains(paths, sp.path) {
				packages, paths = append(packages, sp.Package), append(paths, sp.path)
			}
		}
	}
	return packages
}
