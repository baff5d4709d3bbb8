package store

import (
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// Red Hat and its derivatives have modules: the same software in several streams, such as
// nodejs:18 and nodejs:20. An RPM of a module is built for one stream. Its version must
// not be compared with an advisory for another stream, or for the RPM outside modules: all
// versions of nodejs:18 are lower than the fix in nodejs:20, and not affected because of it.

// AnyModule is the value of [Affected].Module if the advisory is about a module, but does
// not name the stream.
const AnyModule = "*"

// IsModular reports whether the version of an RPM is one of a module. Its release says so:
// 1:20.20.0-1.module_el9.7.0+207+84573810.
func IsModular(version string) bool {
	return strings.Contains(version, ".module_el") || strings.Contains(version, ".module+el")
}

// streamForm finds the stream in "Important: nodejs:20 security update" and
// "Important: httpd:2.4/mod_http2 security update".
var streamForm = regexp.MustCompile(`(?:^| )([A-Za-z0-9][\w.+-]*:[\w.+-]+)(?:[ /]|$)`)

// moduleOf returns the stream that an advisory is about: [AnyModule] if its fixed versions
// are modular but its summary does not name the stream, and "" if it is about no module.
func moduleOf(spans []version.Span, summary string) string {
	if !slices.ContainsFunc(spans, func(s version.Span) bool { return IsModular(s.To) }) {
		return ""
	}
	if m := streamForm.FindStringSubmatch(summary); m != nil {
		return m[1]
	}
	return AnyModule
}

// Stream returns "name:stream" of a modularity label, which has the form
// name:stream:version:context:arch.
func Stream(label string) string {
	parts := strings.SplitN(label, ":", 3)
	return strings.Join(parts[:min(2, len(parts))], ":")
}
