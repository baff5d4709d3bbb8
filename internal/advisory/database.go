// Package advisory looks up the known vulnerabilities of packages in a local database of
// advisories.
//
// In goes a directory with the files of package store and a [Query]: ecosystem, name and
// version of an installed package. Out comes an [Answer]: the vulnerabilities of that
// version, each with severity, fixed version and status, merged from all advisories that
// describe it and from what the distribution says. Nothing is guessed: a version that
// cannot be compared is in [Answer.Undecided], and an ecosystem without data is an
// [ErrNoData].
//
// The packages below it each hold one part:
//
//	osv      the vocabulary: records, CVEs, severities
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

// ErrNoData is returned for an ecosystem of which the database has no advisories.
var ErrNoData = store.ErrNoData

// Database is an open database of advisories. It may be used by any number of
// goroutines. What it has opened stays as it is, also during an update.
type Database struct {
	dir string

	mu    sync.Mutex
	files map[string]openedFile // by name of the dataset; guarded by mu
}

// openedFile is the result of opening a dataset.
type openedFile struct {
	file *store.File // nil if there is none
	err  error
}

// Open opens the database in a directory. It reads nothing yet: each dataset is opened
// when it is first needed. A directory that does not exist is a database without data.
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

// dataset returns an open dataset, or nil if there is none.
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

// required returns an open dataset. The error wraps [ErrNoData] if there is none.
func (db *Database) required(name string) (*store.File, error) {
	file, err := db.dataset(name)
	if err != nil {
		return nil, err
	}
	if file == nil {
		return nil, &store.NoDataError{Name: name}
	}
	return file, nil
}

// Info describes a dataset: that of an ecosystem, by its name without the release, or
// another one. The error wraps [ErrNoData] if there is none.
func (db *Database) Info(name string) (store.Info, error) {
	file, err := db.required(name)
	if err != nil {
		return store.Info{}, err
	}
	return file.Info, nil
}

// Covers reports whether the database has any advisory about a release of an ecosystem.
// If it has those of other releases only, nothing is known of the packages of this one.
// The error wraps [ErrNoData] if it has nothing of the ecosystem.
func (db *Database) Covers(ecosystem seaworthy.Ecosystem) (bool, error) {
	file, err := db.required(ecosystem.Name)
	if err != nil {
		return false, err
	}
	for _, release := range releases(ecosystem) {
		if has, err := file.HasRelease(store.Vulnerable, release); has || err != nil {
			return has, err
		}
	}
	return false, nil
}

// Knows reports whether any advisory of the ecosystem is about a package of that name.
// The error wraps [ErrNoData] if the database has nothing of the ecosystem.
func (db *Database) Knows(ecosystem seaworthy.Ecosystem, name string) (bool, error) {
	file, err := db.required(ecosystem.Name)
	if err != nil {
		return false, err
	}
	return file.HasPackage(store.Vulnerable, ecosystem, name)
}

// releases are the ecosystems whose advisories are about a release: itself, and the
// ecosystem without a release, which means all of them.
func releases(e seaworthy.Ecosystem) []seaworthy.Ecosystem {
	if e.Release == "" {
		return []seaworthy.Ecosystem{e}
	}
	return []seaworthy.Ecosystem{e, {Name: e.Name}}
}

// Status describes a dataset, or says why it cannot be read.
type Status struct {
	store.Info
	Err error
}

// Trouble says in a word or two why the dataset cannot be read.
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

// Status describes all datasets, sorted by name.
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
