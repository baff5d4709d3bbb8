package document

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
		cmp.Compare(rank(HasFix(b)), rank(HasFix(a))),
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

// HasFix reports whether a finding is not about a package, or has a fixed version.
func HasFix(f *seaworthy.Finding) bool { return f.Package == nil || f.Package.FixedVersion != "" }

func probability(f *seaworthy.Finding) float64 {
	if f.EPSS == nil {
		return 0
	}
	return f.EPSS.Score
}

// PackageGroup is the vulnerabilities of one source package, or of a package without.
type PackageGroup struct {
	Name, Version string
	// Packages are the installed packages that have the vulnerabilities, sorted.
	Packages []string
	// Upgrade is the version that fixes everything that has a fix, "" if nothing has.
	Upgrade         string
	Vulnerabilities []*seaworthy.Finding // one for each id, by priority
	All             []*seaworthy.Finding

	ids map[string]bool // of vulnerabilities
}

// ByPackage groups findings by source package, both in the order of priority.
// Findings that are about no package of an ecosystem are given apart.
func ByPackage(findings []*seaworthy.Finding) (groups []*PackageGroup, apart []*seaworthy.Finding) {
	type key struct {
		ecosystem     seaworthy.Ecosystem
		name, version string
	}
	known := make(map[key]*PackageGroup)
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
			g = &PackageGroup{Name: k.name, Version: k.version, ids: make(map[string]bool)}
			known[k] = g
			groups = append(groups, g)
		}
		g.add(f)
	}
	return groups, apart
}

func (g *PackageGroup) add(f *seaworthy.Finding) {
	g.All = append(g.All, f)
	if i, ok := slices.BinarySearch(g.Packages, f.Package.Name); !ok {
		g.Packages = slices.Insert(g.Packages, i, f.Package.Name)
	}
	if g.Upgrade == "" {
		if g.Upgrade = f.Package.FixedVersion; f.Package.Upgrade != nil {
			g.Upgrade = f.Package.Upgrade.Version
		}
	}
	if !g.ids[f.ID] {
		g.ids[f.ID] = true
		g.Vulnerabilities = append(g.Vulnerabilities, f)
	}
}

// Locations are those of all packages of the group, each once.
func (g *PackageGroup) Locations() []seaworthy.Location {
	var out []seaworthy.Location
	seen := make(map[string]bool) // packages: all vulnerabilities of one are in the same places
	for _, f := range g.All {
		if p := f.Package; !seen[p.Name+" "+p.PURL] {
			seen[p.Name+" "+p.PURL] = true
			out = append(out, f.Locations...)
		}
	}
	slices.SortFunc(out, seaworthy.CompareLocations)
	return slices.CompactFunc(out, func(a, b seaworthy.Location) bool { return seaworthy.CompareLocations(a, b) == 0 })
}

// UpgradeCommand is a command that upgrades packages, or the upgrades for which there
// is none.
type UpgradeCommand struct {
	Command  string
	Packages []string // what the command ends with, sorted
	Fixes    map[seaworthy.Unit]bool
}

// UpgradesOf joins the upgrades of findings: one command for all packages that it can
// name at once. Base are the vulnerabilities of packages that came with the base image.
func UpgradesOf(findings []*seaworthy.Finding) (list []*UpgradeCommand, fixes, base map[seaworthy.Unit]bool) {
	fixes, base = make(map[seaworthy.Unit]bool), make(map[seaworthy.Unit]bool)
	known := make(map[string]*UpgradeCommand)
	for _, f := range findings {
		if f.Package == nil || f.Package.Upgrade == nil {
			continue
		}
		u := f.Package.Upgrade
		r, ok := known[u.Command]
		if !ok {
			r = &UpgradeCommand{Command: u.Command, Fixes: make(map[seaworthy.Unit]bool)}
			known[u.Command] = r
			list = append(list, r)
		}
		r.Fixes[f.Unit()], fixes[f.Unit()] = true, true
		if u.Base {
			base[f.Unit()] = true
		}
		if u.Package != "" {
			r.Packages = append(r.Packages, u.Package)
		}
	}
	for _, r := range list {
		slices.Sort(r.Packages)
		r.Packages = slices.Compact(r.Packages)
	}
	slices.SortStableFunc(list, func(a, b *UpgradeCommand) int {
		return cmp.Or(cmp.Compare(len(b.Fixes), len(a.Fixes)), cmp.Compare(a.Command, b.Command))
	})
	return list, fixes, base
}

// Worst is the highest severity.
func (g *PackageGroup) Worst() seaworthy.Severity {
	worst := seaworthy.Unknown
	for _, f := range g.Vulnerabilities {
		worst = max(worst, f.Severity)
	}
	return worst
}
