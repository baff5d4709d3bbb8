package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/internal/scan"
)

// mostWasted is the number of paths in the list of wasted space.
const mostWasted = 50

// historyFlags are the flags of history.
type historyFlags struct {
	scan    scanFlags // only those of the image, the risks and the data
	format  string
	color   string
	verbose bool
}

func (a *app) historyCommand() *cobra.Command {
	var f historyFlags
	cmd := &cobra.Command{
		Use:   "history IMAGE",
		Short: "Show the build steps of an image, with changes and findings",
		Long: `History shows each build step of an image, from the base up: the instruction, its layer
with the size, the number of files it added, changed and removed, how many of its files
later layers deleted or replaced (buried), and the findings. A finding with locations in
several layers counts in each.

Buried files waste space. Anyone who can pull the image can extract them
(seaworthy extract --layer N).`,
		Example: `  seaworthy history alpine:3.20
  seaworthy history --risk secret image.tar
  seaworthy history --format json image.tar`,
		Args: exactlyOne("image"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.history(cmd.Context(), args[0], &f) },
	}
	f.scan.image.register(cmd)
	f.scan.data.register(cmd)
	f.scan.registerChecks(cmd)
	f.scan.base.registerBase(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "text", "`format` of the history: text or json")
	flags.StringVar(&f.color, "color", "auto", "`mode` of colours in the text: auto, always or never")
	flags.BoolVar(&f.verbose, "verbose", false, "show full instructions, times, and more buried files")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) history(ctx context.Context, reference string, f *historyFlags) error {
	opt, err := a.reportOptions(&outputFlags{color: f.color, verbose: f.verbose})
	if err != nil {
		return err
	}
	out, err := report.NewHistory(report.Format(f.format), a.Stdout, opt)
	if err != nil {
		return fmt.Errorf("--format: %w", err)
	}
	sc, err := a.scanner(&f.scan)
	if err != nil {
		return err
	}
	p := a.startProgress(f.scan.image.noProgress, reference, out)
	defer p.stop()
	for img, err := range sc.ReadImages(ctx, reference, p) {
		if err != nil {
			return err
		}
		out.Steps(historySteps(img.Merged(), sc.Redactor()), historyWaste(img.Merged(), sc.Redactor()))
		if _, err := img.Check(ctx, p); err != nil {
			return err
		}
	}
	return out.Close()
}

// historySteps returns the build steps of an image. If it is unknown which step made
// which layer, the layers come first.
func historySteps(m *scan.Merged, redactor *redact.Redactor) []report.HistoryStep {
	img := m.Image()
	changes := m.Changes()
	ofLayer := func(l int, s report.HistoryStep) report.HistoryStep {
		c := changes[l]
		s.Layer = &img.Layers[l]
		s.Changes = &report.HistoryChanges{
			Added: report.HistoryAmount(c.Added), Changed: report.HistoryAmount(c.Changed),
			Removed: report.HistoryAmount(c.Removed), Buried: report.HistoryAmount(c.Buried),
		}
		return s
	}
	recorded, bound := instruction.History(img.Config, len(img.Layers))
	var steps []report.HistoryStep
	if !bound {
		for l := range img.Layers {
			steps = append(steps, ofLayer(l, report.HistoryStep{}))
		}
	}
	for _, in := range recorded {
		s := report.HistoryStep{Index: &in.History, Instruction: in.Redacted(redactor), Created: in.Created}
		if in.Layer >= 0 {
			s = ofLayer(in.Layer, s)
		}
		steps = append(steps, s)
	}
	return steps
}

func historyWaste(m *scan.Merged, redactor *redact.Redactor) []report.HistoryWaste {
	var list []report.HistoryWaste
	for _, w := range m.LargestWaste(mostWasted) {
		w.Path = redactor.Tokens(w.Path)
		list = append(list, report.HistoryWaste(w))
	}
	return list
}
