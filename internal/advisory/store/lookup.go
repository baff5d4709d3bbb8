package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
)

// Affected returns the rows of a package in a release, from all advisories of a kind. An
// advisory may have several rows; these are adjacent. The name of the package is that of
// the source package where the advisories are about source packages.
func (f *File) Affected(kind Kind, ecosystem seaworthy.Ecosystem, name string) (all []*Affected, err error) {
	for _, key := range packageKeys(kind, ecosystem, name) {
		value, err := f.get(packagesTable, key)
		if err != nil {
			return nil, err
		}
		for in := (decoder{rest: value}); len(in.rest) > 0; {
			all = append(all, in.affected())
			if in.err != nil {
				return nil, fmt.Errorf("%s: %w", f.file.Name(), in.err)
			}
		}
	}
	return all, nil
}

// HasPackage reports whether any advisory of a kind is about the package in a release.
func (f *File) HasPackage(kind Kind, ecosystem seaworthy.Ecosystem, name string) (bool, error) {
	for _, key := range packageKeys(kind, ecosystem, name) {
		if value, err := f.get(packagesTable, key); value != nil || err != nil {
			return value != nil, err
		}
	}
	return false, nil
}

// PackageNames returns the names of all packages of an ecosystem without releases that any
// advisory of a kind is about, sorted.
func (f *File) PackageNames(kind Kind, ecosystem seaworthy.Ecosystem) ([]string, error) {
	t, ok := f.tables[packagesTable]
	if !ok {
		return nil, damaged(f.file.Name())
	}
	prefix := packageKey(kind, ecosystem, "")
	var names []string
	err := t.forEach(func(key, _ []byte) error {
		if name, ok := bytes.CutPrefix(key, prefix); ok {
			names = append(names, string(name))
		}
		return nil
	})
	return names, err
}

// HasRelease reports whether any advisory of a kind is about any package of a release.
func (f *File) HasRelease(kind Kind, ecosystem seaworthy.Ecosystem) (bool, error) {
	t, ok := f.tables[packagesTable]
	if !ok {
		return false, damaged(f.file.Name())
	}
	return t.hasPrefix(packageKey(kind, ecosystem, ""))
}

// Advisory returns the advisory with a number, which is [Affected].Number.
func (f *File) Advisory(number uint64) (*Advisory, error) {
	value, err := f.get(advisoriesTable, numberKey(number))
	if err != nil {
		return nil, err
	}
	if value == nil {
		return nil, fmt.Errorf("%s: advisory %d is missing: %w", f.file.Name(), number, ErrDamaged)
	}
	in := decoder{rest: bytes.Clone(value)}
	a := in.advisory()
	if in.err != nil {
		return nil, fmt.Errorf("%s: advisory %d: %w", f.file.Name(), number, in.err)
	}
	return a, nil
}

// Text returns the text of the advisory with a number.
func (f *File) Text(number uint64) (*Text, error) {
	value, err := f.get(textsTable, numberKey(number))
	if err != nil {
		return nil, err
	}
	if value == nil {
		return nil, fmt.Errorf("%s: an advisory has no text: %w", f.file.Name(), ErrDamaged)
	}
	in := decoder{rest: value}
	t := in.text()
	return t, in.err
}

// HasRatings reports whether the dataset has ratings of CVEs that count for all packages of
// the distribution, as Red Hat's has.
func (f *File) HasRatings() bool { return f.tables[cvesTable] != nil }

// Rating returns the advisory with the rating of a CVE that counts for all packages of the
// distribution, or nil if there is none.
func (f *File) Rating(cve osv.CVE) (*Advisory, error) {
	value, err := f.get(cvesTable, cveKey(cve))
	if err != nil || value == nil {
		return nil, err
	}
	in := decoder{rest: value}
	number := in.uvarint()
	if in.err != nil {
		return nil, in.err
	}
	return f.Advisory(number)
}

// maxRatings limits the advisories that [File.Ratings] returns.
const maxRatings = 32

// Ratings returns the advisories that rate a CVE, at most 32.
func (f *File) Ratings(cve osv.CVE) (all []*Advisory, err error) {
	if f.tables[cvesTable] == nil {
		return nil, nil
	}
	value, err := f.get(cvesTable, cveKey(cve))
	if err != nil {
		return nil, err
	}
	in := decoder{rest: bytes.Clone(value)}
	for len(in.rest) > 0 && len(all) < maxRatings {
		number := in.uvarint()
		if in.err != nil {
			return nil, in.err
		}
		a, err := f.Advisory(number)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// EPSS returns the scores of a CVE, or nil if it has none. The dataset must be [EPSS].
func (f *File) EPSS(cve osv.CVE) (*seaworthy.EPSS, error) {
	value, err := f.get(cvesTable, cveKey(cve))
	if value == nil || err != nil {
		return nil, err
	}
	in := decoder{rest: value}
	score, percentile := in.uvarint(), in.uvarint()
	return &seaworthy.EPSS{Score: fraction(score), Percentile: fraction(percentile)}, in.err
}

// KEV returns the entry of a CVE in the catalog of known exploited vulnerabilities, or nil
// if it has none. The dataset must be [KEV].
func (f *File) KEV(cve osv.CVE) (*seaworthy.KEV, error) {
	value, err := f.get(cvesTable, cveKey(cve))
	if value == nil || err != nil {
		return nil, err
	}
	return &seaworthy.KEV{DateAdded: string(value)}, nil
}

// ReleaseEnd returns when the support of a release of a distribution ends, or nil if that
// is not known. The id is the ID of os-release. The dataset must be [EOL].
func (f *File) ReleaseEnd(id, release string) (*ReleaseEnd, error) {
	value, err := f.get(releasesTable, releaseKey(id, release))
	if value == nil || err != nil {
		return nil, err
	}
	var end ReleaseEnd
	in := decoder{rest: value}
	if err := errors.Join(json.Unmarshal(in.bytes(), &end), in.err); err != nil {
		return nil, fmt.Errorf("%s: %w", f.file.Name(), err)
	}
	return &end, nil
}
