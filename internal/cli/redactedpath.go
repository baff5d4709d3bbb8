package cli

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/scan"
	"seaworthy.dev/seaworthy/internal/visible"
)

// unredactedPath returns the path in an image that is shown as name. Ls and reports replace
// a credential in a path by [seaworthy.RedactionMark], and users copy such a path. A path
// without a mark is returned unchanged, and so is one that no path is shown as. Several
// paths that are shown as the same name are an error.
func unredactedPath(m *scan.Merged, name string, redactor *redact.Redactor) (string, error) {
	before, _, marked := strings.Cut(name, seaworthy.RedactionMark)
	if !marked {
		return name, nil
	}
	after := name[strings.LastIndex(name, seaworthy.RedactionMark)+len(seaworthy.RedactionMark):]
	depth := strings.Count(name, "/")
	found := make(map[string]bool)
	for layer := range m.Image().Layers {
		for e := range layerChanges(m, layer) {
			if e.removes != "" || !strings.HasPrefix(e.Path, before) {
				continue
			}
			p := ancestor(e.Path, depth)
			if p == name {
				return name, nil
			}
			if !found[p] && strings.HasSuffix(p, after) && redactor.Tokens(p) == name {
				found[p] = true
			}
		}
	}
	if len(found) > 1 {
		return "", &hintedError{
			fmt.Sprintf("%d paths are shown as %s", len(found), visible.Path(name)),
			"extract the directory " + visible.Path(path.Dir(before+"x")) + " with --output",
		}
	}
	for p := range found {
		name = p
	}
	return name, nil
}

// ancestor returns the beginning of a path with a number of slashes in it. A layer need not
// have an entry for the directory.
func ancestor(p string, slashes int) string {
	for i := range len(p) {
		if p[i] == '/' {
			if slashes--; slashes < 0 {
				return p[:i]
			}
		}
	}
	return p
}
