package advisory

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/osv-scalibr/semantic"
)

// maxVersion is how long a version may be. The longest real ones, of Go's
// pseudo-versions and of kernels, come to a quarter of it.
const maxVersion = 256

// ErrNotComparable is what a version ends in that has no place in the order of its
// ecosystem.
var ErrNotComparable = errors.New("version cannot be compared")

// order is how the versions of an ecosystem are ordered.
type order struct {
	of string // the ecosystem, if its order is not known
	// like is an ecosystem that has the same order and is known to the library.
	like string
	// valid tells a version from what only stands in its place. The library
	// would order both.
	valid *regexp.Regexp // nil if the order is not known
}

// The forms of versions. They are as lenient as the tools that install packages.
var (
	debianForm = regexp.MustCompile(`^([0-9]+:)?[A-Za-z0-9.+~:_-]+$`)
	rpmForm    = regexp.MustCompile(`^([0-9]+:)?[!-~]*[A-Za-z0-9][!-~]*$`)
	apkForm    = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*\.?[a-z]?(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*(~[0-9a-f]+)?(-r[0-9]+)?$`)
	// numberForm is for versions that begin with a number. Words such as
	// "(devel)" and "dev-main" have no place in the order.
	numberForm = regexp.MustCompile(`^[vV]?[0-9][!-~]*$`)
	anyForm    = regexp.MustCompile(`^[!-~]+$`)
)

var orders = func() map[string]order {
	m := make(map[string]order)
	for _, o := range []struct {
		order
		ecosystems string
	}{
		{order{like: "Debian", valid: debianForm}, "Debian,Ubuntu,Echo"},
		{order{like: "Red Hat", valid: rpmForm}, "AlmaLinux,Amazon Linux,Azure Linux,CBL-Mariner,Fedora,Mageia,Oracle Linux,Photon OS,Red Hat,Rocky Linux,SUSE,openEuler,openSUSE"},
		{order{like: "Alpine", valid: apkForm}, "Alpaquita,Alpine,BellSoft Hardened Containers,Chainguard,MinimOS,Wolfi"},
		{order{like: "npm", valid: numberForm}, "Bioconductor,ConanCenter,Docker Hardened Images,GHC,GitHub Actions,Go,Hex,Julia,SwiftURL,crates.io,npm"},
		// Bitnami's records say SEMVER, but some of its software counts to four.
		{order{like: "NuGet", valid: numberForm}, "Bitnami,NuGet"},
		{order{like: "CRAN", valid: numberForm}, "CRAN"},
		{order{like: "Hackage", valid: numberForm}, "Hackage"},
		{order{like: "Maven", valid: anyForm}, "Maven"},
		{order{like: "Packagist", valid: numberForm}, "Packagist"},
		{order{like: "Pub", valid: numberForm}, "Pub"},
		{order{like: "PyPI", valid: anyForm}, "PyPI"},
		{order{like: "RubyGems", valid: numberForm}, "RubyGems"},
	} {
		for e := range strings.SplitSeq(o.ecosystems, ",") {
			m[e] = o.order
		}
	}
	return m
}()

// orderOf gives the order of an ecosystem, in which no version has a place if the
// ecosystem is unknown; a release after a colon does not matter.
func orderOf(ecosystem string) order {
	if o, ok := orders[Base(ecosystem)]; ok {
		return o
	}
	return order{of: Base(ecosystem)}
}

// Version is a version that has a place in the order of its ecosystem.
type Version struct {
	text   string
	parsed semantic.Version
}

// ParseVersion gives the version its place in the order of an ecosystem, or an
// error that wraps [ErrNotComparable].
func ParseVersion(ecosystem, text string) (v Version, err error) {
	return orderOf(ecosystem).parse(text)
}

func (o order) parse(text string) (v Version, err error) {
	switch {
	case o.valid == nil:
		return v, fmt.Errorf("%w: the order of versions in %s is not known", ErrNotComparable, o.of)
	case len(text) > maxVersion:
		return v, fmt.Errorf("%w: it has %d bytes, over %d", ErrNotComparable, len(text), maxVersion)
	case !o.valid.MatchString(text):
		return v, fmt.Errorf("%w: %q", ErrNotComparable, text)
	}
	defer func() {
		if p := recover(); p != nil {
			v, err = Version{}, fmt.Errorf("%w: %q", ErrNotComparable, text)
		}
	}()
	parsed, err := semantic.Parse(strings.TrimPrefix(text, "V"), o.like)
	if err != nil {
		return v, fmt.Errorf("%w: %q: %w", ErrNotComparable, text, err)
	}
	return Version{text, parsed}, nil
}

// Compare gives -1, 0 or 1 as v comes before w, in the same place, or after it.
// Both must be of the same ecosystem.
func (v Version) Compare(w Version) (c int, err error) {
	defer func() {
		if p := recover(); p != nil {
			c, err = 0, fmt.Errorf("%w: %q with %q", ErrNotComparable, v.text, w.text)
		}
	}()
	c, err = v.parsed.Compare(w.parsed)
	if err != nil {
		return 0, fmt.Errorf("%w: %q with %q: %w", ErrNotComparable, v.text, w.text, err)
	}
	return c, nil
}

func (v Version) String() string { return v.text }
