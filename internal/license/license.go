// Package license makes SPDX license expressions of what packages say of their
// licenses. In go the fields of package databases and manifests, in the words of SPDX
// or in those of Debian, Fedora, Alpine, npm, PyPI and Maven. Out come expressions as
// in SPDX 2.3, annex D, that are valid by the SPDX license list. A name that is not on
// the list becomes a LicenseRef; nothing is guessed.
package license

import (
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"
	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"
)

// Normalizer makes SPDX expressions of what packages say of their licenses. It
// remembers its results and is not safe for concurrent use. The zero value is ready.
type Normalizer struct {
	known map[string]string
}

// maxExpression is the length in bytes beyond which an expression is not parsed.
const maxExpression = 1000

const licenseRef = "LicenseRef-"

// Expressions returns an SPDX expression for each license field, in the same order
// and without duplicates. A name that is on no list becomes a LicenseRef. A field that
// says nothing, such as NOASSERTION, is ignored.
func (n *Normalizer) Expressions(fields []string) []string {
	var out []string
	for _, f := range fields {
		expression, ok := n.known[f]
		if !ok {
			expression = normalize(f)
			if n.known == nil {
				n.known = make(map[string]string)
			}
			n.known[f] = expression
		}
		if expression != "" && !slices.Contains(out, expression) {
			out = append(out, expression)
		}
	}
	return out
}

// normalize returns the SPDX expression for a license field, such as
// "GPLv2+ and (MIT or BSD)"; "" if the field says nothing.
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

// operand returns the expression for the words between two operators. Several names
// with only spaces or commas between them are joined by AND, as old packages of Alpine
// mean it, provided that each word names a license or a family of licenses.
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

// The identifiers that an expression may hold: only current ones, or also those that
// the SPDX list has deprecated, such as GPL-2.0.
const (
	current    = false
	deprecated = true
)

// validate returns the expression in the spelling of the SPDX list, if it is valid.
func validate(expression string, old bool) (string, bool) {
	if !knownWords(expression) {
		return "", false
	}
	normal, invalid := spdxexp.ValidateAndNormalizeLicensesWithOptions([]string{expression}, spdxexp.ValidateLicensesOptions{FailDeprecatedLicenses: !old})
	if len(invalid) > 0 || len(normal) != 1 {
		return "", false
	}
	return normal[0], true
}

// knownWords reports whether each word of an expression may occur in a valid one. It
// costs a small part of parsing, and most names are not SPDX identifiers.
func knownWords(expression string) bool {
	for word := range strings.FieldsFuncSeq(expression, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '.')
	}) {
		if !knownWord(word) {
			return false
		}
	}
	return true
}

// knownWord reports whether a word is on the list, or begins like an operator or a
// reference: the grammar requires no space after those.
func knownWord(word string) bool {
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

func onList(id string) bool {
	for _, has := range [...]func(string) (bool, string){spdxlicenses.IsActiveLicense, spdxlicenses.IsDeprecatedLicense, spdxlicenses.IsException} {
		if ok, _ := has(id); ok {
			return true
		}
	}
	return false
}

// reference returns the LicenseRef for a name that is on no list. It consists of
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
