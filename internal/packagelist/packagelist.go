// Package packagelist reads the files in which package managers of languages, and software that
// is installed by hand, say what is installed, and lock files, which say what would be.
//
// The input is the content of one file. The output is its packages, as purl type, name and
// version. Nothing is run: of files that are programs in a language, such as PHP or Erlang,
// only literals are read. A file in another format has no packages and no error. Work and
// memory are linear in the length of the file.
package packagelist

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// Package is a package as a file names it.
type Package struct {
	// Type is the purl type: "composer", "conda".
	Type string
	// Name is the name that OSV uses for packages of the type.
	Name    string
	Version string
	// Licenses are as the file has them, in free text.
	Licenses []string
}

// Parser reads the content of a file. The path is that of the file, for formats that have
// names in it.
type Parser func(path string, body []byte) ([]Package, error)

// The purl types.
const (
	typeBitnami      = "bitnami"
	typeBioconductor = "bioconductor"
	typeBrew         = "brew"
	typeCargo        = "cargo"
	typeComposer     = "composer"
	typeConan        = "conan"
	typeConda        = "conda"
	typeCPAN         = "cpan"
	typeCRAN         = "cran"
	typeGem          = "gem"
	typeGeneric      = "generic"
	typeHackage      = "hackage"
	typeHex          = "hex"
	typeJulia        = "julia"
	typeLuaRocks     = "luarocks"
	typeMaven        = "maven"
	typeNPM          = "npm"
	typeNuGet        = "nuget"
	typeOTP          = "otp"
	typePEAR         = "pear"
	typePub          = "pub"
	typePyPI         = "pypi"
	typeSwift        = "swift"
	typeWordPress    = "wordpress-plugin"
	typeTheme        = "wordpress-theme"
)

// unmarshal decodes one JSON value. It ignores a byte order mark.
func unmarshal(body []byte, v any) error {
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), v); err != nil {
		return fmt.Errorf("it is not the expected JSON: %w", jsonerror.Explain(body, err))
	}
	return nil
}

// text is a JSON string. Any other JSON value counts as "".
type text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*t = text(s)
	}
	return nil
}

// lenientMap is a JSON object. Any other JSON value counts as an empty one, as in PHP, which
// writes empty objects as lists.
type lenientMap[V any] map[string]V

// UnmarshalJSON implements [json.Unmarshaler].
func (m *lenientMap[V]) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '{' {
		return nil
	}
	return json.Unmarshal(data, (*map[string]V)(m))
}

// maxMatches is the maximum number of packages that a regular expression finds in a file.
const maxMatches = 100_000

// matches returns the places of an expression in a text, and an error if there are more than
// maxMatches.
func matches(e *regexp.Regexp, body []byte) ([][]int, error) {
	found := e.FindAllSubmatchIndex(body, maxMatches+1)
	if len(found) > maxMatches {
		return found[:maxMatches], fmt.Errorf("it names more than %d packages; only these were read", maxMatches)
	}
	return found, nil
}

// directories returns the names of the directories above a file, the innermost first.
func directories(path string) []string {
	parts := strings.Split(path, "/")
	var names []string
	for i := len(parts) - 2; i >= 0; i-- {
		names = append(names, parts[i])
	}
	return names
}

// isVersion reports whether a text is a plausible version: it starts with a digit, or with
// "v" and a digit, and has no spaces.
func isVersion(s string) bool {
	s = strings.TrimPrefix(s, "v")
	return s != "" && '0' <= s[0] && s[0] <= '9' && len(s) <= 128 && !strings.ContainsAny(s, " \t\r\n")
}
