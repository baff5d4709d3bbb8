package scan

import (
	"path"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory"
)

// fileLists are the lists of files that databases keep beside themselves, of all
// layers and live or not.
type fileLists map[listKey][]layerList

// listKey names a package as the name of a list does: without the version, and
// with or without the architecture.
type listKey struct{ kind, name, arch string }

type layerList struct {
	layer int
	path  string
	files inventory.FileList
}

// fileLists collects the lists, those of higher layers after those of lower ones.
func (s *software) fileLists() fileLists {
	lists := make(fileLists)
	for i, l := range s.layers {
		for j := range l.Found {
			f := &l.Found[j]
			if f.Role != inventory.Supplement || len(f.Packages) == 0 {
				continue
			}
			e, ok := s.merged.At(i, f.Ordinal)
			if !ok {
				continue
			}
			for k := range f.Packages {
				p := &f.Packages[k]
				key := listKey{p.Type, p.Name, p.Arch}
				lists[key] = append(lists[key], layerList{i, e.Path, p.Files})
			}
		}
	}
	return lists
}

// of gives the files of a package as of a layer: of each list the newest version
// up to there. A database in a file for each package has that file's name in the
// list's, whatever the package is called.
func (l fileLists) of(p *inventory.Package, database string, layer int) []inventory.FileList {
	var files []inventory.FileList
	if len(p.Files) > 0 {
		files = append(files, p.Files)
	}
	names := []listKey{{p.Type, p.Name, p.Arch}, {p.Type, p.Name, ""}, {p.Type, path.Base(database), ""}}
	var paths []string
	for _, key := range names {
		list := l[key]
		for i := len(list) - 1; i >= 0; i-- {
			if list[i].layer <= layer && !slices.Contains(paths, list[i].path) {
				paths = append(paths, list[i].path)
				files = append(files, list[i].files)
			}
		}
	}
	return files
}

// findOwners gives the packages to which live paths belong. Where two packages
// list a path, it is the first's.
func (s *software) findOwners() map[nodeID]*installed {
	owners := make(map[nodeID]*installed)
	find := s.merged.tree.finder()
	for _, p := range s.system() {
		for _, files := range p.lists {
			for path := range files.All() {
				id, ok := find(path)
				if !ok {
					continue
				}
				if _, taken := owners[id]; !taken {
					owners[id] = p
				}
			}
		}
	}
	return owners
}

// finder gives a function that finds the live node of a path, links above its last
// element followed. It is for sorted paths, many in the same directory.
func (t *tree) finder() func([]byte) (nodeID, bool) {
	type directory struct {
		id nodeID
		ok bool
	}
	known := make(map[string]directory)
	return func(path []byte) (nodeID, bool) {
		parent, base := split(path)
		d, ok := known[string(parent)]
		if !ok {
			d.id, d.ok = t.walk(string(parent), true)
			d.ok = d.ok && t.isDirectory(d.id)
			known[string(parent)] = d
		}
		if !d.ok {
			return 0, false
		}
		id, ok := t.child(d.id, base)
		return id, ok && t.live(id)
	}
}

// unchangedOwner gives the purl of the package of the operating system to which a
// language's package belongs, "" if to none. What a later layer put in the place
// of the operating system's file is not the operating system's.
func (s *software) unchangedOwner(e *seaworthy.Entry) string {
	if len(s.system()) == 0 {
		return ""
	}
	t := s.merged.tree
	p, ok := s.owners()[t.version(t.starts[e.Layer]+versionID(e.Ordinal)).node]
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
	p, ok := m.software.owners()[id]
	if !ok {
		return nil, false
	}
	return p.out, true
}
