package misconfig

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
	"sync"

	"seaworthy.dev/seaworthy"
)

// The bounds on what is remembered of one layer. What lies beyond them is
// counted, and becomes a Coverage.
const (
	maxTextSize = 1 << 20  // bytes of one kept file
	maxTextSum  = 16 << 20 // bytes of all kept files of a layer
	maxNotes    = 20_000   // entries of one interest in a layer
)

// facts is what the pass remembers of a layer. It names entries by ordinal, and
// everything in it is sorted by that.
type facts struct {
	// Noted lists the entries of each interest, by its name.
	Noted map[string][]int `json:"noted,omitempty"`
	// Beyond counts the entries of an interest that maxNotes cut off.
	Beyond map[string]int `json:"beyond,omitempty"`
	// Texts are the bodies of the interests that keep them.
	Texts []body `json:"texts,omitempty"`
	// Capabilities are the values of security.capability.
	Capabilities []body `json:"capabilities,omitempty"`
	// Unread are the ordinals of files that are too large to be kept.
	Unread []int `json:"unread,omitempty"`
	// Links are the ordinals of links by the name of a file that would be kept.
	Links []int `json:"links,omitempty"`
}

// body is bytes that belong to an entry.
type body struct {
	Ordinal int    `json:"ordinal"`
	Bytes   []byte `json:"bytes"`
}

// find gives the bytes of an entry from a sorted list.
func find(list []body, ordinal int) ([]byte, bool) {
	i, ok := slices.BinarySearchFunc(list, ordinal, func(b body, o int) int { return cmp.Compare(b.Ordinal, o) })
	if !ok {
		return nil, false
	}
	return list[i].Bytes, true
}

// pass collects the facts of one layer.
type pass struct {
	index *index
	noted [][]int // by interest; only Wants touches it
	over  []int   // by interest, how many came after maxNotes

	mu    sync.Mutex // guards what follows, which File fills
	facts facts
	sum   int64
	// passwords are the files that hold some. Close reduces them one after the
	// other, since they share the rounds that it may take to try passwords.
	passwords []body
}

func (p *pass) Wants(h *seaworthy.Header) seaworthy.Want {
	if h.Capability != nil {
		p.mu.Lock()
		p.facts.Capabilities = append(p.facts.Capabilities, body{h.Ordinal, slices.Clone(h.Capability)})
		p.mu.Unlock()
	}
	found := p.index.of(h)
	if found.empty() {
		return seaworthy.Skip
	}
	for i := range p.noted {
		if !found.has(i) {
			continue
		}
		if len(p.noted[i]) == maxNotes {
			p.over[i]++
			continue
		}
		p.noted[i] = append(p.noted[i], h.Ordinal)
	}
	if !p.index.wantsText(found) {
		return seaworthy.Skip
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if h.Type != seaworthy.Regular {
		if link := h.Type == seaworthy.Symlink || h.Type == seaworthy.Hardlink; link && len(p.facts.Links) < maxNotes {
			p.facts.Links = append(p.facts.Links, h.Ordinal)
		}
		return seaworthy.Skip
	}
	if h.Size > maxTextSize || p.sum+h.Size > maxTextSum {
		if len(p.facts.Unread) < maxNotes {
			p.facts.Unread = append(p.facts.Unread, h.Ordinal)
		}
		return seaworthy.Skip
	}
	p.sum += h.Size
	return seaworthy.Body
}

func (p *pass) File(_ context.Context, f *seaworthy.File) error {
	data, ok := f.Bytes()
	if ok {
		data = slices.Clone(data)
	} else {
		var err error
		if data, err = io.ReadAll(io.LimitReader(f.Reader(), maxTextSize)); err != nil {
			return err
		}
	}
	found := p.index.of(f.Header)
	if !p.index.holdsPasswords(found) {
		data = p.index.reduce(found, data)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.index.holdsPasswords(found) {
		p.passwords = append(p.passwords, body{f.Ordinal, data})
		return nil
	}
	p.facts.Texts = append(p.facts.Texts, body{f.Ordinal, data})
	return nil
}

func (p *pass) Close(context.Context) ([]byte, error) {
	f := &p.facts
	byOrdinal := func(a, b body) int { return cmp.Compare(a.Ordinal, b.Ordinal) }
	slices.SortFunc(p.passwords, byOrdinal)
	left := maxRounds
	for _, b := range p.passwords {
		f.Texts = append(f.Texts, body{b.Ordinal, reducePasswords(b.Bytes, &left)})
	}
	slices.SortFunc(f.Texts, byOrdinal)
	slices.SortFunc(f.Capabilities, byOrdinal)
	f.Noted, f.Beyond = map[string][]int{}, map[string]int{}
	for i, in := range p.index.interests {
		if len(p.noted[i]) > 0 {
			f.Noted[in.name] = p.noted[i]
		}
		if p.over[i] > 0 {
			f.Beyond[in.name] = p.over[i]
		}
	}
	return json.Marshal(f)
}
