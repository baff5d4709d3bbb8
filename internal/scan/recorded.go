package scan

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// Recorded makes an image of what was written down of one: its packages, and the
// gaps in them, as in [Merged.Packages] and [Merged.InventoryGaps]. It has layers
// and no files. Packages are sorted in place; a layer that they name and the image
// does not have is taken from them.
func Recorded(ctx context.Context, img *seaworthy.Image, packages []*seaworthy.Package, gaps []*seaworthy.Coverage) (*Merged, error) {
	t, err := newTree(ctx, nil)
	if err != nil {
		return nil, err
	}
	if img.Config.OS == "" {
		img.Config.OS, _, _ = strings.Cut(img.Platform, "/")
	}
	m := &Merged{image: img, tree: t, layers: make([]*layerReading, len(img.Layers))}
	for i := range m.layers {
		m.layers[i] = new(layerReading)
	}
	for _, p := range packages {
		for i := range p.Locations {
			if l := &p.Locations[i]; l.Layer != nil && (*l.Layer < 0 || *l.Layer >= len(img.Layers)) {
				l.Layer = nil
			}
		}
	}
	if b := img.BaseBoundary; b != nil && (*b < 0 || *b > len(img.Layers)) {
		img.BaseBoundary = nil
	}
	sortPackages(packages)
	slices.SortFunc(gaps, seaworthy.CompareCoverage)
	m.software = &software{
		merged: m,
		system: func() []*installed { return nil },
		all:    func() []*seaworthy.Package { return packages },
		gaps:   func() []*seaworthy.Coverage { return gaps },
	}
	m.software.owners = m.software.findOwners
	return m, nil
}

// sortPackages puts packages and the locations of each in the order of a report.
func sortPackages(all []*seaworthy.Package) {
	for _, p := range all {
		slices.SortFunc(p.Locations, seaworthy.CompareLocations)
	}
	slices.SortStableFunc(all, func(a, b *seaworthy.Package) int {
		return cmp.Or(
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version), cmp.Compare(a.PURL, b.PURL),
			cmp.Compare(a.OwnedBy, b.OwnedBy), cmp.Compare(a.Modularity, b.Modularity),
			slices.CompareFunc(a.Locations, b.Locations, seaworthy.CompareLocations),
		)
	})
}
