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

	secretRules string
}

func (a *app) sbomCommand() *cobra.Command {
	var f sbomFlags
	cmd := &cobra.Command{
		Use:   "sbom IMAGE",
		Short: "Write the SBOM of an image",
		Long: `Sbom lists the packages of an image, each with its package URL, source package,
licences, and the layer that added it. IMAGE is as for scan. If it is an SBOM or a
saved JSON report, sbom converts it.

The same image gives the same bytes. The document contains no creation time unless
the environment variable SOURCE_DATE_EPOCH sets one. SPDX requires a time; without
that variable it is the creation time of the image.

Software that could not be identified is listed in the document (compositions, and
properties named seaworthy:gap:…) and on standard error.`,
		Example: `  seaworthy sbom alpine:3.20 > alpine.cdx.json
  seaworthy sbom --format spdx --output app.spdx.json app.tar
  seaworthy scan sbom:alpine.cdx.json`,
		Args: exactlyOne("image"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.sbom(cmd.Context(), args[0], &f) },
	}
	f.image.register(cmd)
	registerHiddenSecrets(cmd, &f.secretRules)
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", string(report.CycloneDX), "`format` of the SBOM: "+strings.Join(sbomFormats(), " or "))
	flags.StringArrayVar(&f.outputs, "output", nil, "`FILE` for the SBOM instead of standard output; FORMAT=FILE writes a further SBOM, and may be repeated")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(sbomFormats(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func sbomFormats() []string { return []string{string(report.CycloneDX), string(report.SPDX)} }

func (a *app) sbom(ctx context.Context, reference string, f *sbomFlags) error {
	formats := []string{f.format}
	for _, o := range f.outputs {
		if name, _, ok := strings.Cut(o, "="); ok && isFormat(name) {
			formats = append(formats, name)
		}
	}
	for _, name := range formats {
		if !isSBOM(name) {
			return fmt.Errorf("unknown SBOM format %q: one of %s", name, strings.Join(sbomFormats(), ", "))
		}
	}
	sc, err := a.reader(&f.image, f.secretRules)
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
		if err := a.emitInventory(img.Merged(), p); err != nil {
			return withReference(reference, err)
		}
	}
	return out.Close()
}

func isSBOM(format string) bool {
	return format == string(report.CycloneDX) || format == string(report.SPDX)
}

// emitInventory passes the packages of an image to a handler, with an empty verdict.
func (a *app) emitInventory(m *scan.Merged, h seaworthy.Handler) error {
	if err := h.Provenance(&seaworthy.Provenance{Tool: seaworthy.Tool{Version: a.Version, Commit: a.Commit}}); err != nil {
		return err
	}
	h = m.Redacting(h)
	if err := h.Image(m.Image()); err != nil {
		return err
	}
	for _, p := range m.Packages() {
		if err := h.Package(p); err != nil {
			return err
		}
	}
	for _, gap := range m.InventoryGaps() {
		a.log.Warn("software is missing in the SBOM", "subject", gap.Subject, "reason", gap.Reason)
		if err := h.Coverage(gap); err != nil {
			return err
		}
	}
	return h.Verdict(&seaworthy.Verdict{})
}
