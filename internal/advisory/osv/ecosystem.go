package osv

import "strings"

// Base is the name of an ecosystem without the release: "Debian" of "Debian:12".
func Base(ecosystem string) string {
	base, _, _ := strings.Cut(ecosystem, ":")
	return base
}
