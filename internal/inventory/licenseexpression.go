package inventory

import (
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"
	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"
)

// LicenseWords makes SPDX expressions of what packages say of their licences. It
// remembers what it has made, and is not for use by several at a time. The zero
// value is ready.
type LicenseWords struct {
	known map[string]string
}

// maxLicenseWords is the length in bytes beyond which what a package says of its
// licence is not taken apart.
const maxLicenseWords = 1000

const licenseRef = "LicenseRef-"

// Expressions gives an SPDX expression for each of what a package calls its
// licences. A name that is on no list becomes a LicenseRef of its own; what says
// nothing, such as NOASSERTION, is left out. The order stays.
func (l *LicenseWords) Expressions(words []string) []string {
	var out []string
	for _, w := range words {
		expression, ok := l.known[w]
		if !ok {
			expression = licenseExpression(w)
			if l.known == nil {
				l.known = make(map[string]string)
			}
			l.known[w] = expression
		}
		if expression != "" && !slices.Contains(out, expression) {
			out = append(out, expression)
		}
	}
	return out
}

// licenseExpression takes apart what a package says, in the words of SPDX or in
// those that packagers used before: "GPLv2+ and (MIT or BSD)".
func licenseExpression(words string) string {
	words = strings.Join(strings.Fields(words), " ")
	switch strings.ToUpper(words) {
	case "", "NOASSERTION", "NONE", "UNKNOWN", "N/A":
		return ""
	}
	if len(words) > maxLicenseWords {
		return licenseRefOf(words)
	}
	if e, ok := validLicense(words, current); ok {
		return e
	}
	if e, ok := validLicense(licenseName(words), current); ok {
		return e
	}
	var b strings.Builder
	var name []string
	flush := func() {
		if len(name) > 0 {
			b.WriteString(oneLicense(name))
			name = nil
		}
	}
	for _, token := range licenseTokens(words) {
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
	if e, ok := validLicense(b.String(), current); ok {
		return e
	}
	if e, ok := validLicense(words, deprecated); ok {
		return e
	}
	return licenseRefOf(words)
}

// licenseTokens splits at spaces, brackets, and slashes between names.
func licenseTokens(words string) []string {
	words = strings.NewReplacer("(", " ( ", ")", " ) ", ";", " ; ").Replace(words)
	if !strings.Contains(words, "://") {
		words = strings.ReplaceAll(words, "/", " or ")
	}
	return strings.Fields(words)
}

// oneLicense gives the expression for the words between two operators. Several
// names with nothing but spaces between them all hold, as in old packages of
// Alpine; a comma does the same. Such are words of which each names a licence, if
// perhaps one of several.
func oneLicense(words []string) string {
	whole := strings.TrimSuffix(strings.Join(words, " "), ",")
	if e, ok := validLicense(licenseName(whole), current); ok {
		return parenthesised(e)
	}
	if len(words) == 1 || slices.Contains(words, "WITH") {
		if e, ok := validLicense(whole, deprecated); ok {
			return e
		}
	}
	var each []string
	for _, w := range words {
		w = strings.TrimSuffix(w, ",")
		e, ok := validLicense(licenseName(w), current)
		switch {
		case ok:
		case strings.EqualFold(w, "BSD") || strings.EqualFold(w, "GPL") || strings.EqualFold(w, "LGPL") || strings.EqualFold(w, "Apache"):
			e = licenseRefOf(w)
		default:
			return licenseRefOf(whole)
		}
		each = append(each, parenthesised(e))
	}
	return parenthesised(strings.Join(each, " AND "))
}

func parenthesised(expression string) string {
	if strings.Contains(expression, " AND ") || strings.Contains(expression, " OR ") {
		return "(" + expression + ")"
	}
	return expression
}

// licenseName gives the identifier for one name of a licence, as far as it is
// known, else the name.
func licenseName(name string) string {
	if id := licenseOf(name); id != name {
		return id
	}
	if id, ok := packagersLicenses[strings.ToLower(name)]; ok {
		return id
	}
	if license, exception, ok := strings.Cut(name, "-with-"); ok {
		for _, e := range []string{exception, strings.TrimSuffix(exception, "-exception")} {
			if id, ok := validLicense(debianShortName(license)+" WITH "+e, current); ok {
				return id
			}
		}
	}
	return debianLicense(name)
}

// What an expression may hold: identifiers of today alone, or those too that the
// list has deprecated, such as GPL-2.0.
const (
	current    = false
	deprecated = true
)

// validLicense gives the expression in the spelling of the list, if it is one.
func validLicense(expression string, old bool) (string, bool) {
	if !knownWords(expression) {
		return "", false
	}
	normal, invalid := spdxexp.ValidateAndNormalizeLicensesWithOptions([]string{expression}, spdxexp.ValidateLicensesOptions{FailDeprecatedLicenses: !old})
	if len(invalid) > 0 || len(normal) != 1 {
		return "", false
	}
	return normal[0], true
}

// knownWords tells whether each word of an expression may stand in one. An unknown
// word is seen here in a small part of the time that taking it apart takes, and most
// names are none of SPDX.
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

// knownWord tells whether a word is of a list, or starts as an operator or a
// reference does: the grammar asks for no space behind those.
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

// licenseRefOf makes an identifier of a name that is on no list: of letters,
// digits, dots and hyphens.
func licenseRefOf(name string) string {
	b := []byte(strings.TrimPrefix(name, licenseRef))
	b = b[:min(len(b), maxLicense)]
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

// packagersLicenses are the short names of Fedora, Alpine and others before they
// took those of SPDX, where they mean one licence and no other.
var packagersLicenses = map[string]string{
	"gpl2": "GPL-2.0-only", "gpl2+": "GPL-2.0-or-later", "gpl3": "GPL-3.0-only", "gpl3+": "GPL-3.0-or-later",
	"gplv1+": "GPL-1.0-or-later", "gpl+": "GPL-1.0-or-later", "gpl-1+": "GPL-1.0-or-later",
	"lgplv2": "LGPL-2.0-only", "lgplv2.1": "LGPL-2.1-only", "lgpl2.1": "LGPL-2.1-only", "lgpl2.1+": "LGPL-2.1-or-later",
	"lgpl2": "LGPL-2.0-only", "lgpl2+": "LGPL-2.0-or-later", "lgpl3": "LGPL-3.0-only", "lgpl3+": "LGPL-3.0-or-later",
	"agplv3": "AGPL-3.0-only", "agplv3+": "AGPL-3.0-or-later",
	"apache2": "Apache-2.0", "apache2.0": "Apache-2.0", "apache-2.0 license": "Apache-2.0", "asl 1.1": "Apache-1.1",
	"mplv1.1": "MPL-1.1", "mplv2.0": "MPL-2.0", "bsd-3": "BSD-3-Clause", "bsd-2": "BSD-2-Clause", "bsd3": "BSD-3-Clause", "bsd2": "BSD-2-Clause",
	"boost": "BSL-1.0", "wtfpl license": "WTFPL", "cc0": "CC0-1.0", "cc0 1.0": "CC0-1.0", "isc-license": "ISC",
	"openldap": "OLDAP-2.8", "artistic 2.0": "Artistic-2.0", "artistic2": "Artistic-2.0", "epl 2.0": "EPL-2.0", "eplv2.0": "EPL-2.0", "epl 1.0": "EPL-1.0",
}
