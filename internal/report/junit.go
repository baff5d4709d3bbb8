package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"seaworthy.dev/seaworthy"
)

// junitWriter writes the XML that came with JUnit's Ant task and that every CI
// system reads: one test suite for each image. In it a finding is a test that
// failed, one with an exception a test that was skipped, a subject that was checked a
// test that passed, one that was not checked a test that was skipped, and one that
// could not be checked an error. The verdict is a test of its own.
type junitWriter struct {
	collector
	out    io.Writer
	suites junitSuites
}

func newJUnit(w io.Writer) *junitWriter {
	j := &junitWriter{out: w, suites: junitSuites{Name: "Seaworthy"}}
	j.render = j.suite
	return j
}

type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitCounts
	Suites []junitSuite `xml:"testsuite"`
}

type junitCounts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	junitCounts
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Time    string        `xml:"time,attr"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

// Close writes the document.
func (j *junitWriter) Close() error {
	for _, s := range j.suites.Suites {
		j.suites.Tests += s.Tests
		j.suites.Failures += s.Failures
		j.suites.Errors += s.Errors
		j.suites.Skipped += s.Skipped
	}
	body, err := xml.MarshalIndent(j.suites, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the JUnit report: %w", err)
	}
	_, err = fmt.Fprintf(j.out, "%s%s\n", xml.Header, body)
	return err
}

func (j *junitWriter) suite(d *document) error {
	s := junitSuite{Name: visible(d.image.Reference), Time: "0"}
	for _, p := range []junitProperty{
		{"digest", d.image.Digest}, {"imageID", d.image.ImageID}, {"platform", d.image.Platform},
		{"policy", d.provenance.Policy.Source}, {"verdict", string(d.verdict.Decision)}, {"seaworthy", d.provenance.Tool.Version},
	} {
		if p.Value != "" {
			s.Properties = append(s.Properties, junitProperty{p.Name, visible(p.Value)})
		}
	}
	s.Cases = append(s.Cases, junitVerdict(d.verdict))
	for _, risk := range seaworthy.Risks() {
		for _, f := range d.all(risk) {
			s.Cases = append(s.Cases, junitFinding(d, f))
		}
	}
	for _, c := range d.coverage {
		s.Cases = append(s.Cases, junitCoverage(c))
	}
	for _, c := range s.Cases {
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	j.suites.Suites = append(j.suites.Suites, s)
	return nil
}

func junitVerdict(v *seaworthy.Verdict) junitCase {
	c := junitCase{Class: "seaworthy.verdict", Name: "verdict", Time: "0"}
	var reasons []string
	for _, r := range v.Reasons {
		reasons = append(reasons, visible(r))
	}
	outcome := &junitOutcome{Message: decisionWords(v.Decision), Type: string(v.Decision), Text: strings.Join(reasons, "\n")}
	switch v.Decision {
	case seaworthy.DecisionPass:
	case seaworthy.DecisionFail:
		c.Failure = outcome
	default:
		c.Error = outcome
	}
	return c
}

func junitFinding(d *document, f *seaworthy.Finding) junitCase {
	c := junitCase{Class: "seaworthy." + string(f.Risk), Name: visible(f.ID + ": " + f.Title), Time: "0"}
	if len(f.Locations) > 0 {
		c.File = visiblePath(f.Locations[0].Path)
	}
	outcome := &junitOutcome{Message: visible(f.Title), Type: f.Severity.String(), Text: joinFacts(findingFacts(d, f))}
	switch e := f.Exception; {
	case isDismissed(f):
		outcome.Message = visible("dismissed by VEX: " + vexWords(f.VEX))
		c.Skipped = outcome
	case e != nil:
		outcome.Message = visible("excepted: " + e.Reason)
		c.Skipped = outcome
	default:
		c.Failure = outcome
	}
	return c
}

func junitCoverage(v *seaworthy.Coverage) junitCase {
	c := junitCase{Class: "seaworthy.coverage." + string(v.Risk), Name: visible(v.Subject), Time: "0"}
	outcome := &junitOutcome{Message: visible(v.Reason), Type: string(v.State)}
	switch v.State {
	case seaworthy.Checked:
	case seaworthy.Failed:
		c.Error = outcome
	default:
		c.Skipped = outcome
	}
	return c
}
