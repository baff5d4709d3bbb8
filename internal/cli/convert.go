package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/report"
)

func (a *app) convertCommand() *cobra.Command {
	var f outputFlags
	cmd := &cobra.Command{
		Use:   "convert FILE",
		Short: "Convert a saved JSON report to another format",
		Long: `Convert reads one or more concatenated reports of seaworthy scan --format json and
writes them in another format. FILE is - for standard input.`,
		Example: `  seaworthy scan --output json=report.json alpine:3.20
  seaworthy convert --format markdown report.json`,
		Args: exactlyOne("saved JSON report"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := a.openInput(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			return a.convert(in, args[0], &f)
		},
	}
	f.register(cmd)
	return cmd
}

func (a *app) convert(in io.Reader, name string, f *outputFlags) error {
	out, err := a.openOutputs(f)
	if err != nil {
		return err
	}
	defer out.discard()
	if err := report.ReadJSON(in, out); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return out.Close()
}
