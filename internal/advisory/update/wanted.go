package update

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/feed"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// wantedSuffix is the suffix of a file that marks a dataset as needed by an image.
const wantedSuffix = ".wanted"

// Want records in the directory of a database which ecosystems images use, so that an
// update knows what to download.
func Want(dir string, ecosystems []string) error {
	var failed error
	for _, e := range ecosystems {
		path := store.PathOf(dir, e, wantedSuffix)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		err := os.MkdirAll(dir, 0o755)
		if err == nil {
			err = os.WriteFile(path, nil, 0o644)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// Wanted returns the ecosystems that Want recorded, sorted.
func Wanted(dir string) ([]string, error) {
	list, err := store.NamesOf(dir, wantedSuffix)
	return slices.DeleteFunc(list, func(name string) bool { return !store.ValidName(name) }), err
}

// Due reports whether a dataset should be updated: its server was not checked for some
// time, or the file in the directory has changed. Data that does not come from the source
// of the Updater is never due.
func (u *Updater) Due(info store.Info, after time.Duration) bool {
	if f, ok := feed.Lookup(info.Name); ok && len(info.Parts) > 0 {
		return u.feedDue(f, info, after)
	}
	location := u.sourceOf(info.Name)
	if info.Source != location {
		return false
	}
	if isURL(location) {
		return info.Age(u.Now()) > after
	}
	stat, err := os.Stat(location)
	return err == nil && stat.ModTime().Unix() != info.Checked.Unix()
}

// feedDue is Due for a feed. A feed is as old as the oldest of its files.
func (u *Updater) feedDue(f *feed.Feed, info store.Info, after time.Duration) bool {
	root := u.location(strings.Split(f.Dir, "/")...)
	for _, p := range info.Parts {
		if isURL(p.Source) != isURL(root) || !u.public() && !strings.HasPrefix(p.Source, root) {
			return false
		}
	}
	if isURL(root) {
		return info.Age(u.Now()) > after
	}
	parts, err := u.localParts(f, nil)
	if err != nil || len(parts) == 0 {
		return false
	}
	oldest := u.Now()
	for _, p := range parts {
		if stat, err := os.Stat(p.location); err == nil && stat.ModTime().Before(oldest) {
			oldest = stat.ModTime()
		}
	}
	return len(parts) != len(info.Parts) || oldest.Unix() != info.Checked.Unix()
}

// sourceOf returns the location of a dataset in the source.
func (u *Updater) sourceOf(name string) string {
	switch name {
	case store.KEV:
		return u.locations(u.KEV, kevPath)
	case store.EPSS:
		return u.locations(u.EPSS, epssPath, "native/"+epssPath)
	default:
		return u.location(name, "all.zip")
	}
}

// absentSuffix is the suffix of a file that marks a dataset as missing on the server.
const absentSuffix = ".absent"

// absentError says that the server did not have a dataset at the last check.
type absentError struct{ text string }

func (e *absentError) Error() string { return e.text }
func (e *absentError) Unwrap() error { return fs.ErrNotExist }

// Absent returns an error if the server did not have a dataset at the last check, and
// that was less than the time within ago; else nil. Directories are always checked again.
func (u *Updater) Absent(name string, within time.Duration) error {
	path := u.absentPath(name)
	stat, err := os.Stat(path)
	if err != nil || !isURL(u.Source) || u.Now().Sub(stat.ModTime()) > within {
		return nil
	}
	data, err := os.ReadFile(path)
	source, text, ok := strings.Cut(string(data), "\n")
	if err != nil || !ok || source != u.Source {
		return nil
	}
	return &absentError{text}
}

// NoteAbsent records for [Updater.Absent] that the source does not have a dataset.
func (u *Updater) NoteAbsent(name string, why error) error {
	if !isURL(u.Source) {
		return nil
	}
	return os.WriteFile(u.absentPath(name), []byte(u.Source+"\n"+why.Error()), 0o644)
}

func (u *Updater) absentPath(name string) string {
	return store.PathOf(u.Dir, name, absentSuffix)
}
