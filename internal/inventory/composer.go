package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory/installed"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// typeComposer is the purl type of PHP packages. Their OSV ecosystem is "Packagist".
const typeComposer = "composer"

// composerList is the list of packages that Composer installed for an application.
const composerList = "vendor/composer/installed.json"

// isComposer reports whether a file is the list of packages that Composer installed, and
// not a file of the tests of one of them.
func isComposer(h *seaworthy.Header) bool {
	return (strings.HasSuffix(h.Path, "/composer/installed.json") || h.Path == "composer/installed.json") && installed.Composer(h.Path)
}

// composerPackage is a package in installed.json.
type composerPackage struct {
	Name    lenientString `json:"name"`
	Version lenientString `json:"version"`
	License npmLicense    `json:"license"`
}

// parseComposer reads installed.json of composer 1 and 2. Packages for development are
// included, since they are installed like the others.
func parseComposer(_ context.Context, f *seaworthy.File) ([]Package, error) {
	var raw json.RawMessage
	if err := decodeJSON(f, &raw); err != nil {
		return nil, err
	}
	var second struct {
		Packages []composerPackage `json:"packages"`
	}
	list := &second.Packages
	var err error
	if len(raw) > 0 && raw[0] == '[' {
		err = json.Unmarshal(raw, list)
	} else {
		err = json.Unmarshal(raw, &second)
	}
	if err != nil {
		return nil, fmt.Errorf("it is not in the format of composer: %w", jsonerror.Explain(nil, err))
	}
	found := newPackageSet(typeComposer)
	for _, p := range *list {
		found.add(strings.ToLower(string(p.Name)), string(p.Version), p.License...)
	}
	return found.packages()
}

// Original returns the path of the file from which composer made the list in PHP, which has
// the same packages. It returns false for any other file.
func (f *PackageFile) Original(path string) (string, bool) {
	base, ok := strings.CutSuffix(path, ".php")
	return base + ".json", ok && f.Format == formatComposerPHP
}
