package advisory

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Base is the name of an ecosystem without the release: "Debian" of "Debian:12".
// The bulk export has one archive for each.
func Base(ecosystem string) string {
	base, _, _ := strings.Cut(ecosystem, ":")
	return base
}

// otherNames are what people call ecosystems that have another name here.
var otherNames = map[string]string{
	"alma": "AlmaLinux", "amazon": "Amazon Linux", "amzn": "Amazon Linux", "azure": "Azure Linux", "cargo": "crates.io", "composer": "Packagist",
	"eol": EOL, "endoflife": EOL, "gem": "RubyGems", "golang": "Go", "oracle": "Oracle Linux", "photon": "Photon OS", "pip": "PyPI", "python": "PyPI",
	"redhat": "Red Hat", "rhel": "Red Hat", "rocky": "Rocky Linux", "ruby": "RubyGems", "rust": "crates.io", "rustsec": "crates.io",
}

// BodyName is the name of the body of data that somebody means: of an ecosystem
// without its release, in the spelling of OSV. What is not known is left as it is:
// the source may know it.
func BodyName(name string) string {
	name = Base(strings.TrimSpace(name))
	if other, ok := otherNames[strings.ToLower(name)]; ok {
		return other
	}
	for _, known := range knownNames() {
		if strings.EqualFold(name, known) {
			return known
		}
	}
	return name
}

// knownNames are the bodies of data that there may be, sorted.
func knownNames() []string {
	names := []string{KEV, EPSS}
	for e := range orders {
		names = append(names, e)
	}
	for f := range feeds {
		names = append(names, f)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// meant is the known name that is most like the given one, "" if none is.
func meant(name string) string {
	best, least := "", 3
	for _, known := range knownNames() {
		if d := distance(strings.ToLower(name), strings.ToLower(known)); d < least && d < len(known)/2+1 {
			best, least = known, d
		}
	}
	return best
}

// distance counts the letters to insert, delete or replace between two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal + b2i(a[i] != b[j])
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// suseProduct finds the version and service pack in the name of a product that is
// made of the packages of SUSE Linux Enterprise: "Linux Enterprise Module for
// Basesystem 15 SP4", "Linux Enterprise Server 15 SP1-LTSS".
var suseProduct = regexp.MustCompile(`^SUSE:Linux Enterprise (?:[A-Z].* )?([0-9]+(?: SP[0-9]+)?)(?:-[A-Z-]+)?$`)

// canonicalEcosystem is the name under which the database keeps a release.
//
// Red Hat's records name a product by CPE with the repository, which an installed
// package does not tell: "Red Hat:enterprise_linux:9::baseos" becomes
// "Red Hat:enterprise_linux:9". SUSE's name the module that the package is in, or the
// contract by which its fix is sold, which it does not tell either: all of one service
// pack become "SUSE:Linux Enterprise 15 SP4".
func canonicalEcosystem(ecosystem string) string {
	switch Base(ecosystem) {
	case "Red Hat":
		product, _, _ := strings.Cut(ecosystem, "::")
		return product
	case "SUSE":
		if m := suseProduct.FindStringSubmatch(ecosystem); m != nil {
			return "SUSE:Linux Enterprise " + m[1]
		}
	}
	return ecosystem
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
