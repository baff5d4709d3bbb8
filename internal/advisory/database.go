// Package advisory is the local database of advisories in the OSV format
// (https://ossf.github.io/osv-schema/): it takes in OSV's bulk export, CISA's KEV
// catalog and EPSS scores, and says which flaws a version of a package has.
//
// Each ecosystem is a body of data in one immutable file, so that an ecosystem is
// replaced alone and at once, by renaming, and readers and writers never wait for
// each other.
package advisory

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrNoData is what a look-up ends in that concerns an ecosystem of which the
// database has no advisories.
var ErrNoData = errors.New("the advisory database has no data")

// Database answers which flaws a version of a package has. It may be used by any
// number of goroutines. What it has opened stays as it is, whatever an update
// does.
type Database struct {
	dir string

	mu    sync.Mutex
	files map[string]opened // by name of the body of data; guarded by mu
}

// opened is the outcome of opening a body of data.
type opened struct {
	file *dataFile // nil if there is none
	err  error
}

// Open opens the database in a directory. It reads nothing yet: each ecosystem is
// opened when it is first asked for. A directory that does not exist is a
// database without data.
func Open(dir string) *Database {
	return &Database{dir: dir, files: make(map[string]opened)}
}

// Close ends the use of the database.
func (db *Database) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	var err error
	for _, o := range db.files {
		if o.file != nil {
			err = errors.Join(err, o.file.close())
		}
	}
	clear(db.files)
	return err
}

const fileSuffix = ".advisories"

// dataPath is where a body of data lies. Names come from records and images, so
// what has a meaning in paths is escaped.
func dataPath(dir, name string) string {
	name = url.PathEscape(name)
	if strings.HasPrefix(name, ".") {
		name = "%2E" + name[1:]
	}
	return filepath.Join(dir, name+fileSuffix)
}

// data gives an open body of data, or nil if there is none.
func (db *Database) data(name string) (*dataFile, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	o, ok := db.files[name]
	if !ok {
		o.file, o.err = openFile(dataPath(db.dir, name))
		if errors.Is(o.err, fs.ErrNotExist) {
			o = opened{}
		}
		db.files[name] = o
	}
	if o.err != nil {
		return nil, fmt.Errorf("advisories of %s: %w", name, o.err)
	}
	return o.file, nil
}

// Info says what the database has of an ecosystem, whose release does not matter,
// or of KEV or EPSS. The error wraps [ErrNoData] if it has nothing.
func (db *Database) Info(ecosystem string) (Info, error) {
	file, err := db.data(Base(ecosystem))
	if err != nil {
		return Info{}, err
	}
	if file == nil {
		return Info{}, noData(ecosystem)
	}
	return file.Info, nil
}

// Covers tells whether the database has any advisory about a release of an
// ecosystem. It may have those of other releases alone: then nothing is known of the
// packages of this one. The error wraps [ErrNoData] if it has nothing of the ecosystem.
func (db *Database) Covers(ecosystem string) (bool, error) {
	file, err := db.data(Base(ecosystem))
	if err != nil {
		return false, err
	}
	if file == nil {
		return false, noData(ecosystem)
	}
	t, ok := file.tables[packagesTable]
	if !ok {
		return false, damaged(file.file.Name())
	}
	for _, name := range []string{ecosystem, Base(ecosystem)} {
		if has, err := t.hasPrefix(packageKey(kindVulnerability, name, "")); has || err != nil {
			return has, err
		}
	}
	return false, nil
}

// Knows tells whether any advisory of the ecosystem is about a package of that name.
// The error wraps [ErrNoData] if the database has nothing of the ecosystem.
func (db *Database) Knows(ecosystem, name string) (bool, error) {
	file, err := db.data(Base(ecosystem))
	if err != nil {
		return false, err
	}
	if file == nil {
		return false, noData(ecosystem)
	}
	value, err := file.get(packagesTable, packageKey(kindVulnerability, ecosystem, name))
	return value != nil, err
}

func noData(ecosystem string) error {
	return fmt.Errorf("%w of %s: run seaworthy db update --ecosystem %q", ErrNoData, Base(ecosystem), Base(ecosystem))
}

// Status is a body of data, or why it cannot be read.
type Status struct {
	Info
	Err error
}

// Trouble says in a word or two why the data cannot be read.
func (s *Status) Trouble() string {
	var newer *newerError
	var older *olderError
	switch {
	case s.Err == nil:
		return ""
	case errors.As(s.Err, &newer):
		return "written by a newer version of this program"
	case errors.As(s.Err, &older):
		return "written by an older version of this program"
	case errors.Is(s.Err, errDamaged):
		return "damaged"
	default:
		return "unreadable"
	}
}

// Age is how long ago the data was last known to be what the source has.
func (i *Info) Age(now time.Time) time.Duration { return max(0, now.Sub(i.Checked)) }

// Status gives all that the database has, by name.
func (db *Database) Status() ([]Status, error) {
	names, err := names(db.dir, fileSuffix)
	if err != nil {
		return nil, err
	}
	var all []Status
	for _, name := range names {
		switch file, err := db.data(name); {
		case err != nil:
			all = append(all, Status{Info: Info{Name: name}, Err: err})
		case file != nil:
			all = append(all, Status{Info: file.Info})
		}
	}
	return all, nil
}

// names lists what the files in a directory that end in suffix are named for,
// sorted.
func names(dir, suffix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		escaped, ok := strings.CutSuffix(e.Name(), suffix)
		if name, err := url.PathUnescape(escaped); ok && err == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
