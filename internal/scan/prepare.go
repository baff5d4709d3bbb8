package scan

import (
	"context"
	"errors"
	"slices"

	"seaworthy.dev/seaworthy"
)

// PreparedAnalyzers are the analyzers for one image, with the data that they need.
type PreparedAnalyzers struct {
	Analyzers []seaworthy.Analyzer
	// Sources describes that data.
	Sources []seaworthy.DataSource

	open []seaworthy.Prepared // to be closed
}

// Prepare asks each [seaworthy.Preparer] among the analyzers which data it needs for an
// image, calls fetch to get the data, and prepares the analyzers with it. It calls fetch
// once, and only if there is a Preparer. The caller must close the result.
func Prepare(ctx context.Context, m *Merged, analyzers []seaworthy.Analyzer, fetch func(ctx context.Context, names []string) (seaworthy.Data, error)) (*PreparedAnalyzers, error) {
	var names []string
	needed := false
	for _, a := range analyzers {
		if p, ok := a.(seaworthy.Preparer); ok {
			needed = true
			names = append(names, p.Needs(m)...)
		}
	}
	r := &PreparedAnalyzers{Analyzers: slices.Clone(analyzers)}
	if !needed {
		return r, nil
	}
	slices.Sort(names)
	data, err := fetch(ctx, slices.Compact(names))
	if err != nil {
		return nil, err
	}
	for i, a := range analyzers {
		p, ok := a.(seaworthy.Preparer)
		if !ok {
			continue
		}
		ready, err := p.Prepare(ctx, m, data)
		if err != nil {
			return nil, errors.Join(analyzerError(p, err), r.Close())
		}
		r.open = append(r.open, ready)
		r.Sources = append(r.Sources, ready.Sources()...)
		r.Analyzers[i] = prepared{p, ready}
	}
	return r, nil
}

// Close releases the data.
func (r *PreparedAnalyzers) Close() error {
	var errs []error
	for _, p := range r.open {
		errs = append(errs, p.Close())
	}
	r.open = nil
	return errors.Join(errs...)
}

// prepared is a Preparer after Prepare, as an ImageAnalyzer for one image.
type prepared struct {
	seaworthy.Preparer
	ready seaworthy.Prepared
}

var _ seaworthy.ImageAnalyzer = prepared{}

// Image implements [seaworthy.ImageAnalyzer].
func (p prepared) Image(ctx context.Context, m seaworthy.Merged, s seaworthy.Sink) error {
	return p.ready.Image(ctx, m, s)
}
