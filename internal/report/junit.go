package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/visible"
)

// junitWriter writes the XML that came with JUnit's Ant task and that every CI
// system reads: one test suite for each image. In it a finding is a test that
// failed, one with an exception a test that was skipped, a subject that was checked a
// test that passed, one that was not checked a test that was skipped, and one that
// could not be checked an error. The verdict is a test of its own.
type junitWriter struct {
	document.Collector
	out    io.Writer
	suites junitSuites
}

func newJUnit(w io.Writer) *junitWriter {
	j := &junitWriter{out: w, suites: junitSuites{Name: "Seaworthy"}}
	j.Render = j.suite
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

func (j *junitWriter) suite(d *document.Document) error {
	s := junitSuite{Name: visible.Text(d.Image.Reference), Time: "0"}
	for _, p := range []junitProperty{
		{"digest", d.Image.Digest}, {"imageID", d.Image.ImageID}, {"platform", d.Image.Platform},
		{"policy", d.Provenance.Policy.Source}, {"verdict", string(d.Verdict.Decision)}, {"seaworthy", d.Provenance.Tool.Version},
	} {
		if p.Value != "" {
			s.Properties = append(s.Properties, junitProperty{p.Name, visible.Text(p.Value)})
		}
	}
	s.Cases = append(s.Cases, junitVerdict(d.Verdict))
	for _, risk := range seaworthy.Risks() {
		for _, f := range d.All(risk) {
			s.Cases = append(s.Cases, junitFinding(d, f))
		}
	}
	for _, c := range d.Coverage {
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
		reasons = append(reasons, visible.Text(r))
	}
	outcome := &junitOutcome{Message: words.Decision(v.Decision), Type: string(v.Decision), Text: strings.Join(reasons, "\n")}
	switch v.Decision {
	case seaworthy.DecisionPass:
	case seaworthy.DecisionFail:
		c.Failure = outcome
	default:
		c.Error = outcome
	}
	return c
}

func junitFinding(d *document.Document, f *seaworthy.Finding) junitCase {
	c := junitCase{Class: "seaworthy." + string(f.Risk), Name: visible.Text(f.ID + ": " + f.Title), Time: "0"}
	if len(f.Locations) > 0 {
		c.File = visible.Path(f.Locations[0].Path)
	}
	outcome := &junitOutcome{Message: visible.Text(f.Title), Type: f.Severity.String(), Text: joinFacts(findingFacts(d, f))}
	switch e := f.Exception; {
	case document.IsDismissed(f):
		outcome.Message = visible.Text("dismissed by VEX: " + words.VEX(f.VEX))
		c.Skipped = outcome
	case e != nil:
		outcome.Message = visible.Text("excepted: " + e.Reason)
		c.Skipped = outcome
	default:
		c.Failure = outcome
	}
	return c
}

func junitCoverage(v *seaworthy.Coverage) junitCase {
	c := junitCase{Class: "seaworthy.coverage." + string(v.Risk), Name: visible.Text(v.Subject), Time: "0"}
	outcome := &junitOutcome{Message: visible.Text(v.Reason), Type: string(v.State)}
	switch v.State {
	case seaworthy.Checked:
	case seaworthy.Failed:
		c.Error = outcome
	default:
		c.Skipped = outcome
	}
	return c
}
