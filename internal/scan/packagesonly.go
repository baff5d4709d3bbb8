package scan

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/redact"
)

// MergedFromPackages returns an image without files, from a document such as an SBOM or a
// recorded report. The packages and gaps become those of [Merged.Packages] and
// [Merged.InventoryGaps]. The function sorts both in place, and removes layers from the
// locations of packages that the image does not have. The redactor is that of
// [Options.Redactor].
func MergedFromPackages(ctx context.Context, img *seaworthy.Image, packages []*seaworthy.Package, gaps []*seaworthy.Coverage, redactor *redact.Redactor) (*Merged, error) {
	t, err := newTree(ctx, nil)
	if err != nil {
		return nil, err
	}
	if img.Config.OS == "" {
		img.Config.OS, _, _ = strings.Cut(img.Platform, "/")
	}
	m := &Merged{image: img, redactor: redactor, recorded: true, tree: t, layers: make([]*layerResult, len(img.Layers))}
	for i := range m.layers {
		m.layers[i] = new(layerResult)
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
	m.inventory = &mergedInventory{
		merged: m,
		system: func() []*systemPackage { return nil },
		all:    func() []*seaworthy.Package { return packages },
		gaps:   func() []*seaworthy.Coverage { return gaps },
	}
	m.inventory.owners = m.inventory.findOwners
	return m, nil
}

// sortPackages sorts packages, and the locations of each, in the order of a report.
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
