package scan

import (
	"cmp"
	"slices"

	"seaworthy.dev/seaworthy"
)

// Amount is a number of files, of all types but directories, and the bytes of their
// bodies in the layers.
type Amount struct {
	Files int
	Bytes int64
}

func (a *Amount) add(bytes int64) {
	a.Files++
	a.Bytes += bytes
}

// Changes is what a layer did to the file system that the layers below it make up.
type Changes struct {
	// Added are files where there was none, Changed those that took the place of a
	// file, Removed those that were there and are no more.
	Added, Changed, Removed Amount
	// Buried is what the layer brought and no container sees: a later layer, or a
	// later entry of this one, removed or replaced it. A body that a hard link still
	// shows is not buried.
	Buried Amount
}

// Waste is content of a path that is in the image but that no container sees.
type Waste struct {
	Path string
	// Versions counts the buried ones, Bytes sums their bodies.
	Versions int
	Bytes    int64
}

// Changes returns what each layer changed.
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
					continue // the layer itself did not leave it
				}
			}
			if old, ok := t.replaced(l, v); ok {
				// It was counted as removed when its own layer was.
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

// keptByLinks returns the buried bodies that live hard links still show.
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

// replaced returns the length of the file of a lower layer that a version of a layer
// replaced, if there was one.
func (t *tree) replaced(l int, v *version) (length int64, ok bool) {
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

// MostWasted returns the paths with the most bytes that no container sees, at most so
// many, in descending order.
func (m *Merged) MostWasted(most int) []Waste {
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
		if bytes[id] == 0 || len(top) == most && order(nodeID(id), top[most-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, nodeID(id), order)
		if top = slices.Insert(top, at, nodeID(id)); len(top) > most {
			top = top[:most]
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
