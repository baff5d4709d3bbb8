package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/bench/hostile/shapes"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/scanner"
)

// TestSample scans some of the shapes. "make hostile" scans all of them, and measures the
// memory too.
func TestSample(t *testing.T) {
	names := []string{
		"license-lists", "license-objects-composer", "license-lists-lock-file", "license-expressions", "lock-file-nesting",
		"go-functions-times-modules", "one-layer-1000-times", "sudoers-aliases", "sshd-includes",
	}
	found := 0
	for _, s := range shapes.All() {
		if !slices.Contains(names, s.Name) {
			continue
		}
		found++
		archive := s.Archive()
		if len(archive) > shapes.MaxArchive {
			t.Errorf("%s: the archive has %d bytes", s.Name, len(archive))
		}
		path := filepath.Join(t.TempDir(), "image.tar")
		if err := os.WriteFile(path, archive, 0o644); err != nil {
			t.Fatal(err)
		}
		imagetest.CheckCPU(t, maxCPU/2, func() {
			start := time.Now()
			if err := scanOnce(t.Context(), t.TempDir(), path); err != nil && !s.Refused {
				t.Errorf("%s: %v", s.Name, err)
			}
			t.Logf("%s: %v", s.Name, time.Since(start))
		})
	}
	if found != len(names) {
		t.Errorf("%d of %d shapes exist", found, len(names))
	}
}

func scanOnce(ctx context.Context, dir, path string) error {
	s, err := scanner.New(scanner.Options{CacheDir: dir, Data: scanner.Data{Offline: true}, Source: scanner.Source{Platform: "linux/amd64"}})
	if err != nil {
		return err
	}
	_, err = s.Scan(ctx, path, events{})
	return err
}

// events is a handler that drops everything.
type events struct{}

func (events) Provenance(*seaworthy.Provenance) error { return nil }
func (events) Progress(*seaworthy.Progress) error     { return nil }
func (events) Image(*seaworthy.Image) error           { return nil }
func (events) Package(*seaworthy.Package) error       { return nil }
func (events) Finding(*seaworthy.Finding) error       { return nil }
func (events) Coverage(*seaworthy.Coverage) error     { return nil }
func (events) Verdict(*seaworthy.Verdict) error       { return nil }
