package inventory

import (
	"context"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/purl"
)

// TypeBitnami is the purl type of components of Bitnami's images. Their OSV ecosystem is
// "Bitnami".
const TypeBitnami = "bitnami"

// parseBitnamiSPDX reads the SPDX document of a component of an image of Bitnami:
// /opt/bitnami/NAME/.spdx-NAME.spdx. It returns the packages that have a package URL, and
// those without one that the document is about.
func parseBitnamiSPDX(_ context.Context, f *seaworthy.File) ([]Package, error) {
	var document struct {
		Describes []lenientString `json:"documentDescribes"`
		Packages  []struct {
			ID      lenientString `json:"SPDXID"`
			Name    lenientString `json:"name"`
			Version lenientString `json:"versionInfo"`
			License lenientString `json:"licenseDeclared"`
			Refs    []struct {
				Type    lenientString `json:"referenceType"`
				Locator lenientString `json:"referenceLocator"`
			} `json:"externalRefs"`
		} `json:"packages"`
	}
	if err := decodeJSON(f, &document); err != nil {
		return nil, err
	}
	described := make(map[lenientString]bool)
	for _, id := range document.Describes {
		described[id] = true
	}
	var packages []Package
	for _, p := range document.Packages {
		out := Package{Name: string(p.Name), Version: string(p.Version)}
		if described[p.ID] {
			out.Type = TypeBitnami
		}
		for _, ref := range p.Refs {
			if ref.Type != "purl" {
				continue
			}
			if u, err := purl.Parse(string(ref.Locator)); err == nil {
				out = PackageFromURL(&u)
				break
			}
		}
		if out.Type == TypeBitnami {
			out.Arch, out.Version = "", withoutBitnamiRevision(out.Version)
		}
		if out.Type == "" || out.Name == "" || out.Version == "" || out.IsSystem() {
			continue
		}
		if p.License != "" && p.License != "NOASSERTION" && p.License != "NONE" {
			out.Licenses = []string{string(p.License)}
		}
		packages = append(packages, out)
		if err := checkPackageCount(packages); err != nil {
			return packages, err
		}
	}
	return packages, nil
}

// parseBitnamiComponents reads /opt/bitnami/.bitnami_components.json of older images.
func parseBitnamiComponents(_ context.Context, f *seaworthy.File) ([]Package, error) {
	var components map[string]struct {
		Version lenientString `json:"version"`
	}
	if err := decodeJSON(f, &components); err != nil {
		return nil, err
	}
	found := newPackageSet(TypeBitnami)
	for name, c := range components {
		found.add(name, withoutBitnamiRevision(string(c.Version)))
	}
	return found.packages()
}

// withoutBitnamiRevision removes the revision of Bitnami's build: "3.13.6-2" becomes
// "3.13.6".
func withoutBitnamiRevision(version string) string {
	i := strings.LastIndexByte(version, '-')
	if i > 0 && strings.Trim(version[i+1:], "0123456789") == "" {
		return version[:i]
	}
	return version
}
