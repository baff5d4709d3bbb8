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

// index finds the interests of an entry. It is built once and not changed.
type index struct {
	interests []check.Interest
	paths     names
	under     names
	bases     names
	suffixes  names
	headers   []headerInterest
	digest    string
}

// names finds interests by a name. For most entries, which are of no interest, the length
// and the first byte of the name suffice to exclude it.
type names struct {
	sets    map[string]set
	lengths [maxIndexed + 1]bool
	first   [256]bool
}

// maxIndexed is the maximum length of a name in the fields Paths, Under, Bases and
// Suffixes of an interest. Longer names in an image need not be looked up.
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

// headerInterest is an interest with a function Header.
type headerInterest struct {
	bit   set
	match func(*seaworthy.Header) bool
}

// set is a set of interests, as a bit mask of their indexes in index.interests.
type set [2]uint64

func bit(i int) (s set) {
	s[i/64] = 1 << (i % 64)
	return s
}

func (s set) union(t set) set { return set{s[0] | t[0], s[1] | t[1]} }

func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s set) empty() bool { return s == set{} }

// newIndex builds the index of interests.
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

// of returns the interests that apply to an entry.
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

// wantsText reports whether one of the interests needs the text of the entry.
func (x *index) wantsText(s set) bool {
	for i := range x.interests {
		if x.interests[i].Text && s.has(i) {
			return true
		}
	}
	return false
}

// holdsPasswords reports whether one of the interests is for a file with passwords.
func (x *index) holdsPasswords(s set) bool {
	for i := range x.interests {
		if x.interests[i].Passwords && s.has(i) {
			return true
		}
	}
	return false
}

// reduce removes from a text what must not be stored.
func (x *index) reduce(found set, data []byte) []byte {
	for i := range x.interests {
		if reduce := x.interests[i].Reduce; reduce != nil && found.has(i) {
			data = reduce(data)
		}
	}
	return []byte(redact.URLs(string(data)))
}
