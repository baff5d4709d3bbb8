package advisory

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
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
	source := write(t, map[string][]string{"npm": {advisory("GHSA-1", "1.0.0", "2024-01-01T00:00:00Z")}})
	u := newUpdater(t, dir, source)
	update(t, u, "npm")

	var records []string
	for i := range 3000 {
		// Texts that do not compress.
		text := ""
		for n := range 40 {
			text += fmt.Sprintf("%x ", (i*40+n)*2654435761%1_000_000_007)
		}
		records = append(records, fmt.Sprintf(`{"id": "GHSA-%d", "modified": "2024-01-01T00:00:00Z", "details": %q, "affected": [{"package": {"ecosystem": "npm", "name": "p%d"}}]}`, i, text, i))
	}
	big := archive(t, records...)
	put(t, filepath.Join(source, "npm", "all.zip"), big)
	s := serve(t)
	s.set("/npm/all.zip", append(big, make([]byte, 2<<20)...))
	for _, source := range []string{source, s.URL} {
		_, err := newUpdater(t, dir, source).Update(t.Context(), "npm")
		var hint interface{ Hint() string }
		if !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &hint) || !strings.Contains(err.Error(), "no space left on device; the old data stays as it was") {
			t.Errorf("%s: error %v, want one about the space, with a hint", source, err)
		}
		if got := fixes(t, dir); got != "GHSA-1 1.0.0" {
			t.Errorf("%s: flaws %q, want the old ones", source, got)
		}
		if left, err := filepath.Glob(filepath.Join(dir, temporaryPrefix+"*")); len(left) > 0 || err != nil {
			t.Errorf("%s: left behind: %v, %v", source, left, err)
		}
	}
	_, archived := shared(t)
	filler := make([]byte, 2<<20)
	if err := os.WriteFile(filepath.Join(disk, "filler"), filler, 0o644); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	if err := takeIn(t, dir, archived); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("taken in on a full disk: %v", err)
	}
	if got := fixes(t, dir); got != "GHSA-1 1.0.0" {
		t.Errorf("flaws %q, want the old ones", got)
	}
}
