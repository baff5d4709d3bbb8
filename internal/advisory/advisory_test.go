package advisory

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/update"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// now is the time at which tests happen.
var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newUpdater(t testing.TB, dir, source string) *update.Updater {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	return &update.Updater{Dir: dir, Source: source, Client: http.DefaultClient, Log: log, Now: func() time.Time { return now }, Backoff: time.Millisecond}
}

// built gives a database of records.
func built(t testing.TB, ecosystems map[string][]string) *Database {
	t.Helper()
	dir := t.TempDir()
	u := newUpdater(t, dir, advisorytest.Source(t, ecosystems))
	for name := range ecosystems {
		mustUpdate(t, u, name)
	}
	return open(t, dir)
}

func open(t testing.TB, dir string) *Database {
	t.Helper()
	db := Open(dir)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func mustUpdate(t testing.TB, u *update.Updater, name string) update.Outcome {
	t.Helper()
	o, err := u.Update(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func mustMatch(t testing.TB, db *Database, ecosystem, name, version string) Answer {
	t.Helper()
	a, err := db.Match(context.Background(), Query{Ecosystem: seaworthy.ParseEcosystem(ecosystem), Name: name, Version: version})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// ids are the ids of the vulnerabilities in an answer.
func ids(a Answer) []string {
	var list []string
	for _, f := range a.Vulnerabilities {
		list = append(list, f.ID)
	}
	return list
}

// sharedEcosystems are those of which there are real records next to the module.
var sharedEcosystems = []string{"AlmaLinux", "Alpine", "Bitnami", "Debian", "Go", "PyPI", "RubyGems", "crates.io", "npm"}

// sharedDatabase builds a database of the real records.
func sharedDatabase(t testing.TB) (dir string) {
	t.Helper()
	source := filepath.Dir(filepath.Dir(imagetest.Shared(t, "advisories/Debian/all.zip")))
	dir = t.TempDir()
	u := newUpdater(t, dir, source)
	for _, name := range append([]string{store.KEV}, sharedEcosystems...) {
		mustUpdate(t, u, name)
	}
	u.EPSS = imagetest.Shared(t, "advisories/native/epss/data.csv")
	mustUpdate(t, u, store.EPSS)
	return dir
}
