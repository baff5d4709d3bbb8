package misconfig

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// pass collects the facts of one layer.
type pass struct {
	index *index
	noted [][]int // ordinals of entries, by interest; used by Wants alone
	over  []int   // the number of entries after check.MaxEntriesNoted, by interest

	mu    sync.Mutex // guards the fields below, which File sets
	facts check.Facts
	sum   int64 // bytes of all texts in facts
	// passwords are the files with password hashes. Close reduces them one after the other,
	// because the limit on the rounds of hashes is for all of them together.
	passwords []check.Bytes
}

func (p *pass) Wants(h *seaworthy.Header) seaworthy.Want {
	if h.Capability != nil {
		p.mu.Lock()
		p.facts.Capabilities = append(p.facts.Capabilities, check.Bytes{Ordinal: h.Ordinal, Value: slices.Clone(h.Capability)})
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
		if len(p.noted[i]) == check.MaxEntriesNoted {
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
		if link := h.Type == seaworthy.Symlink || h.Type == seaworthy.Hardlink; link && len(p.facts.Links) < check.MaxEntriesNoted {
			p.facts.Links = append(p.facts.Links, h.Ordinal)
		}
		return seaworthy.Skip
	}
	if h.Size > check.MaxTextSize || p.sum+h.Size > check.MaxTextSum {
		if len(p.facts.Unread) < check.MaxEntriesNoted {
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
		if data, err = io.ReadAll(io.LimitReader(f.Reader(), check.MaxTextSize)); err != nil {
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
		p.passwords = append(p.passwords, check.Bytes{Ordinal: f.Ordinal, Value: data})
		return nil
	}
	p.facts.Texts = append(p.facts.Texts, check.Bytes{Ordinal: f.Ordinal, Value: data})
	return nil
}

func (p *pass) Close(context.Context) ([]byte, error) {
	f := &p.facts
	byOrdinal := func(a, b check.Bytes) int { return cmp.Compare(a.Ordinal, b.Ordinal) }
	slices.SortFunc(p.passwords, byOrdinal)
	left := check.MaxRounds
	for _, b := range p.passwords {
		f.Texts = append(f.Texts, check.Bytes{Ordinal: b.Ordinal, Value: check.ReducePasswords(b.Value, &left)})
	}
	slices.SortFunc(f.Texts, byOrdinal)
	slices.SortFunc(f.Capabilities, byOrdinal)
	f.Noted, f.Beyond = map[string][]int{}, map[string]int{}
	for i, in := range p.index.interests {
		if len(p.noted[i]) > 0 {
			f.Noted[in.Name] = p.noted[i]
		}
		if p.over[i] > 0 {
			f.Beyond[in.Name] = p.over[i]
		}
	}
	return json.Marshal(f)
}
