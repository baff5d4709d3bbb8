package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/credential/rulefile"
	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/internal/scan"
)

func (a *app) convertCommand() *cobra.Command {
	var (
		f           outputFlags
		secretRules string
	)
	cmd := &cobra.Command{
		Use:   "convert FILE",
		Short: "Convert a saved JSON report to another format",
		Long: `Convert reads one or more concatenated reports of seaworthy scan --format json and
writes them in another format. FILE is - for standard input.

Credentials are hidden, also those that the version that wrote the report did not know.`,
		Example: `  seaworthy scan --output json=report.json alpine:3.20
  seaworthy convert --format markdown report.json`,
		Args: exactlyOne("saved JSON report"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := a.openInput(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			return a.convert(in, args[0], secretRules, &f)
		},
	}
	f.register(cmd)
	registerHiddenSecrets(cmd, &secretRules)
	return cmd
}

func (a *app) convert(in io.Reader, name, secretRules string, f *outputFlags) error {
	if secretRules != "" {
		rules, err := rulefile.Load(secretRules)
		if err != nil {
			return fmt.Errorf("--secret-rules: %w", err)
		}
		a.redactor = redact.New(rules)
	}
	out, err := a.openOutputs(f)
	if err != nil {
		return err
	}
	defer out.discard()
	if err := report.ReadJSON(in, scan.RedactRecorded(out, a.redactor)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return out.Close()
}
