package inventory

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/license"
)

// typeNPM is the purl type of the packages of npm, yarn and pnpm.
const typeNPM = "npm"

const nodeModules = "node_modules/"

// isNPMPackage is true for the package.json of an installed package: directly in
// its directory under node_modules, with or without a scope.
func isNPMPackage(h *seaworthy.Header) bool {
	dir, ok := strings.CutSuffix(h.Path, "/package.json")
	if !ok {
		return false
	}
	i := strings.LastIndex(dir, nodeModules)
	if i < 0 || i > 0 && dir[i-1] != '/' {
		return false
	}
	name := dir[i+len(nodeModules):]
	slashes := strings.Count(name, "/")
	return slashes == 0 && name != "" && name[0] != '.' || slashes == 1 && name[0] == '@'
}

// npmLicense is a licence as package.json has had it over the years: a string,
// an object, or a list of either.
type npmLicense []string

func (l *npmLicense) UnmarshalJSON(data []byte) error {
	var one struct{ Type string }
	var many []npmLicense
	var name string
	switch {
	case json.Unmarshal(data, &name) == nil:
	case json.Unmarshal(data, &one) == nil:
		name = one.Type
	case json.Unmarshal(data, &many) == nil:
		for _, m := range many {
			*l = append(*l, m...)
		}
	}
	if name = license.Identifier(name); name != "" {
		*l = append(*l, name)
	}
	return nil // an unreadable license counts as none
}

// loose is a string where a file may have anything else instead.
type loose string

func (s *loose) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*s = loose(text)
	}
	return nil
}

// parseNPMPackage reads the package.json of an installed package.
func parseNPMPackage(_ context.Context, f *seaworthy.File) ([]Package, error) {
	var p struct {
		Name     loose      `json:"name"`
		Version  loose      `json:"version"`
		License  npmLicense `json:"license"`
		Licenses npmLicense `json:"licenses"`
	}
	if err := decodeJSON(f, &p); err != nil {
		return nil, err
	}
	if p.Name == "" || p.Version == "" {
		return nil, nil // only configures how node loads a directory
	}
	licenses := slices.Compact(append(p.License, p.Licenses...))
	return []Package{{Type: typeNPM, Name: string(p.Name), Version: string(p.Version), Licenses: licenses}}, nil
}

// decodeJSON decodes a file that is one JSON value, with or without a byte order
// mark.
func decodeJSON(f *seaworthy.File, v any) error {
	body, ok := f.Bytes()
	if !ok {
		return limitErrorf("it is too large to be read at once")
	}
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), v); err != nil {
		return fmt.Errorf("it is not the expected JSON: %w", err)
	}
	return nil
}
