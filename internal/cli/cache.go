package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/internal/scan"
)

func (a *app) cacheCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Manage the layer cache",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.cachePruneCommand())
	return cmd
}

const notCacheHint = "only a directory with the cache's CACHEDIR.TAG is pruned; a scan writes it, unless the directory holds other files"

func (a *app) cachePruneCommand() *cobra.Command {
	var dir string
	var days int
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove old cache entries",
		Long: `Remove entries that the layer cache wrote more than 30 days ago, or the number
of days that --older-than gives. Nothing else is ever removed: not the advisory
database in the same directory, and no other file. The directory must carry the
file CACHEDIR.TAG that the cache writes. Scans may run at the same time; at worst
they read a layer again.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if days < 0 {
				return fmt.Errorf("--older-than %d: want a number of days", days)
			}
			path, err := cacheDirectory(dir)
			if err != nil {
				return err
			}
			pruned, err := scan.Prune(path, a.now().Add(-time.Duration(days)*24*time.Hour))
			if errors.Is(err, scan.ErrNotCache) {
				return &usageError{err: err, hint: notCacheHint}
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.Stdout, "removed %d files, %s, from %s\n", pruned.Files, report.Size(pruned.Bytes), path)
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "cache-dir", "", "`directory` of the cache (default the user's cache directory)")
	cmd.Flags().IntVar(&days, "older-than", 30, "keep entries written in the last `days`; 0 removes all entries")
	return cmd
}
