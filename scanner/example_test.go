package scanner_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/scanner"
)

// Scan an image in a registry, and print the verdict.
func Example() {
	s, err := scanner.New(scanner.Options{CacheDir: "/var/cache/seaworthy"})
	if err != nil {
		log.Fatal(err)
	}
	verdict, err := s.Scan(context.Background(), "alpine:3.20", seaworthy.NopHandler{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verdict.Decision, verdict.Reasons)
}

// Write a JSON report to a file.
func ExampleNewReport() {
	s, err := scanner.New(scanner.Options{CacheDir: "/var/cache/seaworthy"})
	if err != nil {
		log.Fatal(err)
	}
	f, err := os.Create("report.json")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	report, err := scanner.NewReport(f, scanner.JSON)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := s.Scan(context.Background(), "alpine:3.20", report); err != nil {
		log.Fatal(err)
	}
	if err := report.Close(); err != nil {
		log.Fatal(err)
	}
}

// Decide by the verdict: only an image that is known to be good may run.
func ExampleScanner_Scan_verdict() {
	s, err := scanner.New(scanner.Options{
		Risks:  []seaworthy.Risk{seaworthy.Misconfiguration, seaworthy.Secret},
		Policy: scanner.Policy{FailOn: "medium"},
	})
	if err != nil {
		log.Fatal(err)
	}
	verdict, err := s.Scan(context.Background(), "dir:testdata/rootfs", seaworthy.NopHandler{})
	if err != nil {
		log.Fatal(err)
	}
	switch verdict.Decision {
	case seaworthy.DecisionPass:
		fmt.Println("it may run")
	case seaworthy.DecisionFail:
		fmt.Println("it may not run:", verdict.Reasons)
	case seaworthy.DecisionIndeterminate:
		fmt.Println("something could not be checked:", verdict.Reasons)
	}
}

// Handle the events of a scan: here each finding, as soon as it is final.
func ExampleScanner_Scan_handler() {
	s, err := scanner.New(scanner.Options{CacheDir: "/var/cache/seaworthy"})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := s.Scan(context.Background(), "alpine:3.20", printFindings{}); err != nil {
		log.Fatal(err)
	}
}

// printFindings is a handler that prints findings and ignores all other events.
type printFindings struct{ seaworthy.NopHandler }

func (printFindings) Finding(f *seaworthy.Finding) error {
	_, err := fmt.Println(f.Severity, f.ID, f.Title)
	return err
}

// Add an analyzer: here the only one, which finds a program that should not be there.
func ExampleOptions_analyzers() {
	s, err := scanner.New(scanner.Options{
		Risks:     []seaworthy.Risk{}, // no built-in analyzer
		Analyzers: []seaworthy.Analyzer{noCurl{}},
	})
	if err != nil {
		log.Fatal(err)
	}
	verdict, err := s.Scan(context.Background(), "dir:testdata/rootfs", printFindings{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verdict.Decision)
	// Output:
	// high curl-installed The image contains curl
	// fail
}

// noCurl is an analyzer of the merged image. One that reads the contents of files
// implements seaworthy.LayerAnalyzer too.
type noCurl struct{}

func (noCurl) Name() string         { return "no-curl" }
func (noCurl) ConfigDigest() string { return "" }
func (noCurl) Risk() seaworthy.Risk { return seaworthy.Misconfiguration }

func (noCurl) Image(_ context.Context, m seaworthy.Merged, s seaworthy.Sink) error {
	if at, ok := m.Resolve("usr/bin/curl"); ok {
		err := s.Finding(&seaworthy.Finding{
			Risk: seaworthy.Misconfiguration, ID: "curl-installed", Severity: seaworthy.High,
			Title:     "The image contains curl",
			Locations: []seaworthy.Location{{Path: at.Path, Layer: &at.Layer}},
		})
		if err != nil {
			return err
		}
	}
	return s.Coverage(&seaworthy.Coverage{Risk: seaworthy.Misconfiguration, Subject: "image", State: seaworthy.Checked})
}
