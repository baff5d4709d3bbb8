package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/secret"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and the analyzers with the digests of their rules",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			commit := a.Commit
			if commit == "" {
				commit = "unknown"
			}
			fmt.Fprintf(a.Stdout, "seaworthy %s\ncommit    %s\nbuilt     %s %s/%s\n", a.Version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			list, _, err := analyzers(nil, analyzerOptions{})
			if err != nil {
				return err
			}
			for _, an := range list {
				rules := an.ConfigDigest()
				switch an := an.(type) {
				case unlooked:
					continue
				case *secret.Analyzer:
					rules = an.RulesDigest() // the digest of its configuration depends on a key
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
