package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/scan"
)

func (a *app) cacheCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Manage the layer cache",
		Args:  unknownSubcommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.cachePruneCommand())
	return cmd
}

const notCacheHint = "only a directory with the cache's CACHEDIR.TAG is pruned; a scan writes it unless the directory contains other files"

func (a *app) cachePruneCommand() *cobra.Command {
	var dir string
	var days int
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove old cache entries",
		Long: `Prune removes entries of the layer cache that are older than --older-than days. It
never removes other files, such as the advisory database in the same directory. The
directory must contain the CACHEDIR.TAG that the cache writes. Scans can run at the
same time; at worst they read a layer again.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if days < 0 {
				return fmt.Errorf("--older-than %d: want a number of days, 0 or more", days)
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
			_, err = fmt.Fprintf(a.Stdout, "removed %d files, %s, from %s\n", pruned.Files, words.Size(pruned.Bytes), path)
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "cache-dir", "", "`directory` of the cache (default seaworthy in the user's cache directory)")
	cmd.Flags().IntVar(&days, "older-than", 30, "maximum age of the entries to keep, in `days`; 0 removes all entries")
	return cmd
}
