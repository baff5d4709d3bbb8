package update

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/advisorytest"
)

// TestMain updates a database over and over, by turns from two sources, if TestKilled
// started it.
func TestMain(m *testing.M) {
	sources := os.Getenv("ADVISORY_TEST_SOURCES")
	if sources == "" {
		os.Exit(m.Run())
	}
	for {
		for _, source := range filepath.SplitList(sources) {
			u := &Updater{Dir: os.Getenv("ADVISORY_TEST_DIR"), Source: source, Client: http.DefaultClient, Log: slog.New(slog.DiscardHandler), Now: time.Now}
			if _, err := u.Update(context.Background(), "npm"); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
}

// TestKilled: whenever a process is killed, the database works, and the next
// update too.
func TestKilled(t *testing.T) {
	var sources []string
	for s := range 2 {
		var records []string
		for i := range 300 {
			records = append(records, advisorytest.Record(fmt.Sprintf("GHSA-%04d", i), fmt.Sprintf("%d.0.0", s+1), "2024-01-01T00:00:00Z"))
		}
		sources = append(sources, advisorytest.Source(t, map[string][]string{"npm": records}))
	}
	dir := t.TempDir()
	mustUpdate(t, newUpdater(t, dir, sources[1]), "npm")
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for i := range 12 {
		command := exec.Command(executable)
		command.Env = append(os.Environ(), "ADVISORY_TEST_DIR="+dir, "ADVISORY_TEST_SOURCES="+strings.Join(sources, string(filepath.ListSeparator)))
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(60+7*i) * time.Millisecond)
		command.Process.Kill()
		if err := command.Wait(); err == nil || command.ProcessState.ExitCode() == 1 {
			t.Fatalf("the process ended by itself: %v", err)
		}
		a := match(t, open(t, dir), "npm", "p", "0.1.0")
		if len(a.Vulnerabilities) != 300 {
			t.Fatalf("%d vulnerabilities after a kill, want 300", len(a.Vulnerabilities))
		}
		for _, f := range a.Vulnerabilities {
			if f.FixedVersion != a.Vulnerabilities[0].FixedVersion {
				t.Fatalf("old and new data are mixed: %s and %s", f.FixedVersion, a.Vulnerabilities[0].FixedVersion)
			}
		}
		seen[a.Vulnerabilities[0].FixedVersion] = true
	}
	if len(seen) < 2 {
		t.Log("every kill left the same data: the machine is slow, and the test showed little")
	}
	mustUpdate(t, newUpdater(t, dir, sources[0]), "npm")
}
