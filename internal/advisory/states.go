package advisory

import (
	"cmp"
	"context"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// Some distributions publish the state of each vulnerability in their packages besides
// advisories: that the package is not affected, that it will not be fixed, or that the fix
// is deferred. This is a dataset of its own (Debian states, Red Hat states, Ubuntu
// states). It consists of statements, each about one vulnerability in one package of a
// release. If a statement and an advisory contradict each other, the statement counts.

// Dismissed is a vulnerability that an advisory names for this version, but that the
// package does not have according to the distribution.
type Dismissed struct {
	ID string
	// Status is [store.StatusNotAffected] or [store.StatusFixed].
	Status string
	// By is the distribution: the name of the ecosystem without its release.
	By string
}

// statementMatches are the statements of the distribution about a version of a package.
type statementMatches struct {
	affected []match            // it has these vulnerabilities
	cleared  map[osv.CVE]string // it does not have these: StatusNotAffected or StatusFixed
}

// statements finds the statements of the distribution about a version of a package.
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
			continue // then only the advisories count
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
		all.affected = append(all.affected, match{advisory: advisory, affected: row, fixed: fixed, text: textLocation{file, row.Number}, isStatement: true})
	}
	return all, ctx.Err()
}

// dismiss separates the vulnerabilities that the package does not have according to the
// distribution from the others.
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

// dropOutdated drops the statements that there is no fix if an advisory has a fix, and the
// version has it: the fix was published after the statement. The numbers passed are those
// of the advisories whose fix the version has.
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

// cveRatings has a distribution's ratings of CVEs that count for all its packages.
type cveRatings struct{ file *store.File }

// ratings returns the ratings of a distribution, nil if it publishes none.
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

// lookUp returns the rating of a CVE, or nil if there is none. The receiver may be nil.
func (r *cveRatings) lookUp(name string) (*store.Advisory, error) {
	cve, ok := osv.ParseCVE(name)
	if r == nil || !ok {
		return nil, nil
	}
	return r.file.Rating(cve)
}
