package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/internal/scan"
	"seaworthy.dev/seaworthy/internal/secret"
)

// mostWasted is how many of the paths that waste most a history names.
const mostWasted = 50

// historyFlags are the flags of history.
type historyFlags struct {
	scan    scanFlags // those that say how to look
	format  string
	color   string
	verbose bool
}

func (a *app) historyCommand() *cobra.Command {
	var f historyFlags
	cmd := &cobra.Command{
		Use:   "history IMAGE",
		Short: "Show the steps that made an image, with what each changed and what is wrong in it",
		Long: `History shows each step of the build of an image, the base first: the instruction,
the layer that it made and its size, how many files it added, changed and removed,
how much of what it brought later layers buried, and the findings that a scan has in
it. A finding with places in several layers counts in each.

Buried files waste space, and anyone who can pull the image can take them out
(seaworthy extract --layer N).`,
		Example: `  seaworthy history alpine:3.20
  seaworthy history --risk secret image.tar
  seaworthy history --format json image.tar`,
		Args: exactlyOne("image"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.history(cmd.Context(), args[0], &f) },
	}
	f.scan.image.register(cmd)
	f.scan.data.register(cmd)
	f.scan.registerJudging(cmd)
	f.scan.base.registerBase(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "text", "text or json")
	flags.StringVar(&f.color, "color", "auto", "colours in the text: auto, always or never")
	flags.BoolVar(&f.verbose, "verbose", false, "show whole instructions, times, and more of what is buried")
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
	redact, err := f.redactor()
	if err != nil {
		return err
	}
	p := a.startProgress(f.scan.image.noProgress, reference, out)
	defer p.stop()
	for img, err := range sc.ReadImages(ctx, reference, p) {
		if err != nil {
			return err
		}
		out.Steps(historySteps(img.Merged(), redact), historyWaste(img.Merged()))
		if _, err := img.Check(ctx, p); err != nil {
			return err
		}
	}
	return out.Close()
}

// redactor gives the analyzer of secrets whose rules redact instructions.
func (f *historyFlags) redactor() (*secret.Analyzer, error) {
	var opt secret.Options
	if f.scan.secrets.rules != "" {
		var err error
		if opt.Rules, err = credential.LoadRules(f.scan.secrets.rules); err != nil {
			return nil, fmt.Errorf("--secret-rules: %w", err)
		}
	}
	return secret.New(opt)
}

// historySteps gives the steps that made an image. If nobody knows which step made
// which layer, the layers come first.
func historySteps(m *scan.Merged, redact *secret.Analyzer) []report.HistoryStep {
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
		// What neither the grammar of commands nor a rule for secrets knows stays.
		text := redact.Redact(instruction.Instruction{Args: in.Redacted()})
		s := report.HistoryStep{Index: &in.History, Instruction: text, Created: in.Created}
		if in.Layer >= 0 {
			s = ofLayer(in.Layer, s)
		}
		steps = append(steps, s)
	}
	return steps
}

func historyWaste(m *scan.Merged) []report.HistoryWaste {
	var list []report.HistoryWaste
	for _, w := range m.LargestWaste(mostWasted) {
		list = append(list, report.HistoryWaste(w))
	}
	return list
}
