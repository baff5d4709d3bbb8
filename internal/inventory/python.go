package inventory

import (
	"context"
	"errors"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/license"
)

// typePyPI is the purl type of Python's distributions.
const typePyPI = "pypi"

// isPython is true for the core metadata of an installed distribution: of a
// wheel, of an egg, or the one file that distutils left.
func isPython(h *seaworthy.Header) bool {
	return strings.HasSuffix(h.Path, ".dist-info/METADATA") ||
		strings.HasSuffix(h.Path, ".egg-info/PKG-INFO") ||
		strings.HasSuffix(h.Path, "/EGG-INFO/PKG-INFO") ||
		strings.HasSuffix(h.Path, ".egg-info")
}

// errHeaderEnd ends the reading of a file where its description begins.
var errHeaderEnd = errors.New("end of the header")

// parsePython reads the header of core metadata, versions 1.0 to 2.4.
func parsePython(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var name, version, expression, named string
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
			expression = license.Identifier(value)
		case "license":
			named = license.Identifier(value)
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
		return nil, errors.New("it names no distribution with a version")
	}
	p := Package{Type: typePyPI, Name: pythonName(name), Version: version}
	switch {
	case expression != "":
		p.Licenses = []string{expression}
	case named != "":
		p.Licenses = []string{named}
	default:
		p.Licenses = classifiers
	}
	return []Package{p}, nil
}

// pythonName normalises a name as PEP 503 asks, and as OSV does.
func pythonName(name string) string {
	var b strings.Builder
	run := false
	for i := range len(name) {
		switch c := name[i]; {
		case c == '-' || c == '_' || c == '.':
			if !run {
				b.WriteByte('-')
			}
			run = true
			continue
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c | 0x20)
		default:
			b.WriteByte(c)
		}
		run = false
	}
	return b.String()
}

// classifiedLicense gives the licence of a trove classifier:
// "License :: OSI Approved :: MIT License".
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
		return rest // of which version it does not say
	}
	return license.Identifier(rest)
}
