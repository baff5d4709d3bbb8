package check

import (
	"cmp"
	"slices"
)

// The limits on the facts of one layer. Entries and files beyond them are counted, and
// reported as not checked.
const (
	MaxTextSize     = 1 << 20  // bytes of one kept file
	MaxTextSum      = 16 << 20 // bytes of all kept files of a layer
	MaxEntriesNoted = 20_000   // entries of one interest in a layer
)

// Facts is what the pass collects in a layer. Entries are given by their ordinals, and all
// lists are sorted by these.
type Facts struct {
	// Noted are the entries of each interest, by the name of the interest.
	Noted map[string][]int `json:"noted,omitempty"`
	// Beyond counts the entries of an interest that are not in Noted, because there are more
	// than MaxEntriesNoted.
	Beyond map[string]int `json:"beyond,omitempty"`
	// Texts are the bodies of the files of interests with Text, after reduction.
	Texts []Bytes `json:"texts,omitempty"`
	// Capabilities are the values of security.capability.
	Capabilities []Bytes `json:"capabilities,omitempty"`
	// Unread are the files that are too large to be in Texts.
	Unread []int `json:"unread,omitempty"`
	// Links are the links with a path whose file would be in Texts.
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
