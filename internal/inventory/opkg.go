package inventory

import (
	"context"

	"seaworthy.dev/seaworthy"
)

// parseOpkg reads the status file of opkg. It has the format of dpkg, except for the field
// Source, which is a directory of the build and not a package.
func parseOpkg(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	packages, err := parseDpkgStatus(ctx, f)
	for i := range packages {
		p := &packages[i]
		p.Type, p.SourceName, p.SourceVersion = "opkg", p.Name, p.Version
		p.Vendor, p.VendorUncertain = "", false
	}
	return packages, err
}

// parseOpkgFiles reads info/PACKAGE.list of opkg.
func parseOpkgFiles(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	packages, err := parseDpkgFiles(ctx, f)
	for i := range packages {
		packages[i].Type = "opkg"
	}
	return packages, err
}
