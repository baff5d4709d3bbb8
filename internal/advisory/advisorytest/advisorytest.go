// Package advisorytest makes sources of advisories for tests.
package advisorytest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Source writes a source of records, by ecosystem, to a new directory.
func Source(t testing.TB, ecosystems map[string][]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, records := range ecosystems {
		WriteFile(t, filepath.Join(dir, name, "all.zip"), Archive(t, records...))
	}
	return dir
}

// WriteFile writes a file and the directories above it.
func WriteFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Archive returns a bulk archive of records in JSON.
func Archive(t testing.TB, records ...string) []byte {
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

// Record returns a record of a vulnerability in the package p of npm.
func Record(id, fixed, modified string) string {
	return fmt.Sprintf(`{"id": %q, "modified": %q, "affected": [{"package": {"ecosystem": "npm", "name": "p"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": %q}]}]}]}`, id, modified, fixed)
}
