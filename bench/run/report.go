//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"
)

// The goals. Those over the floor hold for all analyzers of this version.
const (
	goalWall         = 1.15                   // of the floor's wall time, gzip layers
	goalCPU          = 1.10                   // of the floor's CPU time, gzip layers
	goalUncompressed = 2 * time.Second        // archives with uncompressed layers
	goalWarm         = 150 * time.Millisecond // OCI layouts, whose digests tell what is cached
	goalPeak         = 150e6                  // bytes, up to 500,000 entries
	goalPerEntry     = 150                    // bytes for each entry above that
	goalMerge        = 1.25                   // CPU time with 100 layers over that with one, less the floor's
)

// images measures the images of over a gigabyte.
func (b *bench) images(ctx context.Context) error {
	names := []string{"many-gzip", "squashed-gzip", "many.tar", "squashed.tar"}
	trials := make([]trial, len(names))
	for _, name := range names { // brings the image into memory
		if _, err := measure(ctx, b.work, b.floor, filepath.Join(b.dir, name)); err != nil {
			return err
		}
	}
	for range b.rounds {
		for i, name := range names {
			if err := b.round(ctx, filepath.Join(b.dir, name), &trials[i]); err != nil {
				return err
			}
		}
	}
	w := newTable("image", "floor", "CPU", "cold", "CPU", "wall ratio", "goal", "CPU ratio", "goal", "warm", "goal", "peak", "goal")
	for i, name := range names {
		floor, cold, warm := trials[i].floor.median(), trials[i].cold.median(), trials[i].warm.median()
		wall, cpu := ratio(cold.wall, floor.wall), ratio(cold.cpu, floor.cpu)
		peak := max(cold.peak, warm.peak)
		goals := []any{verdict(wall <= goalWall, "<= %.2f", goalWall), verdict(cpu <= goalCPU, "<= %.2f", goalCPU),
			verdict(warm.wall <= goalWarm, "<= %v", goalWarm)}
		if filepath.Ext(name) == ".tar" {
			goals = []any{verdict(cold.wall < goalUncompressed, "< %v", goalUncompressed), "", ""}
		}
		w.row(name, seconds(floor.wall), seconds(floor.cpu), seconds(cold.wall), seconds(cold.cpu),
			fmt.Sprintf("%.3f", wall), goals[0], fmt.Sprintf("%.3f", cpu), goals[1],
			seconds(warm.wall), goals[2], megabytes(peak), verdict(peak < goalPeak, "< %d MB", int(goalPeak/1e6)))
	}
	return w.Flush()
}

// size is the shape of a synthetic image.
type size struct{ files, layers int }

func (s size) name() string { return fmt.Sprintf("entries-%dx%d", s.files, s.layers) }

func memorySizes() []size { return []size{{100_000, 10}, {500_000, 10}, {1_000_000, 10}} }
func mergeSizes() []size  { return []size{{100_000, 1}, {100_000, 10}, {100_000, 100}} }

// measureAll measures images in turn.
func (b *bench) measureAll(ctx context.Context, sizes []size) ([]trial, error) {
	trials := make([]trial, len(sizes))
	for range b.rounds {
		for i, s := range sizes {
			if err := b.round(ctx, filepath.Join(b.dir, s.name()), &trials[i]); err != nil {
				return nil, err
			}
		}
	}
	return trials, nil
}

// memory measures how peak memory grows with entries.
func (b *bench) memory(ctx context.Context) error {
	sizes := memorySizes()
	trials, err := b.measureAll(ctx, sizes)
	if err != nil {
		return err
	}
	w := newTable("entries", "floor", "cold", "warm", "peak", "bytes an entry", "of each further entry", "goal")
	for i, s := range sizes {
		cold, warm := trials[i].cold.median(), trials[i].warm.median()
		peak := max(cold.peak, warm.peak)
		further, goal := "", verdict(peak < goalPeak, "< %d MB", int(goalPeak/1e6))
		if i > 0 {
			before := max(trials[i-1].cold.median().peak, trials[i-1].warm.median().peak)
			each := float64(peak-before) / float64(s.files-sizes[i-1].files)
			further = fmt.Sprintf("%.0f", each)
			if s.files > 500_000 {
				goal = verdict(each <= goalPerEntry, "<= %d bytes", goalPerEntry)
			}
		}
		w.row(s.files, seconds(trials[i].floor.median().wall), seconds(cold.wall), seconds(warm.wall),
			megabytes(peak), peak/int64(s.files), further, goal)
	}
	return w.Flush()
}

// merge measures how the cost of merging grows with layers.
func (b *bench) merge(ctx context.Context) error {
	sizes := mergeSizes()
	trials, err := b.measureAll(ctx, sizes)
	if err != nil {
		return err
	}
	own := func(t *trial) time.Duration { return t.cold.median().cpu - t.floor.median().cpu }
	w := newTable("files in layers", "floor CPU", "cold CPU", "cold less floor", "to one layer", "goal", "warm", "warm CPU", "peak")
	for i, s := range sizes {
		growth := ratio(own(&trials[i]), own(&trials[0]))
		warm, cold := trials[i].warm.median(), trials[i].cold.median()
		w.row(fmt.Sprintf("%d in %d", s.files, s.layers), seconds(trials[i].floor.median().cpu), seconds(cold.cpu),
			seconds(own(&trials[i])), fmt.Sprintf("%.2f", growth), verdict(growth <= goalMerge, "<= %.2f", goalMerge),
			seconds(warm.wall), seconds(warm.cpu), megabytes(max(cold.peak, warm.peak)))
	}
	return w.Flush()
}

// table is aligned when it is flushed.
type table struct{ *tabwriter.Writer }

func newTable(head ...any) table {
	t := table{tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)}
	fmt.Fprintln(t)
	t.row(head...)
	return t
}

func (t table) row(cells ...any) {
	for _, c := range cells {
		fmt.Fprintf(t, "%v\t", c)
	}
	fmt.Fprintln(t)
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }

// verdict tells a goal and whether it was met.
func verdict(met bool, format string, args ...any) string {
	word := "missed"
	if met {
		word = "met"
	}
	return fmt.Sprintf(format, args...) + " " + word
}
