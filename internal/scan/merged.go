package scan

import (
	"iter"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/layer"
)

// Merged is an image whose layers were read and merged into the file system that a
// container sees. It implements [seaworthy.Merged].
type Merged struct {
	image  *seaworthy.Image
	layers []*layerResult
	tree   *tree
	// omissions are the parts of the image that were not read.
	omissions []image.Omission

	inventory *mergedInventory

	redactor *redact.Redactor
	// recorded is true if a document describes the image.
	recorded bool
}

var _ seaworthy.Merged = (*Merged)(nil)

// Image implements [seaworthy.Merged].
func (m *Merged) Image() *seaworthy.Image { return m.image }

// Result implements [seaworthy.Merged].
func (m *Merged) Result(a seaworthy.Analyzer, layer int) []byte {
	return m.layers[layer].results[a.Name()]
}

// Table returns the entry table of a layer.
func (m *Merged) Table(layer int) *layer.Table { return m.tree.tables[layer] }

// At implements [seaworthy.Merged].
func (m *Merged) At(layer, ordinal int) (seaworthy.Entry, bool) {
	t := m.tree
	if layer < 0 || layer >= len(t.tables) || ordinal < 0 || ordinal >= t.tables[layer].Len() || !t.tables[layer].Record(ordinal).Exists() {
		return seaworthy.Entry{}, false
	}
	return m.entry(t.starts[layer]+versionID(ordinal), ""), true
}

// Lookup implements [seaworthy.Merged].
func (m *Merged) Lookup(path string) (seaworthy.Entry, bool) { return m.walk(path, false) }

// Resolve implements [seaworthy.Merged].
func (m *Merged) Resolve(path string) (seaworthy.Entry, bool) { return m.walk(path, true) }

func (m *Merged) walk(path string, follow bool) (seaworthy.Entry, bool) {
	id, ok := m.tree.walk(path, follow)
	if !ok {
		return seaworthy.Entry{}, false
	}
	return m.liveEntry(id, ""), true
}

// List implements [seaworthy.Merged].
func (m *Merged) List(path string) []seaworthy.Entry {
	id, ok := m.tree.walk(path, true)
	if !ok || !m.tree.isDirectory(id) {
		return nil
	}
	var entries []seaworthy.Entry
	for _, c := range m.tree.children(id) {
		entries = append(entries, m.liveEntry(c, ""))
	}
	return entries
}

// Live implements [seaworthy.Merged].
func (m *Merged) Live() iter.Seq[seaworthy.Entry] {
	return func(yield func(seaworthy.Entry) bool) {
		type directory struct {
			path string
			rest []nodeID
		}
		stack := []directory{{"", m.tree.children(0)}}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if len(top.rest) == 0 {
				stack = stack[:len(stack)-1]
				continue
			}
			id := top.rest[0]
			top.rest = top.rest[1:]
			path := string(m.tree.name(id))
			if top.path != "" {
				path = top.path + "/" + path
			}
			e := m.liveEntry(id, path)
			if !yield(e) {
				return
			}
			if e.Type == seaworthy.Directory {
				stack = append(stack, directory{path, m.tree.children(id)})
			}
		}
	}
}

// Versions implements [seaworthy.Merged].
func (m *Merged) Versions(path string) []seaworthy.Entry {
	t := m.tree
	id, ok := t.find([]byte(path), func(nodeID) bool { return true })
	if !ok {
		return nil
	}
	var entries []seaworthy.Entry
	for v := t.node(id).newest; v != 0; v = t.version(v).older {
		entries = append(entries, m.entry(v, path))
	}
	slices.Reverse(entries)
	return entries
}

// Buried yields all entries that a later layer, or a later entry of the same layer,
// removed or replaced. They are sorted by layer and ordinal.
func (m *Merged) Buried() iter.Seq[seaworthy.Entry] {
	return func(yield func(seaworthy.Entry) bool) {
		for l, versions := range m.tree.versions {
			for ordinal := range versions {
				if versions[ordinal].removedIn == alive {
					continue
				}
				e, ok := m.At(l, ordinal)
				if ok && !yield(e) {
					return
				}
			}
		}
	}
}

// liveEntry returns the live version of a live node. A directory that no layer has as an
// entry belongs to root and has mode 0755, since that is how runtimes create it.
func (m *Merged) liveEntry(id nodeID, path string) seaworthy.Entry {
	n := m.tree.node(id)
	if n.flags&implicit == 0 {
		return m.entry(n.newest, path)
	}
	if path == "" {
		path = m.tree.path(id)
	}
	return seaworthy.Entry{
		Header:    seaworthy.Header{Path: path, Ordinal: -1, Type: seaworthy.Directory, Mode: 0o755},
		Layer:     -1,
		BodyLayer: -1, BodyOrdinal: -1,
	}
}

// entry returns a version as an Entry. The path is computed if it is "".
func (m *Merged) entry(id versionID, path string) seaworthy.Entry {
	t := m.tree
	l, ordinal := t.position(id)
	v := &t.versions[l][ordinal]
	if path == "" {
		path = t.path(v.node)
	}
	r := t.tables[l].Record(ordinal)
	e := seaworthy.Entry{
		Header: seaworthy.Header{
			Path: path, Ordinal: ordinal, Type: r.Type,
			Mode: r.Mode, UID: r.UID, GID: r.GID, Size: r.Size, Link: t.tables[l].Link(r),
		},
		Layer:     l,
		BodyLayer: l, BodyOrdinal: ordinal,
	}
	if v.removedIn != alive {
		e.RemovedIn = new(int(v.removedIn))
	}
	body := id
	if r.Type == seaworthy.Hardlink {
		if body = v.body; body == 0 {
			e.BodyLayer, e.BodyOrdinal = -1, -1
			return e
		}
		e.BodyLayer, e.BodyOrdinal = t.position(body)
		e.Size = t.record(body).Size
	}
	if link, ok := t.attributes[body]; ok {
		a := t.record(link)
		e.Mode, e.UID, e.GID = a.Mode, a.UID, a.GID
	}
	return e
}
