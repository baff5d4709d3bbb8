package advisory

import (
	"cmp"
	"context"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// A distribution says more about its packages than advisories do: that a vulnerability
// is not in its build, that it will not be fixed, or not soon. That is a dataset next to
// the advisories of the ecosystem. It consists of statements: what is true of one
// vulnerability in one package of a release. A statement wins over the advisories.

// Dismissed is a vulnerability that an advisory names for this version, and that is not
// there according to the distribution.
type Dismissed struct {
	ID string
	// Status is [store.StatusNotAffected] or [store.StatusFixed].
	Status string
	// By is the ecosystem without its release.
	By string
}

// statementMatches is what a distribution says about one version of a package.
type statementMatches struct {
	affected []match
	cleared  map[osv.CVE]string // to StatusNotAffected or StatusFixed
}

// statements finds what the distribution says about a version of a package.
func (db *Database) statements(ctx context.Context, q Query) (all statementMatches, err error) {
	name, ok := store.States(q.Ecosystem.Name)
	if !ok {
		return all, nil
	}
	file, err := db.dataset(name)
	if err != nil || file == nil {
		return all, err
	}
	rows, err := file.Affected(store.Vulnerable, q.Ecosystem, q.Name)
	if err != nil {
		return all, err
	}
	all.cleared = make(map[osv.CVE]string)
	m := newMatcher(q)
	for _, row := range rows {
		affected, fixed, err := m.match(row)
		switch {
		case err != nil || !m.sameModule(row):
			continue // the advisories decide
		case row.Status == store.StatusNotAffected:
			all.cleared[row.CVE] = store.StatusNotAffected
			continue
		case !affected:
			all.cleared[row.CVE] = cmp.Or(all.cleared[row.CVE], store.StatusFixed)
			continue
		}
		advisory, err := file.Advisory(row.Number)
		if err != nil {
			return all, err
		}
		all.affected = append(all.affected, match{advisory: advisory, affected: row, fixed: fixed, text: textAt{file, row.Number}, isStatement: true})
	}
	return all, ctx.Err()
}

// dismiss separates the vulnerabilities that are not there according to the
// distribution.
func (s *statementMatches) dismiss(q Query, all []Vulnerability) (left []Vulnerability, dismissed []Dismissed) {
	left = all[:0]
	for _, v := range all {
		status := ""
		if cve, ok := osv.ParseCVE(v.ID); ok {
			status = s.cleared[cve]
		}
		if status == "" {
			left = append(left, v)
			continue
		}
		dismissed = append(dismissed, Dismissed{v.ID, status, q.Ecosystem.Name})
	}
	return left, dismissed
}

// dropOutdated drops the statements without a fix where an advisory names one that this
// version has: the fix came out after the statement. The numbers are those of the
// advisories whose fix the version has.
func (s *statementMatches) dropOutdated(file *store.File, passed []uint64) error {
	unfixed := func(m match) bool { return m.fixed == "" }
	if !slices.ContainsFunc(s.affected, unfixed) {
		return nil
	}
	fixed := make(map[string]bool)
	for _, number := range passed {
		a, err := file.Advisory(number)
		if err != nil {
			return err
		}
		for _, name := range slices.Concat(a.CVEs, a.Aliases) {
			fixed[name] = true
		}
	}
	s.affected = slices.DeleteFunc(s.affected, func(m match) bool {
		return unfixed(m) && slices.ContainsFunc(m.advisory.CVEs, func(cve string) bool { return fixed[cve] })
	})
	return nil
}

// cveRatings are a distribution's ratings of CVEs that count for all packages.
type cveRatings struct{ file *store.File }

func (db *Database) ratings(ecosystem seaworthy.Ecosystem) (*cveRatings, error) {
	name, ok := store.States(ecosystem.Name)
	if !ok {
		return nil, nil
	}
	file, err := db.dataset(name)
	if err != nil || file == nil || !file.HasRatings() {
		return nil, err
	}
	return &cveRatings{file}, nil
}

// of returns the rating of a CVE, or nil. The receiver may be nil.
func (r *cveRatings) of(name string) (*store.Advisory, error) {
	cve, ok := osv.ParseCVE(name)
	if r == nil || !ok {
		return nil, nil
	}
	return r.file.Rating(cve)
}
