package scan

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory"
)

// findGaps returns a Coverage for each part of the image whose software is not known or
// only partly known.
func (s *mergedInventory) findGaps() []*seaworthy.Coverage {
	g := &gaps{}
	if os := s.merged.image.Config.OS; os != "" && os != "linux" {
		g.add("image", seaworthy.NotChecked, seaworthy.CodeUnsupportedPlatform, fmt.Sprintf("Packages of images for %s are not supported.", os))
	}
	for _, o := range s.merged.omissions {
		g.add("image", seaworthy.Partial, o.Code, o.Reason)
	}
	s.addUnreadFiles(g)
	s.addUnreadDatabases(g)
	s.addDistributionGaps(g)
	s.addRemovedPackages(g)
	s.addUnreadSoftware(g)
	slices.SortFunc(g.list, seaworthy.CompareCoverage)
	return g.list
}

// gaps collects the Coverage of the inventory.
type gaps struct{ list []*seaworthy.Coverage }

func (g *gaps) add(subject string, state seaworthy.State, code seaworthy.CoverageCode, reason string) {
	g.list = append(g.list, &seaworthy.Coverage{Risk: seaworthy.Vulnerability, Subject: subject, State: state, Code: code, Reason: reason, InImage: true})
}

func (g *gaps) addGap(gap inventory.Gap) { g.add(gap.Subject, gap.State, gap.Code, gap.Reason) }

// layerSubject returns the subject of a gap in a file of a layer.
func layerSubject(layer int, path string) string {
	text, _ := seaworthy.TextPath(path)
	return fmt.Sprintf("layer %d: %s", layer, text)
}

// addUnreadFiles adds the live files that were not read, or not completely.
func (s *mergedInventory) addUnreadFiles(g *gaps) {
	for _, f := range s.files {
		if gap, ok := f.file.Gap(layerSubject(f.entry.Layer, f.entry.Path)); ok {
			g.addGap(gap)
		}
	}
	for i, l := range s.layers {
		if gap, ok := l.Gap(fmt.Sprintf("layer %d", i)); ok {
			g.addGap(gap)
		}
	}
}

// addUnreadDatabases adds files at the path of a package database that were not read as
// one, such as a link to a file of another name.
func (s *mergedInventory) addUnreadDatabases(g *gaps) {
	for _, path := range inventory.DatabasePaths() {
		e, ok := s.merged.Resolve(path)
		if !ok || e.Type == seaworthy.Directory {
			continue
		}
		read := slices.ContainsFunc(s.files, func(f inventoryFile) bool {
			return f.file.Role == inventory.Database && f.entry.Layer == e.BodyLayer && f.entry.Ordinal == e.BodyOrdinal
		})
		if !read && (e.BodyLayer < 0 || s.layers[e.BodyLayer].OverLimit == 0) {
			g.add(layerSubject(e.Layer, path), seaworthy.NotChecked, seaworthy.CodePackageDatabaseUnreadable, "The package database was not read: it is a link or not a regular file.")
		}
	}
}

// addDistributionGaps adds packages for which no advisories exist, because their
// distribution is not supported or not known.
func (s *mergedInventory) addDistributionGaps(g *gaps) {
	counts := make(map[string]int) // packages by type
	for _, p := range s.system() {
		counts[p.Type]++
	}
	for _, gap := range inventory.DistributionGaps(s.merged, s.release, counts) {
		g.addGap(gap)
	}
}

// removedPackage is a package that no live database names, only a buried one.
type removedPackage struct {
	*inventory.Package
	entry seaworthy.Entry // of the database
	lists []inventory.FileList
}

// addRemovedPackages adds packages that a layer removed from the package database while it
// kept their files: it deleted or overwrote the database.
func (s *mergedInventory) addRemovedPackages(g *gaps) {
	byDatabase := make(map[string][]string) // names of packages
	entries := make(map[string]seaworthy.Entry)
	find := s.merged.tree.finder()
	for _, p := range s.findRemovedPackages() {
		if s.filesRemain(p, find) {
			byDatabase[p.entry.Path] = append(byDatabase[p.entry.Path], p.Name)
			entries[p.entry.Path] = p.entry
		}
	}
	for path, names := range byDatabase {
		e := entries[path]
		g.add(layerSubject(e.Layer, path), seaworthy.NotChecked, seaworthy.CodePackageDatabaseRemoved, fmt.Sprintf(
			"%s removed %s from the package database and left the files: %s.",
			s.removal(&e), plural(len(names), "package"), listFirst(names)))
	}
}

// removal names the layer that removed a version of a database.
func (s *mergedInventory) removal(e *seaworthy.Entry) string {
	if e.RemovedIn == nil {
		return "Something"
	}
	text := fmt.Sprintf("Layer %d", *e.RemovedIn)
	if i := s.merged.image.Layers[*e.RemovedIn].Instruction; i != "" {
		text += " (" + i + ")"
	}
	return text
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// listFirst lists the first names in alphabetical order, and the number of the others.
func listFirst(names []string) string {
	const few = 5
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > few {
		return strings.Join(names[:few], ", ") + fmt.Sprintf(" and %d more", len(names)-few)
	}
	return strings.Join(names, ", ")
}

// findRemovedPackages returns the packages that only buried databases name, each as the
// last of these databases has it.
func (s *mergedInventory) findRemovedPackages() []removedPackage {
	type name struct{ kind, name string }
	seen := make(map[name]bool)
	for _, p := range s.system() {
		seen[name{p.Type, p.Name}] = true
	}
	var all *inventory.Supplements
	var list []removedPackage
	for i := len(s.layers) - 1; i >= 0; i-- {
		for j := range s.layers[i].Files {
			f := &s.layers[i].Files[j]
			e, ok := s.merged.At(i, f.Ordinal)
			if f.Role != inventory.Database || !ok || e.Live() {
				continue
			}
			if all == nil {
				all = s.supplements()
			}
			for k := range f.Packages {
				p := &f.Packages[k]
				if n := (name{p.Type, p.Name}); !seen[n] {
					seen[n] = true
					list = append(list, removedPackage{p, e, fileLists(p, all.Of(p, e.Path, i))})
				}
			}
		}
	}
	return list
}

// filesRemain reports whether at least half of the files of a removed package are still
// there, unchanged, and not owned by another package. It is also true for a package
// without a list of files if the image has no live database of its type.
func (s *mergedInventory) filesRemain(p removedPackage, find func([]byte) (nodeID, bool)) bool {
	files, remain := 0, 0
	for _, list := range p.lists {
		for path := range list.All() {
			files++
			id, ok := find(path)
			if !ok || !s.isFileFromLayer(id, p.entry.Layer) {
				continue
			}
			if _, owned := s.owners().get(id); !owned {
				remain++
			}
		}
	}
	if files == 0 {
		return !slices.ContainsFunc(s.system(), func(in *systemPackage) bool { return in.Type == p.Type })
	}
	return remain > 0 && 2*remain >= files
}

// isFileFromLayer reports whether a live node is not a directory and comes from the given
// layer or a lower one.
func (s *mergedInventory) isFileFromLayer(id nodeID, layer int) bool {
	t := s.merged.tree
	if t.isDirectory(id) {
		return false
	}
	at, _ := t.position(t.node(id).newest)
	return at <= layer
}

// addUnreadSoftware adds software that is there and whose packages are not known: programs
// that do not say what they consist of, and files of package managers that are not
// supported. It leaves out what belongs to a package of the distribution, and programs in the
// directory of other software that is known.
func (s *mergedInventory) addUnreadSoftware(g *gaps) {
	seen := make(map[string][]string)
	var roots map[string]bool
	var known *inventory.KnownPrograms
	for i, l := range s.layers {
		for _, mark := range l.Marks {
			e, ok := s.merged.At(i, mark.Ordinal)
			if !ok || !e.Live() || s.unchangedOwner(&e) != "" || inventory.InPackageDirectory(e.Path) {
				continue
			}
			if mark.IsProgram() {
				if roots == nil {
					roots, known = s.softwareRoots()
				}
				if known.Has(e.Path) || isBelowAny(e.Path, roots) || s.hasUnlistedFiles() && inventory.IsSystemPath(e.Path) {
					continue
				}
			}
			path, _ := seaworthy.TextPath(e.Path)
			seen[mark.Kind] = append(seen[mark.Kind], path)
		}
	}
	for _, gap := range inventory.SoftwareGaps(seen) {
		g.addGap(gap)
	}
	if _, over := inventory.StorePackages(s.merged); over > 0 {
		g.add("store", seaworthy.Partial, seaworthy.CodeLimitExceeded, fmt.Sprintf("The store of Nix or Guix has %s more than the limit.", plural(over, "package")))
	}
}

// softwareRoots returns the directories of software that one manifest describes as a whole,
// and the programs with a known version.
func (s *mergedInventory) softwareRoots() (roots map[string]bool, known *inventory.KnownPrograms) {
	roots, known = map[string]bool{"nix/store": true, "gnu/store": true}, inventory.NewKnownPrograms()
	for _, f := range s.files {
		known.Add(f.file)
		if root, ok := f.file.Root(f.entry.Path); ok {
			roots[root] = true
		}
	}
	return roots, known
}

// isBelowAny reports whether a directory above a path is in a set.
func isBelowAny(path string, directories map[string]bool) bool {
	for i := range path {
		if path[i] == '/' && directories[path[:i]] {
			return true
		}
	}
	return false
}

// hasUnlistedFiles reports whether it is not known which files the distribution's packages
// installed, as in images without the lists of files.
func (s *mergedInventory) hasUnlistedFiles() bool {
	return len(s.system()) > 0 && !slices.ContainsFunc(s.system(), func(p *systemPackage) bool {
		return slices.ContainsFunc(p.lists, func(l inventory.FileList) bool { return len(l) > 0 })
	})
}
