package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/internal/scan"
)

// sbomFlags are the flags of sbom.
type sbomFlags struct {
	image   imageFlags
	format  string
	outputs []string
}

func (a *app) sbomCommand() *cobra.Command {
	var f sbomFlags
	cmd := &cobra.Command{
		Use:   "sbom IMAGE",
		Short: "Write the software bill of materials of an image",
		Long: `Sbom lists the software that an image holds, with the layer that brought each
package, its package URL, its source package and its licences. IMAGE is as for scan;
a bill of materials or a report is written anew, perhaps in another format.

The same image gives the same bytes. The document names no time of its making,
unless the environment variable SOURCE_DATE_EPOCH sets one; SPDX, which demands a
time, then names that at which the image was built.

What could not be read is in the document (compositions, and properties named
seaworthy:gap:…) and on standard error.`,
		Example: `  seaworthy sbom alpine:3.20 > alpine.cdx.json
  seaworthy sbom --format spdx --output app.spdx.json app.tar
  seaworthy scan sbom:alpine.cdx.json`,
		Args: exactlyOne("image"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.sbom(cmd.Context(), args[0], &f) },
	}
	f.image.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", string(report.CycloneDX), "form of the document: "+strings.Join(billFormats(), " or "))
	flags.StringArrayVar(&f.outputs, "output", nil, "`FILE` to write the document to instead of standard output; FORMAT=FILE writes one more, and may be repeated")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(billFormats(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func billFormats() []string { return []string{string(report.CycloneDX), string(report.SPDX)} }

func (a *app) sbom(ctx context.Context, reference string, f *sbomFlags) error {
	formats := []string{f.format}
	for _, o := range f.outputs {
		if name, _, ok := strings.Cut(o, "="); ok && isFormat(name) {
			formats = append(formats, name)
		}
	}
	for _, name := range formats {
		if !isBill(name) {
			return fmt.Errorf("unknown format %q of a bill of materials: %s", name, strings.Join(billFormats(), " or "))
		}
	}
	sc, err := a.reader(&f.image)
	if err != nil {
		return err
	}
	out, err := a.openOutputs(&outputFlags{format: f.format, outputs: f.outputs, color: "never"})
	if err != nil {
		return err
	}
	defer out.discard()
	p := a.startProgress(f.image.noProgress, reference, out)
	defer p.stop()
	for img, err := range sc.Images(ctx, reference, p) {
		if err != nil {
			return err
		}
		if err := a.inventory(img.Merged(), p); err != nil {
			return naming(reference, err)
		}
	}
	return out.Close()
}

func isBill(format string) bool {
	return format == string(report.CycloneDX) || format == string(report.SPDX)
}

// inventory hands the software of an image to a handler, with a verdict that
// decides nothing.
func (a *app) inventory(m *scan.Merged, h seaworthy.Handler) error {
	if err := h.Provenance(&seaworthy.Provenance{Tool: seaworthy.Tool{Version: a.Version, Commit: a.Commit}}); err != nil {
		return err
	}
	if err := h.Image(m.Image()); err != nil {
		return err
	}
	for _, p := range m.Packages() {
		if err := h.Package(scan.RedactPackage(p)); err != nil {
			return err
		}
	}
	for _, gap := range m.InventoryGaps() {
		gap = scan.RedactCoverage(gap)
		a.log.Warn("software that is not in the document", "subject", gap.Subject, "reason", gap.Reason)
		if err := h.Coverage(gap); err != nil {
			return err
		}
	}
	return h.Verdict(&seaworthy.Verdict{})
}
