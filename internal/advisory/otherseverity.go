package advisory

import (
	"cmp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// If the advisories about a vulnerability have no severity, it gets the severity of another
// record of the same CVE. The order is: the other ecosystems and distributions in the
// database, then NVD, then the CVE Program and CISA.

// addSeverity sets severity, source and CVSS of a vulnerability without a severity from other
// records of its CVEs.
func (db *Database) addSeverity(v *Vulnerability) error {
	if v.Severity != seaworthy.Unknown {
		return nil
	}
	var cves []osv.CVE
	for _, name := range append([]string{v.ID}, v.Aliases...) {
		if cve, ok := osv.ParseCVE(name); ok && !slices.Contains(cves, cve) {
			cves = append(cves, cve)
		}
	}
	if len(cves) == 0 {
		return nil
	}
	names, err := db.ratingDatasets()
	if err != nil {
		return err
	}
	for _, group := range names {
		var all []rating
		for _, name := range group {
			file, err := db.dataset(name)
			if err != nil || file == nil {
				continue // db status and the coverage of its own ecosystem say so
			}
			for _, cve := range cves {
				advisories, err := file.Ratings(cve)
				if err != nil {
					return err
				}
				for _, a := range advisories {
					all = append(all, otherRatings(name, a)...)
				}
			}
		}
		if severity, source, cvss := bestRating(all); severity != seaworthy.Unknown {
			v.Severity, v.SeveritySource = severity, source
			for _, c := range cvss {
				if !slices.Contains(v.CVSS, c) {
					v.CVSS = append(v.CVSS, c)
				}
			}
			return nil
		}
	}
	return nil
}

// ratingDatasets returns the datasets with severities of CVEs, in groups: the first group
// with a severity decides.
func (db *Database) ratingDatasets() ([][]string, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.ratingNames == nil {
		names, err := store.Names(db.dir)
		if err != nil {
			return nil, err
		}
		names = slices.DeleteFunc(names, func(name string) bool {
			return slices.Contains([]string{store.KEV, store.EPSS, store.EOL, store.NVD, store.CVEProgram}, name)
		})
		db.ratingNames = [][]string{names, {store.NVD}, {store.CVEProgram}}
	}
	return db.ratingNames, nil
}

// otherRatings returns the ratings of an advisory in a dataset. CVSS ranks before the word of
// a distribution, which is about that distribution.
func otherRatings(dataset string, a *store.Advisory) []rating {
	all := ratings(seaworthy.Ecosystem{Name: store.EcosystemOf(dataset)}, &match{advisory: a, affected: &store.Affected{}})
	for i := range all {
		r := &all[i]
		switch {
		case dataset == store.NVD:
			r.source = "NVD"
		case strings.HasPrefix(a.ID, store.VulnrichmentPrefix):
			r.source = "CISA Vulnrichment"
		case dataset == store.CVEProgram:
			r.source = "CVE Program"
		}
		if r.cvss == nil {
			r.rank = rankWord
		} else {
			r.cvss.Source = cmp.Or(r.source, r.cvss.Source)
		}
	}
	return all
}
