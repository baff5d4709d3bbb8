// Hostile scans images that are made to cost much, and fails if a scan takes more than it
// may: for an archive below 1 MB, 10 seconds of two cores and 400 MB of memory. CPU time
// counts instead of the time on the clock, so that a busy machine decides nothing.
package main

import (
	"archive/zip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"seaworthy.dev/seaworthy/bench/hostile/shapes"
)

// The limits of a scan.
const (
	maxCPU    = 20 * time.Second // ten on each of two cores
	maxMemory = 400 << 20        // bytes
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "-make" {
		if err := makeArchive(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		return
	}
	seaworthy := flag.String("seaworthy", "./seaworthy", "the program")
	run := flag.String("run", "", "regular expression of the names of the shapes to run")
	wait := flag.Duration("timeout", time.Minute, "maximum time of a scan on the clock")
	flag.Parse()
	if err := runAll(*seaworthy, *run, *wait); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func runAll(program, pattern string, wait time.Duration) error {
	match, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "hostile")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	data := filepath.Join(dir, "advisories")
	if err := writeAdvisories(program, dir, data); err != nil {
		return err
	}
	failed := 0
	for _, s := range shapes.All() {
		if !match.MatchString(s.Name) {
			continue
		}
		m, err := scan(program, filepath.Join(dir, s.Name), data, &s, wait)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		verdict := m.check(&s)
		fmt.Printf("%-44s %5d KB %6.1f s CPU %5.1f s %5d MB  exit %d  %s\n", s.Name, m.archive>>10, m.cpu.Seconds(), m.clock.Seconds(), m.memory>>20, m.exit, verdict)
		if verdict != "" {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d shapes take more than a scan may", failed)
	}
	return nil
}

// measurement is what one scan took.
type measurement struct {
	archive, memory int64
	cpu, clock      time.Duration
	exit            int
	killed          bool
	messages        string
}

// check returns what is wrong, or "".
func (m *measurement) check(s *shapes.Shape) string {
	var wrong []string
	if m.archive > shapes.MaxArchive {
		wrong = append(wrong, "the archive is too large")
	}
	switch {
	case m.killed:
		wrong = append(wrong, "it does not end")
	case m.exit == 2 && !s.Refused:
		wrong = append(wrong, "it is refused")
	case m.exit < 0 || m.exit > 3 || strings.Contains(m.messages, "goroutine "):
		wrong = append(wrong, "it crashes")
	}
	if m.cpu > maxCPU {
		wrong = append(wrong, "too much time")
	}
	if m.memory > maxMemory {
		wrong = append(wrong, "too much memory")
	}
	return strings.Join(wrong, ", ")
}

// scan runs the program on a shape in a directory of its own.
func scan(program, dir, data string, s *shapes.Shape, wait time.Duration) (m measurement, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return m, err
	}
	defer os.RemoveAll(dir)
	// The memory of this process would count as that of the program: the system measures
	// it from the fork on. So another process makes the archive.
	self, err := os.Executable()
	if err != nil {
		return m, err
	}
	path := filepath.Join(dir, "image.tar")
	out, err := os.Create(path)
	if err != nil {
		return m, err
	}
	defer out.Close()
	maker := exec.Command(self, "-make", s.Name)
	maker.Stdout, maker.Stderr = out, os.Stderr
	if err := maker.Run(); err != nil {
		return m, err
	}
	info, err := out.Stat()
	if err != nil {
		return m, err
	}
	m.archive = info.Size()
	for name, body := range s.Files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o644); err != nil {
			return m, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	args := []string{"scan", "--offline", "--max-data-age", "0", "--cache-dir", filepath.Join(dir, "cache"), "--output", "report"}
	if s.Advisories {
		args = append(args, "--db-dir", data)
	}
	cmd := exec.CommandContext(ctx, program, append(append(args, s.Args...), "image.tar")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), fmt.Sprint("GOMAXPROCS=", max(s.Cores, 2)))
	var messages strings.Builder
	cmd.Stdout, cmd.Stderr = io.Discard, &messages
	start := time.Now()
	err = cmd.Run()
	m.clock = time.Since(start)
	m.killed = ctx.Err() != nil
	if cmd.ProcessState == nil {
		return m, err
	}
	m.messages = messages.String()
	m.exit = cmd.ProcessState.ExitCode()
	m.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	m.memory = peakMemory(cmd.ProcessState)
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) && !m.killed {
		return m, err
	}
	if m.exit == 2 {
		fmt.Printf("%-44s %s\n", s.Name, strings.TrimSpace(m.messages))
	}
	return m, nil
}

// makeArchive writes the archive of a shape to standard output.
func makeArchive(name string) error {
	for _, s := range shapes.All() {
		if s.Name == name {
			_, err := os.Stdout.Write(s.Archive())
			return err
		}
	}
	return fmt.Errorf("there is no shape %q", name)
}

// writeAdvisories makes a database with advisories about the npm packages a, which is
// affected in each version, and b, which is in none.
func writeAdvisories(program, dir, data string) error {
	source := filepath.Join(dir, "source", "npm")
	if err := os.MkdirAll(source, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(source, "all.zip"))
	if err != nil {
		return err
	}
	defer f.Close()
	w := zip.NewWriter(f)
	details := strings.Repeat("It is a long story. ", 400)
	for i := range 300 {
		for _, name := range []string{"a", "b"} {
			fixed := "999999.0.0"
			if name == "b" {
				fixed = "0.0.1"
			}
			entry, err := w.Create(fmt.Sprintf("GHSA-%s-%d.json", name, i))
			if err != nil {
				return err
			}
			fmt.Fprintf(entry, `{"schema_version":"1.6.0","id":"GHSA-%s-%d","aliases":["CVE-2024-%d"],"modified":"2024-01-01T00:00:00Z","summary":"a","details":%q,
				"affected":[{"package":{"ecosystem":"npm","name":%q},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":%q}]}]}]}`,
				name, i, 10_000+i, details, name, fixed)
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	cmd := exec.Command(program, "db", "update", "--source", filepath.Dir(source), "--ecosystem", "npm", "--db-dir", data)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
