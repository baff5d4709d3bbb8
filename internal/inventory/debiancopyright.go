package inventory

import (
	"context"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// copyrights is where Debian's packages say under which licences they are.
const copyrights = "usr/share/doc/"

// parseDebianCopyright reads usr/share/doc/PACKAGE/copyright if it has the
// machine-readable form, version 1.0: paragraphs whose field License begins with
// the short name of a licence. Of a file in free form nothing is said, nor of
// what is in no order.
func parseDebianCopyright(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var licenses []string
	formatted := false
	err := paragraphs(ctx, f, map[string]bool{"format": true, "license": true}, func(p paragraph) error {
		if strings.Contains(p["format"], "copyright-format/1.0") {
			formatted = true
		}
		if formatted && p["license"] != "" {
			licenses = append(licenses, debianLicense(p["license"]))
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

// isCopyright matches the copyright file of a package.
func isCopyright(h *seaworthy.Header) bool {
	rest, ok := strings.CutPrefix(h.Path, copyrights)
	return ok && strings.Count(rest, "/") == 1
}

// debianLicense gives the SPDX expression for a short name of Debian's, or the
// name itself. Debian says "and", "or" and "GPL-2+" where SPDX has AND, OR and
// GPL-2.0-or-later, and a comma before "and" or "or" where SPDX has brackets.
func debianLicense(name string) string {
	if len(name) > maxLicenseWords {
		return name
	}
	words := strings.Fields(name)
	for i := 1; i+1 < len(words); i++ {
		before, comma := strings.CutSuffix(words[i-1], ",")
		operator := strings.ToUpper(words[i])
		if !comma || operator != "AND" && operator != "OR" {
			continue
		}
		left := debianLicense(strings.Join(append(slices.Clone(words[:i-1]), before), " "))
		return bracketed(left, operator) + " " + operator + " " + bracketed(debianLicense(strings.Join(words[i+1:], " ")), operator)
	}
	words = strings.Fields(strings.ReplaceAll(name, ",", " "))
	if len(words)%2 == 0 {
		return name
	}
	for i, w := range words {
		operator := strings.ToUpper(w)
		switch {
		case i%2 == 0:
			words[i] = debianShortName(w)
		case operator == "AND" || operator == "OR":
			words[i] = operator
		default:
			return name
		}
	}
	return strings.Join(words, " ")
}

// bracketed puts an expression in brackets if it has another operator than the one
// that follows.
func bracketed(expression, operator string) string {
	if operator == "AND" && strings.Contains(expression, " OR ") || operator == "OR" && strings.Contains(expression, " AND ") {
		return "(" + expression + ")"
	}
	return expression
}

func debianShortName(s string) string {
	switch s {
	case "Expat":
		return "MIT"
	case "BSD-2-clause", "BSD-3-clause", "BSD-4-clause":
		return strings.Replace(s, "clause", "Clause", 1)
	case "Artistic", "Artistic-1":
		return "Artistic-1.0"
	case "Artistic-2":
		return "Artistic-2.0"
	}
	for _, family := range []string{"AGPL-", "GPL-", "LGPL-", "GFDL-"} {
		version, ok := strings.CutPrefix(s, family)
		later := strings.HasSuffix(version, "+")
		version = strings.TrimSuffix(version, "+")
		if !ok || !isNumbers(version) {
			continue
		}
		if !strings.Contains(version, ".") {
			version += ".0"
		}
		if later {
			return family + version + "-or-later"
		}
		return family + version + "-only"
	}
	if version, ok := strings.CutPrefix(s, "Apache-"); ok && isNumbers(version) && !strings.Contains(version, ".") {
		return s + ".0"
	}
	return s
}
