package check

import (
	"cmp"
	"slices"
)

// The limits on what is remembered of one layer. What lies beyond them is
// counted, and becomes a Coverage.
const (
	MaxTextSize     = 1 << 20  // bytes of one kept file
	MaxTextSum      = 16 << 20 // bytes of all kept files of a layer
	MaxEntriesNoted = 20_000   // entries of one interest in a layer
)

// Facts is what the pass remembers of a layer. It names entries by ordinal, and
// everything in it is sorted by that.
type Facts struct {
	// Noted lists the entries of each interest, by its name.
	Noted map[string][]int `json:"noted,omitempty"`
	// Beyond counts the entries of an interest that MaxEntriesNoted cut off.
	Beyond map[string]int `json:"beyond,omitempty"`
	// Texts are the bodies of the interests that keep them.
	Texts []Bytes `json:"texts,omitempty"`
	// Capabilities are the values of security.capability.
	Capabilities []Bytes `json:"capabilities,omitempty"`
	// Unread are the ordinals of files that are too large to be kept.
	Unread []int `json:"unread,omitempty"`
	// Links are the ordinals of links by the name of a file that would be kept.
	Links []int `json:"links,omitempty"`
}

// Bytes are bytes that belong to an entry.
type Bytes struct {
	Ordinal int    `json:"ordinal"`
	Value   []byte `json:"bytes"`
}

// find returns the bytes of an entry from a sorted list.
func find(list []Bytes, ordinal int) ([]byte, bool) {
	i, ok := slices.BinarySearchFunc(list, ordinal, func(b Bytes, o int) int { return cmp.Compare(b.Ordinal, o) })
	if !ok {
		return nil, false
	}
	return list[i].Value, true
}
