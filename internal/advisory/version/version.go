// Package version orders the versions of packages as the tools of each ecosystem do,
// and finds out which version is free of a vulnerability.
//
// In go versions as they are written in package databases and advisories, out come
// comparisons and fixed versions. Refused, with an error that wraps
// [ErrNotComparable], is a version that has no place in the order of its ecosystem,
// such as "(devel)": a guess could hide a vulnerability.
package version

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/google/osv-scalibr/semantic"

	"seaworthy.dev/seaworthy"
)

// MaxLength is the limit of a version, in bytes. The longest real ones, Go's
// pseudo-versions and those of kernels, come to a quarter of it.
const MaxLength = 256

// ErrNotComparable is returned for a version that has no place in the order of its
// ecosystem.
var ErrNotComparable = errors.New("version cannot be compared")

// incomparable is an [ErrNotComparable] with the reason.
type incomparable struct{ reason error }

// Error implements error.
func (e *incomparable) Error() string { return ErrNotComparable.Error() + ": " + e.reason.Error() }

// Unwrap gives [ErrNotComparable] and the reason to [errors.Is] and [errors.As].
func (e *incomparable) Unwrap() []error { return []error{ErrNotComparable, e.reason} }

// Incomparable is the error of a version that is not comparable for a reason.
func Incomparable(reason string) error { return &incomparable{errors.New(reason)} }

func incomparablef(format string, args ...any) error {
	return &incomparable{fmt.Errorf(format, args...)}
}

// Reason is the message of an error about a version, without the words of
// [ErrNotComparable].
func Reason(err error) string {
	if e, ok := errors.AsType[*incomparable](err); ok {
		return e.reason.Error()
	}
	return err.Error()
}

// Order is how the versions of an ecosystem are ordered.
type Order struct {
	of string // the ecosystem, if its order is not known
	// like is an ecosystem that has the same order and is known to the library.
	like string
	// valid matches versions. The library would also order what is none.
	valid *regexp.Regexp // nil if the order is not known
	form  form           // nil if the versions are compared as they are
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

var orders = func() map[string]Order {
	m := make(map[string]Order)
	for _, o := range []struct {
		Order
		ecosystems string
	}{
		{Order{like: "Debian", valid: debianForm}, "Debian,Ubuntu,Echo"},
		{Order{like: "Red Hat", valid: rpmForm}, "AlmaLinux,Amazon Linux,Azure Linux,CBL-Mariner,Fedora,Mageia,Oracle Linux,Photon OS,Red Hat,Rocky Linux,SUSE,openEuler,openSUSE"},
		{Order{like: "Alpine", valid: apkForm}, "Alpaquita,Alpine,BellSoft Hardened Containers,Chainguard,MinimOS,Wolfi"},
		{Order{like: "npm", valid: numberForm}, "Bioconductor,ConanCenter,Docker Hardened Images,GHC,GitHub Actions,Go,Hex,Julia,SwiftURL,crates.io,npm"},
		// Bitnami's records say SEMVER, but some of its software counts to four.
		{Order{like: "NuGet", valid: numberForm}, "Bitnami,NuGet"},
		{Order{like: "CRAN", valid: numberForm}, "CRAN"},
		{Order{like: "Hackage", valid: numberForm}, "Hackage"},
		{Order{like: "Maven", valid: anyForm}, "Maven"},
		{Order{like: "Packagist", valid: numberForm}, "Packagist"},
		{Order{like: "Pub", valid: numberForm}, "Pub"},
		{Order{like: "PyPI", valid: anyForm}, "PyPI"},
		{Order{like: "RubyGems", valid: numberForm}, "RubyGems"},
	} {
		for e := range strings.SplitSeq(o.ecosystems, ",") {
			o.form = formOf(e)
			m[e] = o.Order
		}
	}
	return m
}()

// OrderOf returns the order of an ecosystem, whose release does not matter. In the order
// of an unknown ecosystem no version has a place.
func OrderOf(ecosystem seaworthy.Ecosystem) Order {
	if o, ok := orders[ecosystem.Name]; ok {
		return o
	}
	return Order{of: ecosystem.Name}
}

// Ecosystems returns the names of the ecosystems whose order is known, sorted.
func Ecosystems() []string { return slices.Sorted(maps.Keys(orders)) }

// IsDistribution reports whether an ecosystem is that of an operating system.
func IsDistribution(ecosystem seaworthy.Ecosystem) bool {
	o := OrderOf(ecosystem)
	return o.like == "Debian" || o.like == "Red Hat" || o.like == "Alpine"
}

// IsRPM reports whether versions are ordered as rpm orders them.
func (o Order) IsRPM() bool { return o.like == "Red Hat" }

// Version is a version that has a place in the order of its ecosystem.
type Version struct {
	text   string
	parsed semantic.Version
}

// Parse gives a version its place in the order of an ecosystem.
func Parse(ecosystem seaworthy.Ecosystem, text string) (Version, error) {
	return OrderOf(ecosystem).Parse(text)
}

// Parse gives a version its place in the order.
func (o Order) Parse(text string) (v Version, err error) {
	switch {
	case o.valid == nil:
		return v, incomparablef("the order of versions in %s is not known", o.of)
	case len(text) > MaxLength:
		return v, incomparablef("it has %d bytes, over %d", len(text), MaxLength)
	case !o.valid.MatchString(text):
		return v, incomparablef("%q", text)
	}
	defer func() {
		if p := recover(); p != nil {
			v, err = Version{}, incomparablef("%q", text)
		}
	}()
	canonical := strings.TrimPrefix(text, "V")
	if o.form != nil {
		canonical = o.form(canonical)
	}
	parsed, err := semantic.Parse(canonical, o.like)
	if err != nil {
		return v, incomparablef("%q: %w", text, err)
	}
	return Version{text, parsed}, nil
}

// Compare returns -1, 0 or 1 as v comes before w, is the same, or comes after it.
// Both must be of the same ecosystem.
func (v Version) Compare(w Version) (c int, err error) {
	defer func() {
		if p := recover(); p != nil {
			c, err = 0, incomparablef("%q with %q", v.text, w.text)
		}
	}()
	c, err = v.parsed.Compare(w.parsed)
	if err != nil {
		return 0, incomparablef("%q with %q: %w", v.text, w.text, err)
	}
	return c, nil
}

func (v Version) String() string { return v.text }
