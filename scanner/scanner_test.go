package scanner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/scanner"
)

// events is a handler that keeps what it gets.
type events struct {
	seaworthy.NopHandler
	names    []string // of the events, each run of the same once
	images   []*seaworthy.Image
	findings []*seaworthy.Finding
	coverage []*seaworthy.Coverage
	verdicts []*seaworthy.Verdict
	progress []seaworthy.Progress
	fail     error // of the next Progress
}

func (e *events) add(name string) {
	if len(e.names) == 0 || e.names[len(e.names)-1] != name {
		e.names = append(e.names, name)
	}
}

func (e *events) Progress(p *seaworthy.Progress) error {
	e.add("progress")
	e.progress = append(e.progress, *p)
	return e.fail
}

func (e *events) Provenance(*seaworthy.Provenance) error { e.add("provenance"); return nil }
func (e *events) Package(*seaworthy.Package) error       { e.add("package"); return nil }

func (e *events) Image(i *seaworthy.Image) error {
	e.add("image")
	e.images = append(e.images, i)
	return nil
}

func (e *events) Finding(f *seaworthy.Finding) error {
	e.add("finding")
	e.findings = append(e.findings, f)
	return nil
}

func (e *events) Coverage(c *seaworthy.Coverage) error {
	e.add("coverage")
	e.coverage = append(e.coverage, c)
	return nil
}

func (e *events) Verdict(v *seaworthy.Verdict) error {
	e.add("verdict")
	e.verdicts = append(e.verdicts, v)
	return nil
}

func newScanner(t *testing.T, change func(*scanner.Options)) *scanner.Scanner {
	t.Helper()
	opt := options(t, advisories(t))
	if change != nil {
		change(&opt)
	}
	s, err := scanner.New(opt)
	check(t, err)
	return s
}

// TestEvents shows the order of events, and that progress is among them.
func TestEvents(t *testing.T) {
	var e events
	if _, err := newScanner(t, nil).Scan(t.Context(), fleet(1).OCILayout(t), &e); err != nil {
		t.Fatal(err)
	}
	want := []string{"progress", "provenance", "image", "package", "finding", "coverage", "verdict"}
	if !slices.Equal(e.names, want) {
		t.Errorf("%q", e.names)
	}
	layers, data := make(map[string]bool), make(map[string]bool)
	for _, p := range e.progress {
		if p.Done && p.Stage == seaworthy.StageLayer {
			layers[p.Name] = true
		} else if p.Done {
			data[p.Name] = true
		}
	}
	if len(layers) != 3 || !data["npm"] {
		t.Errorf("layers %v, data %v", layers, data)
	}
}

// TestProgressError shows that an error of the handler ends the scan while it reads.
func TestProgressError(t *testing.T) {
	e := events{fail: errors.New("no more")}
	_, err := newScanner(t, nil).Scan(t.Context(), fleet(1).OCILayout(t), &e)
	if !errors.Is(err, e.fail) || len(e.images) > 0 {
		t.Errorf("%v, %d images", err, len(e.images))
	}
}

// TestSeveralImages scans the images of an index. Each has its own events, and the
// verdict is the worst one.
func TestSeveralImages(t *testing.T) {
	bad, good := fleet(1), imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("etc/os-release", "ID=debian\n")}}}
	good.Config.Config.User = "10001"
	good.Config.OS, good.Config.Architecture = "linux", "arm64"
	index := imagetest.OCIIndex(t, bad, good)
	s := newScanner(t, func(o *scanner.Options) {
		o.Risks = []seaworthy.Risk{seaworthy.Misconfiguration}
		o.Source.Platform = scanner.AllPlatforms
		o.Policy.FailOn = "medium"
	})
	var e events
	verdict, err := s.Scan(t.Context(), index, &e)
	check(t, err)
	if len(e.images) != 2 || len(e.verdicts) != 2 || e.verdicts[0].Decision == e.verdicts[1].Decision {
		t.Fatalf("%d images, verdicts %+v", len(e.images), e.verdicts)
	}
	if verdict.Decision != seaworthy.DecisionFail || len(verdict.Reasons) == 0 {
		t.Errorf("%+v", verdict)
	}
	for _, reason := range verdict.Reasons {
		if !strings.Contains(reason, "linux/amd64") {
			t.Errorf("%q does not say which image it is about", reason)
		}
	}
}

// TestIndexDigest shows that an image knows the index through which it was reached.
func TestIndexDigest(t *testing.T) {
	index := imagetest.OCIIndex(t, fleet(1))
	for reference, want := range map[string]bool{index: true, fleet(1).OCILayout(t): false, fleet(1).DockerArchive(t, "a:1"): false} {
		var out bytes.Buffer
		report, err := scanner.NewReport(&out, scanner.JSON)
		check(t, err)
		_, err = newScanner(t, nil).Scan(t.Context(), reference, report)
		check(t, errors.Join(err, report.Close()))
		var r struct{ Image seaworthy.Image }
		check(t, json.Unmarshal(out.Bytes(), &r))
		if (r.Image.IndexDigest != "") != want || r.Image.IndexDigest == r.Image.Digest && want {
			t.Errorf("%s: index %q, manifest %q", reference, r.Image.IndexDigest, r.Image.Digest)
		}
		if !want {
			continue
		}
		data, err := os.ReadFile(filepath.Join(reference, "blobs", strings.Replace(r.Image.IndexDigest, ":", "/", 1)))
		if err != nil || !bytes.Contains(data, []byte(r.Image.Digest)) {
			t.Errorf("the index %s does not name %s: %v", r.Image.IndexDigest, r.Image.Digest, err)
		}
	}
}

// TestOwnAnalyzer shows that an analyzer of another program takes the place of the
// coverage that says that nothing checks its risk.
func TestOwnAnalyzer(t *testing.T) {
	s := newScanner(t, func(o *scanner.Options) {
		o.Risks = []seaworthy.Risk{seaworthy.Secret}
		o.Analyzers = []seaworthy.Analyzer{checked{}}
	})
	var e events
	_, err := s.Scan(t.Context(), fleet(1).OCILayout(t), &e)
	check(t, err)
	codes := make(map[seaworthy.Risk]seaworthy.CoverageCode)
	for _, c := range e.coverage {
		codes[c.Risk] = c.Code
	}
	want := map[seaworthy.Risk]seaworthy.CoverageCode{
		seaworthy.Vulnerability: seaworthy.CodeNotRequested, seaworthy.Misconfiguration: seaworthy.CodeNotRequested,
		seaworthy.Trust: seaworthy.CodeNotRequested, seaworthy.Malware: "", seaworthy.Secret: "",
	}
	for risk, code := range want {
		if got, ok := codes[risk]; got != code || !ok {
			t.Errorf("%s: coverage %q, want %q", risk, got, code)
		}
	}
}

// checked is an analyzer that checks its risk and finds nothing.
type checked struct{}

func (checked) Name() string         { return "checked" }
func (checked) ConfigDigest() string { return "" }
func (checked) Risk() seaworthy.Risk { return seaworthy.Malware }
func (checked) Image(_ context.Context, _ seaworthy.Merged, s seaworthy.Sink) error {
	return s.Coverage(&seaworthy.Coverage{Risk: seaworthy.Malware, Subject: "image", State: seaworthy.Checked})
}

// TestOptionErrors shows which options are refused, and that an error names them.
func TestOptionErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for option, change := range map[string]func(*scanner.Options){
		"Data.Dir":              func(o *scanner.Options) { o.CacheDir = "" },
		"Risks":                 func(o *scanner.Options) { o.Risks = []seaworthy.Risk{seaworthy.Malware} },
		"VEX.Files":             func(o *scanner.Options) { o.VEX.Files = []string{missing} },
		"Secrets.Rules":         func(o *scanner.Options) { o.Secrets.Rules = missing },
		"Secrets.Verify":        func(o *scanner.Options) { o.Secrets.Verify, o.Data.Offline = true, true },
		"Policy.FailOn":         func(o *scanner.Options) { o.Policy.FailOn = "often" },
		"Policy.SecretBaseline": func(o *scanner.Options) { o.Policy.SecretBaseline = missing },
	} {
		opt := options(t, "")
		change(&opt)
		_, err := scanner.New(opt)
		var e *scanner.OptionError
		if !errors.As(err, &e) || e.Option != option {
			t.Errorf("%s: got %v", option, err)
		}
	}
	s := newScanner(t, func(o *scanner.Options) { o.Base = fleet(2).OCILayout(t) })
	_, err := s.Scan(t.Context(), fleet(1).OCILayout(t), seaworthy.NopHandler{})
	var base *scanner.BaseError
	if e := new(scanner.OptionError); !errors.As(err, &e) || e.Option != "Base" || !errors.As(err, &base) {
		t.Errorf("got %v", err)
	}
}

// TestTempFileLimit shows that a file which can be neither in memory nor in a temporary
// file ends the scan.
func TestTempFileLimit(t *testing.T) {
	s := newScanner(t, func(o *scanner.Options) {
		o.Limits = scanner.NewLimits(scanner.LimitOptions{Memory: 32 << 20, TempFiles: 1 << 20})
	})
	_, err := s.Scan(t.Context(), fleet(0).OCILayout(t), seaworthy.NopHandler{})
	if err == nil || !strings.Contains(err.Error(), "big") || !strings.Contains(err.Error(), "limit on temporary files") {
		t.Errorf("got %v", err)
	}
}
