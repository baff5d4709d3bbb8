package inventory

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory/installed"
	"seaworthy.dev/seaworthy/internal/license"
)

// typeGem is the purl type of Ruby gems. Their OSV ecosystem is "RubyGems".
const typeGem = "gem"

// isGem reports whether a file is the specification of an installed gem, or of one that is
// part of Ruby. A .gemspec in the sources of a gem is not.
func isGem(h *seaworthy.Header) bool {
	dir := h.Path[:max(strings.LastIndexByte(h.Path, '/'), 0)]
	return (strings.HasSuffix(dir, "specifications") || strings.HasSuffix(dir, "specifications/default")) && installed.Gem(dir)
}

var (
	gemAssignment = regexp.MustCompile(`^\s*\w+\.(name|version|licenses?)\s*=\s*(.*)`)
	rubyString    = regexp.MustCompile(`"([^"\\#]*)"|'([^'\\]*)'|%q<([^<>\\]*)>`)
)

// parseGem reads the specification that RubyGems writes when it installs a gem. It is a
// Ruby program, which is not run: parseGem reads the stub comment or, if there is none,
// assignments of literals.
func parseGem(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	p := Package{Type: typeGem}
	err := lines(ctx, f, func(line []byte) error {
		s := string(line)
		if stub, ok := strings.CutPrefix(s, "# stub: "); ok && p.Name == "" {
			if words := strings.Fields(stub); len(words) >= 2 && isDigit(words[1][0]) {
				p.Name, p.Version = words[0], words[1]
			}
			return nil
		}
		m := gemAssignment.FindStringSubmatch(s)
		if m == nil {
			return nil
		}
		values := rubyStrings(m[2])
		switch {
		case len(values) == 0:
		case m[1] == "name" && p.Name == "":
			p.Name = values[0]
		case m[1] == "version" && p.Version == "":
			p.Version = values[0]
		case strings.HasPrefix(m[1], "license") && len(p.Licenses) == 0:
			for _, v := range values {
				if v = license.Identifier(v); v != "" {
					p.Licenses = append(p.Licenses, v)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if p.Name == "" || p.Version == "" {
		return nil, errors.New("it has no gem name and version that can be read without running it")
	}
	return []Package{p}, nil
}

// rubyStrings returns the string literals in a Ruby expression that have no escapes and no
// interpolation.
func rubyStrings(expression string) []string {
	var values []string
	for _, m := range rubyString.FindAllStringSubmatch(expression, 16) {
		values = append(values, m[1]+m[2]+m[3])
	}
	return values
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
