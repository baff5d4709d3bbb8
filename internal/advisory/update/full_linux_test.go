package update

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// TestFullDisk: a disk without room leaves the old data, and nothing besides.
func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a file system of a few megabytes must be mounted by root")
	}
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=400k"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	dir := filepath.Join(disk, "advisories")
	source := advisorytest.Source(t, map[string][]string{"npm": {advisorytest.Record("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z")}})
	u := newUpdater(t, dir, source)
	mustUpdate(t, u, "npm")

	var records []string
	for i := range 3000 {
		// Texts that do not compress.
		text := ""
		for n := range 40 {
			text += fmt.Sprintf("%x ", (i*40+n)*2654435761%1_000_000_007)
		}
		records = append(records, fmt.Sprintf(`{"id": "GHSA-%d", "modified": "2024-01-01T00:00:00Z", "details": %q, "affected": [{"package": {"ecosystem": "npm", "name": "p%d"}}]}`, i, text, i))
	}
	big := advisorytest.Archive(t, records...)
	advisorytest.WriteFile(t, filepath.Join(source, "npm", "all.zip"), big)
	s := serve(t)
	s.set("/npm/all.zip", append(big, make([]byte, 2<<20)...))
	for _, source := range []string{source, s.URL} {
		_, err := newUpdater(t, dir, source).Update(t.Context(), "npm")
		var hint interface{ Hint() string }
		if !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &hint) || !strings.Contains(err.Error(), "no space left on device; the old data stays as it was") {
			t.Errorf("%s: error %v, want one about the space, with a hint", source, err)
		}
		if got := fixes(t, dir); got != "GHSA-1 1.0.0" {
			t.Errorf("%s: vulnerabilities %q, want the old ones", source, got)
		}
		if left, err := filepath.Glob(filepath.Join(dir, ".tmp-*")); len(left) > 0 || err != nil {
			t.Errorf("%s: left behind: %v, %v", source, left, err)
		}
	}
	other := t.TempDir()
	mustUpdate(t, newUpdater(t, other, advisorytest.Source(t, map[string][]string{"npm": {advisorytest.Record("GHSA-2", "1.0.0", "2024-01-01T00:00:00Z")}})), "npm")
	all, err := store.OpenSnapshots(t.Context(), other, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer all[0].Close()
	filler := make([]byte, 2<<20)
	if err := os.WriteFile(filepath.Join(disk, "filler"), filler, 0o644); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	in, err := store.NewImporter(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Discard()
	if err := in.Add(t.Context(), "npm", all[0].Digest, all[0].Open()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("imported on a full disk: %v", err)
	}
	if got := fixes(t, dir); got != "GHSA-1 1.0.0" {
		t.Errorf("vulnerabilities %q, want the old ones", got)
	}
}
