package gitpack

import (
	"bytes"
	"crypto/sha1" // for the names of objects, not for security
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math/bits"
	"slices"
	"strings"
)

// objectFormat is the hash function for the ids of a repository's objects.
type objectFormat struct {
	size int // length of an id in bytes
	new  func() hash.Hash
}

var (
	sha1Format   = objectFormat{sha1.Size, sha1.New}
	sha256Format = objectFormat{sha256.Size, sha256.New}
)

// objectID is the id of an object, padded with zeros.
type objectID [sha256.Size]byte

// prefix returns the first eight bytes of the id, which identify the object. An attacker
// can create objects with the same prefix. Then only their names are wrong.
func (id *objectID) prefix() uint64 { return binary.BigEndian.Uint64(id[:]) }

// digest returns a hash for the id of an object. The caller writes the text to it.
func (f *objectFormat) digest(kind Kind, length int64) hash.Hash {
	h := f.new()
	fmt.Fprintf(h, "%s %d\x00", kind, length)
	return h
}

// sum returns the id that a hash of digest has.
func (f *objectFormat) sum(h hash.Hash) (id objectID) {
	h.Sum(id[:0])
	return id
}

// of returns the id of an object with a text.
func (f *objectFormat) of(kind Kind, text []byte) objectID {
	h := f.digest(kind, int64(len(text)))
	h.Write(text)
	return f.sum(h)
}

// nameTable finds a path and a commit for an object. It is a hash table of objects in trees
// and commits, by the prefix of their ids. It has a fixed size, so that an index of a slot
// stays valid. If it is too full, further objects have no name.
type nameTable struct {
	format  objectFormat
	slots   []nameSlot
	labels  []byte // the names, each after its length
	byLabel map[string]uint32
}

// nameSlot is an object in the table.
type nameSlot struct {
	id     uint64 // prefix of the id, 0 for a free slot
	parent uint32 // slot of the tree or commit that names the object
	label  uint32 // offset of the name in labels, or one of the following constants
}

const (
	unnamed   uint32 = iota // no name is known
	isCommit                // the object is a commit
	isTop                   // the object is the top tree of the parent, a commit
	firstName               // the smallest offset of a label
)

const (
	maxNameProbes = 128     // slots that are tried for an object
	maxNameLength = 255     // bytes of a path element
	maxNames      = 4 << 20 // bytes of all path elements
	maxNameDepth  = 64      // elements of a path
)

func newNameTable(objects int, format objectFormat) nameTable {
	return nameTable{
		format: format, slots: make([]nameSlot, objects+objects/2+16),
		labels: make([]byte, firstName), byLabel: make(map[string]uint32),
	}
}

// slot returns the slot of an object, and allocates one for a new object. It returns false
// if the table is too full.
func (n *nameTable) slot(id uint64) (slot uint32, ok bool) {
	id = max(id, 1)
	at, _ := bits.Mul64(id, uint64(len(n.slots)))
	for range maxNameProbes {
		switch s := &n.slots[at]; s.id {
		case id:
			return uint32(at), true
		case 0:
			s.id = id
			return uint32(at), true
		}
		if at++; at == uint64(len(n.slots)) {
			at = 0
		}
	}
	return 0, false
}

// addName sets the parent and label of an object, unless it has some.
func (n *nameTable) addName(id uint64, parent, label uint32) {
	if s, ok := n.slot(id); ok && n.slots[s].label == unnamed {
		n.slots[s].parent, n.slots[s].label = parent, label
	}
}

// addCommit adds the top tree of a commit.
func (n *nameTable) addCommit(id objectID, text []byte) {
	const mark = "tree "
	if !bytes.HasPrefix(text, []byte(mark)) || len(text) < len(mark)+2*n.format.size {
		return
	}
	var tree objectID
	if _, err := hex.Decode(tree[:], text[len(mark):][:2*n.format.size]); err != nil {
		return
	}
	if s, ok := n.slot(id.prefix()); ok && n.slots[s].label == unnamed {
		n.slots[s].label = isCommit
		n.addName(tree.prefix(), s, isTop)
	}
}

// addTree adds the objects that a tree names in its changed spans.
func (n *nameTable) addTree(id objectID, text []byte, changed []Span) {
	const submodule = "160000 "
	own, ok := n.slot(id.prefix())
	if !ok {
		return
	}
	for at := 0; at < len(text) && len(changed) > 0; {
		end := bytes.IndexByte(text[at:], 0)
		if end < 0 || len(text)-at-end-1 < n.format.size {
			return
		}
		entry, child := text[at:at+end], text[at+end+1:][:n.format.size]
		from := at
		at += end + 1 + n.format.size
		for len(changed) > 0 && changed[0].To < from {
			changed = changed[1:]
		}
		if len(changed) == 0 || changed[0].From > at || bytes.HasPrefix(entry, []byte(submodule)) {
			continue
		}
		if _, name, ok := bytes.Cut(entry, []byte(" ")); ok {
			if label, ok := n.label(name); ok {
				n.addName(binary.BigEndian.Uint64(child), own, label)
			}
		}
	}
}

// label returns the offset of a path element in labels. It returns false for an element that
// is not valid or does not fit.
func (n *nameTable) label(name []byte) (label uint32, ok bool) {
	if label, ok := n.byLabel[string(name)]; ok {
		return label, true
	}
	if len(name) == 0 || len(name) > maxNameLength || bytes.IndexByte(name, '/') >= 0 || len(n.labels)+len(name) > maxNames {
		return 0, false
	}
	label = uint32(len(n.labels))
	n.labels = append(append(n.labels, byte(len(name))), name...)
	n.byLabel[string(name)] = label
	return label, true
}

// find returns a path of an object, and the first 16 digits of the id of a commit that has
// it there. Both are "" if they are not known.
func (n *nameTable) find(id objectID) (commit, path string) {
	s, ok := n.slot(id.prefix())
	if !ok {
		return "", ""
	}
	var names []string
	for range maxNameDepth {
		slot := &n.slots[s]
		switch slot.label {
		case unnamed:
			slices.Reverse(names)
			return "", strings.Join(names, "/")
		case isCommit:
			slices.Reverse(names)
			return fmt.Sprintf("%016x", slot.id), strings.Join(names, "/")
		case isTop:
		default:
			label := n.labels[slot.label:]
			names = append(names, string(label[1:1+int(label[0])]))
		}
		s = slot.parent
	}
	return "", ""
}
