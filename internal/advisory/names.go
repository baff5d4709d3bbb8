package advisory

import (
	"regexp"
	"strconv"
	"strings"
)

// Base is the name of an ecosystem without the release: "Debian" of "Debian:12".
// The bulk export has one archive for each.
func Base(ecosystem string) string {
	base, _, _ := strings.Cut(ecosystem, ":")
	return base
}

// canonicalEcosystem is the name under which the database keeps a release. Red
// Hat's records name a product by CPE with the repository, which an installed
// package does not tell: "Red Hat:enterprise_linux:9::baseos" becomes
// "Red Hat:enterprise_linux:9".
func canonicalEcosystem(ecosystem string) string {
	if Base(ecosystem) != "Red Hat" {
		return ecosystem
	}
	product, _, _ := strings.Cut(ecosystem, "::")
	return product
}

var pypiSeparators = regexp.MustCompile(`[-_.]+`)

// canonicalName is the form of a package's name that all spellings of it share.
func canonicalName(ecosystem, name string) string {
	switch Base(ecosystem) {
	case "PyPI": // PEP 503
		return pypiSeparators.ReplaceAllString(strings.ToLower(name), "-")
	case "NuGet", "Packagist", "GitHub Actions":
		return strings.ToLower(name)
	default:
		return name
	}
}

// isCVE tells whether a name is one of the CVE list.
func isCVE(name string) bool {
	_, ok := parseCVE(name)
	return ok
}

// cveNumber is a CVE as a number that orders like the year and the serial.
type cveNumber uint64

// parseCVE reads names such as CVE-2024-12345.
func parseCVE(name string) (cveNumber, bool) {
	rest, ok := strings.CutPrefix(name, "CVE-")
	year, serial, dash := strings.Cut(rest, "-")
	if !ok || !dash || len(year) != 4 || len(serial) < 4 || len(serial) > 12 {
		return 0, false
	}
	y, err := strconv.ParseUint(year, 10, 16)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(serial, 10, 40)
	if err != nil {
		return 0, false
	}
	return cveNumber(y<<40 | n), true
}
