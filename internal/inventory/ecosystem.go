package inventory

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
)

// distribution describes a distribution.
type distribution struct {
	// packages is the purl type of the packages of its package manager.
	packages string
	// namespace is the vendor in the purl of its packages.
	namespace string
	// ecosystem is the name of its ecosystem, "" if there are no advisories. It is the
	// name in the OSV schema, if that has the distribution.
	ecosystem string
	// release returns the release part of the ecosystem, which follows the colon. It
	// returns false if the release has no advisories. It is nil for an ecosystem without
	// releases.
	release func(*Release) (string, bool)
}

// distributions has the distributions by the ID of os-release.
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
		"debian": deb("debian", "Debian", debianRelease),
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

		// Distributions without an advisory source.
		"centos": rpm("centos", "", nil),
		"arch":   {"alpm", "arch", "", nil},
		"gentoo": {"ebuild", "gentoo", "", nil},
	}
}()

// languageEcosystems are the names of the OSV ecosystems of languages by purl type. Package
// advisory/version must know the order of the versions of each. Packages of a type that is
// not here are reported as not checked for vulnerabilities.
var languageEcosystems = map[string]string{
	"bioconductor":  "Bioconductor",
	"bitnami":       "Bitnami",
	"cargo":         "crates.io",
	"composer":      "Packagist",
	"conan":         "ConanCenter",
	"cran":          "CRAN",
	"gem":           "RubyGems",
	"githubactions": "GitHub Actions",
	"golang":        "Go",
	"hackage":       "Hackage",
	"hex":           "Hex",
	"julia":         "Julia",
	"maven":         "Maven",
	"npm":           "npm",
	"nuget":         "NuGet",
	"pub":           "Pub",
	"pypi":          "PyPI",
	"swift":         "SwiftURL",
}

// LanguageEcosystem returns the ecosystem of a purl type of a language. For any other type
// it returns the zero Ecosystem.
func LanguageEcosystem(packageType string) seaworthy.Ecosystem {
	return seaworthy.Ecosystem{Name: languageEcosystems[packageType]}
}

// Ecosystem returns the ecosystem of packages of a purl type that the distribution's
// package manager installed: "Debian:12", "Ubuntu:22.04:LTS". If there is none, it returns
// a sentence with the reason. Derived distributions never get the ecosystem of the
// original, since their packages have other versions.
func (r *Release) Ecosystem(packageType string) (ecosystem seaworthy.Ecosystem, reason string) {
	none := seaworthy.Ecosystem{}
	d, ok := distributions[r.ID]
	switch {
	case !ok:
		return none, fmt.Sprintf("There is no advisory source for the distribution %s.", r.describe())
	case d.packages != packageType:
		return none, fmt.Sprintf("The packages of %s have the type %s, but these have the type %s.", r.describe(), d.packages, packageType)
	case d.ecosystem == "":
		return none, fmt.Sprintf("There is no advisory source for the distribution %s.", r.describe())
	case d.release == nil:
		return seaworthy.Ecosystem{Name: d.ecosystem}, ""
	}
	release, ok := d.release(r)
	switch {
	case ok:
	case r.VersionID == "" && r.Codename == "":
		return none, fmt.Sprintf("The release of %s is not known, so it is not known which advisories apply.", r.describe())
	default:
		return none, fmt.Sprintf("The os-release of %s names a release without advisories (VERSION_ID is %q).", r.describe(), r.VersionID)
	}
	return seaworthy.Ecosystem{Name: d.ecosystem, Release: release}, ""
}

// describe returns the quoted name of the distribution.
func (r *Release) describe() string {
	if r.PrettyName != "" {
		return strconv.Quote(r.PrettyName)
	}
	return strconv.Quote(strings.TrimSpace(r.ID + " " + r.VersionID))
}

// debianRelease returns the first number of VERSION_ID. The development releases testing and
// unstable have no VERSION_ID: it is the number that the next release will have, according
// to VERSION_CODENAME, or in older files to PRETTY_NAME, "Debian GNU/Linux bullseye/sid".
func debianRelease(r *Release) (string, bool) {
	if r.VersionID != "" {
		return major(r)
	}
	name := cmp.Or(r.Codename, r.PrettyName[strings.LastIndexByte(r.PrettyName, ' ')+1:])
	id, version, _ := byCodename(strings.ToLower(name))
	return version, id == "debian"
}

// versionID returns VERSION_ID.
func versionID(r *Release) (string, bool) {
	return r.VersionID, isNumbers(r.VersionID) || r.VersionID == "stream"
}

// major returns the first number of VERSION_ID.
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

// ubuntuRelease returns YY.MM, followed by :LTS for a release with long-term support. Those
// are the releases in April of even years.
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

// alpineBranch returns "v" and the first two numbers, or "edge" for the development branch,
// whose VERSION_ID is that of the next release: "3.23_alpha20250612".
func alpineBranch(r *Release) (string, bool) {
	if r.VersionID == "edge" || strings.Contains(r.VersionID, "_alpha") {
		return "edge", true
	}
	parts := strings.Split(r.VersionID, ".")
	if len(parts) < 2 || !isNumbers(r.VersionID) {
		return "", false
	}
	return "v" + parts[0] + "." + parts[1], true
}

// redHatProduct returns the product of CPE_NAME and its major version. In OSV, the
// repository of the package follows. An installed package does not have that.
func redHatProduct(r *Release) (string, bool) {
	m, ok := major(r)
	return "enterprise_linux:" + m, ok && (r.CPEName == "" || strings.HasPrefix(r.CPEName, "cpe:/o:redhat:enterprise_linux:"))
}

// suseProduct returns the name of the product without the vendor.
func suseProduct(r *Release) (string, bool) { return cutProduct(r.PrettyName, "SUSE ") }

// openSUSEProduct returns the name of the product without the vendor.
func openSUSEProduct(r *Release) (string, bool) { return cutProduct(r.PrettyName, "openSUSE ") }

func cutProduct(name, vendor string) (string, bool) {
	product, ok := strings.CutPrefix(name, vendor)
	return product, ok && product != ""
}

// openEulerRelease returns the version, and the text in parentheses in PRETTY_NAME:
// "24.03-LTS-SP1" for "openEuler 24.03 (LTS-SP1)".
func openEulerRelease(r *Release) (string, bool) {
	_, support, ok := strings.Cut(r.PrettyName, " (")
	if support = strings.TrimSuffix(support, ")"); !ok || !strings.HasPrefix(support, "LTS") {
		return r.VersionID, isNumbers(r.VersionID)
	}
	return r.VersionID + "-" + support, isNumbers(r.VersionID)
}
