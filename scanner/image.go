package scanner

import (
	"context"
	"iter"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/policy"
	"seaworthy.dev/seaworthy/internal/scan"
	"seaworthy.dev/seaworthy/internal/vex"
)

// Image is an image that is ready to be checked: its layers were read, or a document
// describes it.
type Image struct {
	scanner   *Scanner
	merged    *scan.Merged
	name      string                // of the image in error messages
	reference string                // of the image in a registry; "" if not known
	analyzers []seaworthy.Analyzer  // that check the image
	risks     []seaworthy.Risk      // that count in the verdict
	document  *seaworthy.DataSource // that describes the image; nil if its layers were read
}

// Merged returns the image with its layers merged: its files, packages and configuration.
// The result implements [seaworthy.Merged], and another program uses it as such:
//
//	var m seaworthy.Merged = img.Merged()
//
// Its own type is internal to this module.
func (i *Image) Merged() *scan.Merged { return i.merged }

// Images reads the images that a reference stands for and yields one after the
// other. While they are read the handler gets Progress events, and no others.
// After an error no further image is yielded.
func (s *Scanner) Images(ctx context.Context, reference string, h seaworthy.Handler) iter.Seq2[*Image, error] {
	if path, scheme, ok := documentPath(reference); ok {
		return s.describedImages(ctx, path, scheme)
	}
	return s.ReadImages(ctx, reference, h)
}

// ReadImages is like Images, but returns an error for documents: they have no layers.
func (s *Scanner) ReadImages(ctx context.Context, reference string, h seaworthy.Handler) iter.Seq2[*Image, error] {
	return func(yield func(*Image, error) bool) {
		src, err := s.Open(ctx, reference, false)
		if err != nil {
			yield(nil, err)
			return
		}
		defer src.Close()
		reading, err := s.Read(ctx, reference, src, h)
		if err != nil {
			yield(nil, err)
			return
		}
		for merged, err := range reading.Images(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(&Image{scanner: s, merged: merged, name: reference, reference: reference, analyzers: s.analyzers, risks: s.risks}, nil) {
				return
			}
		}
	}
}

// Check checks the image, passes the events to the handler, and returns the verdict of the
// policy.
func (i *Image) Check(ctx context.Context, h seaworthy.Handler) (seaworthy.Verdict, error) {
	v, err := i.check(ctx, h)
	return v, withReference(i.name, err)
}

func (i *Image) check(ctx context.Context, h seaworthy.Handler) (seaworthy.Verdict, error) {
	s := i.scanner
	if err := s.setBase(ctx, i.merged.Image()); err != nil {
		return seaworthy.Verdict{}, err
	}
	ready, err := scan.Prepare(ctx, i.merged, i.analyzers, func(ctx context.Context, names []string) (seaworthy.Data, error) {
		return s.data.fetch(ctx, names, h)
	})
	if err != nil {
		return seaworthy.Verdict{}, err
	}
	defer ready.Close()
	statements, err := s.vexStatements(ctx, i)
	if err != nil {
		return seaworthy.Verdict{}, err
	}
	opt := s.policyOpt
	opt.Now, opt.Risks = s.opt.Now(), i.risks
	evaluator := policy.NewEvaluator(s.policy, opt, h)
	by := &seaworthy.Provenance{Tool: s.opt.Tool}
	if i.document != nil {
		by.Data = append(by.Data, *i.document)
	}
	by.Data = append(by.Data, ready.Sources...)
	var next seaworthy.Handler = evaluator
	var applied *vex.Application
	if statements.documents != nil {
		all := vex.NewStatements(statements.documents...)
		applied = all.Apply(evaluator, statements.digests...)
		next = applied
		by.Data = append(by.Data, all.DataSources()...)
	}
	if err := evaluator.Provenance(by); err != nil {
		return seaworthy.Verdict{}, err
	}
	if err := scan.Analyze(ctx, i.merged, ready.Analyzers, next); err != nil {
		return seaworthy.Verdict{}, err
	}
	return evaluator.Conclude(applied.Unused()...)
}
