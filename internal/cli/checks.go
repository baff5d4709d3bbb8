package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/misconfig"
)

func (a *app) checksCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "checks",
		Short: "List the checks for configuration defects",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch format {
			case "text":
				return a.listChecks()
			case "json":
				e := json.NewEncoder(a.Stdout)
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				return e.Encode(misconfig.Checks())
			default:
				return fmt.Errorf("--format %s: text or json", format)
			}
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func (a *app) listChecks() error {
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSEVERITY\tCIS\tTITLE")
	for _, c := range misconfig.Checks() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.ID, c.Severity, benchmarkItems(c.Controls), c.Title)
	}
	return w.Flush()
}

// benchmarkItems picks the items of the CIS Docker Benchmark.
func benchmarkItems(controls []string) string {
	var items []string
	for _, c := range controls {
		if item, ok := strings.CutPrefix(c, "CIS Docker "); ok {
			items = append(items, item)
		}
	}
	return strings.Join(items, " ")
}
