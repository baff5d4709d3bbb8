package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/rulefile"
	"seaworthy.dev/seaworthy/internal/misconfig"
)

func (a *app) checksCommand() *cobra.Command {
	var format, risk, rules string
	cmd := &cobra.Command{
		Use:   "checks",
		Short: "List misconfiguration checks or secret rules",
		Example: `  seaworthy checks
  seaworthy checks --risk secret
  seaworthy checks --risk secret --secret-rules gitleaks.toml --format json`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			switch seaworthy.Risk(risk) {
			case seaworthy.Misconfiguration:
				return a.list(format, misconfig.Checks(), listChecks)
			case seaworthy.Secret:
				kinds, err := kindsOfSecrets(rules)
				if err != nil {
					return err
				}
				return a.list(format, kinds, func(w io.Writer) { listKinds(w, kinds) })
			default:
				return fmt.Errorf("--risk: unknown risk %q: one of misconfiguration, secret", risk)
			}
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&format, "format", "text", "`format` of the list: text or json")
	flags.StringVar(&risk, "risk", string(seaworthy.Misconfiguration), "`risk` whose checks are listed: misconfiguration or secret")
	flags.StringVar(&rules, "secret-rules", "", "`FILE` of secret rules in the TOML format of gitleaks, to list instead of the built-in rules")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("risk", cobra.FixedCompletions([]string{string(seaworthy.Misconfiguration), string(seaworthy.Secret)}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// list writes a list in a format.
func (a *app) list(format string, all any, text func(io.Writer)) error {
	switch format {
	case "text":
		w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
		text(w)
		return w.Flush()
	case "json":
		e := json.NewEncoder(a.Stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(all)
	default:
		return fmt.Errorf("--format: unknown format %q: one of text, json", format)
	}
}

// kindsOfSecrets returns the kinds of secrets that the rules in a file detect, or the
// built-in rules if file is "".
func kindsOfSecrets(file string) ([]credential.Kind, error) {
	if file == "" {
		rules, err := credential.Default()
		if err != nil {
			return nil, err
		}
		return rules.Kinds(), nil
	}
	rules, err := rulefile.Load(file)
	if err != nil {
		return nil, fmt.Errorf("--secret-rules: %w", err)
	}
	return rules.Kinds(), nil
}

func listKinds(w io.Writer, kinds []credential.Kind) {
	fmt.Fprintln(w, "ID\tSEVERITY\tTITLE\tFORMAT")
	for _, k := range kinds {
		format := k.Source
		if k.Checksum {
			format += " (the checksum must be right)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.ID, k.Severity, k.Name, format)
	}
}

func listChecks(w io.Writer) {
	fmt.Fprintln(w, "ID\tSEVERITY\tCIS\tTITLE")
	for _, c := range misconfig.Checks() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.ID, c.Severity, benchmarkItems(c.Controls), c.Title)
	}
}

// benchmarkItems returns the items of the CIS Docker Benchmark among the controls.
func benchmarkItems(controls []string) string {
	var items []string
	for _, c := range controls {
		if item, ok := strings.CutPrefix(c, "CIS Docker "); ok {
			items = append(items, item)
		}
	}
	return strings.Join(items, " ")
}
