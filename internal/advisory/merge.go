package advisory

import (
	"cmp"
	"slices"
	"strings"
)

// merge brings together the findings that speak of the same flaw.
func merge(ecosystem string, found []finding, said *opinions) ([]Flaw, error) {
	// Each finding names one flaw by a set of names, or is about several CVEs,
	// each a flaw of its own. Sets that share a name are the same flaw.
	var g groups
	for i := range found {
		f := &found[i]
		if len(f.flaws) > 1 {
			for _, cve := range f.flaws {
				g.join(i, cve)
			}
			continue
		}
		g.join(i, slices.Concat(f.flaws, []string{f.id}, f.aliases)...)
	}
	var flaws []Flaw
	for _, members := range g.sets() {
		flaw, err := newFlaw(ecosystem, members, found, said)
		if err != nil {
			return nil, err
		}
		flaws = append(flaws, flaw)
	}
	slices.SortFunc(flaws, func(a, b Flaw) int { return compareNames(a.ID, b.ID) })
	return flaws, nil
}

// set is the names of one flaw, and the findings that speak of it.
type set struct {
	names    []string
	findings []int
}

// groups is a union of sets of names.
type groups struct {
	parent []int          // of each node; a root is its own parent
	node   map[string]int // of each name
	names  []string       // of each node
	speak  []spoken
}

// spoken notes that a finding speaks of the flaw of a node.
type spoken struct{ finding, node int }

func (g *groups) find(n int) int {
	for g.parent[n] != n {
		g.parent[n] = g.parent[g.parent[n]]
		n = g.parent[n]
	}
	return n
}

// join notes that a finding speaks of the flaw that has all these names.
func (g *groups) join(finding int, names ...string) {
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
	g.speak = append(g.speak, spoken{finding, first})
}

// sets gives the flaws.
func (g *groups) sets() []set {
	roots := make(map[int]int)
	var all []set
	for n, name := range g.names {
		root := g.find(n)
		i, ok := roots[root]
		if !ok {
			i = len(all)
			roots[root] = i
			all = append(all, set{})
		}
		all[i].names = append(all[i].names, name)
	}
	for _, s := range g.speak {
		one := &all[roots[g.find(s.node)]]
		if !slices.Contains(one.findings, s.finding) {
			one.findings = append(one.findings, s.finding)
		}
	}
	return all
}

// newFlaw makes one flaw of what several advisories, and the distribution, say.
func newFlaw(ecosystem string, s set, found []finding, opinions *opinions) (Flaw, error) {
	slices.SortFunc(s.names, compareNames)
	slices.SortFunc(s.findings, func(a, b int) int {
		return cmp.Or(compareTelling(&found[a], &found[b]), cmp.Compare(a, b))
	})
	flaw := Flaw{ID: s.names[0], Aliases: s.names[1:], Status: StatusAffected}
	var said []judgement
	informational := 0
	for _, i := range s.findings {
		f := &found[i]
		if !slices.Contains(flaw.Advisories, f.id) {
			flaw.Advisories = append(flaw.Advisories, f.id)
			flaw.texts = append(flaw.texts, f.at)
		}
		said = append(said, judgements(ecosystem, f)...)
		flaw.FixedVersion = laterFix(ecosystem, flaw.FixedVersion, f.fixed)
		if f.status != "" && (f.stated || flaw.Status == StatusAffected) {
			flaw.Status = f.status
		}
		if f.informational != "" {
			informational++
			flaw.Informational = f.informational
		}
		for _, i := range f.imports {
			if !slices.ContainsFunc(flaw.Imports, i.equal) {
				flaw.Imports = append(flaw.Imports, i)
			}
		}
	}
	if informational < len(s.findings) {
		flaw.Informational = "" // another advisory says that it is a flaw
	}
	if flaw.FixedVersion != "" {
		flaw.Status = StatusFixed
	}
	opinion, err := opinions.of(flaw.ID)
	if err != nil {
		return flaw, err
	}
	if opinion != nil {
		said = append(said, judgements(ecosystem, &finding{advice: opinion, affects: &affects{}, stated: true})...)
	}
	flaw.Severity, flaw.SeveritySource, flaw.CVSS = judge(said)
	return flaw, nil
}

func (i Import) equal(j Import) bool {
	return i.Path == j.Path && slices.Equal(i.Symbols, j.Symbols) && slices.Equal(i.GOOS, j.GOOS) && slices.Equal(i.GOARCH, j.GOARCH)
}

// laterFix gives the later of two fixed versions, which is free of the flaw by
// what both advisories say.
func laterFix(ecosystem, a, b string) string {
	if a == "" || b == "" {
		return cmp.Or(a, b)
	}
	v, errA := ParseVersion(ecosystem, a)
	w, errB := ParseVersion(ecosystem, b)
	if errA != nil || errB != nil {
		return a
	}
	if c, err := v.Compare(w); c < 0 && err == nil {
		return b
	}
	return a
}

// compareNames puts first the name by which a flaw is known: CVEs by their
// number, then advisories of the language ecosystems, then of distributions.
func compareNames(a, b string) int {
	n, isA := parseCVE(a)
	m, isB := parseCVE(b)
	if isA || isB {
		return cmp.Or(cmp.Compare(b2i(isB), b2i(isA)), cmp.Compare(n, m))
	}
	return cmp.Or(cmp.Compare(nameRank(a), nameRank(b)), strings.Compare(a, b))
}

func nameRank(name string) int {
	for i, prefix := range []string{"GHSA-", "GO-", "PYSEC-", "RUSTSEC-"} {
		if strings.HasPrefix(name, prefix) {
			return i
		}
	}
	return 10
}

// compareTelling puts first the advisory that speaks of the one flaw alone.
func compareTelling(a, b *finding) int {
	return cmp.Or(cmp.Compare(len(a.flaws), len(b.flaws)), compareNames(a.id, b.id))
}
