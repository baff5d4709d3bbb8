package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
)

// Affected returns what all advisories of a kind say about a package of a release. What
// one advisory says lies together.
func (d *File) Affected(kind Kind, ecosystem seaworthy.Ecosystem, name string) (all []*Affected, err error) {
	value, err := d.get(packagesTable, packageKey(kind, ecosystem, name))
	if err != nil {
		return nil, err
	}
	for in := (decode{rest: value}); len(in.rest) > 0; {
		all = append(all, in.affected())
		if in.err != nil {
			return nil, fmt.Errorf("%s: %w", d.file.Name(), in.err)
		}
	}
	return all, nil
}

// HasPackage reports whether an advisory is about a package of a release.
func (d *File) HasPackage(kind Kind, ecosystem seaworthy.Ecosystem, name string) (bool, error) {
	value, err := d.get(packagesTable, packageKey(kind, ecosystem, name))
	return value != nil, err
}

// HasRelease reports whether an advisory is about any package of a release.
func (d *File) HasRelease(kind Kind, ecosystem seaworthy.Ecosystem) (bool, error) {
	t, ok := d.tables[packagesTable]
	if !ok {
		return false, damaged(d.file.Name())
	}
	return t.hasPrefix(packageKey(kind, ecosystem, ""))
}

// Advisory returns the advisory with a number.
func (d *File) Advisory(number uint64) (*Advisory, error) {
	value, err := d.get(advisoriesTable, numberKey(number))
	if err != nil {
		return nil, err
	}
	if value == nil {
		return nil, fmt.Errorf("%s: advisory %d is missing: %w", d.file.Name(), number, ErrDamaged)
	}
	in := decode{rest: bytes.Clone(value)}
	a := in.advisory()
	if in.err != nil {
		return nil, fmt.Errorf("%s: advisory %d: %w", d.file.Name(), number, in.err)
	}
	return a, nil
}

// Text returns the text of the advisory with a number.
func (d *File) Text(number uint64) (*Text, error) {
	value, err := d.get(textsTable, numberKey(number))
	if err != nil {
		return nil, err
	}
	if value == nil {
		return nil, fmt.Errorf("%s: an advisory has no text: %w", d.file.Name(), ErrDamaged)
	}
	in := decode{rest: value}
	t := in.text()
	return t, in.err
}

// HasRatings reports whether the publisher rates CVEs for all packages.
func (d *File) HasRatings() bool { return d.tables[cvesTable] != nil }

// Rating returns the rating of a CVE that counts for all packages, or nil.
func (d *File) Rating(cve osv.CVE) (*Advisory, error) {
	value, err := d.get(cvesTable, cveKey(cve))
	if err != nil || value == nil {
		return nil, err
	}
	in := decode{rest: value}
	number := in.uvarint()
	if in.err != nil {
		return nil, in.err
	}
	return d.Advisory(number)
}

// EPSS returns the scores of a CVE, or nil.
func (d *File) EPSS(cve osv.CVE) (*seaworthy.EPSS, error) {
	value, err := d.get(cvesTable, cveKey(cve))
	if value == nil || err != nil {
		return nil, err
	}
	in := decode{rest: value}
	score, percentile := in.uvarint(), in.uvarint()
	return &seaworthy.EPSS{Score: fraction(score), Percentile: fraction(percentile)}, in.err
}

// KEV returns the entry of a CVE in the catalog, or nil.
func (d *File) KEV(cve osv.CVE) (*seaworthy.KEV, error) {
	value, err := d.get(cvesTable, cveKey(cve))
	if value == nil || err != nil {
		return nil, err
	}
	return &seaworthy.KEV{DateAdded: string(value)}, nil
}

// ReleaseEnd returns when the support of a release ends, or nil.
func (d *File) ReleaseEnd(id, release string) (*ReleaseEnd, error) {
	value, err := d.get(releasesTable, releaseKey(id, release))
	if value == nil || err != nil {
		return nil, err
	}
	var end ReleaseEnd
	in := decode{rest: value}
	if err := errors.Join(json.Unmarshal(in.bytes(), &end), in.err); err != nil {
		return nil, fmt.Errorf("%s: %w", d.file.Name(), err)
	}
	return &end, nil
}
