package store

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// The names of the datasets that are not an ecosystem.
const (
	// KEV is CISA's catalog of known exploited vulnerabilities.
	KEV = "KEV"
	// EPSS are the scores of the Exploit Prediction Scoring System.
	EPSS = "EPSS"
	// EOL has the dates when releases of distributions reach their end of life.
	EOL = "End of life"
	// NVD has the CVSS scores of the National Vulnerability Database, CVEProgram those in the
	// records of the CVE Program, which CISA adds to (Vulnrichment).
	NVD        = "NVD"
	CVEProgram = "CVE Program"

	// The states of vulnerabilities in the packages of a distribution, as it states them.
	DebianStates = "Debian" + statesSuffix
	RedHatStates = "Red Hat" + statesSuffix
	UbuntuStates = "Ubuntu" + statesSuffix

	statesSuffix = " states"
)

// VulnrichmentPrefix begins the id of an advisory of [CVEProgram] with the scores that CISA
// added to the record.
const VulnrichmentPrefix = "CISA-ADP/"

// States returns the name of the dataset with the states of vulnerabilities in a
// distribution; false if there is none for the ecosystem.
func States(ecosystem string) (dataset string, ok bool) {
	switch dataset = ecosystem + statesSuffix; dataset {
	case DebianStates, RedHatStates, UbuntuStates:
		return dataset, true
	}
	return "", false
}

// IsEcosystem reports whether a dataset holds the advisories of an ecosystem. The other
// datasets add to advisories: KEV, EPSS, EOL, severities, and the states of distributions.
func IsEcosystem(name string) bool {
	switch name {
	case KEV, EPSS, EOL, NVD, CVEProgram:
		return false
	}
	return !strings.HasSuffix(name, statesSuffix)
}

// EcosystemOf returns the ecosystem that a dataset with advisories or states is about.
func EcosystemOf(name string) string { return strings.TrimSuffix(name, statesSuffix) }

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$`)

// ValidName reports whether a dataset of another machine may have the name.
func ValidName(name string) bool { return validName.MatchString(name) }

// fileSuffix is the suffix of the file of a dataset.
const fileSuffix = ".advisories"

// Path returns the path of the file of a dataset, whether it exists or not.
func Path(dir, name string) string { return PathOf(dir, name, fileSuffix) }

// PathOf returns the path of another file that belongs to a dataset, such as its lock.
// Names of datasets come from records and images, so they are escaped.
func PathOf(dir, name, suffix string) string {
	name = url.PathEscape(name)
	if strings.HasPrefix(name, ".") {
		name = "%2E" + name[1:]
	}
	return filepath.Join(dir, name+suffix)
}

// Names returns the names of the datasets in a directory, sorted. It returns none for a
// directory that does not exist.
func Names(dir string) ([]string, error) { return NamesOf(dir, fileSuffix) }

// NamesOf returns the names of the datasets that have a file of [PathOf] with the suffix,
// sorted.
func NamesOf(dir, suffix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		escaped, ok := strings.CutSuffix(e.Name(), suffix)
		if name, err := url.PathUnescape(escaped); ok && err == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// suseProduct matches the products that consist of packages of SUSE Linux Enterprise, and
// finds version and service pack: "Linux Enterprise Module for Basesystem 15 SP4",
// "Linux Enterprise Server 15 SP1-LTSS".
var suseProduct = regexp.MustCompile(`^Linux Enterprise (?:[A-Z].* )?([0-9]+(?: SP[0-9]+)?)(?:[- ][A-Z][A-Za-z -]*)?$`)

// canonicalRelease returns the release of an ecosystem as it is in the keys of a file.
//
// Red Hat's records name the product with a repository: "enterprise_linux:9::baseos".
// SUSE's name the module of a package, or the support contract for the fix. Neither is
// known of an installed package, so they are removed: "enterprise_linux:9",
// "Linux Enterprise 15 SP4".
func canonicalRelease(ecosystem seaworthy.Ecosystem) string {
	switch ecosystem.Name {
	case "Red Hat":
		product, _, _ := strings.Cut(ecosystem.Release, "::")
		return product
	case "SUSE":
		if m := suseProduct.FindStringSubmatch(ecosystem.Release); m != nil {
			return "Linux Enterprise " + m[1]
		}
	}
	return ecosystem.Release
}

const goEcosystem = "Go"

var pypiSeparators = regexp.MustCompile(`[-_.]+`)

// canonicalName returns the name of a package as it is in the keys of a file: the same for
// all spellings that the ecosystem treats as equal.
func canonicalName(ecosystem seaworthy.Ecosystem, name string) string {
	switch ecosystem.Name {
	case "PyPI": // PEP 503
		return pypiSeparators.ReplaceAllString(strings.ToLower(name), "-")
	case "NuGet", "Packagist", "GitHub Actions", "SwiftURL", goEcosystem:
		// Package URLs have the paths of Go modules in lower case.
		return strings.ToLower(name)
	default:
		return name
	}
}
