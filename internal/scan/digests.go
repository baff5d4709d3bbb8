package scan

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"

	"seaworthy.dev/seaworthy"
)

// Digests is a LayerAnalyzer that computes the SHA-256 of every file, for
// [Merged.Digest]. A normal scan does not use it.
type Digests struct{}

var _ seaworthy.LayerAnalyzer = Digests{}

// Name implements [seaworthy.Analyzer].
func (Digests) Name() string { return "digests" }

// ConfigDigest implements [seaworthy.Analyzer].
func (Digests) ConfigDigest() string { return "" }

// Open implements [seaworthy.LayerAnalyzer].
func (Digests) Open() seaworthy.Pass { return new(digestPass) }

type digestPass struct {
	mu   sync.Mutex
	sums []bodyDigest // guarded by mu
}

type bodyDigest struct {
	ordinal uint32
	sum     [sha256.Size]byte
}

// Wants implements [seaworthy.Pass].
func (p *digestPass) Wants(h *seaworthy.Header) seaworthy.Want {
	if h.Type == seaworthy.Regular {
		return seaworthy.Body
	}
	return seaworthy.Skip
}

// File implements [seaworthy.Pass].
func (p *digestPass) File(_ context.Context, f *seaworthy.File) error {
	sum, err := f.SHA256()
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sums = append(p.sums, bodyDigest{uint32(f.Ordinal), sum})
	return nil
}

const bodyDigestSize = 4 + sha256.Size

// Close implements [seaworthy.Pass]. The result is a record of ordinal and
// digest for each file, sorted by ordinal.
func (p *digestPass) Close(context.Context) ([]byte, error) {
	slices.SortFunc(p.sums, func(a, b bodyDigest) int { return int(a.ordinal) - int(b.ordinal) })
	out := make([]byte, 0, len(p.sums)*bodyDigestSize)
	for _, s := range p.sums {
		out = binary.BigEndian.AppendUint32(out, s.ordinal)
		out = append(out, s.sum[:]...)
	}
	return out, nil
}

// Digest returns the SHA-256 of the body of an entry. It returns false if [Digests] was
// not among the analyzers when the image was read, or if the entry has no body.
func (m *Merged) Digest(e *seaworthy.Entry) (sum [sha256.Size]byte, ok bool) {
	if e.BodyLayer < 0 || e.Type != seaworthy.Regular && e.Type != seaworthy.Hardlink {
		return sum, false
	}
	records := m.Result(Digests{}, e.BodyLayer)
	low, high := 0, len(records)/bodyDigestSize
	for low < high {
		mid := (low + high) / 2
		r := records[mid*bodyDigestSize:][:bodyDigestSize]
		switch ordinal := int(binary.BigEndian.Uint32(r)); {
		case ordinal < e.BodyOrdinal:
			low = mid + 1
		case ordinal > e.BodyOrdinal:
			high = mid
		default:
			return [sha256.Size]byte(r[4:]), true
		}
	}
	return sum, false
}
