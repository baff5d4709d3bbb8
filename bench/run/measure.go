//go:build linux

package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// sample is the cost of one run of a program.
type sample struct {
	wall, cpu time.Duration
	peak      int64 // resident memory in bytes
}

// measure runs a program and returns its cost.
func measure(ctx context.Context, dir string, args ...string) (s sample, err error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &stderr
	start := time.Now()
	err = cmd.Run()
	s.wall = time.Since(start)
	// The exit codes 1 and 3 are verdicts.
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && (exit.ExitCode() == 1 || exit.ExitCode() == 3) {
		err = nil
	}
	if err != nil {
		return s, fmt.Errorf("running %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	s.peak = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
	return s, nil
}

// samples are the runs of one program on one image.
type samples []sample

// median returns the median of each figure.
func (s samples) median() sample {
	return sample{
		wall: middle(s, func(x sample) time.Duration { return x.wall }),
		cpu:  middle(s, func(x sample) time.Duration { return x.cpu }),
		peak: middle(s, func(x sample) int64 { return x.peak }),
	}
}

func middle[T cmp.Ordered](s samples, of func(sample) T) T {
	values := make([]T, len(s))
	for i, x := range s {
		values[i] = of(x)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// bench compares two programs on the images of a directory.
type bench struct {
	seaworthy, floor string
	dir, work        string
	rounds           int
	flags            []string // further flags of scan
}

// trial is the cost of one image: of the floor, and of the scans for each set of risks.
type trial struct {
	floor samples
	scans []scanSamples
}

// scanSamples are scans without (cold) and with (warm) a filled cache.
type scanSamples struct{ cold, warm samples }

// peak returns the larger memory of the two.
func (c *scanSamples) peak() int64 { return max(c.cold.median().peak, c.warm.median().peak) }

// round runs the floor, and then a cold and a warm scan for each set of risks.
func (b *bench) round(ctx context.Context, image string, sets []riskSet, t *trial) error {
	s, err := measure(ctx, b.work, b.floor, image)
	if err != nil {
		return err
	}
	t.floor = append(t.floor, s)
	if t.scans == nil {
		t.scans = make([]scanSamples, len(sets))
	}
	for i, set := range sets {
		if err := b.scan(ctx, image, set, &t.scans[i]); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) scan(ctx context.Context, image string, set riskSet, c *scanSamples) error {
	cache, err := os.MkdirTemp(b.work, "cache-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(cache)
	args := append([]string{b.seaworthy, "scan", "--cache-dir", cache, "--no-progress", "--format", "json", "--risk", set.risks}, b.flags...)
	args = append(args, image)
	for _, into := range []*samples{&c.cold, &c.warm} {
		s, err := measure(ctx, b.work, args...)
		if err != nil {
			return err
		}
		*into = append(*into, s)
	}
	return nil
}

// cpuName returns the name of the processor.
func cpuName() string {
	info, _ := os.ReadFile("/proc/cpuinfo") // without it the report only lacks a name
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, " \t:\n")
		}
	}
	return "unknown processor"
}
