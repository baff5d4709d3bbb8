package scanner

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/update"
	"seaworthy.dev/seaworthy/internal/vulnerability"
)

// Data says where the advisory database is, and how it is updated.
type Data struct {
	// Dir is the directory of the advisory database; "" means the directory "advisories" in
	// Options.CacheDir.
	Dir string
	// Source is where advisories are downloaded from: a URL or directory that has a file
	// <ecosystem>/all.zip for each ecosystem; "" means OSV's public export.
	Source string
	// Offline is true if nothing is downloaded. Packages are matched with the advisories
	// that the database has.
	Offline bool
	// MaxAge is the maximum age of advisories. Ecosystems with older advisories are
	// reported as partially checked. 0 means [DefaultMaxAge], and a negative value no limit.
	MaxAge time.Duration
}

// DefaultMaxAge is the default of [Data.MaxAge].
const DefaultMaxAge = vulnerability.DefaultMaxAge

// dir returns the directory of the advisory database, "" if none is set.
func (d *Data) dir(cacheDir string) string {
	if d.Dir == "" && cacheDir != "" {
		return filepath.Join(cacheDir, "advisories")
	}
	return d.Dir
}

const (
	// refreshAfter is the time after the last check of a source before a scan checks it
	// again.
	refreshAfter = 24 * time.Hour
	// retryAfter is the time after a failed download before a Scanner tries it again.
	retryAfter = 10 * time.Minute
	// A scan tries a download only twice, and connects with a short timeout: the user
	// waits, and the scan can continue without the data.
	scanAttempts    = 2
	scanDialTimeout = 10 * time.Second
	// maxDownloads is the maximum number of concurrent downloads of a Scanner.
	maxDownloads = 4
)

// dataStore updates the advisory database for all scans of a Scanner. If several scans need
// the same dataset at the same time, it is downloaded once.
type dataStore struct {
	updater update.Updater // copied for each download
	offline bool
	maxAge  time.Duration
	log     *slog.Logger
	slots   chan struct{} // has an element for each download that is running

	mu       sync.Mutex
	updates  map[string]*dataUpdate // the updates that are running, by dataset; guarded by mu
	failures map[string]dataFailure // the last updates that failed, by dataset; guarded by mu
}

// dataUpdate is an update of a dataset that one scan runs and others may wait for.
type dataUpdate struct {
	done chan struct{} // closed when the update has ended, and the other fields are set

	err      error
	canceled bool // the scan that ran the update was canceled: another one must run it
}

// dataFailure is an update of a dataset that failed.
type dataFailure struct {
	err error
	at  time.Time
}

func newDataStore(opt *Options) (*dataStore, error) {
	s := &dataStore{
		updater: update.Updater{
			Dir: opt.Data.dir(opt.CacheDir), Log: opt.Log, Now: opt.Now,
			Attempts: scanAttempts, Client: impatientClient(),
		},
		offline: opt.Data.Offline, log: opt.Log,
		maxAge:   max(cmp.Or(opt.Data.MaxAge, DefaultMaxAge), 0),
		slots:    make(chan struct{}, maxDownloads),
		updates:  make(map[string]*dataUpdate),
		failures: make(map[string]dataFailure),
	}
	return s, s.updater.SetSources(opt.Data.Source, "", "")
}

// impatientClient returns a client with a short timeout for connections.
func impatientClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: scanDialTimeout}).DialContext
	return &http.Client{Transport: t}
}

// fetch updates the datasets of ecosystems and those that belong to them, unless the store
// is offline or has checked them recently. The result lists in Unavailable the datasets
// that could not be updated. The handler gets Progress events.
func (s *dataStore) fetch(ctx context.Context, ecosystems []string, h seaworthy.Handler) (seaworthy.Data, error) {
	dir := s.updater.Dir
	data := seaworthy.Data{Dir: dir, Now: s.updater.Now(), MaxAge: s.maxAge, Unavailable: make(map[string]error)}
	if len(ecosystems) == 0 {
		return data, nil
	}
	if err := update.Want(dir, ecosystems); err != nil {
		s.log.Debug("cannot note which ecosystems images use", "error", err)
	}
	if s.offline {
		return data, nil
	}
	db := advisory.Open(dir)
	var due []string
	for _, name := range withSupplements(ecosystems) {
		if err := s.unavailable(name); err != nil {
			data.Unavailable[name] = err
		} else if s.due(db, name) {
			due = append(due, name)
		}
	}
	db.Close()
	if len(due) == 0 {
		return data, nil
	}
	if err := s.updater.CheckSource(); err != nil {
		for _, name := range due {
			data.Unavailable[name] = err
		}
		return data, nil
	}
	return data, s.updateAll(ctx, due, data.Unavailable, h)
}

// withSupplements adds the datasets that belong to those of ecosystems: KEV, EPSS,
// end-of-life dates and the states of distributions. Large ones are not downloaded by a
// scan.
func withSupplements(ecosystems []string) []string {
	all := append(slices.Clone(ecosystems), store.KEV, store.EPSS, store.EOL)
	for _, name := range ecosystems {
		if states, ok := store.States(name); ok && !update.Large(states) {
			all = append(all, states)
		}
	}
	return all
}

// unavailable returns an error if data should not be downloaded now: the source does not
// have it, or a recent download failed.
func (s *dataStore) unavailable(name string) error {
	if err := s.updater.Absent(name, refreshAfter); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.failures[name]; ok && s.updater.Now().Sub(f.at) < retryAfter {
		return f.err
	}
	return nil
}

// due reports whether a dataset should be updated: the database does not have it, cannot
// read it, or has not checked its source recently.
func (s *dataStore) due(db *advisory.Database, name string) bool {
	info, err := db.Info(name)
	if err == nil {
		return s.updater.Due(info, refreshAfter)
	}
	var newer interface{ Newer() bool }
	return !errors.As(err, &newer)
}

// updateAll updates several datasets concurrently and adds errors to failed.
func (s *dataStore) updateAll(ctx context.Context, names []string, failed map[string]error, h seaworthy.Handler) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex // held while the handler runs, too
	report := func(e seaworthy.Progress) {
		mu.Lock()
		defer mu.Unlock()
		if ctx.Err() != nil {
			return
		}
		if err := h.Progress(&e); err != nil {
			cancel(err)
		}
	}
	var group errgroup.Group
	for _, name := range names {
		group.Go(func() error {
			report(seaworthy.Progress{Stage: seaworthy.StageFetch, Name: name, Size: -1})
			err := s.update(ctx, name, report)
			report(seaworthy.Progress{Stage: seaworthy.StageFetch, Name: name, Size: -1, Done: true})
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed[name] = err
			}
			return nil
		})
	}
	group.Wait()
	s.updater.Client.CloseIdleConnections()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var missed []string // that the user should know of; a source without the data is in the report only
	for _, name := range names {
		if err := failed[name]; err != nil && !errors.Is(err, fs.ErrNotExist) {
			missed = append(missed, name)
			s.log.Debug("advisories could not be downloaded", "name", name, "error", err)
		}
	}
	if len(missed) > 0 { // the error is usually the same for all
		s.log.Warn("advisories could not be downloaded; the scan continues without them", "names", strings.Join(missed, ", "), "error", failed[missed[0]])
	}
	return nil
}

// update updates one dataset, or waits for the scan that is updating it.
func (s *dataStore) update(ctx context.Context, name string, report func(seaworthy.Progress)) error {
	for {
		s.mu.Lock()
		running := s.updates[name]
		if running == nil {
			running = &dataUpdate{done: make(chan struct{})}
			s.updates[name] = running
			s.mu.Unlock()
			running.err = s.download(ctx, name, report)
			running.canceled = ctx.Err() != nil
			s.finish(name, running)
			return running.err
		}
		s.mu.Unlock()
		select {
		case <-running.done:
			if !running.canceled {
				return running.err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// finish records the result of an update.
func (s *dataStore) finish(name string, u *dataUpdate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.updates, name)
	delete(s.failures, name)
	if u.err != nil && !u.canceled {
		s.failures[name] = dataFailure{u.err, s.updater.Now()}
	}
	close(u.done)
}

// download updates one dataset, unless another scan has just updated it.
func (s *dataStore) download(ctx context.Context, name string, report func(seaworthy.Progress)) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	db := advisory.Open(s.updater.Dir)
	due := s.due(db, name)
	db.Close()
	if !due {
		return nil
	}
	u := s.updater
	u.Progress = func(p update.Progress) {
		e := seaworthy.Progress{Stage: seaworthy.StageFetch, Name: p.Name, Read: p.Read, Size: p.Size}
		if p.Records {
			e.Stage = seaworthy.StageIndex
		}
		report(e)
	}
	_, err := u.Update(ctx, name)
	if ctx.Err() == nil && errors.Is(err, fs.ErrNotExist) {
		if noted := u.NoteAbsent(name, err); noted != nil {
			s.log.Debug("cannot note what the source does not have", "error", noted)
		}
	}
	return err
}
