package seaworthy

import "strings"

// Ecosystem is an ecosystem of packages as OSV names it: a package registry such as "npm",
// or a distribution with its release, such as "Debian:12". Ecosystems can be compared with
// ==. The zero value means that the ecosystem is not known. In JSON an Ecosystem is the
// text of [Ecosystem.String].
type Ecosystem struct {
	Name string // "Debian", "npm"
	// Release is the part after the first colon, as the distribution writes it: "12",
	// "v3.18", "24.04:LTS", "enterprise_linux:9". It is empty for a package registry.
	Release string
}

// ParseEcosystem parses "name" or "name:release". It accepts every text, because there may
// be ecosystems that this version does not know.
func ParseEcosystem(text string) Ecosystem {
	name, release, _ := strings.Cut(text, ":")
	return Ecosystem{name, release}
}

// String returns the name with the release, if there is one.
func (e Ecosystem) String() string {
	if e.Release == "" {
		return e.Name
	}
	return e.Name + ":" + e.Release
}

// IsZero reports whether the ecosystem is not known.
func (e Ecosystem) IsZero() bool { return e == Ecosystem{} }

// MarshalText implements [encoding.TextMarshaler].
func (e Ecosystem) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (e *Ecosystem) UnmarshalText(text []byte) error {
	*e = ParseEcosystem(string(text))
	return nil
}
