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
		Short: "Turn a recorded JSON report into another format",
		Long: `Convert reads a report that scan --format json wrote, or several one after the
other, and writes it in another format. FILE may be - for standard input.`,
		Example: `  seaworthy convert --format markdown report.json`,
		Args:    exactlyOne("recorded report"),
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
