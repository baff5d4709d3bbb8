package inventory

import (
	"context"
	"encoding/json"
	"strings"

	"seaworthy.dev/seaworthy"
)

// typeNuGet is the purl type of .NET packages.
const typeNuGet = "nuget"

// isDotNet reports whether a file lists the dependencies of a .NET program.
func isDotNet(h *seaworthy.Header) bool { return strings.HasSuffix(h.Path, ".deps.json") }

// parseDotNet reads the file .deps.json of a .NET program or framework. It skips packages
// without files in the program: the framework has newer assemblies of the same names.
func parseDotNet(_ context.Context, f *seaworthy.File) ([]Package, error) {
	body, ok := f.Bytes()
	if !ok {
		return nil, errTooLargeForMemory
	}
	return parseDotNetDeps(body)
}

// parseDotNetDeps reads the content of a file .deps.json.
func parseDotNetDeps(body []byte) ([]Package, error) {
	var deps struct {
		RuntimeTarget struct {
			Name lenientString `json:"name"`
		} `json:"runtimeTarget"`
		Targets map[string]map[string]struct {
			Runtime        map[string]json.RawMessage `json:"runtime"`
			Native         map[string]json.RawMessage `json:"native"`
			RuntimeTargets map[string]json.RawMessage `json:"runtimeTargets"`
		} `json:"targets"`
		Libraries map[string]struct {
			Type lenientString `json:"type"`
		} `json:"libraries"`
	}
	if err := unmarshalJSON(body, &deps); err != nil {
		return nil, err
	}
	target, ok := deps.Targets[string(deps.RuntimeTarget.Name)]
	found := newPackageSet(typeNuGet)
	for key, library := range deps.Libraries {
		name, version, _ := strings.Cut(key, "/")
		switch library.Type {
		case "package":
		case "runtimepack":
			name = strings.TrimPrefix(name, "runtimepack.")
		default:
			continue // project, reference: parts of the program
		}
		if t := target[key]; ok && len(t.Runtime)+len(t.Native)+len(t.RuntimeTargets) == 0 {
			continue
		}
		found.add(name, version)
	}
	return found.packages()
}
