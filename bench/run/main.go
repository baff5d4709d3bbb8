//go:build linux

// Run compares Seaworthy with the floor, on images that it builds if they are missing:
// wall and CPU time as ratios, the time of a warm scan, peak memory, and how they grow
// with entries and layers.
//
//	run [-seaworthy FILE] [-rounds N] [-dir DIR] [-advisories DIR] [-entries=false] [-real=false] [-- SCAN FLAGS]
//
// The programs take turns in each round, so that other load on the machine affects all of
// them. The figures are medians.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
)

type options struct {
	seaworthy  string
	dir        string
	advisories string
	rounds     int
	real       bool
	entries    bool
	scanFlags  []string
}

func main() {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	var o options
	flag.StringVar(&o.seaworthy, "seaworthy", "./seaworthy", "the `program` to measure")
	flag.StringVar(&o.dir, "dir", filepath.Join(cache, "seaworthy-bench"), "`directory` for the images")
	flag.StringVar(&o.advisories, "advisories", "", "`directory` of advisories to match packages with, as for db update --source (default none)")
	flag.IntVar(&o.rounds, "rounds", 5, "number of rounds")
	flag.BoolVar(&o.real, "real", true, "measure the images of over a gigabyte")
	flag.BoolVar(&o.entries, "entries", true, "measure the images of many entries")
	flag.Parse()
	o.scanFlags = flag.Args()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, &o); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
}

func run(ctx context.Context, o *options) error {
	seaworthy, err := filepath.Abs(o.seaworthy)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	floor := filepath.Join(o.dir, "floor")
	if err := command(ctx, "go", "build", "-o", floor, "./bench/floor"); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "seaworthy-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b := &bench{seaworthy: seaworthy, floor: floor, dir: o.dir, work: work, rounds: o.rounds}
	advisories := filepath.Join(work, "advisories")
	b.flags = append([]string{"--offline", "--db-dir", advisories}, o.scanFlags...)
	if o.advisories != "" {
		if err := command(ctx, seaworthy, "db", "update", "--db-dir", advisories, "--source", o.advisories, "--no-progress"); err != nil {
			return err
		}
	}
	fmt.Printf("%d cores, %s, medians of %d rounds\n", runtime.NumCPU(), cpuName(), o.rounds)
	if o.real {
		if err := command(ctx, "go", "run", "./bench/images", o.dir); err != nil {
			return err
		}
		if err := b.images(ctx); err != nil {
			return err
		}
	}
	if o.entries {
		if err := b.buildEntries(ctx); err != nil {
			return err
		}
		if err := errors.Join(b.memory(ctx), b.merge(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// buildEntries builds the synthetic images that are missing.
func (b *bench) buildEntries(ctx context.Context) error {
	for _, s := range append(memorySizes(), mergeSizes()...) {
		path := filepath.Join(b.dir, s.name())
		if _, err := os.Stat(path); err == nil {
			continue
		}
		err := command(ctx, "go", "run", "./bench/entries",
			"-files", fmt.Sprint(s.files), "-layers", fmt.Sprint(s.layers), path)
		if err != nil {
			return err
		}
	}
	return nil
}

// command runs a program that is not measured.
func command(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running %v: %w", args, err)
	}
	return nil
}
