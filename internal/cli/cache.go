package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/internal/scan"
)

func (a *app) cacheCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Look after the cache of layers that were read",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.cachePruneCommand())
	return cmd
}

func (a *app) cachePruneCommand() *cobra.Command {
	var dir string
	var days int
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove what the cache has held for long",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if days < 0 {
				return fmt.Errorf("--older-than %d: want a number of days", days)
			}
			path, err := cacheDirectory(dir)
			if err != nil {
				return err
			}
			cache, err := scan.OpenCache(path, a.log)
			if err != nil {
				return err
			}
			pruned, err := cache.Prune(a.now().Add(-time.Duration(days) * 24 * time.Hour))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.Stdout, "removed %d files, %s, from %s\n", pruned.Files, report.Size(pruned.Bytes), path)
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "cache-dir", "", "`directory` of the cache (default the user's cache directory)")
	cmd.Flags().IntVar(&days, "older-than", 30, "keep what was written in the last so many `days`; 0 removes everything")
	return cmd
}
