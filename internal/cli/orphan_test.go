//go:build unix

package cli

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestRemoveOrphans shows that only what a killed run left is removed: not the file of a
// run that still works, nor a young one, nor any other file.
func TestRemoveOrphans(t *testing.T) {
	dir := t.TempDir()
	create := func(name string, age time.Duration) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		at := time.Now().Add(-age)
		if err := os.Chtimes(f.Name(), at, at); err != nil {
			t.Fatal(err)
		}
		return f
	}
	orphan := create(".seaworthy-"+rand.Text(), time.Hour)
	young := create(".seaworthy-"+rand.Text(), time.Second)
	used := create(".seaworthy-"+rand.Text(), time.Hour)
	lockTemporary(used)
	others := []*os.File{young, used, create(".seaworthy-notes", time.Hour), create(".seaworthy.yaml", time.Hour), create("x.seaworthy-"+rand.Text(), time.Hour)}
	removeOrphans(dir)
	if _, err := os.Stat(orphan.Name()); !os.IsNotExist(err) {
		t.Errorf("the orphan is still there: %v", err)
	}
	for _, f := range others {
		if _, err := os.Stat(f.Name()); err != nil {
			t.Errorf("%s: %v", f.Name(), err)
		}
	}
	removeOrphans(filepath.Join(dir, "absent"))
}
