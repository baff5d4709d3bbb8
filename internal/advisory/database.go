// Package advisory looks up the known vulnerabilities of packages in a local database of
// advisories.
//
// [Open] opens the database, a directory with the files of package store. [Database.Match]
// answers a [Query] (ecosystem, name and version of an installed package) with an [Answer]:
// the vulnerabilities of that version, each with severity, fixed version and status. They
// are merged from all advisories about the package and from the statements of the
// distribution. Nothing is guessed: if a version cannot be compared, the advisory is in
// [Answer.Undecided], and an ecosystem without data is an [ErrNoData].
//
// The packages below it:
//
//	osv      the types of OSV: records, CVEs, severities
//	version  the order of versions, and fixed versions
//	store    the files of the database
//	feed     the publishers' formats
//	update   downloads, and turns feeds into files of the store
package advisory

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// ErrNoData is returned if the database has no advisories for an ecosystem.
var ErrNoData = store.ErrNoData

// Database is an open database of advisories. It may be used by any number of
// goroutines. A dataset that it has opened stays the same, also when an update replaces
// the file.
type Database struct {
	dir string

	mu    sync.Mutex
	files map[string]openedFile // by name of the dataset; guarded by mu
	// ratingNames is the result of ratingDatasets; guarded by mu.
	ratingNames [][]string
}

// openedFile is the result of opening the file of a dataset.
type openedFile struct {
	file *store.File // nil if the dataset does not exist
	err  error
}

// Open opens the database in a directory. It reads nothing yet: each dataset is opened
// when it is first needed. If the directory does not exist, the database has no data.
func Open(dir string) *Database {
	return &Database{dir: dir, files: make(map[string]openedFile)}
}

// Close closes the database.
func (db *Database) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	var err error
	for _, o := range db.files {
		if o.file != nil {
			err = errors.Join(err, o.file.Close())
		}
	}
	clear(db.files)
	return err
}

// dataset opens the dataset with a name, unless it is open already. It returns nil if the
// dataset does not exist.
func (db *Database) dataset(name string) (*store.File, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	o, ok := db.files[name]
	if !ok {
		o.file, o.err = store.Open(db.dir, name)
		if errors.Is(o.err, fs.ErrNotExist) {
			o = openedFile{}
		}
		db.files[name] = o
	}
	if o.err != nil {
		return nil, fmt.Errorf("advisories of %s: %w", name, o.err)
	}
	return o.file, nil
}

// requireDataset is like dataset, but returns an error that wraps [ErrNoData] if the
// dataset does not exist.
func (db *Database) requireDataset(name string) (*store.File, error) {
	file, err := db.dataset(name)
	if err != nil {
		return nil, err
	}
	if file == nil {
		return nil, &store.NoDataError{Name: name}
	}
	return file, nil
}

// Info describes the dataset with a name: that of an ecosystem (without the release), or
// one of the others, such as [store.KEV]. The error wraps [ErrNoData] if the database does
// not have it.
func (db *Database) Info(name string) (store.Info, error) {
	file, err := db.requireDataset(name)
	if err != nil {
		return store.Info{}, err
	}
	return file.Info, nil
}

// Covers reports whether the database has any advisory for a release of an ecosystem. If
// it has advisories for other releases only, the packages of this one cannot be checked.
// The error wraps [ErrNoData] if it has no data for the ecosystem.
func (db *Database) Covers(ecosystem seaworthy.Ecosystem) (bool, error) {
	file, err := db.requireDataset(ecosystem.Name)
	if err != nil {
		return false, err
	}
	releases := withAllReleases(ecosystem)
	for _, c := range channelsOf(Query{Ecosystem: ecosystem}) { // such as Ubuntu Pro after the end of ordinary support
		releases = append(releases, c.ecosystem)
	}
	for _, release := range releases {
		if has, err := file.HasRelease(store.Vulnerable, release); has || err != nil {
			return has, err
		}
	}
	return false, nil
}

// Knows reports whether any advisory for the release of the ecosystem is about a package
// of that name. The error wraps [ErrNoData] if the database has no data for the ecosystem.
func (db *Database) Knows(ecosystem seaworthy.Ecosystem, name string) (bool, error) {
	file, err := db.requireDataset(ecosystem.Name)
	if err != nil {
		return false, err
	}
	return file.HasPackage(store.Vulnerable, ecosystem, name)
}

// PackageNames returns the names of the packages that the advisories of an ecosystem
// without releases are about, sorted. The error wraps [ErrNoData] if the database has
// nothing of the ecosystem.
func (db *Database) PackageNames(ecosystem seaworthy.Ecosystem) ([]string, error) {
	file, err := db.requireDataset(ecosystem.Name)
	if err != nil {
		return nil, err
	}
	return file.PackageNames(store.Vulnerable, ecosystem)
}

// withAllReleases returns the ecosystems whose advisories apply to an ecosystem: the
// ecosystem itself, and the one without a release, whose advisories apply to all releases.
func withAllReleases(e seaworthy.Ecosystem) []seaworthy.Ecosystem {
	if e.Release == "" {
		return []seaworthy.Ecosystem{e}
	}
	return []seaworthy.Ecosystem{e, {Name: e.Name}}
}

// Status describes a dataset of the database. Err is set if it cannot be read; Info then
// has only the name.
type Status struct {
	store.Info
	Err error
}

// Trouble says in a few words why the dataset cannot be read, "" if it can.
func (s *Status) Trouble() string {
	var newer *store.NewerError
	var older *store.OlderError
	switch {
	case s.Err == nil:
		return ""
	case errors.As(s.Err, &newer):
		return "written by a newer version of this program"
	case errors.As(s.Err, &older):
		return "written by an older version of this program"
	case errors.Is(s.Err, store.ErrDamaged):
		return "damaged"
	default:
		return "unreadable"
	}
}

// Status returns the status of all datasets, sorted by name.
func (db *Database) Status() ([]Status, error) {
	names, err := store.Names(db.dir)
	if err != nil {
		return nil, err
	}
	var all []Status
	for _, name := range names {
		switch file, err := db.dataset(name); {
		case err != nil:
			all = append(all, Status{Info: store.Info{Name: name}, Err: err})
		case file != nil:
			all = append(all, Status{Info: file.Info})
		}
	}
	return all, nil
}
