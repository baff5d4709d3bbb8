package inventory

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory/installed"
	"seaworthy.dev/seaworthy/internal/jsonerror"
	"seaworthy.dev/seaworthy/internal/license"
)

// typeNPM is the purl type of packages of npm, yarn and pnpm.
const typeNPM = "npm"

const nodeModules = "node_modules/"

// isNPMPackage reports whether a file is the package.json of an installed package, which is
// at node_modules/NAME/package.json or node_modules/@SCOPE/NAME/package.json.
func isNPMPackage(h *seaworthy.Header) bool {
	dir, ok := strings.CutSuffix(h.Path, "/package.json")
	return ok && installed.NodeModule(dir)
}

// npmLicense is the license in a package.json: a string or, in older files, an object or a
// list of either.
type npmLicense []string

// UnmarshalJSON implements [json.Unmarshaler]. It decodes its data once: lists in lists,
// which no package manager writes, count as no license.
func (l *npmLicense) UnmarshalJSON(data []byte) error {
	var list []licenseName
	if data[0] == '[' {
		_ = json.Unmarshal(data, &list) // an unreadable license counts as none
	} else {
		list = make([]licenseName, 1)
		_ = list[0].UnmarshalJSON(data)
	}
	for _, name := range list {
		if id := license.Identifier(string(name)); id != "" {
			*l = append(*l, id)
		}
	}
	return nil
}

// licenseName is the name of one license: a JSON string, or the type in an object. Any
// other JSON value counts as "".
type licenseName string

// UnmarshalJSON implements [json.Unmarshaler].
func (n *licenseName) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '"':
		return json.Unmarshal(data, (*string)(n))
	case '{':
		var object struct{ Type lenientString }
		_ = json.Unmarshal(data, &object) // as above
		*n = licenseName(object.Type)
	}
	return nil
}

// lenientString is a JSON string. Any other JSON value counts as "".
type lenientString string

// UnmarshalJSON implements [json.Unmarshaler].
func (s *lenientString) UnmarshalJSON(data []byte) error {
	if data[0] != '"' {
		return nil
	}
	return json.Unmarshal(data, (*string)(s))
}

// parseNPMPackage reads the package.json of an installed package.
func parseNPMPackage(_ context.Context, f *seaworthy.File) ([]Package, error) {
	var p struct {
		Name     lenientString `json:"name"`
		Version  lenientString `json:"version"`
		License  npmLicense    `json:"license"`
		Licenses npmLicense    `json:"licenses"`
	}
	if err := decodeJSON(f, &p); err != nil {
		return nil, err
	}
	if p.Name == "" || p.Version == "" {
		return nil, nil // not a package; the file configures how node loads the directory
	}
	licenses := slices.Compact(append(p.License, p.Licenses...))
	return []Package{{Type: typeNPM, Name: string(p.Name), Version: string(p.Version), Licenses: licenses}}, nil
}

// decodeJSON decodes a file that is one JSON value.
func decodeJSON(f *seaworthy.File, v any) error {
	body, ok := f.Bytes()
	if !ok {
		return errTooLargeForMemory
	}
	return unmarshalJSON(body, v)
}

const errTooLargeForMemory = limitError("it is too large for memory")

// unmarshalJSON decodes one JSON value. It ignores a byte order mark.
func unmarshalJSON(body []byte, v any) error {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	return jsonerror.Explain(body, json.Unmarshal(body, v))
}
