package advisory

import (
	"cmp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// merge merges the matches about the same vulnerability, and sorts the vulnerabilities by
// ID.
func merge(ecosystem seaworthy.Ecosystem, found []match, ratings *cveRatings) ([]Vulnerability, error) {
	// An advisory of a distribution may be about several CVEs: these are different
	// vulnerabilities. Any other advisory is about one vulnerability, which has several
	// names. Two advisories that share a name are about the same vulnerability.
	var g nameGroups
	for i := range found {
		a := found[i].advisory
		if len(a.CVEs) > 1 {
			for _, cve := range a.CVEs {
				g.join(i, cve)
			}
			continue
		}
		g.join(i, slices.Concat(a.CVEs, []string{a.ID}, a.Aliases)...)
	}
	var all []Vulnerability
	for _, group := range g.groups() {
		v, err := newVulnerability(ecosystem, group, found, ratings)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b Vulnerability) int { return compareNames(a.ID, b.ID) })
	return all, nil
}

// nameGroup is the names of one vulnerability, and the indexes of the matches about it.
type nameGroup struct {
	names   []string
	matches []int
}

// nameGroups finds the names that stand for the same vulnerability, as a disjoint-set
// forest (union-find).
type nameGroups struct {
	parent  []int          // of each node; a root is its own parent
	node    map[string]int // of each name
	names   []string       // of each node
	members []groupMember
}

// groupMember says that a match is about the vulnerability of a node.
type groupMember struct{ match, node int }

// find returns the root of a node. Nodes with the same root are the same vulnerability.
func (g *nameGroups) find(n int) int {
	for g.parent[n] != n {
		g.parent[n] = g.parent[g.parent[n]]
		n = g.parent[n]
	}
	return n
}

// join records that all these names are names of one vulnerability, which the match is
// about.
func (g *nameGroups) join(match int, names ...string) {
	if g.node == nil {
		g.node = make(map[string]int)
	}
	first := -1
	for _, name := range names {
		n, ok := g.node[name]
		if !ok {
			n = len(g.parent)
			g.node[name] = n
			g.parent = append(g.parent, n)
			g.names = append(g.names, name)
		}
		if first < 0 {
			first = n
		}
		g.parent[g.find(n)] = g.find(first)
	}
	g.members = append(g.members, groupMember{match, first})
}

// groups returns one group for each vulnerability.
func (g *nameGroups) groups() []nameGroup {
	roots := make(map[int]int)
	var all []nameGroup
	for n, name := range g.names {
		root := g.find(n)
		i, ok := roots[root]
		if !ok {
			i = len(all)
			roots[root] = i
			all = append(all, nameGroup{})
		}
		all[i].names = append(all[i].names, name)
	}
	for _, m := range g.members {
		group := &all[roots[g.find(m.node)]]
		if !slices.Contains(group.matches, m.match) {
			group.matches = append(group.matches, m.match)
		}
	}
	return all
}

// newVulnerability merges the matches of a group.
func newVulnerability(ecosystem seaworthy.Ecosystem, group nameGroup, found []match, cves *cveRatings) (Vulnerability, error) {
	slices.SortFunc(group.names, compareNames)
	slices.SortFunc(group.matches, func(a, b int) int {
		return cmp.Or(compareMatches(&found[a], &found[b]), cmp.Compare(a, b))
	})
	v := Vulnerability{ID: group.names[0], Aliases: group.names[1:], Status: store.StatusAffected}
	var all []rating
	informational := 0
	for _, i := range group.matches {
		m := &found[i]
		if !slices.Contains(v.Advisories, m.advisory.ID) {
			v.Advisories = append(v.Advisories, m.advisory.ID)
			v.texts = append(v.texts, m.text)
		}
		all = append(all, ratings(ecosystem, m)...)
		v.FixedVersion = laterFix(ecosystem, v.FixedVersion, m.fixed)
		if m.affected.Status != "" && (m.isStatement || v.Status == store.StatusAffected) {
			v.Status = m.affected.Status
		}
		if m.advisory.Informational != "" {
			informational++
			v.Informational = m.advisory.Informational
		}
		for _, i := range m.affected.Imports {
			if !slices.ContainsFunc(v.Imports, func(j store.Import) bool { return equalImports(i, j) }) {
				v.Imports = append(v.Imports, i)
			}
		}
	}
	if informational < len(group.matches) {
		v.Informational = "" // another advisory says that it is a vulnerability
	}
	if v.FixedVersion != "" {
		v.Status = store.StatusFixed
		for _, i := range group.matches {
			if m := &found[i]; m.fixed == v.FixedVersion {
				v.Channel = m.channel
			}
		}
	}
	a, err := cves.lookUp(v.ID)
	if err != nil {
		return v, err
	}
	if a != nil {
		all = append(all, ratings(ecosystem, &match{advisory: a, affected: &store.Affected{}, isStatement: true})...)
	}
	v.Severity, v.SeveritySource, v.CVSS = bestRating(all)
	return v, nil
}

func equalImports(i, j store.Import) bool {
	return i.Path == j.Path && slices.Equal(i.Symbols, j.Symbols) && slices.Equal(i.GOOS, j.GOOS) && slices.Equal(i.GOARCH, j.GOARCH)
}

// laterFix returns the later of two fixed versions: according to both advisories it is
// fixed there. An empty version is no fix.
func laterFix(ecosystem seaworthy.Ecosystem, a, b string) string {
	if a == "" || b == "" {
		return cmp.Or(a, b)
	}
	v, errA := version.Parse(ecosystem, a)
	w, errB := version.Parse(ecosystem, b)
	if errA != nil || errB != nil {
		return a
	}
	if c, err := v.Compare(w); c < 0 && err == nil {
		return b
	}
	return a
}

// compareNames orders the names of vulnerabilities: first CVEs by their number, then
// advisories of language ecosystems, then those of distributions. The first name becomes
// the ID.
func compareNames(a, b string) int {
	n, isA := osv.ParseCVE(a)
	m, isB := osv.ParseCVE(b)
	switch {
	case isA && isB:
		return cmp.Compare(n, m)
	case isA:
		return -1
	case isB:
		return 1
	}
	return cmp.Or(cmp.Compare(nameRank(a), nameRank(b)), strings.Compare(a, b))
}

// nameRank returns the place of an advisory's name by its prefix; the least comes first.
func nameRank(name string) int {
	for i, prefix := range []string{"GHSA-", "GO-", "PYSEC-", "RUSTSEC-"} {
		if strings.HasPrefix(name, prefix) {
			return i
		}
	}
	return 10
}

// compareMatches orders the advisories about a vulnerability: those that are about the
// fewest CVEs first.
func compareMatches(a, b *match) int {
	return cmp.Or(cmp.Compare(len(a.advisory.CVEs), len(b.advisory.CVEs)), compareNames(a.advisory.ID, b.advisory.ID))
}
