package update

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/feed"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// otherNames are what people call ecosystems that have another name here.
var otherNames = map[string]string{
	"alma": "AlmaLinux", "amazon": "Amazon Linux", "amzn": "Amazon Linux", "azure": "Azure Linux", "cve": store.CVEProgram, "cvelist": store.CVEProgram, "vulnrichment": store.CVEProgram, "cargo": "crates.io", "composer": "Packagist",
	"eol": store.EOL, "endoflife": store.EOL, "gem": "RubyGems", "golang": "Go", "oracle": "Oracle Linux", "photon": "Photon OS", "pip": "PyPI", "python": "PyPI",
	"redhat": "Red Hat", "rhel": "Red Hat", "rocky": "Rocky Linux", "ruby": "RubyGems", "rust": "crates.io", "rustsec": "crates.io",
}

// Dataset returns the name of the dataset that a user means: that of an ecosystem
// without its release, in the spelling of OSV. An unknown name is returned as it is,
// since the source may know it.
func Dataset(name string) string {
	name = seaworthy.ParseEcosystem(strings.TrimSpace(name)).Name
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

// knownNames returns the names of all known datasets, sorted.
func knownNames() []string {
	names := slices.Concat([]string{store.KEV, store.EPSS}, version.Ecosystems(), feed.Names())
	slices.Sort(names)
	return slices.Compact(names)
}

// similar returns the known name that is most similar to the given one, "" if none is.
func similar(name string) string {
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
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// Large reports whether it takes minutes to download and read a dataset. That is for an
// update, and no scan waits for it.
func Large(name string) bool {
	f, _ := feed.Lookup(name)
	return f.Large
}
