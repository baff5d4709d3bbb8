package scan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"seaworthy.dev/seaworthy"
)

// Judge lets the analyzers judge an image and hands what they conclude to the
// handler, sorted: the Image, then every Package, every Finding and every
// Coverage. The Provenance before them and the Verdict after them are the caller's.
//
// When the context ends, what analyzers report is refused, and files are no longer
// listed, so that they end soon; Judge returns when all of them have.
func Judge(ctx context.Context, m *Merged, analyzers []seaworthy.Analyzer, h seaworthy.Handler) error {
	group, groupCtx := errgroup.WithContext(ctx)
	c := &collector{ctx: groupCtx}
	for _, a := range analyzers {
		if ia, ok := a.(seaworthy.ImageAnalyzer); ok {
			group.Go(func() error {
				if err := ia.Image(groupCtx, interruptible{m, groupCtx}, c); err != nil {
					return named(ia, err)
				}
				return nil
			})
		}
	}
	err := group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	c.leftOut(m, analyzers)
	return c.emit(m, h)
}

// named says which analyzer an error is from.
func named(a seaworthy.Analyzer, err error) error { return fmt.Errorf("%s: %w", a.Name(), err) }

// interruptible is an image whose list of files breaks off when the context ends.
type interruptible struct {
	*Merged
	ctx context.Context
}

// Live implements [seaworthy.Merged].
func (m interruptible) Live() iter.Seq[seaworthy.Entry] {
	return func(yield func(seaworthy.Entry) bool) {
		n := 0
		for e := range m.Merged.Live() {
			if n++; n%checkEvery == 0 && m.ctx.Err() != nil || !yield(e) {
				return
			}
		}
	}
}

// collector is the Sink of all analyzers.
type collector struct {
	ctx      context.Context
	mu       sync.Mutex
	findings []*seaworthy.Finding  // guarded by mu
	coverage []*seaworthy.Coverage // guarded by mu
}

// Finding implements [seaworthy.Sink].
func (c *collector) Finding(f *seaworthy.Finding) error {
	if c.ctx.Err() != nil {
		return context.Cause(c.ctx)
	}
	slices.SortFunc(f.Locations, seaworthy.CompareLocations)
	f.SetFingerprint()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.findings = append(c.findings, f)
	return nil
}

// Coverage implements [seaworthy.Sink].
func (c *collector) Coverage(v *seaworthy.Coverage) error {
	if c.ctx.Err() != nil {
		return context.Cause(c.ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.coverage = append(c.coverage, v)
	return nil
}

// leftOut makes what the source did not give a gap in every risk that is looked
// for in layers.
func (c *collector) leftOut(m *Merged, analyzers []seaworthy.Analyzer) {
	for _, a := range analyzers {
		ia, judges := a.(seaworthy.ImageAnalyzer)
		if p, ok := a.(prepared); ok {
			a = p.Preparer
		}
		if _, reads := a.(seaworthy.LayerAnalyzer); !judges || !reads {
			continue
		}
		for _, why := range m.leftOut {
			c.coverage = append(c.coverage, &seaworthy.Coverage{Risk: ia.Risk(), Subject: "image", State: seaworthy.Partial, Code: why.Code, Reason: why.Reason})
		}
	}
}

func (c *collector) emit(m *Merged, h seaworthy.Handler) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := h.Image(m.image); err != nil {
		return err
	}
	for _, p := range m.Packages() {
		if err := h.Package(p); err != nil {
			return err
		}
	}
	slices.SortStableFunc(c.findings, seaworthy.CompareFindings)
	tellApart(c.findings)
	for _, f := range c.findings {
		if err := h.Finding(f); err != nil {
			return err
		}
	}
	slices.SortStableFunc(c.coverage, seaworthy.CompareCoverage)
	for _, v := range c.coverage {
		if err := h.Coverage(v); err != nil {
			return err
		}
	}
	return nil
}

// tellApart gives every finding a fingerprint of its own. What tells apart those
// that have one in common, such as two secrets of a kind in a file, is their
// order: of a secret's value nothing may go into a report.
func tellApart(findings []*seaworthy.Finding) {
	seen := make(map[string]int)
	for _, f := range findings {
		first := f.Fingerprint
		if seen[first]++; seen[first] > 1 {
			sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", first, seen[first]))
			f.Fingerprint = hex.EncodeToString(sum[:16])
		}
	}
}
