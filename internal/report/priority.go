package report

import (
	"cmp"
	"slices"

	"seaworthy.dev/seaworthy"
)

// byPriority gives findings in the order in which people should take them up: what
// is known to be exploited, then what a version mends by severity and by the chance
// of being exploited, then the rest in the same way.
func byPriority(findings []*seaworthy.Finding) []*seaworthy.Finding {
	out := slices.Clone(findings)
	slices.SortStableFunc(out, comparePriority)
	return out
}

func comparePriority(a, b *seaworthy.Finding) int {
	return cmp.Or(
		cmp.Compare(rank(b.KEV != nil), rank(a.KEV != nil)),
		cmp.Compare(rank(fixable(b)), rank(fixable(a))),
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(chance(b), chance(a)),
	)
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fixable is true for a finding that is no flaw of a package, or one that a version
// mends.
func fixable(f *seaworthy.Finding) bool { return f.Package == nil || f.Package.FixedVersion != "" }

func chance(f *seaworthy.Finding) float64 {
	if f.EPSS == nil {
		return 0
	}
	return f.EPSS.Score
}

// flawed is the flaws of one source package, or of a package that has none.
type flawed struct {
	name, version string
	// packages are the installed packages that have the flaws, sorted.
	packages []string
	// upgrade is the version that mends what can be mended, "" if nothing can.
	upgrade string
	flaws   []*seaworthy.Finding // one for each id, by priority
	all     []*seaworthy.Finding

	ids map[string]bool // of flaws
}

// byPackage groups findings by the package that mends them, both in the order of
// priority. Findings that are about no package of an ecosystem are given apart.
func byPackage(findings []*seaworthy.Finding) (groups []*flawed, apart []*seaworthy.Finding) {
	type key struct {
		ecosystem     seaworthy.Ecosystem
		name, version string
	}
	known := make(map[key]*flawed)
	for _, f := range byPriority(findings) {
		p := f.Package
		if p == nil || p.Ecosystem.IsZero() {
			apart = append(apart, f)
			continue
		}
		k := key{ecosystem: p.Ecosystem, name: p.Name, version: p.Version}
		if p.Source != nil && p.Source.Name != "" {
			k.name = p.Source.Name
			k.version = cmp.Or(p.Source.Version, p.Version)
		}
		g, ok := known[k]
		if !ok {
			g = &flawed{name: k.name, version: k.version, ids: make(map[string]bool)}
			known[k] = g
			groups = append(groups, g)
		}
		g.add(f)
	}
	return groups, apart
}

func (g *flawed) add(f *seaworthy.Finding) {
	g.all = append(g.all, f)
	if i, ok := slices.BinarySearch(g.packages, f.Package.Name); !ok {
		g.packages = slices.Insert(g.packages, i, f.Package.Name)
	}
	if g.upgrade == "" {
		if g.upgrade = f.Package.FixedVersion; f.Package.Upgrade != nil {
			g.upgrade = f.Package.Upgrade.Version
		}
	}
	if !g.ids[f.ID] {
		g.ids[f.ID] = true
		g.flaws = append(g.flaws, f)
	}
}

// locations are those of all packages of the group, each once.
func (g *flawed) locations() []seaworthy.Location {
	var out []seaworthy.Location
	seen := make(map[string]bool) // packages: all flaws of one are in the same places
	for _, f := range g.all {
		if p := f.Package; !seen[p.Name+" "+p.PURL] {
			seen[p.Name+" "+p.PURL] = true
			out = append(out, f.Locations...)
		}
	}
	slices.SortFunc(out, seaworthy.CompareLocations)
	return slices.CompactFunc(out, func(a, b seaworthy.Location) bool { return seaworthy.CompareLocations(a, b) == 0 })
}

// remedy is a command that mends packages, or what to do where there is none.
type remedy struct {
	command  string
	packages []string // what the command ends with, sorted
	findings int
	base     int // findings of packages that came with the base image
}

// remediesOf brings together what mends the findings: a command for all packages
// that it can name at once.
func remediesOf(findings []*seaworthy.Finding) []*remedy {
	var list []*remedy
	known := make(map[string]*remedy)
	for _, f := range findings {
		if f.Package == nil || f.Package.Upgrade == nil {
			continue
		}
		u := f.Package.Upgrade
		r, ok := known[u.Command]
		if !ok {
			r = &remedy{command: u.Command}
			known[u.Command] = r
			list = append(list, r)
		}
		r.findings++
		if u.Base {
			r.base++
		}
		if u.Package != "" {
			r.packages = append(r.packages, u.Package)
		}
	}
	for _, r := range list {
		slices.Sort(r.packages)
		r.packages = slices.Compact(r.packages)
	}
	slices.SortStableFunc(list, func(a, b *remedy) int {
		return cmp.Or(cmp.Compare(b.findings, a.findings), cmp.Compare(a.command, b.command))
	})
	return list
}
