package advisory

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// now is the time at which tests happen.
var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newUpdater(t testing.TB, dir, source string) *Updater {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	return &Updater{Dir: dir, Source: source, Client: http.DefaultClient, Log: log, Now: func() time.Time { return now }, Backoff: time.Millisecond}
}

// write makes a source of records, by ecosystem, in a new directory.
func write(t testing.TB, ecosystems map[string][]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, records := range ecosystems {
		put(t, filepath.Join(dir, name, "all.zip"), archive(t, records...))
	}
	return dir
}

func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// archive makes a bulk archive.
func archive(t testing.TB, records ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, r := range records {
		var id struct{ ID string }
		if err := json.Unmarshal([]byte(r), &id); err != nil {
			t.Fatalf("%v in %s", err, r)
		}
		w, err := z.Create(id.ID + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// built gives a database of records.
func built(t testing.TB, ecosystems map[string][]string) *Database {
	t.Helper()
	dir := t.TempDir()
	u := newUpdater(t, dir, write(t, ecosystems))
	for name := range ecosystems {
		update(t, u, name)
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

func update(t testing.TB, u *Updater, name string) Outcome {
	t.Helper()
	o, err := u.Update(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func match(t testing.TB, db *Database, ecosystem, name, version string) Answer {
	t.Helper()
	a, err := db.Match(context.Background(), Query{Ecosystem: ecosystem, Name: name, Version: version})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// ids are the ids of the flaws in an answer.
func ids(a Answer) []string {
	var list []string
	for _, f := range a.Flaws {
		list = append(list, f.ID)
	}
	return list
}

// sharedEcosystems are those of which real records lie beside the module.
var sharedEcosystems = []string{"AlmaLinux", "Alpine", "Bitnami", "Debian", "Go", "PyPI", "RubyGems", "crates.io", "npm"}

// sharedDatabase builds a database of the real records.
func sharedDatabase(t testing.TB) (dir string) {
	t.Helper()
	source := filepath.Dir(filepath.Dir(imagetest.Shared(t, "advisories/Debian/all.zip")))
	dir = t.TempDir()
	u := newUpdater(t, dir, source)
	for _, name := range append([]string{KEV}, sharedEcosystems...) {
		update(t, u, name)
	}
	u.EPSS = imagetest.Shared(t, "advisories/native/epss/data.csv")
	update(t, u, EPSS)
	return dir
}
