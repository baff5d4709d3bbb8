package misconfig

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// interest is a kind of entry that a check wants to know of. The pass decides
// by path and header alone, for every entry of every layer, so an interest is
// data that compiles to a few map lookups.
//
// An entry is of interest if any of paths, under, bases, suffixes or header
// says so.
type interest struct {
	// name is how a check asks for the entries: subject.noted(name) or, if text
	// is set, subject.texts(name).
	name string
	// paths are whole paths, in the form of [seaworthy.Header.Path].
	paths []string
	// under are directories; of interest is what lies in them at any depth.
	under []string
	// bases are last elements of paths, wherever they are.
	bases []string
	// suffixes are the ends of last elements, from their last dot on: ".pem".
	suffixes []string
	// header decides by anything else. It is called for every entry of the
	// image and must neither allocate nor scan the path.
	header func(*seaworthy.Header) bool
	// only drops what the fields above found; nil keeps it all.
	only func(*seaworthy.Header) bool
	// text keeps the body of regular files, which are then limited to
	// maxTextSize. What is kept is cached on disk.
	text bool
	// reduce takes from a kept body what no check needs, above all secrets. It
	// leaves the number of lines as it is. Passwords in URLs are always taken.
	// Where two interests reduce the same file, both apply.
	reduce func(body []byte) []byte
	// passwords says that the file has passwords in its second fields. Of their
	// hashes only what reducePasswords says is kept.
	passwords bool
}

// interests lists all interests. Their names are unique.
func interests() []interest {
	var all []interest
	all = append(all, accountInterests()...)
	all = append(all, buildInterests()...)
	all = append(all, repositoryInterests()...)
	all = append(all, softwareInterests()...)
	all = append(all, fileSystemInterests()...)
	return all
}

// index finds the interests of an entry. It is made once and only read.
type index struct {
	interests []interest
	paths     names
	under     names
	bases     names
	suffixes  names
	headers   []headerInterest
	digest    string
}

// names finds interests by a name. Most entries are of no interest, and most of
// those are told by the length of the name and its first byte alone.
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

func newIndex(all []interest) *index {
	x := &index{interests: all}
	h := sha256.New()
	for i, in := range all {
		b := bit(i)
		x.paths.add(in.paths, b)
		x.under.add(in.under, b)
		x.bases.add(in.bases, b)
		x.suffixes.add(in.suffixes, b)
		if in.header != nil {
			x.headers = append(x.headers, headerInterest{b, in.header})
		}
		fmt.Fprintf(h, "%q %q %q %q %q %t\n", in.name, in.paths, in.under, in.bases, in.suffixes, in.text)
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
		if only := x.interests[i].only; only != nil && found.has(i) && !only(h) {
			found[i/64] &^= 1 << (i % 64)
		}
	}
	return found
}

// wantsText is true if one of the interests keeps the entry's body.
func (x *index) wantsText(s set) bool {
	for i := range x.interests {
		if x.interests[i].text && s.has(i) {
			return true
		}
	}
	return false
}

// holdsPasswords is true if one of the interests says so.
func (x *index) holdsPasswords(s set) bool {
	for i := range x.interests {
		if x.interests[i].passwords && s.has(i) {
			return true
		}
	}
	return false
}

// reduce takes from a body what must not be kept.
func (x *index) reduce(found set, data []byte) []byte {
	for i := range x.interests {
		if reduce := x.interests[i].reduce; reduce != nil && found.has(i) {
			data = reduce(data)
		}
	}
	return []byte(instruction.RedactURLs(string(data)))
}

// keepLines makes a reduce that empties all lines but those that hold one of
// the words, in any case.
func keepLines(words ...string) func([]byte) []byte {
	return func(data []byte) []byte {
		var kept []byte
		for line := range bytes.Lines(data) {
			low := bytes.ToLower(line)
			switch {
			case slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(low, []byte(w)) }):
				kept = append(kept, line...)
			case bytes.HasSuffix(line, []byte("\n")):
				kept = append(kept, '\n')
			}
		}
		return kept
	}
}
