package advisory

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
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// The public sources.
const (
	DefaultSource = "https://osv-vulnerabilities.storage.googleapis.com"
	DefaultKEV    = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
	DefaultEPSS   = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"
)

// Where a source that is no public one has them.
const (
	kevPath  = "kev/known_exploited_vulnerabilities.json"
	epssPath = "epss/data.csv"
)

// Updater brings the database up to date. Any number of processes may do so at
// the same time: for each body of data they take turns. One that is killed
// leaves the old data in place, and what it had downloaded to the next.
type Updater struct {
	// Dir is the directory of the database, which is made if need be.
	Dir string
	// Source has OSV's bulk export: a URL, or a directory, with <Ecosystem>/all.zip.
	Source string
	// KEV and EPSS are a URL or file each. If empty, they are those of the
	// source: kev/known_exploited_vulnerabilities.json and epss/data.csv.
	KEV, EPSS string
	// Users are the credentials for servers, by host and port. They do not belong into
	// the URLs above, which the database remembers and reports show.
	Users  map[string]*url.Userinfo
	Client *http.Client
	Log    *slog.Logger
	Now    func() time.Time
	// Progress is told how far a download has come; it may be nil.
	Progress func(Progress)
	// Backoff is the wait before the second attempt at a download, which doubles
	// with each further one; a second if zero.
	Backoff time.Duration
	// Attempts is how often a download is tried; five times if zero.
	Attempts int
}

// Progress is how far an update of a body of data has come.
type Progress struct {
	Name       string
	Read, Size int64 // bytes of the download; Size is -1 if unknown
	// Records is true if records are counted, not bytes: those that are taken in of
	// what was downloaded, or downloaded one by one.
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

// Outcome is what an update did to a body of data.
type Outcome struct {
	Info
	// Changed is false if the database had what the source has.
	Changed bool
	// Renewed counts the records that were fetched one by one; 0 if all were
	// read anew.
	Renewed int
}

// missingError is a body of data that the source does not have.
type missingError struct {
	name, source string
	err          error
}

func (e *missingError) Error() string {
	return fmt.Sprintf("%s has no advisories of %s: %v", e.source, e.name, e.err)
}

func (e *missingError) Unwrap() error { return e.err }

func (e *missingError) Hint() string {
	switch like := meant(e.name); like {
	case e.name:
		return "it is a name that is known; this source does not offer it"
	case "":
		return "ecosystems are named as OSV names them: Debian, npm, PyPI, Red Hat"
	default:
		return fmt.Sprintf("did you mean %q?", like)
	}
}

// explained adds to an error what the user can do about it.
func explained(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &fullError{err}
	}
	return err
}

// fullError is a disk without space.
type fullError struct{ err error }

func (e *fullError) Error() string { return e.err.Error() + "; the old data stays as it was" }
func (e *fullError) Unwrap() error { return e.err }
func (e *fullError) Hint() string {
	return "make room on that disk, or name a directory on another with --db-dir"
}

var ecosystemName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$`)

// Update brings one body of data up to date: an ecosystem, whose release does not
// matter, or [KEV] or [EPSS]. The error wraps [fs.ErrNotExist] if the source
// does not have it. After an error the database is what it was.
func (u *Updater) Update(ctx context.Context, name string) (_ Outcome, err error) {
	name = BodyName(name)
	if !ecosystemName.MatchString(name) {
		return Outcome{}, fmt.Errorf("%q is no name of an ecosystem", name)
	}
	defer func() {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = &missingError{name, u.Source, err}
		case err != nil:
			err = fmt.Errorf("advisories of %s: %w", name, explained(err))
		}
	}()
	if err := os.MkdirAll(u.Dir, 0o755); err != nil {
		return Outcome{}, err
	}
	unlock, err := u.lock(ctx, name)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	u.sweep()
	path := dataPath(u.Dir, name)
	old, err := openFile(path)
	var newer *newerError
	var older *olderError
	switch {
	case err == nil:
		defer old.close()
	case errors.As(err, &newer):
		return Outcome{}, err
	case errors.As(err, &older):
		u.Log.Info("data is of an older program and will be made again", "path", path)
	case errors.Is(err, errDamaged):
		u.Log.Warn("data is damaged and will be made again", "path", path)
	case !errors.Is(err, fs.ErrNotExist):
		return Outcome{}, err
	}
	switch name {
	case KEV:
		return u.updateCVEs(ctx, name, old, u.sourceOf(name), readKEV)
	case EPSS:
		return u.updateCVEs(ctx, name, old, u.sourceOf(name), readEPSS)
	}
	feed, ok := feeds[name]
	if !ok {
		return u.updateEcosystem(ctx, name, old)
	}
	outcome, err := u.updateFeed(ctx, name, &feed, old)
	if errors.Is(err, fs.ErrNotExist) && !feed.beside {
		// An organisation may have turned it into OSV by itself.
		if o, err := u.updateEcosystem(ctx, name, old); !errors.Is(err, fs.ErrNotExist) {
			return o, err
		}
	}
	return outcome, err
}

// CheckSource is an error if the source is neither a URL nor a directory: of a
// directory that is not there nobody can say what it does not have.
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

// sourceError is a source that cannot be one.
type sourceError struct{ source, why string }

func (e *sourceError) Error() string {
	return fmt.Sprintf("the source of advisories %s: %s", e.source, e.why)
}

func (e *sourceError) Hint() string {
	return "a source is a URL that begins with https:// or http://, or a directory with <Ecosystem>/all.zip"
}

// lock waits until no other process updates the body of data.
func (u *Updater) lock(ctx context.Context, name string) (unlock func(), err error) {
	type outcome struct {
		unlock func()
		err    error
	}
	locked := make(chan outcome, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(dataPath(u.Dir, name) + ".lock").Lock()
		locked <- outcome{unlock, err}
	}()
	const patience = time.Second
	tell := time.After(patience)
	for {
		select {
		case o := <-locked:
			return o.unlock, o.err
		case <-tell:
			u.Log.Warn("another update is running; waiting for it to end", "ecosystem", name)
		case <-ctx.Done():
			go func() { // whenever the lock comes, nobody wants it any more
				if o := <-locked; o.err == nil {
					o.unlock()
				}
			}()
			return nil, ctx.Err()
		}
	}
}

// sweep removes what killed processes left behind.
func (u *Updater) sweep() {
	const abandoned = 24 * time.Hour
	entries, err := os.ReadDir(u.Dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), temporaryPrefix) && u.Now().Sub(info.ModTime()) > abandoned {
			os.Remove(filepath.Join(u.Dir, e.Name()))
		}
	}
}

// location is where the source has a file.
func (u *Updater) location(parts ...string) string {
	if isURL(u.Source) {
		for i, p := range parts {
			parts[i] = url.PathEscape(p)
		}
		return strings.TrimRight(u.Source, "/") + "/" + strings.Join(parts, "/")
	}
	return filepath.Join(append([]string{u.Source}, parts...)...)
}

// locations is where KEV and EPSS are: where somebody says, or the first place in a
// source that has them.
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

// updateEcosystem takes in the records that were changed since the last time, or
// all of them.
func (u *Updater) updateEcosystem(ctx context.Context, name string, old *dataFile) (Outcome, error) {
	location := u.location(name, "all.zip")
	if old != nil && old.Source == location && isURL(location) && u.Now().Sub(old.Whole) < wholeEvery {
		outcome, err := u.renew(ctx, name, old)
		if !errors.Is(err, errNotRenewable) {
			return outcome, err
		}
		u.Log.Info("all records are read anew", "ecosystem", name, "reason", err)
	}
	in, done, err := u.fetch(ctx, name, "", location, knownOf(old))
	if errors.Is(err, errUnchanged) {
		return u.unchanged(old)
	}
	if err != nil {
		return Outcome{}, err
	}
	b, err := newBuilder(u.Dir)
	if err != nil {
		return Outcome{}, err
	}
	left, err := readArchive(ctx, in, in.size, func(done, all int) {
		u.progress(Progress{Name: name, Read: int64(done), Size: int64(all), Records: true})
	}, b.add)
	if err != nil {
		b.discard()
		if ctx.Err() == nil {
			done() // the same bytes would be no better the next time
		}
		return Outcome{}, fmt.Errorf("%s: %w", location, err)
	}
	defer done()
	if left.count > 0 {
		u.Log.Warn("files of the archive are no records and are left out", "archive", location, "count", left.count, "first", left.first)
	}
	info := u.info(name, location, in.from)
	info.Whole, info.LeftOut = u.Now().UTC(), left.count
	if err := b.commit(ctx, dataPath(u.Dir, name), info, u.checked(location, in.from)); err != nil {
		return Outcome{}, err
	}
	return u.outcome(name, Outcome{Changed: true})
}

// knownOf is the one file that the data was read from.
func knownOf(old *dataFile) Part {
	if old == nil {
		return Part{}
	}
	return Part{Source: old.Source, Digest: old.Digest, ETag: old.ETag, LastModified: old.LastModified}
}

func (u *Updater) info(name, location string, from origin) Info {
	return Info{Name: name, Source: location, Modified: from.Modified, Digest: from.Digest, ETag: from.ETag, LastModified: from.LastModified}
}

// checked is the time for which the data is known to be up to date: now if a
// server gave it. A file is a copy, and as old as its time says.
func (u *Updater) checked(location string, from origin) time.Time {
	now := u.Now()
	if !isURL(location) && from.Modified.Before(now) {
		return from.Modified
	}
	return now
}

// unchanged notes that the database has what the source has.
func (u *Updater) unchanged(old *dataFile) (Outcome, error) {
	checked := u.Now()
	for _, p := range append(old.Parts, Part{Source: old.Source}) {
		if info, err := os.Stat(p.Source); err == nil && !isURL(p.Source) && !info.IsDir() && info.ModTime().Before(checked) {
			checked = info.ModTime()
		}
	}
	if err := markChecked(old.file.Name(), checked); err != nil {
		return Outcome{}, err
	}
	return u.outcome(old.Name, Outcome{})
}

// outcome completes the outcome with what the database has now.
func (u *Updater) outcome(name string, o Outcome) (Outcome, error) {
	file, err := openFile(dataPath(u.Dir, name))
	if err != nil {
		return Outcome{}, err
	}
	o.Info = file.Info
	return o, file.close()
}

// updateCVEs takes in KEV or EPSS.
func (u *Updater) updateCVEs(ctx context.Context, name string, old *dataFile, location string, read func(io.Reader, func(cveNumber, []byte) error) (time.Time, error)) (Outcome, error) {
	in, done, err := u.fetch(ctx, name, "", location, knownOf(old))
	if errors.Is(err, errUnchanged) {
		return u.unchanged(old)
	}
	if err != nil {
		return Outcome{}, err
	}
	defer done()
	path := dataPath(u.Dir, name)
	err = writeCVEs(ctx, u.Dir, path, u.info(name, location, in.from), u.checked(location, in.from), func(f func(cveNumber, []byte) error) (time.Time, error) {
		body, err := unpacked(io.NewSectionReader(in, 0, in.size))
		if err != nil {
			return time.Time{}, err
		}
		defer body.Close()
		return read(body, f)
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("%s: %w", location, err)
	}
	return u.outcome(name, Outcome{Changed: true})
}

// Ecosystems lists what the source has.
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
	for _, name := range feedEcosystems() {
		f := feeds[name]
		parts, err := u.localParts(&f, nil)
		if err != nil {
			return nil, err
		}
		if len(parts) > 0 {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no <Ecosystem>/all.zip is there", u.Source)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func (u *Updater) remoteEcosystems(ctx context.Context) ([]string, error) {
	location := u.location("ecosystems.txt")
	response, err := u.get(ctx, location, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot learn which ecosystems there are: %w", err)
	}
	defer response.Body.Close()
	const maxList = 1 << 20
	text, err := io.ReadAll(io.LimitReader(response.Body, maxList))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", location, err)
	}
	var list []string
	for line := range strings.Lines(string(text)) {
		if name := Base(strings.TrimSpace(line)); ecosystemName.MatchString(name) {
			list = append(list, name)
		}
	}
	if u.public() {
		list = append(list, feedEcosystems()...)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}
