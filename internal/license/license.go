// Package license converts the licenses of packages to SPDX license expressions.
//
// The input are license fields of package databases and manifests: SPDX expressions, or the
// names that Debian, Fedora, Alpine, npm, PyPI and Maven use. The output are expressions
// according to SPDX 2.3, annex D, with identifiers of the SPDX license list. A name that is
// not on the list becomes a LicenseRef. Ambiguous names are not resolved.
package license

import (
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"
	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"
)

// Normalizer converts license fields to SPDX expressions. It caches its results and is not
// safe for concurrent use. The zero value is ready to use.
type Normalizer struct {
	known  map[string]string
	parsed int // the length of all fields in known, in bytes
}

// maxParsed is the maximum length of all fields that a Normalizer parses, in bytes. It takes
// up to 8 µs for a byte. The fields of a large image have 100 KB.
const maxParsed = 256 << 10

// maxExpression is the maximum length of a parsed expression, in bytes.
const maxExpression = 1000

// licenseRef is the prefix of a reference to a license that is not on the SPDX list.
const licenseRef = "LicenseRef-"

// Expressions returns an SPDX expression for each license field, in the same order
// and without duplicates. A name that is not on the SPDX list becomes a LicenseRef. A field
// without information, such as NOASSERTION, is ignored. After the first maxParsed bytes a
// field becomes a LicenseRef.
func (n *Normalizer) Expressions(fields []string) []string {
	var out []string
	var seen map[string]bool // instead of a search in out if there are many
	if len(fields) > 16 {
		seen = make(map[string]bool)
	}
	for _, f := range fields {
		expression := n.expression(f)
		if expression == "" || seen[expression] || seen == nil && slices.Contains(out, expression) {
			continue
		}
		out = append(out, expression)
		if seen != nil {
			seen[expression] = true
		}
	}
	return out
}

func (n *Normalizer) expression(field string) string {
	if expression, ok := n.known[field]; ok {
		return expression
	}
	if n.parsed += min(len(field), maxExpression) + 1; n.parsed > maxParsed {
		return reference(field)
	}
	if n.known == nil {
		n.known = make(map[string]string)
	}
	expression := normalize(field)
	n.known[field] = expression
	return expression
}

// normalize returns the SPDX expression for a license field, such as
// "GPLv2+ and (MIT or BSD)". It returns "" for a field without information.
func normalize(words string) string {
	words = strings.Join(strings.Fields(words), " ")
	switch strings.ToUpper(words) {
	case "", "NOASSERTION", "NONE", "UNKNOWN", "N/A":
		return ""
	}
	if len(words) > maxExpression {
		return reference(words)
	}
	if e, ok := validate(words, current); ok {
		return e
	}
	if e, ok := validate(identify(words), current); ok {
		return e
	}
	var b strings.Builder
	var name []string
	flush := func() {
		if len(name) > 0 {
			b.WriteString(operand(name))
			name = nil
		}
	}
	for _, token := range tokenize(words) {
		switch upper := strings.ToUpper(token); upper {
		case "AND", "OR", "&", "&&", "|", "||", ";":
			flush()
			operator := " AND "
			if upper == "OR" || upper[0] == '|' {
				operator = " OR "
			}
			b.WriteString(operator)
		case "(", ")":
			flush()
			b.WriteString(token)
		default:
			name = append(name, token)
		}
	}
	flush()
	if e, ok := validate(b.String(), current); ok {
		return e
	}
	if e, ok := validate(words, deprecated); ok {
		return e
	}
	return reference(words)
}

// tokenize splits a field at spaces, parentheses, semicolons, and slashes between
// names.
func tokenize(words string) []string {
	words = strings.NewReplacer("(", " ( ", ")", " ) ", ";", " ; ").Replace(words)
	if !strings.Contains(words, "://") {
		words = strings.ReplaceAll(words, "/", " or ")
	}
	return strings.Fields(words)
}

// operand returns the expression for the words between two operators. If each word names a
// license or a family of licenses, they are joined by AND, as old packages of Alpine mean
// it. Otherwise all words are one name.
func operand(words []string) string {
	whole := strings.TrimSuffix(strings.Join(words, " "), ",")
	if e, ok := validate(identify(whole), current); ok {
		return parenthesize(e)
	}
	if len(words) == 1 || slices.Contains(words, "WITH") {
		if e, ok := validate(whole, deprecated); ok {
			return e
		}
	}
	var each []string
	for _, w := range words {
		w = strings.TrimSuffix(w, ",")
		e, ok := validate(identify(w), current)
		switch {
		case ok:
		case strings.EqualFold(w, "BSD") || strings.EqualFold(w, "GPL") || strings.EqualFold(w, "LGPL") || strings.EqualFold(w, "Apache"):
			e = reference(w)
		default:
			return reference(whole)
		}
		each = append(each, parenthesize(e))
	}
	return parenthesize(strings.Join(each, " AND "))
}

// parenthesize puts an expression with operators in parentheses.
func parenthesize(expression string) string {
	if strings.Contains(expression, " AND ") || strings.Contains(expression, " OR ") {
		return "(" + expression + ")"
	}
	return expression
}

// identify returns the SPDX identifier for one name of a license, or the name if it
// is unknown.
func identify(name string) string {
	if id := Identifier(name); id != name {
		return id
	}
	if id, ok := distributionNames[strings.ToLower(name)]; ok {
		return id
	}
	if license, exception, ok := strings.Cut(name, "-with-"); ok {
		for _, e := range []string{exception, strings.TrimSuffix(exception, "-exception")} {
			if id, ok := validate(debianIdentifier(license)+" WITH "+e, current); ok {
				return id
			}
		}
	}
	return DebianExpression(name)
}

// The identifiers that are valid in an expression: only current ones, or also those that
// the SPDX list has deprecated, such as GPL-2.0.
const (
	current    = false
	deprecated = true
)

// validate returns a valid expression in the spelling of the SPDX list. It returns false for
// an invalid one.
func validate(expression string, old bool) (string, bool) {
	if !hasKnownWords(expression) {
		return "", false
	}
	normal, invalid := spdxexp.ValidateAndNormalizeLicensesWithOptions([]string{expression}, spdxexp.ValidateLicensesOptions{FailDeprecatedLicenses: !old})
	if len(invalid) > 0 || len(normal) != 1 {
		return "", false
	}
	return normal[0], true
}

// hasKnownWords reports whether each word of an expression may be part of a valid one. It
// saves parsing the expression, which takes much longer, for most names.
func hasKnownWords(expression string) bool {
	for word := range strings.FieldsFuncSeq(expression, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '.')
	}) {
		if !isKnownWord(word) {
			return false
		}
	}
	return true
}

// isKnownWord reports whether a word is on the list, or starts with an operator or the
// prefix of a reference, after which the grammar requires no space.
func isKnownWord(word string) bool {
	for _, start := range [...]string{"AND", "OR", "WITH", licenseRef, "DocumentRef-"} {
		if strings.HasPrefix(word, start) {
			return true
		}
	}
	if onList(word) {
		return true
	}
	base, only := strings.CutSuffix(word, "-only")
	if only {
		return onList(base)
	}
	base, later := strings.CutSuffix(word, "-or-later")
	return later && onList(base) || onList(word+"-or-later")
}

// onList reports whether the SPDX list has the identifier of a license or exception.
func onList(id string) bool {
	for _, has := range [...]func(string) (bool, string){spdxlicenses.IsActiveLicense, spdxlicenses.IsDeprecatedLicense, spdxlicenses.IsException} {
		if ok, _ := has(id); ok {
			return true
		}
	}
	return false
}

// reference returns the LicenseRef for a name that is not on the SPDX list. It consists of
// letters, digits, dots and hyphens.
func reference(name string) string {
	b := []byte(strings.TrimPrefix(name, licenseRef))
	b = b[:min(len(b), maxName)]
	for i, c := range b {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.') {
			b[i] = '-'
		}
	}
	parts := strings.FieldsFunc(string(b), func(r rune) bool { return r == '-' })
	if len(parts) == 0 {
		return licenseRef + "unnamed"
	}
	return licenseRef + strings.Join(parts, "-")
}
