package advisory

import (
	"regexp"
	"slices"
	"strings"
)

// RPM packages of a module are built for one of its streams, "nodejs:20", and the
// versions of another stream, or of no module, cannot be compared with them: an
// advisory for nodejs:20 does not concern nodejs:18, whose versions are all lower.

// anyModule stands for a module whose stream an advisory does not tell.
const anyModule = "*"

// modular tells by the release whether an RPM belongs to a module:
// 1:20.20.0-1.module_el9.7.0+207+84573810.
func modular(version string) bool {
	return strings.Contains(version, ".module_el") || strings.Contains(version, ".module+el")
}

// streamForm finds the stream in "Important: nodejs:20 security update" and
// "Important: httpd:2.4/mod_http2 security update".
var streamForm = regexp.MustCompile(`(?:^| )([A-Za-z0-9][\w.+-]*:[\w.+-]+)(?:[ /]|$)`)

// moduleOf tells of which stream an advisory with such fixes and such a summary
// speaks: "" if of none.
func moduleOf(spans []span, summary string) string {
	if !slices.ContainsFunc(spans, func(s span) bool { return modular(s.to) }) {
		return ""
	}
	if m := streamForm.FindStringSubmatch(summary); m != nil {
		return m[1]
	}
	return anyModule
}

// stream is the beginning of a modularity label, name:stream:version:context:arch.
func stream(label string) string {
	parts := strings.SplitN(label, ":", 3)
	return strings.Join(parts[:min(2, len(parts))], ":")
}

// sameModule tells whether an advisory about a module, or about none, may concern
// the package. Only the versions in an advisory tell whether it is about one; a
// statement tells it always.
func (a *assay) sameModule(f *affects) bool {
	told := f.cve != 0 || slices.ContainsFunc(f.spans, func(s span) bool { return s.to != "" })
	switch {
	case a.order.like != "Red Hat":
		return true
	case Base(a.ecosystem) == "Oracle Linux" && slices.ContainsFunc(f.spans, func(s span) bool { return s.to != "" && oracleBuild(s.to) != oracleBuild(a.text) }):
		return false
	case f.module != "":
		return a.modular && (f.module == anyModule || a.stream == "" || f.module == a.stream)
	default:
		return !told || !a.modular
	}
}

// oracleBuild tells the packages apart that Oracle builds beside the ordinary ones,
// with fixes and versions of their own: for Ksplice, and certified ones.
func oracleBuild(version string) string {
	for _, mark := range []string{".ksplice", "_fips"} {
		if strings.Contains(version, mark) {
			return mark
		}
	}
	return ""
}
