package misconfig

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// index finds the interests of an entry. It is made once and only read.
type index struct {
	interests []check.Interest
	paths     names
	under     names
	bases     names
	suffixes  names
	headers   []headerInterest
	digest    string
}

// names finds interests by a name. Most entries are of no interest, and most of
// those are excluded by the length of the name and its first byte alone.
type names struct {
	sets    map[string]set
	lengths [maxIndexed + 1]bool
	first   [256]bool
}

// maxIndexed is the length of the longest name that an interest may give in
// paths, under, bases or suffixes. It bounds the work on long paths.
const maxIndexed = 96

func (n *names) add(keys []string, b set) {
	for _, k := range keys {
		if n.sets == nil {
			n.sets = map[string]set{}
		}
		n.sets[k] = n.sets[k].union(b)
		n.lengths[len(k)] = true
		n.first[k[0]] = true
	}
}

func (n *names) find(name string) set {
	if len(name) > maxIndexed || !n.lengths[len(name)] || name == "" || !n.first[name[0]] {
		return set{}
	}
	return n.sets[name]
}

type headerInterest struct {
	bit   set
	match func(*seaworthy.Header) bool
}

// set is a set of interests by their position in interests.
type set [2]uint64

func bit(i int) (s set) {
	s[i/64] = 1 << (i % 64)
	return s
}

func (s set) union(t set) set { return set{s[0] | t[0], s[1] | t[1]} }

func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s set) empty() bool { return s == set{} }

func newIndex(all []check.Interest) *index {
	x := &index{interests: all}
	h := sha256.New()
	for i, in := range all {
		b := bit(i)
		x.paths.add(in.Paths, b)
		x.under.add(in.Under, b)
		x.bases.add(in.Bases, b)
		x.suffixes.add(in.Suffixes, b)
		if in.Header != nil {
			x.headers = append(x.headers, headerInterest{b, in.Header})
		}
		fmt.Fprintf(h, "%q %q %q %q %q %t\n", in.Name, in.Paths, in.Under, in.Bases, in.Suffixes, in.Text)
	}
	x.digest = hex.EncodeToString(h.Sum(nil))
	return x
}

// of gives the interests that an entry is of.
func (x *index) of(h *seaworthy.Header) set {
	path := h.Path
	found := x.paths.find(path)
	base := 0
	for {
		i := strings.IndexByte(path[base:], '/')
		if i < 0 {
			break
		}
		found = found.union(x.under.find(path[:base+i]))
		base += i + 1
		if base > maxIndexed {
			base = strings.LastIndexByte(path, '/') + 1
			break
		}
	}
	found = found.union(x.bases.find(path[base:]))
	if dot := strings.LastIndexByte(path[base:], '.'); dot >= 0 {
		found = found.union(x.suffixes.find(path[base+dot:]))
	}
	for _, hi := range x.headers {
		if hi.match(h) {
			found = found.union(hi.bit)
		}
	}
	if found.empty() {
		return found
	}
	for i := range x.interests {
		if only := x.interests[i].Only; only != nil && found.has(i) && !only(h) {
			found[i/64] &^= 1 << (i % 64)
		}
	}
	return found
}

// wantsText is true if one of the interests keeps the entry's body.
func (x *index) wantsText(s set) bool {
	for i := range x.interests {
		if x.interests[i].Text && s.has(i) {
			return true
		}
	}
	return false
}

// holdsPasswords is true if one of the interests says so.
func (x *index) holdsPasswords(s set) bool {
	for i := range x.interests {
		if x.interests[i].Passwords && s.has(i) {
			return true
		}
	}
	return false
}

// reduce takes from a body what must not be kept.
func (x *index) reduce(found set, data []byte) []byte {
	for i := range x.interests {
		if reduce := x.interests[i].Reduce; reduce != nil && found.has(i) {
			data = reduce(data)
		}
	}
	return []byte(redact.URLs(string(data)))
}
