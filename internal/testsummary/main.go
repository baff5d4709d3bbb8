// Testsummary reads what go test -json prints, prints what go test prints without
// it, and ends with a summary: how many tests ran and for how long, and how many
// were skipped because a program is not installed, by program.
//
//	go test -json ./... | testsummary
//
// The exit code is that of its own work; that of go test stays with go test.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	start := time.Now()
	s, err := summarize(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	s.print(os.Stdout, time.Since(start))
}

// event is an event of go test -json, by go doc test2json.
type event struct {
	Action, Package, Test, Output string
}

// summary counts tests without their subtests.
type summary struct {
	packages, passed, failed, skipped int
	missing                           map[string]int // skipped tests and subtests by missing program
}

// missingProgram matches the reason of a test that is skipped because a program is
// missing.
var missingProgram = regexp.MustCompile(`(\S+) is not installed`)

// summarize copies what concerns a reader from the events to w: the lines of the
// packages, and the output of tests that did not end well.
func summarize(r io.Reader, w io.Writer) (*summary, error) {
	s := &summary{missing: make(map[string]int)}
	outputs := make(map[[2]string][]string) // of the tests that run, by package and test
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return s, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		var e event
		if json.Unmarshal([]byte(line), &e) != nil {
			if _, err := io.WriteString(w, line); err != nil { // go itself, not a test
				return nil, err
			}
			continue
		}
		if _, err := io.WriteString(w, s.add(e, outputs)); err != nil {
			return nil, err
		}
	}
}

// add counts an event and returns what it adds to the output.
func (s *summary) add(e event, outputs map[[2]string][]string) string {
	key := [2]string{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		return e.Output
	case "output":
		if e.Test != "" {
			outputs[key] = append(outputs[key], e.Output)
		} else if e.Output != "PASS\n" {
			return e.Output
		}
	case "pass", "fail", "skip":
		text := strings.Join(outputs[key], "")
		delete(outputs, key)
		if e.Test == "" {
			if e.Action != "skip" { // it has tests
				s.packages++
			}
			return unfinished(e.Package, outputs)
		}
		return s.end(e, text)
	}
	return ""
}

// end counts a test that ended and returns what a reader must see of it.
func (s *summary) end(e event, text string) string {
	if e.Action == "skip" {
		if m := missingProgram.FindStringSubmatch(text); m != nil {
			s.missing[m[1]]++
		}
	}
	if !strings.Contains(e.Test, "/") {
		switch e.Action {
		case "pass":
			s.passed++
		case "fail":
			s.failed++
		case "skip":
			s.skipped++
		}
	}
	if e.Action == "fail" {
		return text
	}
	return ""
}

// unfinished returns the output of the tests that a package did not end, because of
// a panic or its time limit, and forgets them.
func unfinished(pkg string, outputs map[[2]string][]string) string {
	var text strings.Builder
	keys := slices.SortedFunc(maps.Keys(outputs), func(a, b [2]string) int { return cmp.Compare(a[1], b[1]) })
	for _, key := range keys {
		if key[0] == pkg {
			text.WriteString(strings.Join(outputs[key], ""))
			delete(outputs, key)
		}
	}
	return text.String()
}

func (s *summary) print(w io.Writer, took time.Duration) {
	fmt.Fprintf(w, "%d tests passed, %d failed, %d skipped in %d packages, %s\n", s.passed, s.failed, s.skipped, s.packages, took.Round(time.Second))
	if len(s.missing) == 0 {
		return
	}
	var list []string
	for _, program := range slices.Sorted(maps.Keys(s.missing)) {
		list = append(list, fmt.Sprintf("%s (%d)", program, s.missing[program]))
	}
	fmt.Fprintf(w, "skipped tests and subtests, by the program that is not installed: %s\n", strings.Join(list, ", "))
}
