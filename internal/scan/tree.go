package scan

import (
	"bytes"
	"context"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/layer"
)

// tree is the merged file system, including what later layers removed or replaced. It
// grows layer by layer. The merge takes time linear in the number of entries: each
// version is added once and buried at most once.
//
// Every path that any layer has is a node. Every entry that creates something at a path is
// a version. Both are small structures, since there may be millions.
//
// A node is live if a container sees it. Burying a node makes it dead.
type tree struct {
	tables   []*layer.Table
	versions [][]version // by layer and ordinal
	starts   []versionID // the first id of each layer

	// conflicts has what is ambiguous in a layer, by its index.
	conflicts map[int]*conflicts

	// attributes maps a body to the last hard link that changed its mode or owner.
	attributes map[versionID]versionID

	nodes [][]node // in chunks, so that growing copies nothing; 0 is the root
	count int
	names [][]byte // the arena of node names, in chunks of nameChunk
	slots []nodeID // hash table of (parent, name); 0 is free
	seed  maphash.Seed
}

type (
	nodeID    uint32
	versionID uint32 // 1 + the position over all layers; 0 is none
)

// version is the result of one entry at its path.
type version struct {
	node      nodeID    // 0 for the root, and for an entry that creates nothing
	older     versionID // the previous version of the same path
	body      versionID // for a hard link, the version whose body it shares
	removedIn uint16    // alive, or the index of a layer
}

// node is a path.
type node struct {
	parent     nodeID
	name       uint32 // offset in names
	nameLength uint16
	flags      uint8
	newest     versionID
	child      nodeID // the first of the listed children
	sibling    nodeID // the next one that the parent lists
}

const (
	alive = 1<<16 - 1

	nodesPerChunk = 1 << 13
	nameChunk     = 1 << 16
	maxLinks      = 40 // MAXSYMLINKS of Linux
	// maxElements limits the elements of a path and of all links on its way, so that
	// hostile links cannot make a lookup slow. A path of PATH_MAX bytes has at most as
	// many.
	maxElements = 2048

	// live marks a node that a container sees, directory one that is a directory.
	live      = 1 << 0
	directory = 1 << 1
	// implicit marks a live directory that has no live version: a layer has entries
	// below it, but no entry for it.
	implicit = 1 << 2
	// listed marks a node that is in its parent's list of children. Such a node may be
	// dead. Then it is skipped, and removed from the list when the parent is buried.
	listed = 1 << 3
)

// newTree merges layers. The first one is the base.
func newTree(ctx context.Context, tables []*layer.Table) (*tree, error) {
	limits, err := newMergeLimits(ctx, tables)
	if err != nil {
		return nil, err
	}
	t := &tree{tables: tables, seed: maphash.MakeSeed(), attributes: make(map[versionID]versionID)}
	t.addNode(0, nil)
	t.node(0).flags = live | directory | implicit
	start := versionID(1)
	for _, table := range tables {
		t.starts = append(t.starts, start)
		t.versions = append(t.versions, make([]version, table.Len()))
		start += versionID(table.Len())
	}
	t.slots = make([]nodeID, slotsFor(int(start)))
	for i := range tables {
		if err := t.applyWhiteouts(i, limits); err != nil {
			return nil, err
		}
		if err := t.addEntries(i, limits); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// applyWhiteouts applies the whiteouts of a layer. It comes before addEntries, wherever
// the whiteouts are in the archive, since they concern lower layers only. If an element on
// the path to a whiteout is not a directory, it becomes one, as in a runtime, which unpacks
// each layer separately.
func (t *tree) applyWhiteouts(layer int, limits *mergeLimits) error {
	table := t.tables[layer]
	var directories []nodeID
	for ordinal, path := range table.Paths() {
		if err := limits.check(ordinal, t.count); err != nil {
			return err
		}
		r := table.Record(ordinal)
		if !r.Whiteout && !r.Opaque || len(path) == 0 { // runtimes ignore an opaque root
			continue
		}
		limits.countElements(path)
		if r.Opaque {
			t.buryChildren(t.makeDirectory(layer, path, limits), layer)
			continue
		}
		parent, base := splitPath(path)
		id, ok := t.child(t.makeDirectory(layer, parent, limits), base)
		switch {
		case !ok:
		case t.isDirectory(id):
			directories = append(directories, id)
		default:
			t.bury(id, layer)
		}
	}
	return t.applyDirectoryWhiteouts(layer, directories, limits)
}

// applyDirectoryWhiteouts applies the whiteouts of directories. It ignores the whiteout
// of a directory that the same layer creates: unpacked separately, the layer has the
// directory in place of the whiteout, and the files of lower layers in it stay visible.
func (t *tree) applyDirectoryWhiteouts(layer int, directories []nodeID, limits *mergeLimits) error {
	if len(directories) == 0 {
		return nil
	}
	table := t.tables[layer]
	made := make(map[nodeID]bool)
	for ordinal, path := range table.Paths() {
		if err := limits.check(ordinal, t.count); err != nil {
			return err
		}
		if r := table.Record(ordinal); r.Exists() && r.Type == seaworthy.Directory {
			limits.countElements(path)
			if id, ok := t.find(path, t.isDirectory); ok {
				made[id] = true
			}
		}
	}
	for _, id := range directories {
		if !made[id] {
			t.bury(id, layer)
		}
	}
	return nil
}

// addEntries adds the entries of a layer that are not whiteouts.
func (t *tree) addEntries(layer int, limits *mergeLimits) error {
	table := t.tables[layer]
	var dir nodeID     // the directory of the previous entry,
	var dirPath []byte // and its path
	haveDir := false
	var hidden []nodeID // by whiteouts of this layer
	for ordinal, path := range table.Paths() {
		if err := limits.check(ordinal, t.count); err != nil {
			return err
		}
		r := table.Record(ordinal)
		if r.Whiteout {
			limits.countElements(path)
			if id, ok := t.find(path, t.isDirectory); ok {
				t.checkWhiteout(layer, id)
				hidden = append(hidden, id)
			}
		}
		if !r.Exists() {
			continue
		}
		limits.countElements(path)
		if len(path) == 0 {
			if r.Type == seaworthy.Directory { // the root is always a directory
				t.place(0, layer, ordinal, r, limits)
			}
			continue
		}
		parent, base := splitPath(path)
		if !haveDir || !bytes.Equal(parent, dirPath) || !t.isDirectory(dir) {
			dir = t.makeDirectory(layer, parent, limits)
			dirPath = append(dirPath[:0], parent...)
			haveDir = true
		}
		id := t.ensureChild(dir, base)
		t.place(id, layer, ordinal, r, limits)
	}
	for _, id := range hidden {
		if t.node(id).flags&(live|implicit) == live|implicit {
			t.conflictsOf(layer).ownWhiteouts.add(t, id) // entries in it make it a directory again
		}
	}
	return nil
}

// place makes an entry the live version of a node.
func (t *tree) place(id nodeID, layer, ordinal int, r layer.Record, limits *mergeLimits) {
	n := t.node(id)
	if t.isOf(id, layer) && id != 0 && (r.Type != seaworthy.Directory || n.flags&directory == 0) {
		c := t.conflictsOf(layer)
		c.duplicates.add(t, id)
	}
	if r.Type != seaworthy.Directory {
		t.buryChildren(id, layer)
	}
	t.buryVersion(n, layer)
	n.flags |= live
	if r.Type == seaworthy.Directory {
		n.flags |= directory
	}
	v := &t.versions[layer][ordinal]
	*v = version{node: id, older: n.newest, removedIn: alive}
	if r.Type == seaworthy.Hardlink {
		target := []byte(t.tables[layer].Link(r))
		limits.countElements(target)
		if v.body = t.linkedBody(target); v.body < t.starts[layer] {
			t.conflictsOf(layer).outsideLinks.add(t, id)
		}
		t.shareAttributes(v.body, t.starts[layer]+versionID(ordinal))
	}
	n.newest = t.starts[layer] + versionID(ordinal)
	t.addToParent(id)
}

// linkedBody returns the version that has the body of a hard link's target, or 0.
func (t *tree) linkedBody(target []byte) versionID {
	id, ok := t.find(target, t.isDirectory)
	if !ok || !t.isLive(id) {
		return 0
	}
	newest := t.node(id).newest
	if v := t.version(newest); v != nil && v.body != 0 {
		return v.body
	}
	return newest
}

// shareAttributes records that a hard link changed the mode and owner of the body that it
// shares: unpacking the link sets them for all names of the file.
func (t *tree) shareAttributes(body, link versionID) {
	if body == 0 {
		return
	}
	have, want := t.record(body), t.record(link)
	if _, shared := t.attributes[body]; shared || have.Mode != want.Mode || have.UID != want.UID || have.GID != want.GID {
		t.attributes[body] = link
	}
}

// record returns the record of a version.
func (t *tree) record(id versionID) layer.Record {
	l, ordinal := t.position(id)
	return t.tables[l].Record(ordinal)
}

// makeDirectory returns the node of a directory in which a layer has an entry, and creates
// it if necessary. It follows a symbolic link of the same layer, and replaces a link or
// file of a lower layer, as a runtime does that unpacks each layer separately.
func (t *tree) makeDirectory(layer int, path []byte, limits *mergeLimits) nodeID {
	at := nodeID(0)
	rest := path
	for links := 0; len(rest) > 0; {
		name, after, _ := bytes.Cut(rest, []byte{'/'})
		rest = after
		switch string(name) {
		case "", ".":
			continue
		case "..":
			at = t.node(at).parent
			continue
		}
		id := t.ensureChild(at, name)
		if t.isDirectory(id) {
			at = id
			continue
		}
		if target, ok := t.linkOf(id, layer); ok && links < maxLinks {
			links++
			if strings.HasPrefix(target, "/") {
				at = 0
			}
			rest = joinPath(target, rest)
			limits.countElements(rest)
			continue
		}
		t.bury(id, layer)
		t.node(id).flags |= live | directory | implicit
		t.addToParent(id)
		at = id
	}
	return at
}

// linkOf returns the target of a live symbolic link of the given layer.
func (t *tree) linkOf(id nodeID, layer int) (string, bool) {
	n := t.node(id)
	if n.flags&(live|directory) != live {
		return "", false
	}
	l, ordinal := t.position(n.newest)
	r := t.tables[l].Record(ordinal)
	return t.tables[l].Link(r), l == layer && r.Type == seaworthy.Symlink
}

func joinPath(target string, rest []byte) []byte {
	p := append([]byte(target), '/')
	return append(p, rest...)
}

// bury makes a node and all nodes below it dead.
func (t *tree) bury(id nodeID, layer int) {
	t.buryVersion(t.node(id), layer)
	t.buryChildren(id, layer)
}

// buryVersion makes a node dead and records the layer that did so.
func (t *tree) buryVersion(n *node, layer int) {
	if n.flags&(live|implicit) == live {
		t.version(n.newest).removedIn = uint16(layer)
	}
	n.flags &^= live | directory | implicit
}

// buryChildren makes all nodes below a node dead. It does not recurse, since a path may
// have thousands of elements.
func (t *tree) buryChildren(id nodeID, layer int) {
	pending := []nodeID{id}
	for len(pending) > 0 {
		n := t.node(pending[len(pending)-1])
		pending = pending[:len(pending)-1]
		child := n.child
		n.child = 0
		for child != 0 {
			c := t.node(child)
			if c.child != 0 {
				pending = append(pending, child)
			}
			t.buryVersion(c, layer)
			c.flags &^= listed
			child, c.sibling = c.sibling, 0
		}
	}
}

// addToParent puts a node into the list of children of its parent.
func (t *tree) addToParent(id nodeID) {
	n := t.node(id)
	if id == 0 || n.flags&listed != 0 {
		return
	}
	p := t.node(n.parent)
	n.flags |= listed
	n.sibling, p.child = p.child, id
}

// children returns the live children of a node, sorted by name.
func (t *tree) children(id nodeID) []nodeID {
	var ids []nodeID
	for c := t.node(id).child; c != 0; c = t.node(c).sibling {
		if t.isLive(c) {
			ids = append(ids, c)
		}
	}
	slices.SortFunc(ids, func(a, b nodeID) int { return bytes.Compare(t.name(a), t.name(b)) })
	return ids
}

func (t *tree) isLive(id nodeID) bool { return t.node(id).flags&live != 0 }

// isDirectory reports whether a node is live and a directory.
func (t *tree) isDirectory(id nodeID) bool { return t.node(id).flags&directory != 0 }

// find returns the node of a path, dead or live, without following links. It fails if
// enter returns false for a node above the last one.
func (t *tree) find(path []byte, enter func(nodeID) bool) (nodeID, bool) {
	at := nodeID(0)
	for rest := path; len(rest) > 0; {
		name, after, _ := bytes.Cut(rest, []byte{'/'})
		rest = after
		if !enter(at) {
			return 0, false
		}
		id, ok := t.child(at, name)
		if !ok {
			return 0, false
		}
		at = id
	}
	return at, true
}

// walk returns the live node of a path. It follows links above the last element, and a link
// at the last element if follow is set. It fails after maxElements elements or maxLinks
// links.
func (t *tree) walk(path string, follow bool) (nodeID, bool) {
	at := nodeID(0)
	rest := []byte(path)
	for links, elements := 0, 0; len(rest) > 0; elements++ {
		if elements > maxElements {
			return 0, false
		}
		name, after, more := bytes.Cut(rest, []byte{'/'})
		rest = after
		switch string(name) {
		case "", ".":
			continue
		case "..":
			at = t.node(at).parent
			continue
		}
		if !t.isDirectory(at) {
			return 0, false
		}
		id, ok := t.child(at, name)
		if !ok || !t.isLive(id) {
			return 0, false
		}
		if target, ok := t.liveLink(id); ok && (follow || more) {
			if links++; links > maxLinks {
				return 0, false
			}
			if strings.HasPrefix(target, "/") {
				at = 0
			}
			rest = joinPath(target, rest)
			continue
		}
		at = id
	}
	return at, t.isLive(at)
}

// liveLink returns the target of a live node, if that is a symbolic link.
func (t *tree) liveLink(id nodeID) (string, bool) {
	n := t.node(id)
	if n.flags&directory != 0 {
		return "", false
	}
	l, ordinal := t.position(n.newest)
	r := t.tables[l].Record(ordinal)
	return t.tables[l].Link(r), r.Type == seaworthy.Symlink
}

// splitPath splits a path at its last slash.
func splitPath(path []byte) (dir, base []byte) {
	i := bytes.LastIndexByte(path, '/')
	if i < 0 {
		return nil, path
	}
	return path[:i], path[i+1:]
}

func (t *tree) node(id nodeID) *node { return &t.nodes[id/nodesPerChunk][id%nodesPerChunk] }

func (t *tree) version(id versionID) *version {
	if id == 0 {
		return nil
	}
	l, ordinal := t.position(id)
	return &t.versions[l][ordinal]
}

// position returns the layer and ordinal of a version.
func (t *tree) position(id versionID) (layer, ordinal int) {
	i, found := slices.BinarySearch(t.starts, id)
	if !found {
		i--
	} else {
		// Empty layers share their start with the next one: take the last.
		for i+1 < len(t.starts) && t.starts[i+1] == id {
			i++
		}
	}
	return i, int(id - t.starts[i])
}

func (t *tree) name(id nodeID) []byte {
	n := t.node(id)
	return t.names[n.name/nameChunk][n.name%nameChunk:][:n.nameLength]
}

// path returns the path of a node.
func (t *tree) path(id nodeID) string {
	length := 0
	for at := id; at != 0; at = t.node(at).parent {
		length += int(t.node(at).nameLength) + 1
	}
	if length == 0 {
		return ""
	}
	buf := make([]byte, length-1)
	end := len(buf)
	for at := id; at != 0; at = t.node(at).parent {
		name := t.name(at)
		end -= len(name)
		copy(buf[end:], name)
		if end--; end >= 0 {
			buf[end] = '/'
		}
	}
	return string(buf)
}

func (t *tree) addNode(parent nodeID, name []byte) nodeID {
	if t.count%nodesPerChunk == 0 {
		t.nodes = append(t.nodes, make([]node, nodesPerChunk))
	}
	if n := len(t.names); n == 0 || len(t.names[n-1])+len(name) > nameChunk {
		t.names = append(t.names, make([]byte, 0, nameChunk))
	}
	last := len(t.names) - 1
	offset := last*nameChunk + len(t.names[last])
	t.names[last] = append(t.names[last], name...)
	id := nodeID(t.count)
	t.count++
	*t.node(id) = node{parent: parent, name: uint32(offset), nameLength: uint16(len(name))}
	return id
}

func (t *tree) hash(parent nodeID, name []byte) uint64 {
	return maphash.Bytes(t.seed, name) ^ (uint64(parent)+1)*0x9e3779b97f4a7c15
}

// slot returns the index of a child in the hash table, and its node. If there is no such
// child, it returns a free index and 0.
func (t *tree) slot(parent nodeID, name []byte) (at uint64, id nodeID) {
	mask := uint64(len(t.slots) - 1)
	h := t.hash(parent, name)
	for at = (h ^ h>>32) & mask; ; at = (at + 1) & mask {
		id = t.slots[at]
		if id == 0 || t.node(id).parent == parent && bytes.Equal(t.name(id), name) {
			return at, id
		}
	}
}

func (t *tree) child(parent nodeID, name []byte) (nodeID, bool) {
	_, id := t.slot(parent, name)
	return id, id != 0
}

// ensureChild returns the child of a node, and creates it as a dead node if it is missing.
func (t *tree) ensureChild(parent nodeID, name []byte) nodeID {
	at, id := t.slot(parent, name)
	if id != 0 {
		return id
	}
	if slotsFor(t.count) > len(t.slots) {
		t.growSlots()
		at, _ = t.slot(parent, name)
	}
	id = t.addNode(parent, name)
	t.slots[at] = id
	return id
}

// slotsFor returns the length of a hash table for a number of nodes: a power of two such
// that at least a quarter of the slots are free.
func slotsFor(nodes int) int {
	return 1 << bits.Len(uint(max(nodes, 1<<8)*4/3))
}

func (t *tree) growSlots() {
	t.slots = make([]nodeID, 2*len(t.slots))
	for id := nodeID(1); int(id) < t.count; id++ {
		at, _ := t.slot(t.node(id).parent, t.name(id))
		t.slots[at] = id
	}
}
