package scan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/license"
)

// mergedInventory is the software in the image, according to the package databases,
// manifests and binaries that a container sees. Everything except the release is computed on first
// use.
type mergedInventory struct {
	merged  *Merged
	layers  []*inventory.Layer
	release *inventory.Release // nil if the image names no distribution
	files   []inventoryFile    // sorted by path

	licenses license.Normalizer // used by the functions of system and all

	system func() []*systemPackage // packages of the distribution's package manager
	owners func() *owners
	all    func() []*seaworthy.Package
	gaps   func() []*seaworthy.Coverage
}

// inventoryFile is a live file that names packages.
type inventoryFile struct {
	entry seaworthy.Entry
	file  *inventory.PackageFile
}

// systemPackage is a package of the distribution's package manager.
type systemPackage struct {
	*inventory.Package
	out   *seaworthy.Package
	lists []inventory.FileList
	// since is the layer that installed the package in this version.
	since int
}

// maxPackages is the maximum number of packages that all layers of an image name. A layer
// that the image uses several times counts once. Eighty layers that each install something
// in addition to 3,000 packages of the distribution have as many, since each names all of them.
const maxPackages = 250_000

// decodeInventories returns the inventory of each layer. Layers with the same content share
// one. Of the layers that together exceed maxPackages, the last files are only counted.
func (m *Merged) decodeInventories() ([]*inventory.Layer, error) {
	analyzer := inventory.New()
	known := make(map[string]*inventory.Layer) // by diffID
	packages := 0
	var layers []*inventory.Layer
	for i, r := range m.layers {
		l, ok := known[r.diffID]
		if !ok {
			var err error
			if l, err = inventory.Decode(m.Result(analyzer, i), maxPackages-packages); err != nil {
				return nil, fmt.Errorf("layer %d: %w", i, err)
			}
			known[r.diffID] = l
			packages += l.Count()
		}
		layers = append(layers, l)
	}
	return layers, nil
}

func newMergedInventory(m *Merged, layers []*inventory.Layer) *mergedInventory {
	s := &mergedInventory{merged: m, layers: layers}
	for i, l := range layers {
		for j := range l.Files {
			f := &l.Files[j]
			if e, ok := m.At(i, f.Ordinal); ok && e.Live() {
				s.files = append(s.files, inventoryFile{e, f})
			}
		}
	}
	slices.SortStableFunc(s.files, func(a, b inventoryFile) int { return cmp.Compare(a.entry.Path, b.entry.Path) })
	s.removeSuperseded()
	s.applyLogs()
	s.release = inventory.FindRelease(m, layers)
	s.system = sync.OnceValue(s.findSystem)
	s.owners = sync.OnceValue(s.findOwners)
	s.all = sync.OnceValue(s.findAll)
	s.gaps = sync.OnceValue(s.findGaps)
	return s
}

// removeSuperseded removes the lock files that have the installed dependencies next to them.
func (s *mergedInventory) removeSuperseded() {
	var trees inventory.Trees
	for _, f := range s.files {
		trees.Add(f.entry.Path, f.file)
	}
	s.files = slices.DeleteFunc(s.files, func(f inventoryFile) bool { return trees.Superseded(f.entry.Path, f.file) })
}

// applyLogs adds to package databases what only their write-ahead logs have.
func (s *mergedInventory) applyLogs() {
	logs := make(map[string]int)
	for i, f := range s.files {
		if f.file.Role == inventory.Log {
			logs[f.entry.Path] = i
		}
	}
	for i, f := range s.files {
		path, ok := f.file.Log(f.entry.Path)
		if !ok {
			continue
		}
		if at, ok := logs[path]; ok {
			database, log := f.file.ApplyLog(s.files[at].file)
			s.files[i].file, s.files[at].file = &database, &log
		}
	}
}

// findSystem returns the packages of all live databases. If several databases have the
// same package, the first one counts.
func (s *mergedInventory) findSystem() []*systemPackage {
	ecosystems := make(map[string]seaworthy.Ecosystem) // by type of package
	seen := make(map[inventory.PackageID]bool)
	supplements := s.supplements()
	var list []*systemPackage
	for _, f := range s.files {
		if f.file.Role != inventory.Database {
			continue
		}
		since := s.since(f)
		for i := range f.file.Packages {
			p := &f.file.Packages[i]
			if seen[p.ID()] {
				continue
			}
			seen[p.ID()] = true
			ecosystem, ok := ecosystems[p.Type]
			if !ok && s.release != nil {
				ecosystem, _ = s.release.Ecosystem(p.Type)
				ecosystems[p.Type] = ecosystem
			}
			more := supplements.Of(p, f.entry.Path, len(s.layers)-1)
			in := &systemPackage{Package: p, since: since[i], lists: fileLists(p, more), out: s.describe(p, ecosystem)}
			if in.out.Vendor != "" && inventory.LacksCopyright(p, in.lists) {
				in.out.Ecosystem = seaworthy.Ecosystem{}
			}
			for _, t := range more {
				if in.out.Licenses == nil {
					in.out.Licenses = s.licenses.Expressions(t.Licenses)
				}
			}
			in.out.Locations = []seaworthy.Location{s.location(f.entry.Path, since[i])}
			list = append(list, in)
		}
	}
	return list
}

// describe returns a package as reports have it.
func (s *mergedInventory) describe(p *inventory.Package, ecosystem seaworthy.Ecosystem) *seaworthy.Package {
	by := s.release.ProvenanceOf(p)
	if by.Vendor != "" && !by.Uncertain {
		ecosystem = seaworthy.Ecosystem{} // the advisories of the distribution are not about it
	}
	out := &seaworthy.Package{
		Name: p.Name, Version: p.Version, Arch: p.Arch, Ecosystem: ecosystem, PURL: p.PURL(s.release),
		Modularity: p.Modularity, Licenses: s.licenses.Expressions(p.Licenses), ByText: p.ByText, Untagged: p.Untagged, NameHints: p.NameHints, Vendor: by.Vendor,
	}
	if p.SourceName != "" {
		out.Source = &seaworthy.SourcePackage{Name: p.SourceName, Version: p.SourceVersion}
	}
	return out
}

func (s *mergedInventory) location(path string, layer int) seaworthy.Location {
	return seaworthy.Location{Path: path, Layer: &layer, Instruction: s.merged.image.Layers[layer].Instruction}
}

// since returns, for each package of a live file, the layer that installed it: the first
// layer from which on every version of the file has the package in that version.
func (s *mergedInventory) since(f inventoryFile) []int {
	layers := make([]int, len(f.file.Packages))
	open := make([]int, len(layers)) // packages that may be still older
	for i := range layers {
		layers[i], open[i] = f.entry.Layer, i
	}
	versions := s.merged.Versions(f.entry.Path)
	for v := len(versions) - 2; v >= 0 && len(open) > 0; v-- {
		if gone := versions[v].RemovedIn; gone != nil && *gone < versions[v+1].Layer {
			break // the file did not exist between the two versions
		}
		older := s.layers[versions[v].Layer].Packages(versions[v].Ordinal, f.file.Format)
		// Both lists are sorted, so one pass finds the packages that are in both.
		open = slices.DeleteFunc(open, func(i int) bool {
			p := &f.file.Packages[i]
			for len(older) > 0 && inventory.CompareVersions(&older[0], p) < 0 {
				older = older[1:]
			}
			if len(older) == 0 || inventory.CompareVersions(&older[0], p) != 0 {
				return true
			}
			layers[i] = versions[v].Layer
			return false
		})
	}
	return layers
}

// findAll returns the packages of the distribution and of languages. A language's package
// that is in several manifests has several locations, if the same package of the
// distribution, or none, owns these manifests.
func (s *mergedInventory) findAll() []*seaworthy.Package {
	var all []*seaworthy.Package
	for _, in := range s.system() {
		all = append(all, in.out)
	}
	type key struct {
		inventory.PackageID
		owner string
		text  bool
	}
	known := make(map[key]*seaworthy.Package)
	declared := s.declaredPrograms()
	add := func(f inventoryFile) {
		owner := s.unchangedOwner(&f.entry)
		since := s.since(f)
		for i := range f.file.Packages {
			p := &f.file.Packages[i]
			if p.ByText && declared.has(f.entry.Path, p) {
				continue
			}
			k := key{p.ID(), owner, p.ByText}
			out, ok := known[k]
			if !ok {
				out = s.describe(p, inventory.LanguageEcosystem(p.Type))
				out.OwnedBy = owner
				known[k] = out
				all = append(all, out)
			}
			path := f.entry.Path
			if p.InnerPath != "" {
				path += "!/" + p.InnerPath
			}
			out.Locations = append(out.Locations, s.location(path, since[i]))
		}
	}
	installed := make(inventory.InstalledNames)
	for _, f := range s.files {
		if f.file.Role == inventory.Manifest && !s.isCopy(f) {
			installed.Add(f.file)
			add(f)
		}
	}
	for _, f := range s.files {
		if f.file.Role == inventory.Lock && !installed.Has(f.file) {
			add(f)
		}
	}
	stored, _ := inventory.StorePackages(s.merged)
	for i := range stored {
		p := &stored[i]
		out := s.describe(&p.Package, inventory.LanguageEcosystem(p.Type))
		out.Locations = []seaworthy.Location{s.location(p.Path, s.merged.layerOf(p.Path))}
		all = append(all, out)
	}
	sortPackages(all)
	return all
}

// isCopy reports whether the image has the file from which a manifest was made.
func (s *mergedInventory) isCopy(f inventoryFile) bool {
	original, ok := f.file.Original(f.entry.Path)
	if ok {
		_, ok = s.merged.Resolve(original)
	}
	return ok
}

// declaredPrograms are programs that a vendor's manifest names, by directory, name and
// version. The same program is then not listed a second time for the text in it.
type declaredPrograms map[[3]string]bool

func (s *mergedInventory) declaredPrograms() declaredPrograms {
	declared := make(declaredPrograms)
	for _, f := range s.files {
		for i := range f.file.Packages {
			if p := &f.file.Packages[i]; p.Type == inventory.TypeBitnami {
				directory := f.entry.Path[:max(strings.LastIndexByte(f.entry.Path, '/'), 0)]
				declared[[3]string{directory, p.Name, p.Version}] = true
			}
		}
	}
	return declared
}

// has reports whether a manifest in a directory above a path names the package.
func (d declaredPrograms) has(path string, p *inventory.Package) bool {
	if len(d) == 0 {
		return false
	}
	for i := range path {
		if path[i] == '/' && d[[3]string{path[:i], p.Name, p.Version}] {
			return true
		}
	}
	return false
}

// layerOf returns the layer of the first file at or below a path. A directory may have no
// entry of its own.
func (m *Merged) layerOf(path string) int {
	const maxDepth = 16
	e, ok := m.Lookup(path)
	for range maxDepth {
		if !ok || e.Layer >= 0 {
			break
		}
		children := m.List(e.Path)
		if ok = len(children) > 0; ok {
			e = children[0]
		}
	}
	return max(e.Layer, 0)
}

// Packages implements [seaworthy.Merged].
func (m *Merged) Packages() []*seaworthy.Package { return m.inventory.all() }

// InventoryGaps implements [seaworthy.Merged].
func (m *Merged) InventoryGaps() []*seaworthy.Coverage { return m.inventory.gaps() }

// GoFunction implements [seaworthy.Merged].
func (m *Merged) GoFunction(path, importPath, symbol string) (present, known bool) {
	e, ok := m.Resolve(path)
	if !ok || e.BodyLayer < 0 {
		return false, false
	}
	functions := m.inventory.layers[e.BodyLayer].Functions(e.BodyOrdinal)
	if functions == nil {
		return false, false
	}
	return functions.Has(importPath, symbol), true
}
