package report

import (
	"cmp"
	"slices"

	"seaworthy.dev/seaworthy"
)

// byPriority gives findings in the order in which people should fix them: those known
// to be exploited first, then those with a fix by severity and by the probability of
// being exploited, then the rest in the same way.
func byPriority(findings []*seaworthy.Finding) []*seaworthy.Finding {
	out := slices.Clone(findings)
	slices.SortStableFunc(out, comparePriority)
	return out
}

func comparePriority(a, b *seaworthy.Finding) int {
	return cmp.Or(
		cmp.Compare(rank(b.KEV != nil), rank(a.KEV != nil)),
		cmp.Compare(rank(hasFix(b)), rank(hasFix(a))),
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(probability(b), probability(a)),
	)
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hasFix reports whether a finding is not about a package, or has a fixed version.
func hasFix(f *seaworthy.Finding) bool { return f.Package == nil || f.Package.FixedVersion != "" }

func probability(f *seaworthy.Finding) float64 {
	if f.EPSS == nil {
		return 0
	}
	return f.EPSS.Score
}

// packageGroup is the vulnerabilities of one source package, or of a package without.
type packageGroup struct {
	name, version string
	// packages are the installed packages that have the vulnerabilities, sorted.
	packages []string
	// upgrade is the version that fixes everything that has a fix, "" if nothing has.
	upgrade         string
	vulnerabilities []*seaworthy.Finding // one for each id, by priority
	all             []*seaworthy.Finding

	ids map[string]bool // of vulnerabilities
}

// byPackage groups findings by source package, both in the order of priority.
// Findings that are about no package of an ecosystem are given apart.
func byPackage(findings []*seaworthy.Finding) (groups []*packageGroup, apart []*seaworthy.Finding) {
	type key struct {
		ecosystem     seaworthy.Ecosystem
		name, version string
	}
	known := make(map[key]*packageGroup)
	for _, f := range byPriority(findings) {
		p := f.Package
		if p == nil || p.Ecosystem.IsZero() {
			apart = append(apart, f)
			continue
		}
		k := key{ecosystem: p.Ecosystem}
		k.name, k.version = p.Origin()
		g, ok := known[k]
		if !ok {
			g = &packageGroup{name: k.name, version: k.version, ids: make(map[string]bool)}
			known[k] = g
			groups = append(groups, g)
		}
		g.add(f)
	}
	return groups, apart
}

func (g *packageGroup) add(f *seaworthy.Finding) {
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
		g.vulnerabilities = append(g.vulnerabilities, f)
	}
}

// locations are those of all packages of the group, each once.
func (g *packageGroup) locations() []seaworthy.Location {
	var out []seaworthy.Location
	seen := make(map[string]bool) // packages: all vulnerabilities of one are in the same places
	for _, f := range g.all {
		if p := f.Package; !seen[p.Name+" "+p.PURL] {
			seen[p.Name+" "+p.PURL] = true
			out = append(out, f.Locations...)
		}
	}
	slices.SortFunc(out, seaworthy.CompareLocations)
	return slices.CompactFunc(out, func(a, b seaworthy.Location) bool { return seaworthy.CompareLocations(a, b) == 0 })
}

// upgradeCommand is a command that upgrades packages, or the upgrades for which there
// is none.
type upgradeCommand struct {
	command  string
	packages []string // what the command ends with, sorted
	fixes    map[seaworthy.Unit]bool
}

// upgradesOf joins the upgrades of findings: one command for all packages that it can
// name at once. Base are the vulnerabilities of packages that came with the base image.
func upgradesOf(findings []*seaworthy.Finding) (list []*upgradeCommand, fixes, base map[seaworthy.Unit]bool) {
	fixes, base = make(map[seaworthy.Unit]bool), make(map[seaworthy.Unit]bool)
	known := make(map[string]*upgradeCommand)
	for _, f := range findings {
		if f.Package == nil || f.Package.Upgrade == nil {
			continue
		}
		u := f.Package.Upgrade
		r, ok := known[u.Command]
		if !ok {
			r = &upgradeCommand{command: u.Command, fixes: make(map[seaworthy.Unit]bool)}
			known[u.Command] = r
			list = append(list, r)
		}
		r.fixes[f.Unit()], fixes[f.Unit()] = true, true
		if u.Base {
			base[f.Unit()] = true
		}
		if u.Package != "" {
			r.packages = append(r.packages, u.Package)
		}
	}
	for _, r := range list {
		slices.Sort(r.packages)
		r.packages = slices.Compact(r.packages)
	}
	slices.SortStableFunc(list, func(a, b *upgradeCommand) int {
		return cmp.Or(cmp.Compare(len(b.fixes), len(a.fixes)), cmp.Compare(a.command, b.command))
	})
	return list, fixes, base
}

// worst is the highest severity.
func (g *packageGroup) worst() seaworthy.Severity {
	worst := seaworthy.Unknown
	for _, f := range g.vulnerabilities {
		worst = max(worst, f.Severity)
	}
	return worst
}
