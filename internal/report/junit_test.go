package report

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
)

// The document has what CI systems agree on: testsuites, testsuite,
// properties and testcase, with at most one outcome for each case, and counts
// that are true.
func TestJUnitStructure(t *testing.T) {
	text := write(t, JUnit, Options{}, fleet()...)
	children := map[string][]string{
		"": {"testsuites"}, "testsuites": {"testsuite"}, "testsuite": {"properties", "testcase"},
		"properties": {"property"}, "testcase": {"failure", "error", "skipped"},
	}
	required := map[string][]string{
		"testsuites": {"tests", "failures", "errors"}, "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
		"property": {"name", "value"}, "testcase": {"classname", "name", "time"}, "failure": {"message", "type"},
	}
	d := xml.NewDecoder(strings.NewReader(text))
	parents := []string{""}
	outcomes := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			name, parent := e.Name.Local, parents[len(parents)-1]
			if !slices.Contains(children[parent], name) {
				t.Errorf("<%s> in <%s>", name, parent)
			}
			attributes := map[string]bool{}
			for _, a := range e.Attr {
				attributes[a.Name.Local] = true
			}
			for _, a := range required[name] {
				if !attributes[a] {
					t.Errorf("<%s> without %s", name, a)
				}
			}
			if name == "testcase" {
				outcomes = 0
			}
			if parent == "testcase" {
				if outcomes++; outcomes > 1 {
					t.Error("a testcase with two outcomes")
				}
			}
			parents = append(parents, name)
		case xml.EndElement:
			parents = parents[:len(parents)-1]
		}
	}
}

func TestJUnitCounts(t *testing.T) {
	var doc junitSuites
	if err := xml.Unmarshal([]byte(write(t, JUnit, Options{}, fleet()...)), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Suites) != 3 {
		t.Fatalf("%d suites, want one for each of 3 images", len(doc.Suites))
	}
	var sum junitCounts
	for _, s := range doc.Suites {
		var n junitCounts
		for _, c := range s.Cases {
			n.Tests++
			n.Failures += count1(c.Failure)
			n.Errors += count1(c.Error)
			n.Skipped += count1(c.Skipped)
		}
		if n != s.junitCounts {
			t.Errorf("suite %s counts %+v, has %+v", s.Name, s.junitCounts, n)
		}
		sum.Tests += n.Tests
		sum.Failures += n.Failures
		sum.Errors += n.Errors
		sum.Skipped += n.Skipped
	}
	if sum != doc.junitCounts {
		t.Errorf("the document counts %+v, has %+v", doc.junitCounts, sum)
	}
	// 9 findings without exception and the verdict.
	if got := doc.Suites[0].Failures; got != 10 {
		t.Errorf("%d failures in the first suite, want 10", got)
	}
}

func count1(o *junitOutcome) int {
	if o == nil {
		return 0
	}
	return 1
}
