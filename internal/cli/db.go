package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"seaworthy.dev/seaworthy/internal/advisory"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/update"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

func (a *app) dbCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "db",
		Short: "Manage the local advisory database",
		Args:  unknownSubcommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.dbUpdateCommand(), a.dbStatusCommand(), a.dbExportCommand(), a.dbImportCommand(), a.dbPushCommand(), a.dbPullCommand())
	return cmd
}

func dbDirFlag(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "db-dir", "", "`directory` of the advisory database (default advisories in the cache directory)")
}

// dbDirectory returns the directory that the flag names, or the default one.
func (a *app) dbDirectory(flag, cacheDir string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	cache, err := cacheDirectory(cmp.Or(cacheDir, a.Getenv(variable("cache-dir"))))
	if err != nil {
		return "", fmt.Errorf("no directory for the advisory database: set one with --db-dir (%w)", err)
	}
	return filepath.Join(cache, "advisories"), nil
}

// dbUpdateFlags are the flags of db update.
type dbUpdateFlags struct {
	dir        string
	source     string
	kev, epss  string
	ecosystems []string
	noProgress bool
}

func (a *app) dbUpdateCommand() *cobra.Command {
	var f dbUpdateFlags
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Update the advisory database",
		Long: `Update downloads:
  - advisories in the OSV format
  - the advisories of Amazon Linux, Azure Linux, Oracle Linux and Photon OS
  - the states that Debian, Ubuntu and Red Hat publish for their packages (not
    affected, no fix planned, ...)
  - CISA's catalog of known exploited vulnerabilities (KEV)
  - EPSS scores
  - end-of-life dates of distributions
  - the scores of NVD and of the CVE Program with CISA's Vulnrichment, for CVEs that
    have no severity elsewhere: with --ecosystem NVD,CVE the first time

docs/advisories.md describes the files of a source of your own.

--ecosystem chooses what is updated, by names without a release: Debian, not Debian:12.
By default these are the ecosystems in the database and those of the images scanned so
far. If the database is empty and --source is a directory, it is everything in there.

The old data stays in use until the new data is complete. An update can be interrupted
at any time; the next one continues the download.`,
		Example: `  seaworthy db update --ecosystem Debian,Go,npm
  seaworthy db update --source /mnt/osv
  seaworthy db update --source https://mirror.example.org/osv --ecosystem all`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.dbUpdate(cmd.Context(), &f) },
	}
	dbDirFlag(cmd, &f.dir)
	flags := cmd.Flags()
	flags.StringVar(&f.source, "source", "", "`URL or directory` to download from, with <Ecosystem>/all.zip (default SEAWORTHY_ADVISORY_SOURCE, or OSV's public export)")
	flags.StringVar(&f.kev, "kev", "", "`URL or file` of the KEV catalog (default CISA's, or kev/known_exploited_vulnerabilities.json in --source)")
	flags.StringVar(&f.epss, "epss", "", "`URL or file` of the EPSS scores (default those of FIRST, or epss/data.csv in --source)")
	flags.StringSliceVar(&f.ecosystems, "ecosystem", nil, "`name` of an ecosystem to update, as in OSV, or all for all in the source; may be repeated")
	flags.BoolVar(&f.noProgress, "no-progress", false, "do not show progress on the terminal")
	return cmd
}

// needsEcosystems is returned if the ecosystems to update are not known.
type needsEcosystems struct{}

func (needsEcosystems) Error() string {
	return "the advisory database is empty, so there is nothing to update"
}
func (needsEcosystems) Hint() string {
	return "choose what to download: --ecosystem Debian,npm, or --ecosystem all"
}

func (a *app) dbUpdate(ctx context.Context, f *dbUpdateFlags) error {
	u, err := a.updater(f, "")
	if err != nil {
		return err
	}
	if err := u.CheckSource(); err != nil {
		return err
	}
	names, wanted, err := a.dbNames(ctx, f, u)
	if err != nil {
		return err
	}
	var failed error
	update := func(name string, optional bool) {
		outcome, err := u.Update(ctx, name)
		if u.Progress != nil {
			u.Progress(update.Progress{}) // clears the line
		}
		switch {
		case err == nil:
			fmt.Fprintln(a.Stdout, outcomeText(outcome))
		case optional && errors.Is(err, fs.ErrNotExist):
			fmt.Fprintf(a.Stdout, "%s: not in the source\n", name)
		default:
			failed = errors.Join(failed, err)
		}
	}
	for _, name := range names {
		if ctx.Err() != nil {
			break
		}
		update(name, wanted[name])
		if states, ok := store.States(name); ok && ctx.Err() == nil {
			update(states, true)
		}
	}
	update(store.KEV, f.kev == "")
	update(store.EPSS, f.epss == "")
	update(store.EOL, true)
	for _, name := range []string{store.NVD, store.CVEProgram} {
		if !slices.Contains(names, name) && (u.Offers(name) || isInDatabase(u.Dir, name)) {
			update(name, true)
		}
	}
	return failed
}

// isInDatabase reports whether a database has a dataset.
func isInDatabase(dir, name string) bool {
	_, err := os.Stat(store.Path(dir, name))
	return err == nil
}

// updater returns an Updater for the directory and the sources of the flags.
func (a *app) updater(f *dbUpdateFlags, cacheDir string) (*update.Updater, error) {
	dir, err := a.dbDirectory(f.dir, cacheDir)
	if err != nil {
		return nil, err
	}
	u := &update.Updater{
		Dir:    dir,
		Client: http.DefaultClient, Log: a.log, Now: a.now, Progress: a.downloadProgress(f.noProgress),
	}
	return u, u.SetSources(cmp.Or(f.source, a.Getenv(variable("advisory-source"))), f.kev, f.epss)
}

// dbNames returns the ecosystems to update. wanted are those that scanned images use and
// the database does not have; the source may lack them.
func (a *app) dbNames(ctx context.Context, f *dbUpdateFlags, u *update.Updater) (names []string, wanted map[string]bool, err error) {
	if slices.Equal(f.ecosystems, []string{"all"}) {
		names, err = u.Ecosystems(ctx)
		return names, nil, err
	}
	if len(f.ecosystems) > 0 {
		for _, name := range f.ecosystems {
			if name = update.Dataset(name); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return names, nil, nil
	}
	db := advisory.Open(u.Dir)
	defer db.Close()
	have, err := db.Status()
	if err != nil {
		return nil, nil, err
	}
	for _, s := range have {
		if store.IsEcosystem(s.Name) {
			names = append(names, s.Name)
		}
	}
	used, err := update.Wanted(u.Dir)
	if err != nil {
		return nil, nil, err
	}
	wanted = make(map[string]bool)
	for _, name := range used {
		if !slices.Contains(names, name) {
			names = append(names, name)
			wanted[name] = true
		}
	}
	switch {
	case len(names) > 0:
		return names, wanted, nil
	case strings.Contains(u.Source, "://"):
		return nil, nil, needsEcosystems{}
	}
	names, err = u.Ecosystems(ctx)
	return names, nil, err
}

func outcomeText(o update.Outcome) string {
	text := changeText(o)
	if o.LeftOut > 0 {
		text += fmt.Sprintf(", %d invalid records skipped", o.LeftOut)
	}
	return text
}

func changeText(o update.Outcome) string {
	switch {
	case !o.Changed:
		return fmt.Sprintf("%s: up to date, %d records", o.Name, o.Records)
	case o.Renewed > 0:
		return fmt.Sprintf("%s: %d records, %d of them changed", o.Name, o.Records, o.Renewed)
	default:
		return fmt.Sprintf("%s: %d records", o.Name, o.Records)
	}
}

// downloadProgress returns a function that shows the progress of a download on a
// terminal, or nil if standard error is not a terminal.
func (a *app) downloadProgress(off bool) func(update.Progress) {
	f, ok := file(a.Stderr)
	if off || !ok || !term.IsTerminal(int(f.Fd())) || a.Getenv("TERM") == "dumb" {
		return nil
	}
	var drawn time.Time
	return func(p update.Progress) {
		if p.Read == p.Size {
			fmt.Fprint(f, "\r\x1b[K")
			return
		}
		if time.Since(drawn) < redrawEvery {
			return
		}
		drawn = time.Now()
		fmt.Fprintf(f, "\r%s %s\x1b[K", p.Name, progressText(p))
	}
}

func progressText(p update.Progress) string {
	count := words.Size
	if p.Records {
		count = func(n int64) string { return fmt.Sprint(n) }
	}
	amount := count(p.Read)
	if p.Size > 0 {
		amount = fmt.Sprintf("%s %s of %s", bar(float64(p.Read)/float64(p.Size), 30), amount, count(p.Size))
	}
	if p.Records {
		amount += " records"
	}
	return amount
}

func (a *app) dbStatusCommand() *cobra.Command {
	var dir, format string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the datasets of the advisory database, with age and source",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			path, err := a.dbDirectory(dir, "")
			if err != nil {
				return err
			}
			db := advisory.Open(path)
			defer db.Close()
			all, err := db.Status()
			if err != nil {
				return err
			}
			missing, err := missingData(path, all)
			if err != nil {
				return err
			}
			switch format {
			case "text":
				err = a.dbStatusText(path, all, missing)
			case "json":
				err = a.dbStatusJSON(all, missing)
			default:
				err = fmt.Errorf("--format: unknown format %q: one of text, json", format)
			}
			for _, s := range all {
				err = errors.Join(err, s.Err)
			}
			return err
		},
	}
	dbDirFlag(cmd, &dir)
	cmd.Flags().StringVar(&format, "format", "text", "`format` of the list: text or json")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// missingData returns the ecosystems that scanned images use and the database does not
// have.
func missingData(path string, all []advisory.Status) ([]string, error) {
	wanted, err := update.Wanted(path)
	return slices.DeleteFunc(wanted, func(name string) bool {
		return slices.ContainsFunc(all, func(s advisory.Status) bool { return s.Name == name })
	}), err
}

func (a *app) dbStatusText(path string, all []advisory.Status, missing []string) error {
	if len(all) == 0 && len(missing) == 0 {
		_, err := fmt.Fprintf(a.Stdout, "no advisories in %s; download them with seaworthy db update\n", path)
		return err
	}
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tRECORDS\tAGE\tMODIFIED\tSIZE\tSOURCE")
	for _, s := range all {
		if s.Err != nil {
			fmt.Fprintf(w, "%s\t-\t-\t-\t-\t%s\n", visible.Text(s.Name), s.Trouble())
			continue
		}
		modified := "-"
		if !s.Modified.IsZero() {
			modified = s.Modified.Format(time.DateOnly)
		}
		source := visible.Text(s.Source)
		if s.LeftOut > 0 {
			source += fmt.Sprintf(" (%d invalid records skipped)", s.LeftOut)
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\n", visible.Text(s.Name), s.Records, ageText(s.Age(a.now())), modified, words.Size(s.Size), source)
	}
	for _, name := range missing {
		fmt.Fprintf(w, "%s\t-\t-\t-\t-\t%s\n", visible.Text(name), "missing, but used by a scanned image")
	}
	if err := w.Flush(); err != nil {
		return err
	}
	width := a.terminalWidth()
	for line := range strings.Lines(table.String()) {
		if width > 0 { // one line each on a terminal; JSON is not shortened
			line = shorten(strings.TrimSuffix(line, "\n"), width) + "\n"
		}
		if _, err := io.WriteString(a.Stdout, line); err != nil {
			return err
		}
	}
	return nil
}

// terminalWidth returns the width of the terminal on standard output in columns, or 0 if
// standard output is not a terminal.
func (a *app) terminalWidth() int {
	f, ok := file(a.Stdout)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// ageText formats an age in days, hours or minutes.
func ageText(d time.Duration) string {
	switch hours := int(d.Hours()); {
	case hours >= 48:
		return fmt.Sprintf("%d days", hours/24)
	case hours >= 1:
		return fmt.Sprintf("%d h", hours)
	default:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
}

func (a *app) dbStatusJSON(all []advisory.Status, missing []string) error {
	type line struct {
		Name      string     `json:"name"`
		Records   int        `json:"records"`
		Malicious int        `json:"malicious,omitempty"`
		Checked   *time.Time `json:"checked,omitempty"`
		Modified  *time.Time `json:"modified,omitempty"`
		Size      int64      `json:"size"`
		Source    string     `json:"source"`
		Digest    string     `json:"digest,omitempty"`
		LeftOut   int        `json:"leftOut,omitempty"`
		Missing   bool       `json:"missing,omitempty"`
		Error     string     `json:"error,omitempty"`
	}
	lines := make([]line, 0, len(all))
	for _, s := range all {
		l := line{Name: s.Name, Records: s.Records, Malicious: s.Malicious, Size: s.Size, Source: s.Source, Digest: s.Digest, LeftOut: s.LeftOut}
		if s.Err != nil {
			l.Error = s.Err.Error()
		}
		if !s.Checked.IsZero() {
			l.Checked = &s.Checked
		}
		if !s.Modified.IsZero() {
			l.Modified = &s.Modified
		}
		lines = append(lines, l)
	}
	for _, name := range missing {
		lines = append(lines, line{Name: name, Missing: true})
	}
	e := json.NewEncoder(a.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(lines)
}
