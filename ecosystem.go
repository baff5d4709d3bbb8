package seaworthy

import "strings"

// Ecosystem is what a package belongs to, by the name that OSV gives to it: "npm", or a
// distribution with its release, "Debian:12". Ecosystems can be compared with ==. The
// zero Ecosystem is none. In JSON it is the text of [Ecosystem.String].
type Ecosystem struct {
	Name string // "Debian", "npm"
	// Release is what follows the colon, in the notation of each distribution: "12",
	// "v3.18", "24.04:LTS", "enterprise_linux:9". Languages have none.
	Release string
}

// ParseEcosystem parses a name with or without a release. Every text is accepted, since
// ecosystems come up that this version does not know.
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

// IsZero reports whether e is no ecosystem.
func (e Ecosystem) IsZero() bool { return e == Ecosystem{} }

// MarshalText implements [encoding.TextMarshaler].
func (e Ecosystem) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (e *Ecosystem) UnmarshalText(text []byte) error {
	*e = ParseEcosystem(string(text))
	return nil
}
