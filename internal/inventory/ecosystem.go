package inventory

import (
	"fmt"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
)

// distribution describes the distribution of one ID of os-release.
type distribution struct {
	// packages is the type of the packages that its package manager installs, as
	// in purl.
	packages string
	// namespace is the vendor in the purl of its packages.
	namespace string
	// ecosystem is the name for advisories, and release the part after its colon;
	// nil if it has none. OSV's names are those of its schema; the others are
	// of the same form.
	ecosystem string
	release   func(*Release) (string, bool)
}

// distributions has the distributions by ID.
var distributions = func() map[string]distribution {
	deb := func(id, ecosystem string, release func(*Release) (string, bool)) distribution {
		return distribution{"deb", id, ecosystem, release}
	}
	apk := func(id, ecosystem string, release func(*Release) (string, bool)) distribution {
		return distribution{"apk", id, ecosystem, release}
	}
	rpm := func(vendor, ecosystem string, release func(*Release) (string, bool)) distribution {
		return distribution{"rpm", vendor, ecosystem, release}
	}
	return map[string]distribution{
		"debian": deb("debian", "Debian", major),
		"ubuntu": deb("ubuntu", "Ubuntu", ubuntuRelease),

		"alpine":     apk("alpine", "Alpine", alpineBranch),
		"wolfi":      apk("wolfi", "Wolfi", nil),
		"chainguard": apk("chainguard", "Chainguard", nil),
		"minimos":    apk("minimos", "MinimOS", nil),
		"alpaquita":  apk("alpaquita", "Alpaquita", versionID),

		"rhel":                rpm("redhat", "Red Hat", redHatProduct),
		"almalinux":           rpm("almalinux", "AlmaLinux", major),
		"rocky":               rpm("rocky", "Rocky Linux", major),
		"ol":                  rpm("oracle", "Oracle Linux", major),
		"amzn":                rpm("amzn", "Amazon Linux", versionID),
		"photon":              rpm("photon", "Photon OS", versionID),
		"azurelinux":          rpm("azurelinux", "Azure Linux", major),
		"mariner":             rpm("mariner", "Azure Linux", major), // its name until version 2
		"mageia":              rpm("mageia", "Mageia", major),
		"openEuler":           rpm("openeuler", "openEuler", openEulerRelease),
		"sles":                rpm("suse", "SUSE", suseProduct),
		"sled":                rpm("suse", "SUSE", suseProduct),
		"sles_sap":            rpm("suse", "SUSE", suseProduct),
		"sle-micro":           rpm("suse", "SUSE", suseProduct),
		"sl-micro":            rpm("suse", "SUSE", suseProduct),
		"opensuse-leap":       rpm("opensuse", "openSUSE", openSUSEProduct),
		"opensuse-tumbleweed": rpm("opensuse", "openSUSE", openSUSEProduct),
		"fedora":              rpm("fedora", "Fedora", major),

		// No advisories are known for these.
		"centos": rpm("centos", "", nil),
		"arch":   {"alpm", "arch", "", nil},
		"gentoo": {"ebuild", "gentoo", "", nil},
	}
}()

// languageEcosystems are OSV's names for the packages of languages, by type.
var languageEcosystems = map[string]string{
	"bitnami":  "Bitnami",
	"cargo":    "crates.io",
	"composer": "Packagist",
	"conan":    "ConanCenter",
	"cran":     "CRAN",
	"gem":      "RubyGems",
	"golang":   "Go",
	"hackage":  "Hackage",
	"hex":      "Hex",
	"julia":    "Julia",
	"maven":    "Maven",
	"npm":      "npm",
	"nuget":    "NuGet",
	"pub":      "Pub",
	"pypi":     "PyPI",
}

// LanguageEcosystem returns the ecosystem of the packages of a language by their type,
// none for any other type.
func LanguageEcosystem(packageType string) seaworthy.Ecosystem {
	return seaworthy.Ecosystem{Name: languageEcosystems[packageType]}
}

// Ecosystem returns the ecosystem of the packages of a type that the distribution's own
// package manager installs: "Debian:12", "Ubuntu:22.04:LTS". If there is none, the reason
// is a sentence: similar distributions do not share advisories.
func (r *Release) Ecosystem(packageType string) (ecosystem seaworthy.Ecosystem, reason string) {
	none := seaworthy.Ecosystem{}
	d, ok := distributions[r.ID]
	switch {
	case !ok:
		return none, fmt.Sprintf("No advisories are known for the distribution %s.", r.describe())
	case d.packages != packageType:
		return none, fmt.Sprintf("The packages of %s are of the type %s, and these are of the type %s.", r.describe(), d.packages, packageType)
	case d.ecosystem == "":
		return none, fmt.Sprintf("There are no advisories for %s.", r.describe())
	case d.release == nil:
		return seaworthy.Ecosystem{Name: d.ecosystem}, ""
	}
	release, ok := d.release(r)
	if !ok {
		return none, fmt.Sprintf("The os-release of %s names a release without advisories (VERSION_ID is %q).", r.describe(), r.VersionID)
	}
	return seaworthy.Ecosystem{Name: d.ecosystem, Release: release}, ""
}

// describe returns the name of the distribution for a sentence.
func (r *Release) describe() string {
	if r.PrettyName != "" {
		return strconv.Quote(r.PrettyName)
	}
	return strconv.Quote(strings.TrimSpace(r.ID + " " + r.VersionID))
}

func versionID(r *Release) (string, bool) {
	return r.VersionID, isNumbers(r.VersionID) || r.VersionID == "stream"
}

// major is the first number of VERSION_ID.
func major(r *Release) (string, bool) {
	first, _, _ := strings.Cut(r.VersionID, ".")
	return first, isNumbers(r.VersionID)
}

// isNumbers reports whether s consists of numbers with dots between them.
func isNumbers(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if _, err := strconv.ParseUint(part, 10, 32); err != nil {
			return false
		}
	}
	return true
}

// ubuntuRelease is YY.MM, with :LTS for a release with long-term support: each in
// April of an even year.
func ubuntuRelease(r *Release) (string, bool) {
	year, month, _ := strings.Cut(r.VersionID, ".")
	y, err := strconv.Atoi(year)
	if err != nil || len(year) != 2 || len(month) != 2 || !isNumbers(month) {
		return "", false
	}
	if y%2 == 0 && month == "04" {
		return r.VersionID + ":LTS", true
	}
	return r.VersionID, true
}

// alpineBranch is v and the first two numbers. The development branch, edge, has a
// VERSION_ID that is no number.
func alpineBranch(r *Release) (string, bool) {
	parts := strings.Split(r.VersionID, ".")
	if len(parts) < 2 || !isNumbers(r.VersionID) {
		return "", false
	}
	return "v" + parts[0] + "." + parts[1], true
}

// redHatProduct is the product of CPE_NAME with its major version. OSV also names
// the repository of a package there, which is not known of an installed package.
func redHatProduct(r *Release) (string, bool) {
	m, ok := major(r)
	return "enterprise_linux:" + m, ok && (r.CPEName == "" || strings.HasPrefix(r.CPEName, "cpe:/o:redhat:enterprise_linux:"))
}

// suseProduct is the name of the product without the vendor.
func suseProduct(r *Release) (string, bool) { return cutProduct(r.PrettyName, "SUSE ") }

func openSUSEProduct(r *Release) (string, bool) { return cutProduct(r.PrettyName, "openSUSE ") }

func cutProduct(name, vendor string) (string, bool) {
	product, ok := strings.CutPrefix(name, vendor)
	return product, ok && product != ""
}

// openEulerRelease is the version with what PRETTY_NAME has in parentheses:
// "openEuler 24.03 (LTS-SP1)".
func openEulerRelease(r *Release) (string, bool) {
	_, support, ok := strings.Cut(r.PrettyName, " (")
	if support = strings.TrimSuffix(support, ")"); !ok || !strings.HasPrefix(support, "LTS") {
		return r.VersionID, isNumbers(r.VersionID)
	}
	return r.VersionID + "-" + support, isNumbers(r.VersionID)
}
