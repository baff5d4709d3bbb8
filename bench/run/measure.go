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

// sample is what one run of a program took.
type sample struct {
	wall, cpu time.Duration
	peak      int64 // resident memory in bytes
}

// measure runs a program to its end.
func measure(ctx context.Context, dir string, args ...string) (s sample, err error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &stderr
	start := time.Now()
	err = cmd.Run()
	s.wall = time.Since(start)
	// 1 and 3 are verdicts.
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

// median gives the middle of each figure by itself.
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

// bench measures two programs on the images of a directory.
type bench struct {
	seaworthy, floor string
	dir, work        string
	rounds           int
	flags            []string // further flags of scan
}

// trial is what the programs took on one image: the floor, and one course for each
// set of risks.
type trial struct {
	floor   samples
	courses []course
}

// course are scans without and with a filled cache.
type course struct{ cold, warm samples }

// peak is the memory that either scan takes.
func (c *course) peak() int64 { return max(c.cold.median().peak, c.warm.median().peak) }

// round runs the floor, and then a scan without and a scan with a filled cache for
// each set of risks.
func (b *bench) round(ctx context.Context, image string, sets []riskSet, t *trial) error {
	s, err := measure(ctx, b.work, b.floor, image)
	if err != nil {
		return err
	}
	t.floor = append(t.floor, s)
	if t.courses == nil {
		t.courses = make([]course, len(sets))
	}
	for i, set := range sets {
		if err := b.scans(ctx, image, set, &t.courses[i]); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) scans(ctx context.Context, image string, set riskSet, c *course) error {
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

// cpuName is what the kernel calls the processor.
func cpuName() string {
	info, _ := os.ReadFile("/proc/cpuinfo") // without it the report only lacks a name
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, " \t:\n")
		}
	}
	return "unknown processor"
}
