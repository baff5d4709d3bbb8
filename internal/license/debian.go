package license

import (
	"slices"
	"strconv"
	"strings"
)

// DebianExpression returns the SPDX expression for the field License of a Debian copyright
// file. It returns a field that does not consist of short names and operators unchanged.
// Debian writes "and", "or" and "GPL-2+" for AND, OR and GPL-2.0-or-later, and a comma
// before "and" or "or" instead of parentheses.
func DebianExpression(name string) string {
	if len(name) > maxExpression {
		return name
	}
	words := strings.Fields(name)
	for i := 1; i+1 < len(words); i++ {
		before, comma := strings.CutSuffix(words[i-1], ",")
		operator := strings.ToUpper(words[i])
		if !comma || operator != "AND" && operator != "OR" {
			continue
		}
		left := DebianExpression(strings.Join(append(slices.Clone(words[:i-1]), before), " "))
		return group(left, operator) + " " + operator + " " + group(DebianExpression(strings.Join(words[i+1:], " ")), operator)
	}
	words = strings.Fields(strings.ReplaceAll(name, ",", " "))
	if len(words)%2 == 0 {
		return name
	}
	for i, w := range words {
		operator := strings.ToUpper(w)
		switch {
		case i%2 == 0:
			words[i] = debianIdentifier(w)
		case operator == "AND" || operator == "OR":
			words[i] = operator
		default:
			return name
		}
	}
	return strings.Join(words, " ")
}

// group puts an expression in parentheses if its operator differs from the following one.
func group(expression, operator string) string {
	if operator == "AND" && strings.Contains(expression, " OR ") || operator == "OR" && strings.Contains(expression, " AND ") {
		return "(" + expression + ")"
	}
	return expression
}

// debianIdentifier returns the SPDX identifier for a short name of a license. It returns an
// unknown name unchanged.
func debianIdentifier(s string) string {
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
		if !ok || !isVersion(version) {
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
	if version, ok := strings.CutPrefix(s, "Apache-"); ok && isVersion(version) && !strings.Contains(version, ".") {
		return s + ".0"
	}
	return s
}

// isVersion reports whether s consists of numbers with dots between them.
func isVersion(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if _, err := strconv.ParseUint(part, 10, 32); err != nil {
			return false
		}
	}
	return true
}
