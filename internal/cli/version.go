package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/secret"
	"seaworthy.dev/seaworthy/scanner"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and the analyzers",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			commit := a.Commit
			if commit == "" {
				commit = "unknown"
			}
			fmt.Fprintf(a.Stdout, "seaworthy %s\ncommit    %s\nbuilt     %s %s/%s\n", a.Version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			list, err := scanner.BuiltIn()
			if err != nil {
				return err
			}
			for _, an := range list {
				rules := an.ConfigDigest()
				if an, ok := an.(*secret.Analyzer); ok {
					rules = an.RulesDigest() // the digest of the configuration depends on the key of the cache
				}
				fmt.Fprintf(a.Stdout, "analyzer  %s", an.Name())
				if rules != "" {
					fmt.Fprintf(a.Stdout, ", rules %s", rules)
				}
				fmt.Fprintln(a.Stdout)
			}
			return nil
		},
	}
}
