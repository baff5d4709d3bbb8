// Package update updates a database of advisories: it downloads what has changed, or reads
// it from a directory, and replaces the files of package store.
//
// The source is OSV's bulk archives and the publishers' feeds of package feed, or a mirror
// of them. [Updater.Update] updates one dataset. If it fails or the process is killed, the
// old file is still there, and the next update continues the download. A download over
// 8 GiB, or with a wrong checksum, is an error.
package update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/feed"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// The public sources.
const (
	DefaultSource = "https://osv-vulnerabilities.storage.googleapis.com"
	DefaultKEV    = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
	DefaultEPSS   = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"
)

// The paths of KEV and EPSS in a source that is not the public one.
const (
	kevPath  = "kev/known_exploited_vulnerabilities.json"
	epssPath = "epss/data.csv"
)

// Updater updates a database. Several processes may do so at the same time: each dataset is
// updated by one of them, and the others wait. If a process is killed, the old data stays,
// and the next process continues its download.
type Updater struct {
	// Dir is the directory of the database. It is created if needed.
	Dir string
	// Source is where OSV's bulk export is: a URL, or a directory, with
	// <Ecosystem>/all.zip.
	Source string
	// KEV and EPSS are a URL or file each. If empty, they are those of the
	// source: kev/known_exploited_vulnerabilities.json and epss/data.csv.
	KEV, EPSS string
	// Users are the credentials for servers, by host and port. They do not belong in the
	// URLs above, which the database stores and reports show.
	Users  map[string]*url.Userinfo
	Client *http.Client
	Log    *slog.Logger
	Now    func() time.Time
	// Progress is called as a download goes on; it may be nil.
	Progress func(Progress)
	// Backoff is the wait before the second attempt at a download. It doubles with each
	// further one. Zero means a second.
	Backoff time.Duration
	// Attempts is how often a download is tried. Zero means five times.
	Attempts int
}

// Progress says how much of an update is done.
type Progress struct {
	Name       string
	Read, Size int64 // bytes of the download; Size is -1 if unknown
	// Records is true if records are counted and not bytes: those that are read from a
	// download, or downloaded one by one.
	Records bool
}

func (u *Updater) progress(p Progress) {
	if u.Progress != nil {
		u.Progress(p)
	}
}

func (u *Updater) attempts() int {
	if u.Attempts > 0 {
		return u.Attempts
	}
	return attempts
}

func (u *Updater) backoff() time.Duration {
	if u.Backoff > 0 {
		return u.Backoff
	}
	return time.Second
}

// Outcome says what an update did to a dataset.
type Outcome struct {
	store.Info
	// Changed is false if the database had what the source has.
	Changed bool
	// Renewed counts the records that were downloaded one by one; 0 if all were read
	// again.
	Renewed int
}

// missingError is returned if the source does not have a dataset.
type missingError struct {
	name, source string
	err          error
}

func (e *missingError) Error() string {
	return fmt.Sprintf("%s has no advisories of %s: %v", e.source, e.name, e.err)
}

func (e *missingError) Unwrap() error { return e.err }

func (e *missingError) Hint() string {
	switch like := similar(e.name); like {
	case e.name:
		return "it is a name that is known; this source does not offer it"
	case "":
		return "ecosystems are named as OSV names them: Debian, npm, PyPI, Red Hat"
	default:
		return fmt.Sprintf("did you mean %q?", like)
	}
}

// Update updates one dataset. A release in the name of an ecosystem is ignored. The error
// wraps [fs.ErrNotExist] if the source does not have the dataset. After an error the
// database is unchanged.
func (u *Updater) Update(ctx context.Context, name string) (_ Outcome, err error) {
	name = Dataset(name)
	if !store.ValidName(name) {
		return Outcome{}, fmt.Errorf("%q is not the name of an ecosystem", name)
	}
	defer func() {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = &missingError{name, u.Source, err}
		case err != nil:
			err = fmt.Errorf("advisories of %s: %w", name, store.Explain(err))
		}
	}()
	if err := os.MkdirAll(u.Dir, 0o755); err != nil {
		return Outcome{}, err
	}
	unlock, err := store.Lock(ctx, u.Dir, name, u.Log)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	store.Sweep(u.Dir, u.Now())
	path := store.Path(u.Dir, name)
	old, err := store.Open(u.Dir, name)
	var newer *store.NewerError
	var older *store.OlderError
	switch {
	case err == nil:
		defer old.Close()
	case errors.As(err, &newer):
		return Outcome{}, err
	case errors.As(err, &older):
		u.Log.Info("data is from an older version and will be built again", "path", path)
	case errors.Is(err, store.ErrDamaged):
		u.Log.Warn("data is damaged and will be built again", "path", path)
	case !errors.Is(err, fs.ErrNotExist):
		return Outcome{}, err
	}
	switch name {
	case store.KEV:
		return u.updateCVEs(ctx, name, old, feed.ReadKEV)
	case store.EPSS:
		return u.updateCVEs(ctx, name, old, feed.ReadEPSS)
	}
	f, ok := feed.Lookup(name)
	if !ok {
		return u.updateEcosystem(ctx, name, old)
	}
	outcome, err := u.updateFeed(ctx, name, f, old)
	if errors.Is(err, fs.ErrNotExist) && !f.Supplement {
		// An organisation may have converted it to OSV itself.
		if o, err := u.updateEcosystem(ctx, name, old); !errors.Is(err, fs.ErrNotExist) {
			return o, err
		}
	}
	return outcome, err
}

// CheckSource returns an error if the source is neither a URL nor a directory. If the
// directory does not exist, it would otherwise look like a source without data.
func (u *Updater) CheckSource() error {
	if isURL(u.Source) {
		return nil
	}
	info, err := os.Stat(u.Source)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &sourceError{u.Source, "there is no such directory"}
	case err != nil:
		return err
	case !info.IsDir():
		return &sourceError{u.Source, "it is no directory"}
	}
	return nil
}

// sourceError is returned for a source that is neither a URL nor a directory.
type sourceError struct{ source, why string }

func (e *sourceError) Error() string {
	return fmt.Sprintf("the source of advisories %s: %s", e.source, e.why)
}

func (e *sourceError) Hint() string {
	return "a source is a URL that begins with https:// or http://, or a directory with <Ecosystem>/all.zip"
}

// location returns the path or URL of a file of the source.
func (u *Updater) location(parts ...string) string {
	if isURL(u.Source) {
		for i, p := range parts {
			parts[i] = url.PathEscape(p)
		}
		return strings.TrimRight(u.Source, "/") + "/" + strings.Join(parts, "/")
	}
	return filepath.Join(append([]string{u.Source}, parts...)...)
}

// locations returns where KEV or EPSS is: the given location or, if it is empty, the
// first path of the source that exists.
func (u *Updater) locations(given string, inSource ...string) string {
	if given != "" {
		return given
	}
	for _, path := range inSource {
		location := u.location(strings.Split(path, "/")...)
		if _, err := os.Stat(location); err == nil {
			return location
		}
	}
	return u.location(strings.Split(inSource[0], "/")...)
}

// updateEcosystem reads the records that changed since the last update, or all records.
func (u *Updater) updateEcosystem(ctx context.Context, name string, old *store.File) (Outcome, error) {
	location := u.location(name, "all.zip")
	if old != nil && old.Source == location && isURL(location) && u.Now().Sub(old.Whole) < wholeEvery {
		outcome, err := u.renew(ctx, name, old)
		if !errors.Is(err, errNotRenewable) {
			return outcome, err
		}
		u.Log.Info("all records are read", "ecosystem", name, "reason", err)
	}
	in, done, err := u.fetch(ctx, name, "", location, knownOf(old))
	if errors.Is(err, errUnchanged) {
		return u.unchanged(old)
	}
	if err != nil {
		return Outcome{}, err
	}
	b, err := store.NewBuilder(u.Dir)
	if err != nil {
		return Outcome{}, err
	}
	skipped, err := feed.ReadArchive(ctx, in, in.size, func(done, all int) {
		u.progress(Progress{Name: name, Read: int64(done), Size: int64(all), Records: true})
	}, b.Add)
	if err != nil {
		b.Discard()
		if ctx.Err() == nil {
			done() // the same bytes would fail again
		}
		return Outcome{}, fmt.Errorf("%s: %w", location, err)
	}
	defer done()
	if skipped.Count > 0 {
		u.Log.Warn("invalid files in the archive are skipped", "archive", location, "count", skipped.Count, "first", skipped.First)
	}
	info := u.info(name, location, in.from)
	info.Whole, info.LeftOut = u.Now().UTC(), skipped.Count
	if err := b.Commit(ctx, info, u.checked(location, in.from)); err != nil {
		return Outcome{}, err
	}
	return u.outcome(name, Outcome{Changed: true})
}

// knownOf returns the single file that the dataset was read from.
func knownOf(old *store.File) store.Part {
	if old == nil {
		return store.Part{}
	}
	return store.Part{Source: old.Source, Digest: old.Digest, ETag: old.ETag, LastModified: old.LastModified}
}

func (u *Updater) info(name, location string, from origin) store.Info {
	return store.Info{Name: name, Source: location, Modified: from.Modified, Digest: from.Digest, ETag: from.ETag, LastModified: from.LastModified}
}

// checked returns the time of the last check against the source: now for a server, and
// the modification time for a file, which is a copy.
func (u *Updater) checked(location string, from origin) time.Time {
	now := u.Now()
	if !isURL(location) && from.Modified.Before(now) {
		return from.Modified
	}
	return now
}

// unchanged records in the database that the source has nothing newer.
func (u *Updater) unchanged(old *store.File) (Outcome, error) {
	checked := u.Now()
	for _, p := range append(old.Parts, store.Part{Source: old.Source}) {
		if info, err := os.Stat(p.Source); err == nil && !isURL(p.Source) && !info.IsDir() && info.ModTime().Before(checked) {
			checked = info.ModTime()
		}
	}
	if err := old.MarkChecked(checked); err != nil {
		return Outcome{}, err
	}
	return u.outcome(old.Name, Outcome{})
}

// outcome returns the outcome with the description of the dataset in the database.
func (u *Updater) outcome(name string, o Outcome) (Outcome, error) {
	file, err := store.Open(u.Dir, name)
	if err != nil {
		return Outcome{}, err
	}
	o.Info = file.Info
	return o, file.Close()
}

// updateCVEs updates KEV or EPSS.
func (u *Updater) updateCVEs(ctx context.Context, name string, old *store.File, read func(io.Reader, *store.CVEBuilder) (time.Time, error)) (Outcome, error) {
	location := u.sourceOf(name)
	in, done, err := u.fetch(ctx, name, "", location, knownOf(old))
	if errors.Is(err, errUnchanged) {
		return u.unchanged(old)
	}
	if err != nil {
		return Outcome{}, err
	}
	defer done()
	b := store.NewCVEBuilder(u.Dir)
	defer b.Discard()
	info := u.info(name, location, in.from)
	modified, err := read(io.NewSectionReader(in, 0, in.size), b)
	if err == nil {
		if !modified.IsZero() {
			info.Modified = modified
		}
		err = b.Commit(ctx, info, u.checked(location, in.from))
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("%s: %w", location, err)
	}
	return u.outcome(name, Outcome{Changed: true})
}

// Offers reports whether the source is a directory that has files of a feed.
func (u *Updater) Offers(name string) bool {
	f, ok := feed.Lookup(name)
	if !ok || isURL(u.Source) {
		return false
	}
	parts, err := u.localParts(f, nil)
	return err != nil || len(parts) > 0
}

// Ecosystems returns the ecosystems that the source has.
func (u *Updater) Ecosystems(ctx context.Context) ([]string, error) {
	if isURL(u.Source) {
		return u.remoteEcosystems(ctx)
	}
	archives, err := fs.Glob(os.DirFS(u.Source), "*/all.zip")
	if err != nil {
		return nil, err
	}
	var list []string
	for _, a := range archives {
		list = append(list, filepath.Dir(a))
	}
	for _, name := range feed.Ecosystems() {
		f, _ := feed.Lookup(name)
		parts, err := u.localParts(f, nil)
		if err != nil {
			return nil, err
		}
		if len(parts) > 0 {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: the directory has no <Ecosystem>/all.zip", u.Source)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func (u *Updater) remoteEcosystems(ctx context.Context) ([]string, error) {
	location := u.location("ecosystems.txt")
	response, err := u.get(ctx, location, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot list the ecosystems of the source: %w", err)
	}
	defer response.Body.Close()
	const maxList = 1 << 20
	text, err := io.ReadAll(io.LimitReader(response.Body, maxList))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", location, err)
	}
	var list []string
	for line := range strings.Lines(string(text)) {
		if name := seaworthy.ParseEcosystem(strings.TrimSpace(line)).Name; store.ValidName(name) {
			list = append(list, name)
		}
	}
	if u.public() {
		list = append(list, feed.Ecosystems()...)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}
