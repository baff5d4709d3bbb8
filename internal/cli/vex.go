package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/vex"
)

// vexAttached is the value of --vex that stands for what is attached to the image.
const vexAttached = "oci"

func (f *scanFlags) registerVEX(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.vex, "vex", nil, "`FILE` of VEX statements (OpenVEX, CSAF, CycloneDX), or oci for those attached to the image in its registry; may be repeated")
}

// loadVEX reads the files of statements.
func (f *scanFlags) loadVEX() ([]*vex.Document, error) {
	var all []*vex.Document
	for _, path := range f.vex {
		if path == vexAttached {
			continue
		}
		d, err := vex.Load(path)
		if err != nil {
			return nil, fmt.Errorf("--vex: %w", err)
		}
		all = append(all, d)
	}
	return all, nil
}

// applyVEX puts the statements on an image before a handler, and gives what they are
// from.
func (a *app) applyVEX(ctx context.Context, f *scanFlags, b beside, img *seaworthy.Image, next seaworthy.Handler) (seaworthy.Handler, []seaworthy.DataSource, error) {
	documents, digests := slices.Clone(b.vex), []string(nil)
	for _, v := range f.vex {
		if v != vexAttached {
			continue
		}
		if img.Repository == "" || img.Digest == "" {
			a.log.Warn("there is no registry to ask for VEX statements on an image that was not read from one", "image", img.Reference)
			continue
		}
		attached, err := image.Attached(ctx, b.reference, img.Digest, a.imageOptions(&f.image), vex.MayHold)
		if err != nil {
			return nil, nil, err
		}
		for _, at := range attached {
			d, err := vex.ParseAttached(at.Source, at.Data, at.Subject)
			switch {
			case err != nil:
				a.log.Warn("attached VEX statements are passed over", "error", err)
			case d != nil:
				documents = append(documents, d)
				digests = append(digests, at.Subject)
			}
		}
	}
	if len(documents) == 0 {
		return next, nil, nil
	}
	statements := vex.Gather(documents...)
	return statements.Apply(next, digests...), statements.DataSources(), nil
}
