package inventory

import (
	"context"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/license"
)

// copyrights is the directory of the copyright files of Debian packages.
const copyrights = "usr/share/doc/"

// parseDebianCopyright reads usr/share/doc/PACKAGE/copyright in the machine-readable
// format, version 1.0
// (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/). It takes the short
// name of each License field. A file in another format yields no package.
func parseDebianCopyright(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var licenses []string
	formatted := false
	err := paragraphs(ctx, f, map[string]bool{"format": true, "license": true}, func(p paragraph) error {
		if strings.Contains(p["format"], "copyright-format/1.0") {
			formatted = true
		}
		if formatted && p["license"] != "" {
			licenses = append(licenses, license.DebianExpression(p["license"]))
		}
		return nil
	})
	if ctx.Err() != nil {
		return nil, err
	}
	if !formatted || len(licenses) == 0 {
		return nil, nil
	}
	slices.Sort(licenses)
	return []Package{{Type: "deb", Name: path.Base(path.Dir(f.Path)), Licenses: slices.Compact(licenses)}}, nil
}

// isCopyright reports whether a file is the copyright file of a package.
func isCopyright(h *seaworthy.Header) bool {
	rest, ok := strings.CutPrefix(h.Path, copyrights)
	return ok && strings.Count(rest, "/") == 1
}
