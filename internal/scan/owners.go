package scan

import (
	"bytes"
	"slices"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory"
)

// supplements returns the supplements of package databases in all layers, live or not.
func (s *mergedInventory) supplements() *inventory.Supplements {
	all := new(inventory.Supplements)
	for i, l := range s.layers {
		for j := range l.Files {
			f := &l.Files[j]
			if f.Role != inventory.Supplement || len(f.Packages) == 0 {
				continue
			}
			if e, ok := s.merged.At(i, f.Ordinal); ok {
				all.Add(i, e.Path, f)
			}
		}
	}
	return all
}

// fileLists returns the file lists of a package: its own and those of its supplements.
func fileLists(p *inventory.Package, supplements []*inventory.Package) []inventory.FileList {
	lists := []inventory.FileList{p.Files}
	for _, more := range supplements {
		lists = append(lists, more.Files)
	}
	return lists
}

// owners maps live nodes to the packages that own them.
type owners struct {
	packages []*systemPackage
	byNode   []uint32 // 1 + the index of the package, or 0

	mu      sync.Mutex
	digests map[*systemPackage]map[nodeID][]byte // guarded by mu; filled by digestsOf
	removed map[string]removedFile               // guarded by mu; nil until the first use
}

// get returns the package that owns a node.
func (o *owners) get(id nodeID) (*systemPackage, bool) {
	if o.byNode[id] == 0 {
		return nil, false
	}
	return o.packages[o.byNode[id]-1], true
}

// findOwners returns the owners of live paths. If several packages list a path, the
// first one owns it.
func (s *mergedInventory) findOwners() *owners {
	o := &owners{packages: s.system(), byNode: make([]uint32, s.merged.tree.count)}
	find := s.merged.tree.finder()
	for i, p := range o.packages {
		for _, files := range p.lists {
			for path := range files.All() {
				if id, ok := find(path); ok && o.byNode[id] == 0 {
					o.byNode[id] = uint32(i + 1)
				}
			}
		}
	}
	return o
}

// finder returns a function that finds the live node of a path. It follows links above
// the last element of the path. It is fast if successive paths have the same parent.
func (t *tree) finder() func([]byte) (nodeID, bool) {
	type directory struct {
		id nodeID
		ok bool
	}
	known := make(map[string]directory)
	var last []byte // the parent of the previous path; d is its directory
	d, haveLast := directory{}, false
	return func(path []byte) (nodeID, bool) {
		parent, base := splitPath(path)
		if !haveLast || !bytes.Equal(parent, last) {
			var ok bool
			if d, ok = known[string(parent)]; !ok {
				d.id, d.ok = t.walk(string(parent), true)
				d.ok = d.ok && t.isDirectory(d.id)
				known[string(parent)] = d
			}
			last, haveLast = append(last[:0], parent...), true
		}
		if !d.ok {
			return 0, false
		}
		id, ok := t.child(d.id, base)
		return id, ok && t.isLive(id)
	}
}

// unchangedOwner returns the purl of the distribution's package that owns a manifest, or
// "". A manifest that a later layer replaced is not owned by the distribution.
func (s *mergedInventory) unchangedOwner(e *seaworthy.Entry) string {
	if len(s.system()) == 0 {
		return ""
	}
	t := s.merged.tree
	p, ok := s.owners().get(t.version(t.starts[e.Layer] + versionID(e.Ordinal)).node)
	if !ok || e.Layer > p.since {
		return ""
	}
	return p.out.PURL
}

// Owner implements [seaworthy.Merged].
func (m *Merged) Owner(path string) (*seaworthy.Package, bool) {
	id, ok := m.tree.walk(path, false)
	if !ok {
		return nil, false
	}
	p, ok := m.inventory.owners().get(id)
	if !ok {
		return nil, false
	}
	return p.out, true
}

// Installed implements [seaworthy.Merged].
func (m *Merged) Installed(path string, digests [][]byte) (*seaworthy.Package, bool) {
	owners := m.inventory.owners()
	var p *systemPackage
	var want []byte
	if id, ok := m.tree.walk(path, false); ok {
		if p, ok = owners.get(id); ok {
			want = owners.digestsOf(p, m.tree)[id]
		}
	} else {
		f := owners.removedFiles(m.tree)[path]
		p, want = f.owner, f.digest
	}
	if len(want) == 0 || !slices.ContainsFunc(digests, func(d []byte) bool { return bytes.Equal(d, want) }) {
		return nil, false
	}
	return p.out, true
}

// removedFile is a file that a package lists and that no container sees.
type removedFile struct {
	owner  *systemPackage
	digest []byte // from the package database
}

// removedFiles returns the removed files by path. Files without a digest in the package
// database are not among them.
func (o *owners) removedFiles(t *tree) map[string]removedFile {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.removed != nil {
		return o.removed
	}
	o.removed = make(map[string]removedFile)
	find := t.finder()
	for _, p := range o.packages {
		for _, files := range p.lists {
			for path, digest := range files.All() {
				if len(digest) == 0 {
					continue
				}
				if _, ok := find(path); ok {
					continue
				}
				if _, ok := o.removed[string(path)]; !ok {
					o.removed[string(path)] = removedFile{p, bytes.Clone(digest)}
				}
			}
		}
	}
	return o.removed
}

// digestsOf returns the digests of a package's files from the package database.
func (o *owners) digestsOf(p *systemPackage, t *tree) map[nodeID][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	known, ok := o.digests[p]
	if ok {
		return known
	}
	known = make(map[nodeID][]byte)
	find := t.finder()
	for _, files := range p.lists {
		for path, digest := range files.All() {
			if id, ok := find(path); ok && len(digest) > 0 {
				known[id] = bytes.Clone(digest)
			}
		}
	}
	if o.digests == nil {
		o.digests = make(map[*systemPackage]map[nodeID][]byte)
	}
	o.digests[p] = known
	return known
}
