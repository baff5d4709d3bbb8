package inventory

import (
	"context"

	"seaworthy.dev/seaworthy"
)

// parseOpkg reads the status file of opkg, which has the form of dpkg's; but its
// field Source is a directory of the build and no package.
func parseOpkg(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	packages, err := parseDpkgStatus(ctx, f)
	for i := range packages {
		p := &packages[i]
		p.Type, p.SourceName, p.SourceVersion = "opkg", p.Name, p.Version
	}
	return packages, err
}

// parseOpkgFiles reads info/PACKAGE.list.
func parseOpkgFiles(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	packages, err := parseDpkgFiles(ctx, f)
	for i := range packages {
		packages[i].Type = "opkg"
	}
	return packages, err
}
