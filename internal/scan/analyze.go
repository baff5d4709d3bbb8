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

// Analyze runs the image-level half of the analyzers and hands their results to the
// handler in this order: the Image, every Package, every Finding, every Coverage, each
// kind sorted. It emits no Provenance and no Verdict.
//
// When the context ends, Analyze waits for the analyzers, which end soon: their Sink
// returns an error, and the list of files breaks off.
func Analyze(ctx context.Context, m *Merged, analyzers []seaworthy.Analyzer, h seaworthy.Handler) error {
	group, groupCtx := errgroup.WithContext(ctx)
	s := &sink{ctx: groupCtx}
	for _, a := range analyzers {
		if ia, ok := a.(seaworthy.ImageAnalyzer); ok {
			group.Go(func() error {
				if err := ia.Image(groupCtx, interruptible{m, groupCtx}, s); err != nil {
					return analyzerError(ia, err)
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
	s.addOmissions(m, analyzers)
	return s.emit(m, h)
}

// analyzerError adds the name of the analyzer to an error.
func analyzerError(a seaworthy.Analyzer, err error) error { return fmt.Errorf("%s: %w", a.Name(), err) }

// interruptible is a Merged whose list of files breaks off when the context ends.
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

// sink collects what all analyzers report.
type sink struct {
	ctx      context.Context
	mu       sync.Mutex
	findings []*seaworthy.Finding  // guarded by mu
	coverage []*seaworthy.Coverage // guarded by mu
}

// Finding implements [seaworthy.Sink].
func (s *sink) Finding(f *seaworthy.Finding) error {
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	slices.SortFunc(f.Locations, seaworthy.CompareLocations)
	f.SetFingerprint()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.findings = append(s.findings, f)
	return nil
}

// Coverage implements [seaworthy.Sink].
func (s *sink) Coverage(v *seaworthy.Coverage) error {
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.coverage = append(s.coverage, v)
	return nil
}

// addOmissions adds a Coverage for each part of the image that was not read, to the risk of
// each analyzer that reads layers.
func (s *sink) addOmissions(m *Merged, analyzers []seaworthy.Analyzer) {
	for _, a := range analyzers {
		ia, hasImageHalf := a.(seaworthy.ImageAnalyzer)
		if p, ok := a.(prepared); ok {
			a = p.Preparer
		}
		if _, readsLayers := a.(seaworthy.LayerAnalyzer); !hasImageHalf || !readsLayers {
			continue
		}
		for _, o := range m.omissions {
			s.coverage = append(s.coverage, &seaworthy.Coverage{Risk: ia.Risk(), Subject: "image", State: seaworthy.Partial, Code: o.Code, Reason: o.Reason})
		}
	}
}

// emit hands everything to the handler, sorted.
func (s *sink) emit(m *Merged, h seaworthy.Handler) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h = m.Redacting(h)
	if err := h.Image(m.image); err != nil {
		return err
	}
	for _, p := range m.Packages() {
		if err := h.Package(p); err != nil {
			return err
		}
	}
	slices.SortStableFunc(s.findings, seaworthy.CompareFindings)
	makeFingerprintsUnique(s.findings)
	for _, f := range s.findings {
		if err := h.Finding(f); err != nil {
			return err
		}
	}
	slices.SortStableFunc(s.coverage, seaworthy.CompareCoverage)
	for _, v := range s.coverage {
		if err := h.Coverage(v); err != nil {
			return err
		}
	}
	return nil
}

// makeFingerprintsUnique changes the fingerprints of findings that share one, such as two
// secrets of the same kind in one file. It numbers them in their order, since nothing
// derived from a secret's value may go into a report.
func makeFingerprintsUnique(findings []*seaworthy.Finding) {
	seen := make(map[string]int)
	for _, f := range findings {
		first := f.Fingerprint
		if seen[first]++; seen[first] > 1 {
			sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", first, seen[first]))
			f.Fingerprint = hex.EncodeToString(sum[:16])
		}
	}
}
