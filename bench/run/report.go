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

// riskSet is a set of risks that one scan checks, and its goals.
type riskSet struct {
	name, risks string
	// wall and cpu are the goals for gzip layers, as ratios to the floor; 0 for none.
	wall, cpu float64
	// uncompressed is the goal for an archive with uncompressed layers; 0 for none.
	uncompressed time.Duration
	peak         int64 // bytes, up to 500,000 entries
}

// riskSets returns cumulative sets. Every scan finds the packages.
func riskSets() []riskSet {
	return []riskSet{
		{"misconfiguration", "misconfiguration", 1.15, 1.10, 2 * time.Second, 150e6},
		{"+ vulnerability", "misconfiguration,vulnerability", 0, 1.20, 0, 250e6},
		{"+ secret", "misconfiguration,vulnerability,secret", 1.60, 1.45, 4 * time.Second, 250e6},
	}
}

// The goals that do not depend on the risks.
const (
	goalWarm     = 150 * time.Millisecond // of OCI layouts, whose digests are the keys of the cache
	goalPerEntry = 150                    // bytes per entry above 500,000
	goalMerge    = 1.25                   // CPU time above the floor: 100 layers compared with one
)

// images measures the images of over a gigabyte.
func (b *bench) images(ctx context.Context) error {
	names := []string{"many-gzip", "squashed-gzip", "many.tar", "squashed.tar"}
	trials := make([]trial, len(names))
	for _, name := range names { // loads the image into the page cache
		if _, err := measure(ctx, b.work, b.floor, filepath.Join(b.dir, name)); err != nil {
			return err
		}
	}
	sets := riskSets()
	for range b.rounds {
		for i, name := range names {
			if err := b.round(ctx, filepath.Join(b.dir, name), sets, &trials[i]); err != nil {
				return err
			}
		}
	}
	w := newTable("image", "risks", "wall", "CPU", "wall ratio", "goal", "CPU ratio", "goal", "warm", "goal", "peak", "goal")
	for i, name := range names {
		floor := trials[i].floor.median()
		w.row(name, "(floor)", seconds(floor.wall), seconds(floor.cpu), "", "", "", "", "", "", megabytes(floor.peak), "")
		for j, set := range sets {
			c := &trials[i].scans[j]
			cold, warm, peak := c.cold.median(), c.warm.median(), c.peak()
			wall, cpu := ratio(cold.wall, floor.wall), ratio(cold.cpu, floor.cpu)
			goals := []string{goal(wall <= set.wall, "<= %.2f", set.wall), goal(cpu <= set.cpu, "<= %.2f", set.cpu), goal(warm.wall <= goalWarm, "<= %v", goalWarm)}
			if filepath.Ext(name) == ".tar" {
				goals = []string{goal(cold.wall < set.uncompressed, "< %v", set.uncompressed), "", ""}
			}
			w.row("", set.name, seconds(cold.wall), seconds(cold.cpu), fmt.Sprintf("%.3f", wall), goals[0], fmt.Sprintf("%.3f", cpu), goals[1],
				seconds(warm.wall), goals[2], megabytes(peak), goal(peak < set.peak, "< %s", megabytes(set.peak)))
		}
	}
	return w.Flush()
}

// size is the shape of a synthetic image.
type size struct{ files, layers int }

func (s size) name() string { return fmt.Sprintf("entries-%dx%d", s.files, s.layers) }

func memorySizes() []size { return []size{{100_000, 10}, {500_000, 10}, {1_000_000, 10}} }
func mergeSizes() []size  { return []size{{100_000, 1}, {100_000, 10}, {100_000, 100}} }

// measureAll measures several images, in rounds.
func (b *bench) measureAll(ctx context.Context, sizes []size, set riskSet) ([]trial, error) {
	trials := make([]trial, len(sizes))
	for range b.rounds {
		for i, s := range sizes {
			if err := b.round(ctx, filepath.Join(b.dir, s.name()), []riskSet{set}, &trials[i]); err != nil {
				return nil, err
			}
		}
	}
	return trials, nil
}

// memory measures how peak memory grows with entries.
func (b *bench) memory(ctx context.Context) error {
	sizes := memorySizes()
	sets := riskSets()
	for _, set := range []riskSet{sets[0], sets[len(sets)-1]} {
		trials, err := b.measureAll(ctx, sizes, set)
		if err != nil {
			return err
		}
		w := newTable("entries, "+set.name, "floor", "cold", "warm", "peak", "bytes an entry", "of each further entry", "goal")
		before := int64(0)
		for i, s := range sizes {
			c := &trials[i].scans[0]
			peak := c.peak()
			further, met := "", goal(peak < set.peak, "< %s", megabytes(set.peak))
			if i > 0 {
				each := float64(peak-before) / float64(s.files-sizes[i-1].files)
				further = fmt.Sprintf("%.0f", each)
				if s.files > 500_000 {
					met = goal(each <= goalPerEntry, "<= %d bytes", goalPerEntry)
				}
			}
			before = peak
			w.row(s.files, seconds(trials[i].floor.median().wall), seconds(c.cold.median().wall), seconds(c.warm.median().wall),
				megabytes(peak), peak/int64(s.files), further, met)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// merge measures how the cost of merging grows with layers.
func (b *bench) merge(ctx context.Context) error {
	sizes := mergeSizes()
	trials, err := b.measureAll(ctx, sizes, riskSets()[0])
	if err != nil {
		return err
	}
	own := func(t *trial) time.Duration { return t.scans[0].cold.median().cpu - t.floor.median().cpu }
	w := newTable("files in layers", "floor CPU", "cold CPU", "cold less floor", "to one layer", "goal", "warm", "warm CPU", "peak")
	for i, s := range sizes {
		growth := ratio(own(&trials[i]), own(&trials[0]))
		c := &trials[i].scans[0]
		warm, cold := c.warm.median(), c.cold.median()
		w.row(fmt.Sprintf("%d in %d", s.files, s.layers), seconds(trials[i].floor.median().cpu), seconds(cold.cpu),
			seconds(own(&trials[i])), fmt.Sprintf("%.2f", growth), goal(growth <= goalMerge, "<= %.2f", goalMerge),
			seconds(warm.wall), seconds(warm.cpu), megabytes(c.peak()))
	}
	return w.Flush()
}

// table is a table that is aligned when it is flushed.
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

// goal returns a goal and whether it was met, "" for the zero goal.
func goal[T float64 | int64 | time.Duration | string | int](met bool, format string, of T) string {
	var none T
	switch {
	case of == none:
		return ""
	case met:
		return fmt.Sprintf(format, of) + " met"
	default:
		return fmt.Sprintf(format, of) + " missed"
	}
}
