package scanner

import (
	"context"
	"slices"

	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/vex"
)

// imageStatements are the VEX documents that are used for an image.
type imageStatements struct {
	documents []*vex.Document
	// digests are the digests that attached documents are attached to. Statements about
	// one of them are about the image.
	digests []string
}

// vexStatements returns the documents that the options name and, if requested, those
// attached to the image.
func (s *Scanner) vexStatements(ctx context.Context, i *Image) (all imageStatements, err error) {
	all.documents = slices.Clone(s.statements)
	if !s.opt.VEX.Attached {
		return all, nil
	}
	img := i.merged.Image()
	if img.Repository == "" || img.Digest == "" {
		s.opt.Log.Warn("no attached VEX statements: the image was not read from a registry", "image", img.Reference)
		return all, nil
	}
	attached, err := image.Attachments(ctx, i.reference, img.Digest, s.imageOptions(s.opt.Source.Platform), vex.MayHaveStatements)
	if err != nil {
		return all, err
	}
	for _, at := range attached {
		d, err := vex.ParseAttached(at.Source, at.Data, at.Subject)
		switch {
		case err != nil:
			s.opt.Log.Warn("attached VEX statements are ignored", "error", err)
		case d != nil:
			all.documents = append(all.documents, d)
			all.digests = append(all.digests, at.Subject)
		}
	}
	return all, nil
}
