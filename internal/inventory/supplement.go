package inventory

import (
	"path"
	"slices"
)

// Supplements holds what the supplements of an image's databases say, of all layers
// and of live files or not.
type Supplements struct {
	byName map[supplementName][]supplementPackage
}

// supplementName identifies a package as the name of a supplement does: without the
// version, and with or without the architecture.
type supplementName struct{ packageType, name, arch string }

type supplementPackage struct {
	layer int
	path  string
	*Package
}

// Add adds the packages of a supplement. Layers are added in ascending order.
func (s *Supplements) Add(layer int, path string, f *Found) {
	if s.byName == nil {
		s.byName = make(map[supplementName][]supplementPackage)
	}
	for i := range f.Packages {
		p := &f.Packages[i]
		name := supplementName{p.Type, p.Name, p.Arch}
		s.byName[name] = append(s.byName[name], supplementPackage{layer, path, p})
	}
}

// Of returns what supplements say of a package of the database at a path, as of a
// layer: for each path of a supplement its newest version in the layers up to that
// one.
func (s *Supplements) Of(p *Package, database string, layer int) []*Package {
	names := []supplementName{{p.Type, p.Name, p.Arch}, {p.Type, p.Name, ""}}
	if base := path.Base(database); base != "status" {
		// A directory with a file for each package, as of images without dpkg.
		// Supplements have the name of that file, whatever the package is called.
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
