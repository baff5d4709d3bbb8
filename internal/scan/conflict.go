package scan

// conflicts are properties of a layer about which runtimes disagree: some refuse the
// layer, others see one or the other file. They become known in the merge.
type conflicts struct {
	// duplicates are paths that a layer has more than once, other than directories.
	duplicates occurrences
	// ownWhiteouts are whiteouts of what the same layer has before them, or of directories
	// in which it has entries.
	ownWhiteouts occurrences
	// outsideLinks are hard links whose target is not in the layer.
	outsideLinks occurrences
}

// occurrences counts paths, and keeps the first one.
type occurrences struct {
	count int
	first string
}

// add adds the path of a node.
func (o *occurrences) add(t *tree, id nodeID) {
	if o.count++; o.count == 1 {
		o.first = t.path(id)
	}
}

// conflictsOf returns the conflicts of a layer, for adding to them.
func (t *tree) conflictsOf(layer int) *conflicts {
	c, ok := t.conflicts[layer]
	if !ok {
		if t.conflicts == nil {
			t.conflicts = make(map[int]*conflicts)
		}
		c = new(conflicts)
		t.conflicts[layer] = c
	}
	return c
}

// isOf reports whether the live version of a node is of the given layer.
func (t *tree) isOf(id nodeID, layer int) bool {
	n := t.node(id)
	return n.flags&(live|implicit) == live && n.newest >= t.starts[layer]
}

// checkWhiteout records a whiteout of a path that the same layer has before it.
func (t *tree) checkWhiteout(layer int, id nodeID) {
	if t.isOf(id, layer) {
		t.conflictsOf(layer).ownWhiteouts.add(t, id)
	}
}
