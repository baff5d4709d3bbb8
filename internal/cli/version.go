package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy"
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
			for _, r := range seaworthy.Risks() {
				if an := analyzer(r); an != nil {
					fmt.Fprintf(a.Stdout, "analyzer  %s version %d, rules %s\n", an.Name(), an.Version(), an.ConfigDigest())
				}
			}
			return nil
		},
	}
}
