package inventory

import (
	"context"
	"errors"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory/installed"
	"seaworthy.dev/seaworthy/internal/license"
)

// typePyPI is the purl type of Python distributions.
const typePyPI = "pypi"

// isPython reports whether a file has the core metadata of an installed distribution: of a
// wheel, of an egg, or of distutils, which writes one file.
func isPython(h *seaworthy.Header) bool {
	return (strings.HasSuffix(h.Path, ".dist-info/METADATA") ||
		strings.HasSuffix(h.Path, ".egg-info/PKG-INFO") ||
		strings.HasSuffix(h.Path, "/EGG-INFO/PKG-INFO") ||
		strings.HasSuffix(h.Path, ".egg-info")) && installed.Python(h.Path)
}

// errHeaderEnd ends the reading of a file where its description starts.
var errHeaderEnd = errors.New("end of the header")

// parsePython reads the header of core metadata 1.0 to 2.4
// (https://packaging.python.org/en/latest/specifications/core-metadata/).
func parsePython(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var name, version, licenseExpression, licenseText string
	var classifiers []string
	err := lines(ctx, f, func(line []byte) error {
		s := strings.TrimRight(string(line), "\r")
		if s == "" {
			return errHeaderEnd
		}
		key, value, _ := strings.Cut(s, ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(key) {
		case "name":
			name = value
		case "version":
			version = value
		case "license-expression":
			licenseExpression = license.Identifier(value)
		case "license":
			licenseText = license.Identifier(value)
		case "classifier":
			if l := classifiedLicense(value); l != "" && len(classifiers) < 16 {
				classifiers = append(classifiers, l)
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, errHeaderEnd) {
		return nil, err
	}
	if name == "" || version == "" {
		return nil, errors.New("it has no distribution name or no version")
	}
	p := Package{Type: typePyPI, Name: pythonName(name), Version: version}
	switch {
	case licenseExpression != "":
		p.Licenses = []string{licenseExpression}
	case licenseText != "":
		p.Licenses = []string{licenseText}
	default:
		p.Licenses = classifiers
	}
	return []Package{p}, nil
}

// pythonName normalizes a name according to PEP 503, as OSV does.
func pythonName(name string) string {
	var b strings.Builder
	inRun := false // of characters that become one hyphen
	for i := range len(name) {
		switch c := name[i]; {
		case c == '-' || c == '_' || c == '.':
			if !inRun {
				b.WriteByte('-')
			}
			inRun = true
			continue
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c | 0x20)
		default:
			b.WriteByte(c)
		}
		inRun = false
	}
	return b.String()
}

// classifiedLicense returns the license in a trove classifier, such as
// "License :: OSI Approved :: MIT License", or "".
func classifiedLicense(classifier string) string {
	rest, ok := strings.CutPrefix(classifier, "License ::")
	if !ok {
		return ""
	}
	if i := strings.LastIndex(rest, "::"); i >= 0 {
		rest = rest[i+2:]
	}
	switch rest = strings.TrimSpace(rest); rest {
	case "OSI Approved":
		return ""
	case "Apache Software License":
		return rest // the classifier does not have the version
	}
	return license.Identifier(rest)
}
