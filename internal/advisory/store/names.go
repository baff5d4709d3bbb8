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
	// EOL says when releases of distributions end.
	EOL = "End of life"

	DebianStates = "Debian" + statesSuffix
	RedHatStates = "Red Hat" + statesSuffix
	UbuntuStates = "Ubuntu" + statesSuffix

	statesSuffix = " states"
)

// States returns the name of the dataset with what a distribution itself says about its
// packages; false if there is none for the ecosystem of that name.
func States(ecosystem string) (dataset string, ok bool) {
	switch dataset = ecosystem + statesSuffix; dataset {
	case DebianStates, RedHatStates, UbuntuStates:
		return dataset, true
	}
	return "", false
}

// IsEcosystem reports whether a dataset holds the advisories of an ecosystem, and not
// what completes those of others: KEV, EPSS, EOL, and the states of distributions.
func IsEcosystem(name string) bool {
	return name != KEV && name != EPSS && name != EOL && !strings.HasSuffix(name, statesSuffix)
}

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$`)

// ValidName reports whether a dataset may have the name.
func ValidName(name string) bool { return validName.MatchString(name) }

// fileSuffix ends the name of each file with a dataset.
const fileSuffix = ".advisories"

// Path is the path of the file with a dataset, whether it exists or not.
func Path(dir, name string) string { return PathOf(dir, name, fileSuffix) }

// PathOf is the path of something else about a dataset. Names come from records and
// images, so what has a meaning in paths is escaped.
func PathOf(dir, name, suffix string) string {
	name = url.PathEscape(name)
	if strings.HasPrefix(name, ".") {
		name = "%2E" + name[1:]
	}
	return filepath.Join(dir, name+suffix)
}

// Names lists the datasets in a directory, sorted. A directory that does not exist has
// none.
func Names(dir string) ([]string, error) { return NamesOf(dir, fileSuffix) }

// NamesOf lists the datasets that have a file of [PathOf] with the suffix, sorted.
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

// suseProduct finds the version and service pack in the name of a product that consists
// of packages of SUSE Linux Enterprise: "Linux Enterprise Module for
// Basesystem 15 SP4", "Linux Enterprise Server 15 SP1-LTSS".
var suseProduct = regexp.MustCompile(`^Linux Enterprise (?:[A-Z].* )?([0-9]+(?: SP[0-9]+)?)(?:-[A-Z-]+)?$`)

// canonicalRelease is the release of an ecosystem in the keys of a file.
//
// Red Hat's records name a product by CPE with the repository, which is not known of an
// installed package: "enterprise_linux:9::baseos" becomes
// "enterprise_linux:9". SUSE's name the module of the package, or the contract
// under which its fix is sold, which is not known either: all of one service pack
// become "Linux Enterprise 15 SP4".
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

var pypiSeparators = regexp.MustCompile(`[-_.]+`)

// canonicalName is the name of a package in the keys of a file: the same for all
// spellings of it.
func canonicalName(ecosystem seaworthy.Ecosystem, name string) string {
	switch ecosystem.Name {
	case "PyPI": // PEP 503
		return pypiSeparators.ReplaceAllString(strings.ToLower(name), "-")
	case "NuGet", "Packagist", "GitHub Actions":
		return strings.ToLower(name)
	default:
		return name
	}
}
