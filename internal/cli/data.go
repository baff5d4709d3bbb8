package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory"
	"seaworthy.dev/seaworthy/internal/report"
	"seaworthy.dev/seaworthy/internal/vulnerability"
)

// dataFlags say by which advisories packages are judged.
type dataFlags struct {
	dir     string
	source  string
	offline bool
	maxAge  int // days
}

func (f *dataFlags) register(cmd *cobra.Command) {
	dbDirFlag(cmd, &f.dir)
	flags := cmd.Flags()
	flags.StringVar(&f.source, "advisory-source", "", "`URL or directory` with <Ecosystem>/all.zip to fetch advisories from (default OSV's public export)")
	flags.BoolVar(&f.offline, "offline", false, "fetch no advisories: judge by those that are there")
	flags.IntVar(&f.maxAge, "max-data-age", int(vulnerability.DefaultMaxAge.Hours()/24), "age in `days` from which advisories say too little; 0 for any age")
}

const (
	// refreshAfter is the age from which a scan asks for newer advisories.
	refreshAfter = 24 * time.Hour
	// A scan does not wait for a source as long as an update does.
	scanAttempts    = 2
	scanDialTimeout = 10 * time.Second
	fetchers        = 4
)

// advisories opens the database for the packages of an image. Unless it is to stay
// offline, what they need and the database lacks, or has not asked for lately, is
// fetched before; what could not be is told with the reason.
func (a *app) advisories(ctx context.Context, f *scanFlags, packages []*seaworthy.Package) (*advisory.Database, vulnerability.Options, error) {
	opt := vulnerability.Options{Now: a.now(), MaxAge: time.Duration(f.data.maxAge) * 24 * time.Hour}
	if f.data.maxAge < 0 {
		return nil, opt, fmt.Errorf("--max-data-age %d: want a number of days", f.data.maxAge)
	}
	u, err := a.updater(&dbUpdateFlags{dir: f.data.dir, source: f.data.source}, f.image.cacheDir)
	if err != nil {
		return nil, opt, err
	}
	u.Attempts, u.Client = scanAttempts, impatientClient()
	names := vulnerability.Ecosystems(packages)
	if err := advisory.Want(u.Dir, names); err != nil {
		a.log.Debug("cannot note which ecosystems images use", "error", err)
	}
	db := advisory.Open(u.Dir)
	if f.data.offline || len(names) == 0 {
		return db, opt, nil
	}
	wish := append(slices.Clone(names), advisory.KEV, advisory.EPSS, advisory.EOL)
	for _, name := range names {
		if states, ok := advisory.States(name); ok && !advisory.Large(states) {
			wish = append(wish, states)
		}
	}
	var due []string
	opt.Unfetched = make(map[string]error)
	for _, name := range wish {
		if absent := u.Absent(name, refreshAfter); absent != nil {
			opt.Unfetched[name] = absent
			continue
		}
		if failed := a.unfetched[name]; failed != nil { // of an image before, and no better now
			opt.Unfetched[name] = failed
			continue
		}
		var newer interface{ Newer() bool }
		info, err := db.Info(name)
		if err == nil && u.Due(info, refreshAfter) || err != nil && !errors.As(err, &newer) {
			due = append(due, name)
		}
	}
	if len(due) == 0 {
		return db, opt, nil
	}
	if err := u.CheckSource(); err != nil {
		for _, name := range due {
			opt.Unfetched[name] = err
		}
		return db, opt, nil
	}
	db.Close()
	failed := a.fetch(ctx, u, due, f.image.noProgress)
	maps.Copy(opt.Unfetched, failed)
	maps.Copy(a.unfetched, failed)
	if err := ctx.Err(); err != nil {
		return nil, opt, err
	}
	return advisory.Open(u.Dir), opt, nil
}

// impatientClient gives up soon on a source that does not answer.
func impatientClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: scanDialTimeout}).DialContext
	return &http.Client{Transport: t}
}

// fetch updates bodies of data, several at a time, and gives the errors by name.
func (a *app) fetch(ctx context.Context, u *advisory.Updater, names []string, noProgress bool) map[string]error {
	p := a.startFetching(noProgress)
	defer p.stop()
	u.Progress = p.progress
	var mu sync.Mutex
	failed := make(map[string]error)
	var group errgroup.Group
	group.SetLimit(fetchers)
	for _, name := range names {
		group.Go(func() error {
			p.progress(advisory.Progress{Name: name, Size: -1})
			defer p.finished(name)
			if _, err := u.Update(ctx, name); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed[name] = err
			}
			return nil
		})
	}
	group.Wait()
	var missed []string
	for _, name := range names {
		err := failed[name]
		switch {
		case err == nil || ctx.Err() != nil:
			continue
		case errors.Is(err, fs.ErrNotExist): // is told in the report
			if err := u.NoteAbsent(name, err); err != nil {
				a.log.Debug("cannot note what the source does not have", "error", err)
			}
			continue
		}
		missed = append(missed, name)
		a.log.Debug("advisories could not be fetched", "name", name, "error", err)
	}
	if len(missed) > 0 { // most often for one and the same reason
		a.log.Warn("advisories could not be fetched, and the scan goes on without", "names", strings.Join(missed, ", "), "error", failed[missed[0]])
	}
	return failed
}

// fetching shows on a terminal how far downloads have come, all in one line. A nil
// fetching shows nothing.
type fetching struct {
	out io.Writer

	mu      sync.Mutex
	loaded  map[string]advisory.Progress // bytes; guarded by mu
	reading map[string]advisory.Progress // records; guarded by mu
	drawn   time.Time                    // guarded by mu
}

func (a *app) startFetching(off bool) *fetching {
	f, ok := file(a.Stderr)
	if off || !ok || !term.IsTerminal(int(f.Fd())) || a.Getenv("TERM") == "dumb" {
		return nil
	}
	return &fetching{out: f, loaded: make(map[string]advisory.Progress), reading: make(map[string]advisory.Progress)}
}

func (p *fetching) progress(e advisory.Progress) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Records {
		p.reading[e.Name] = e
	} else {
		p.loaded[e.Name] = e
	}
	if time.Since(p.drawn) < redrawEvery {
		return
	}
	p.drawn = time.Now()
	fmt.Fprintf(p.out, "\r%s\x1b[K", shorten(p.line(), 79))
}

// finished takes what is here, or will not come, out of the line.
func (p *fetching) finished(name string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.loaded[name]
	e.Size = e.Read
	p.loaded[name] = e
	delete(p.reading, name)
}

// line names what is not here yet, with the bytes of all there is to fetch.
func (p *fetching) line() string {
	var parts []string
	var read, size int64
	for name, e := range p.loaded {
		read += e.Read
		size += max(e.Size, 0)
		if r, ok := p.reading[name]; ok && r.Read < r.Size {
			parts = append(parts, fmt.Sprintf("%s, %d of %d records", name, r.Read, r.Size))
		} else if !ok && e.Read != e.Size {
			parts = append(parts, name)
		}
	}
	slices.Sort(parts)
	amount := report.Size(read)
	if size >= read && size > 0 {
		amount = fmt.Sprintf("%s %s of %s", bar(float64(read)/float64(size), 20), amount, report.Size(size))
	}
	return "fetching advisories " + amount + ": " + strings.Join(parts, "; ")
}

// stop wipes the line.
func (p *fetching) stop() {
	if p != nil {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// withAdvisories gives the analyzers with the database in the one that needs it.
func withAdvisories(list []seaworthy.Analyzer, db *advisory.Database, opt vulnerability.Options) []seaworthy.Analyzer {
	list = slices.Clone(list)
	for i, a := range list {
		if _, ok := a.(*vulnerability.Analyzer); ok {
			list[i] = vulnerability.New(db, opt)
		}
	}
	return list
}

// needsAdvisories tells whether one of the analyzers needs the database.
func needsAdvisories(list []seaworthy.Analyzer) bool {
	return slices.ContainsFunc(list, func(a seaworthy.Analyzer) bool { _, ok := a.(*vulnerability.Analyzer); return ok })
}
