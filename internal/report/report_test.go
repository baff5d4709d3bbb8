package report

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/visible"
)

func TestFormats(t *testing.T) {
	for _, f := range Formats() {
		if got, err := ParseFormat(string(f)); got != f || err != nil {
			t.Errorf("ParseFormat(%q) = %q, %v", f, got, err)
		}
		if w, err := New(f, io.Discard, Options{}); w == nil || err != nil {
			t.Errorf("New(%q) = %v, %v", f, w, err)
		}
	}
	for _, bad := range []string{"", "JSON", "pdf"} {
		_, err := New(Format(bad), io.Discard, Options{})
		if err == nil || !strings.Contains(err.Error(), "one of text, json, sarif, junit, gitlab, markdown") {
			t.Errorf("New(%q): error %v", bad, err)
		}
	}
}

// Every line keeps to the width, whatever the image holds, but for addresses.
func TestTextWidth(t *testing.T) {
	for width, want := range map[int]int{1: 40, 40: 40, 41: 41, 80: 80, 0: 80, 120: 120, 500: 120} {
		for _, verbose := range []bool{false, true} {
			text := write(t, Text, Options{Width: width, Now: now, Verbose: verbose}, fleet()...)
			widest := 0
			for _, line := range strings.Split(text, "\n") {
				if at := strings.Index(line, "https://"); at >= 0 && !strings.Contains(line[at:], " ") {
					continue // whole, so that it can be opened
				}
				n := visible.Columns(line)
				widest = max(widest, n)
				if n > want {
					t.Errorf("width %d: a line of %d columns: %s", width, n, line)
				}
				if strings.HasSuffix(line, " ") {
					t.Errorf("width %d: a line ends in a space: %q", width, line)
				}
			}
			if widest != want {
				t.Errorf("width %d: the widest line has %d columns, want %d", width, widest, want)
			}
		}
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Colour changes no character, and no escape sequence comes from elsewhere.
func TestTextColor(t *testing.T) {
	for _, width := range []int{40, 80} {
		plain := write(t, Text, Options{Width: width, Now: now}, fleet()...)
		color := write(t, Text, Options{Width: width, Now: now, Color: true}, fleet()...)
		if strings.Contains(plain, "\x1b") {
			t.Error("there is an escape sequence in plain text")
		}
		if diff := cmp.Diff(plain, sgr.ReplaceAllString(color, "")); diff != "" {
			t.Errorf("colours change the text:\n%s", diff)
		}
	}
}

// What the image holds reaches neither terminal nor log as anything but text.
func TestTextIsInert(t *testing.T) {
	evil := "a\x1b]0;t\a\u202eb\u2066\u200b\r\n::error::x ::warning::y ##[group]z ##vso[a.b]c \u009b1m\xff\u3164\U000e0041 " + strings.Repeat("x", 70) + "::stop-commands::" + strings.Repeat("::", 100)
	s := skiff()
	s.image = seaworthy.Image{Reference: evil, Digest: evil, ImageID: evil, Platform: evil, OS: &seaworthy.OS{PrettyName: evil},
		Layers: []seaworthy.Layer{{Instruction: evil}}}
	s.provenance = seaworthy.Provenance{Tool: seaworthy.Tool{Version: evil, Commit: evil}, Policy: seaworthy.PolicyProvenance{Source: evil, Digest: evil},
		Data: []seaworthy.DataSource{{Source: evil}}}
	s.coverage = []seaworthy.Coverage{{Risk: seaworthy.Trust, Subject: evil, State: seaworthy.Partial, Reason: evil}, {Risk: seaworthy.Malware, State: seaworthy.NotChecked, Reason: evil}}
	s.verdict = seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{evil},
		Unused: []seaworthy.UnusedRule{{Kind: seaworthy.RuleException, Source: evil, Rule: evil, Reason: evil, Nearest: evil}}}
	f := seaworthy.Finding{Risk: seaworthy.Secret, ID: evil, Title: evil, Detail: evil, Evidence: evil, Remedy: &seaworthy.Remedy{Summary: evil}, Severity: seaworthy.High,
		References: []string{evil}, Controls: []seaworthy.Control{{Standard: evil, Item: evil}}, VEX: &seaworthy.VEX{Status: evil, By: evil}, KEV: &seaworthy.KEV{DateAdded: evil},
		Package:   &seaworthy.AffectedPackage{Name: evil, Version: evil, Status: evil},
		Locations: []seaworthy.Location{{Path: evil, Layer: ptr(0)}, {Path: "b", Layer: ptr(7), RemovedIn: ptr(-1), Instruction: evil}}}
	low, excepted := f, f
	low.Severity = seaworthy.Low
	excepted.Exception = &seaworthy.Exception{Reason: evil, Expires: evil}
	s.findings = []seaworthy.Finding{f, low, excepted}

	command := regexp.MustCompile(`^\s*::|##[A-Za-z]*\[`)
	for _, format := range Formats() {
		for _, opt := range []Options{{Width: 40}, {Verbose: true}} {
			text := write(t, format, opt, s, s)
			for _, line := range strings.Split(text, "\n") {
				if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) || r == 0x3164 }); i >= 0 {
					t.Fatalf("%s: %q in %q", format, line[i:min(i+4, len(line))], line)
				}
				if command.MatchString(line) {
					t.Errorf("a line that a CI system obeys: %q", line)
				}
			}
		}
	}
}

// A filter hides findings, not their number, and lets the verdict be.
func TestFilter(t *testing.T) {
	text := write(t, Text, Options{Now: now, Severities: []seaworthy.Severity{seaworthy.Critical}}, harbour())
	for _, want := range []string{
		"misconfiguration  2 high  2 medium  1 low  1 negligible  (partly checked)\n                    (1 excepted)\n",
		"8 more findings not shown (--severity): 2 high, 2 medium, 2 low, 2 negligible;",
		"CVE-2024-45491", "FAIL",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text has no %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "user-root") {
		t.Error("a finding is shown that should not be")
	}
	// The same through Multi, as several reports are filtered at once.
	var b strings.Builder
	inner, err := New(Text, &b, Options{Now: now, Names: flagNames})
	if err != nil {
		t.Fatal(err)
	}
	w := newFilter(Multi(inner), []seaworthy.Severity{seaworthy.Critical})
	if err := harbour().play(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, b.String()); diff != "" {
		t.Errorf("a filter before a Multi differs:\n%s", diff)
	}
}

func TestMulti(t *testing.T) {
	var text, document strings.Builder
	a, err := New(Text, &text, Options{Now: now, Names: flagNames})
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(JSON, &document, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := Multi(a, b)
	for _, s := range fleet() {
		if err := s.play(w); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if text.String() != write(t, Text, Options{Now: now}, fleet()...) || document.String() != write(t, JSON, Options{}, fleet()...) {
		t.Error("a report written together with another differs from one written alone")
	}
}

// A full disk is an error of the event or of Close, in every format.
func TestWriteErrors(t *testing.T) {
	for _, f := range Formats() {
		w, err := New(f, failing{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = harbour().play(w)
		if err == nil {
			err = w.Close()
		}
		if !errors.Is(err, errDiskFull) {
			t.Errorf("%s: error %v, want that of the writer", f, err)
		}
		if err := Multi(w, w).Close(); f == JSON && err == nil {
			t.Error("Multi loses the error of a Close")
		}
	}
}

func TestOrderOfEvents(t *testing.T) {
	s := harbour()
	for _, f := range Formats() {
		w, err := New(f, io.Discard, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"Image": w.Image(&s.image), "Package": w.Package(&s.packages[0]), "Finding": w.Finding(&s.findings[0]),
			"Coverage": w.Coverage(&s.coverage[0]), "Verdict": w.Verdict(&s.verdict),
		} {
			if err == nil || !strings.Contains(err.Error(), "out of order") {
				t.Errorf("%s: %s before Provenance: error %v", f, name, err)
			}
		}
	}
	w := newJSON(io.Discard)
	if err := errors.Join(w.Provenance(&s.provenance), w.Image(&s.image), w.Coverage(&s.coverage[0])); err != nil {
		t.Fatal(err)
	}
	if err := w.Finding(&s.findings[0]); err == nil {
		t.Error("JSON takes a Finding after a Coverage")
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "incomplete") {
		t.Errorf("closing a document without verdict: error %v", err)
	}
}
