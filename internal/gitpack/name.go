package gitpack

import (
	"bytes"
	"crypto/sha1" // names objects; nothing here trusts it
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math/bits"
	"slices"
	"strings"
)

// objectFormat is how a repository names its objects.
type objectFormat struct {
	size int // of an id in bytes
	new  func() hash.Hash
}

var (
	sha1Format   = objectFormat{sha1.Size, sha1.New}
	sha256Format = objectFormat{sha256.Size, sha256.New}
)

// objectID is the id of an object, with zeros behind it if it is a short one.
type objectID [sha256.Size]byte

// start identifies an object as well as all of the id does, unless objects were made so
// that it does not; then only their names are wrong.
func (id *objectID) start() uint64 { return binary.BigEndian.Uint64(id[:]) }

// digest returns the hash that is the id of an object once its text is written to it.
func (f *objectFormat) digest(kind Kind, length int64) hash.Hash {
	h := f.new()
	fmt.Fprintf(h, "%s %d\x00", kind, length)
	return h
}

func (f *objectFormat) sum(h hash.Hash) (id objectID) {
	h.Sum(id[:0])
	return id
}

// of returns the id of an object.
func (f *objectFormat) of(kind Kind, text []byte) objectID {
	h := f.digest(kind, int64(len(text)))
	h.Write(text)
	return f.sum(h)
}

// nameTable knows under which path of which commit an object is. It is a hash table
// of the objects that trees and commits name, by the start of their ids, and is never
// moved: an object is known by its slot. If it gets too full, objects have no name.
type nameTable struct {
	format  objectFormat
	slots   []nameSlot
	labels  []byte // one behind the other, each with its length in front
	byLabel map[string]uint32
}

type nameSlot struct {
	id     uint64 // 0 for a free slot
	parent uint32 // the slot of what names the object
	label  uint32 // where in labels the name is, or one of the following
}

const (
	unnamed   uint32 = iota // nothing is known yet
	isCommit                // the object is a commit
	isTop                   // the parent is a commit
	firstName               // the least place of a label
)

const (
	maxNameProbes = 128
	maxNameLength = 255
	maxNames      = 4 << 20 // bytes of all labels
	maxNameDepth  = 64
)

func newNameTable(objects int, format objectFormat) nameTable {
	return nameTable{
		format: format, slots: make([]nameSlot, objects+objects/2+16),
		labels: make([]byte, firstName), byLabel: make(map[string]uint32),
	}
}

// slot finds the slot of an object; one that is not there yet gets one.
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

// refer takes the first name of an object that there is.
func (n *nameTable) refer(id uint64, parent, label uint32) {
	if s, ok := n.slot(id); ok && n.slots[s].label == unnamed {
		n.slots[s].parent, n.slots[s].label = parent, label
	}
}

// commit takes which tree a commit names.
func (n *nameTable) commit(id objectID, text []byte) {
	const mark = "tree "
	if !bytes.HasPrefix(text, []byte(mark)) || len(text) < len(mark)+2*n.format.size {
		return
	}
	var tree objectID
	if _, err := hex.Decode(tree[:], text[len(mark):][:2*n.format.size]); err != nil {
		return
	}
	if s, ok := n.slot(id.start()); ok && n.slots[s].label == unnamed {
		n.slots[s].label = isCommit
		n.refer(tree.start(), s, isTop)
	}
}

// tree takes what a tree names in the spans that are new.
func (n *nameTable) tree(id objectID, text []byte, changed []Span) {
	const submodule = "160000 "
	own, ok := n.slot(id.start())
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
				n.refer(binary.BigEndian.Uint64(child), own, label)
			}
		}
	}
}

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

// find returns a path under which an object is, "" if none is known, and the start of
// the id of a commit with it, "" if none is known.
func (n *nameTable) find(id objectID) (commit, path string) {
	s, ok := n.slot(id.start())
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
