package scan

import (
	"cmp"
	"slices"

	"seaworthy.dev/seaworthy"
)

// Amount is a number of files and the bytes of their bodies in the layers. Everything
// except a directory counts as a file.
type Amount struct {
	Files int
	Bytes int64
}

func (a *Amount) add(bytes int64) {
	a.Files++
	a.Bytes += bytes
}

// Changes are the changes that a layer made to the file system of the layers below it.
type Changes struct {
	// Added are new files, Changed are files that replaced a file, Removed are files
	// that were removed.
	Added, Changed, Removed Amount
	// Buried are files of this layer that no container sees, because a later layer, or
	// a later entry of this layer, removed or replaced them. A body that a container
	// still sees through a hard link is not buried.
	Buried Amount
}

// Waste is the buried content of a path: it is in the image, but no container sees it.
type Waste struct {
	Path string
	// Versions is the number of buried versions, Bytes the sum of their bodies.
	Versions int
	Bytes    int64
}

// Changes returns the changes of each layer.
func (m *Merged) Changes() []Changes {
	t := m.tree
	list := make([]Changes, len(t.tables))
	kept := t.keptByLinks()
	for l, versions := range t.versions {
		for ordinal := range versions {
			v := &versions[ordinal]
			r := t.tables[l].Record(ordinal)
			if v.node == 0 || r.Type == seaworthy.Directory {
				continue
			}
			if v.removedIn != alive {
				if by := int(v.removedIn); by > l {
					list[by].Removed.add(r.Size)
				}
				if !kept[t.starts[l]+versionID(ordinal)] {
					list[l].Buried.add(r.Size)
				}
				if int(v.removedIn) == l {
					continue // replaced in its own layer
				}
			}
			if old, ok := t.replacedSize(l, v); ok {
				// The loop over its own layer counted the old file as removed.
				list[l].Removed.Files--
				list[l].Removed.Bytes -= old
				list[l].Changed.add(r.Size)
			} else {
				list[l].Added.add(r.Size)
			}
		}
	}
	return list
}

// keptByLinks returns the buried versions whose body a live hard link still has.
func (t *tree) keptByLinks() map[versionID]bool {
	kept := make(map[versionID]bool)
	for _, versions := range t.versions {
		for i := range versions {
			v := &versions[i]
			if v.body == 0 || v.removedIn != alive {
				continue
			}
			if b := t.version(v.body); b.removedIn != alive {
				kept[v.body] = true
			}
		}
	}
	return kept
}

// replacedSize returns the length of the file of a lower layer that a version of layer l
// replaced. It returns false if there was no such file.
func (t *tree) replacedSize(l int, v *version) (length int64, ok bool) {
	for id := v.older; id != 0; {
		layer, ordinal := t.position(id)
		old := &t.versions[layer][ordinal]
		if layer == l {
			id = old.older
			continue
		}
		r := t.tables[layer].Record(ordinal)
		return r.Size, int(old.removedIn) == l && r.Type != seaworthy.Directory
	}
	return 0, false
}

// LargestWaste returns the paths with the most buried bytes, at most limit of them, in
// descending order.
func (m *Merged) LargestWaste(limit int) []Waste {
	t := m.tree
	kept := t.keptByLinks()
	bytes := make([]int64, t.count)
	for l, versions := range t.versions {
		for ordinal := range versions {
			v := &versions[ordinal]
			if v.removedIn != alive && v.node != 0 && !kept[t.starts[l]+versionID(ordinal)] {
				bytes[v.node] += t.tables[l].Record(ordinal).Size
			}
		}
	}
	var top []nodeID
	order := func(a, b nodeID) int { return cmp.Or(cmp.Compare(bytes[b], bytes[a]), cmp.Compare(a, b)) }
	for id := range bytes {
		if bytes[id] == 0 || len(top) == limit && order(nodeID(id), top[limit-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, nodeID(id), order)
		if top = slices.Insert(top, at, nodeID(id)); len(top) > limit {
			top = top[:limit]
		}
	}
	list := make([]Waste, len(top))
	for i, id := range top {
		list[i] = Waste{Path: t.path(id), Bytes: bytes[id]}
		for v := t.node(id).newest; v != 0; v = t.version(v).older {
			if t.version(v).removedIn != alive && !kept[v] {
				list[i].Versions++
			}
		}
	}
	return list
}
