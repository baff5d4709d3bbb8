package advisory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// The states of a flaw in a package. Distributions name the others, in their own
// words.
const (
	StatusFixed    = "fixed"
	StatusAffected = "affected"

	StatusEndOfLife  = "end-of-life"  // the release, or the package in it, is supported no more
	StatusWillNotFix = "will-not-fix" // Red Hat
	StatusDeferred   = "fix-deferred" // Red Hat, Ubuntu
	StatusOutOfScope = "out-of-support-scope"
	// StatusInvestigated is a flaw of which it is not known yet whether it concerns
	// the package: Red Hat's under investigation, Ubuntu's needs-triage, Debian's
	// undetermined.
	StatusInvestigated = "under-investigation"
	StatusNoDSA        = "no-dsa"    // Debian: too small for an advisory of its own
	StatusPostponed    = "postponed" // Debian: will come with a later advisory
	StatusIgnored      = "ignored"   // Debian, Ubuntu: will stay as it is in this release

	// StatusNotAffected is a flaw that is not in the package, whatever its version.
	StatusNotAffected = "not-affected"
)

// A distribution says more of its packages than advisories do: that a flaw is not
// in its build, that it will not be fixed, or not soon. That is a body of data of
// its own beside the ecosystem's advisories, made of statements: what is true of one
// flaw in one package of a release. It wins over the advisories.

const statesSuffix = " states"

// States is the name of the body of data that holds what the distribution itself
// says of its packages; false if there is none for the ecosystem.
func States(ecosystem string) (name string, ok bool) {
	name = Base(ecosystem) + statesSuffix
	_, ok = feeds[name]
	return name, ok
}

// Large tells of a body of data that it takes minutes to fetch and read: that is for an
// update, and no scan waits for it.
func Large(name string) bool { return feeds[name].large }

// IsEcosystem tells a body of data with the advisories of an ecosystem from one that
// completes those of others: KEV, EPSS, EOL, and the states of distributions.
func IsEcosystem(name string) bool {
	return name != KEV && name != EPSS && !feeds[name].beside
}

// Dismissed is a flaw that an advisory names for this version, and that the
// distribution says is not there.
type Dismissed struct {
	ID string
	// Status is [StatusNotAffected] or [StatusFixed].
	Status string
	// By is who says so: the ecosystem without its release.
	By string
}

// statement says of one flaw in one package of a release what is true of it.
type statement struct {
	ecosystem, name string
	affects         affects
}

// fixedBefore are the spans of what a version mends.
func fixedBefore(version string) []span { return []span{{from: zero, to: version}} }

// everything are the spans of all versions.
func everything() []span { return []span{{from: zero}} }

// told is what a distribution says of one version of a package.
type told struct {
	affected []finding
	cleared  map[cveNumber]string // to StatusNotAffected or StatusFixed
}

// statements finds what the distribution says of a version of a package.
func (db *Database) statements(ctx context.Context, q Query) (said told, err error) {
	name, ok := States(q.Ecosystem)
	if !ok {
		return said, nil
	}
	file, err := db.data(name)
	if err != nil || file == nil {
		return said, err
	}
	value, err := file.get(packagesTable, packageKey(kindVulnerability, q.Ecosystem, q.Name))
	if err != nil {
		return said, err
	}
	said.cleared = make(map[cveNumber]string)
	a := newAssay(q)
	for d := (decode{rest: value}); len(d.rest) > 0; {
		f := d.affects()
		if d.err != nil {
			return said, fmt.Errorf("%s: %w", file.file.Name(), d.err)
		}
		affected, fixed, err := a.test(f)
		switch {
		case err != nil || !a.sameModule(f):
			continue // the advisories decide alone
		case f.status == StatusNotAffected:
			said.cleared[f.cve] = StatusNotAffected
			continue
		case !affected:
			said.cleared[f.cve] = cmp.Or(said.cleared[f.cve], StatusFixed)
			continue
		}
		advice, err := file.advice(f.number)
		if err != nil {
			return said, err
		}
		said.affected = append(said.affected, finding{advice: advice, affects: f, fixed: fixed, at: textAt{file, f.number}, stated: true})
	}
	return said, ctx.Err()
}

// settle takes from the flaws what the distribution says is not there.
func (said *told) settle(q Query, flaws []Flaw) (left []Flaw, dismissed []Dismissed) {
	left = flaws[:0]
	for _, f := range flaws {
		status := ""
		if n, ok := parseCVE(f.ID); ok {
			status = said.cleared[n]
		}
		if status == "" {
			left = append(left, f)
			continue
		}
		dismissed = append(dismissed, Dismissed{f.ID, status, Base(q.Ecosystem)})
	}
	return left, dismissed
}

// outdated drops the statements that a flaw has no fix where an advisory names one
// that this version has: the fix came out after the statement.
func (said *told) outdated(file *dataFile, passed []uint64) error {
	unfixed := func(f finding) bool { return f.fixed == "" }
	if !slices.ContainsFunc(said.affected, unfixed) {
		return nil
	}
	mended := make(map[string]bool)
	for _, number := range passed {
		a, err := file.advice(number)
		if err != nil {
			return err
		}
		for _, name := range slices.Concat(a.flaws, a.aliases) {
			mended[name] = true
		}
	}
	said.affected = slices.DeleteFunc(said.affected, func(f finding) bool {
		return unfixed(f) && slices.ContainsFunc(f.flaws, func(cve string) bool { return mended[cve] })
	})
	return nil
}

// opinions gives what a distribution says of a CVE wherever it is.
type opinions struct{ file *dataFile }

func (db *Database) opinions(ecosystem string) (*opinions, error) {
	name, ok := States(ecosystem)
	if !ok {
		return nil, nil
	}
	file, err := db.data(name)
	if err != nil || file == nil || file.tables[cvesTable] == nil {
		return nil, err
	}
	return &opinions{file}, nil
}

// of gives what is said of a CVE, or nil. It may be asked of nil.
func (o *opinions) of(name string) (*advice, error) {
	n, ok := parseCVE(name)
	if o == nil || !ok {
		return nil, nil
	}
	value, err := o.file.get(cvesTable, cveKey(n))
	if err != nil || value == nil {
		return nil, err
	}
	d := decode{rest: value}
	number := d.uvarint()
	if d.err != nil {
		return nil, d.err
	}
	return o.file.advice(number)
}
