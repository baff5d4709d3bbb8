package store

import (
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// RPM packages of a module are built for one of its streams, "nodejs:20", and the
// versions of another stream, or of no module, cannot be compared with them: an
// advisory for nodejs:20 does not concern nodejs:18, whose versions are all lower.

// AnyModule stands for a module whose stream an advisory does not name.
const AnyModule = "*"

// IsModular reports by the release whether an RPM belongs to a module:
// 1:20.20.0-1.module_el9.7.0+207+84573810.
func IsModular(version string) bool {
	return strings.Contains(version, ".module_el") || strings.Contains(version, ".module+el")
}

// streamForm finds the stream in "Important: nodejs:20 security update" and
// "Important: httpd:2.4/mod_http2 security update".
var streamForm = regexp.MustCompile(`(?:^| )([A-Za-z0-9][\w.+-]*:[\w.+-]+)(?:[ /]|$)`)

// moduleOf is the stream that an advisory with such fixes and such a summary is about,
// "" if it is about none.
func moduleOf(spans []version.Span, summary string) string {
	if !slices.ContainsFunc(spans, func(s version.Span) bool { return IsModular(s.To) }) {
		return ""
	}
	if m := streamForm.FindStringSubmatch(summary); m != nil {
		return m[1]
	}
	return AnyModule
}

// Stream is the beginning "name:stream" of a modularity label,
// name:stream:version:context:arch.
func Stream(label string) string {
	parts := strings.SplitN(label, ":", 3)
	return strings.Join(parts[:min(2, len(parts))], ":")
}
