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
// failed, one with an exception a test that was skipped, a subject that was
// looked at a test that passed, one that was not a test that was skipped, and one
// that could not be looked at an error. The verdict is a test of its own.
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
	c := junitCase{Class: "seaworthy.verdict", Name: "the image may sail", Time: "0"}
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
	outcome := &junitOutcome{Message: visible(f.Title), Type: f.Severity.String(), Text: strings.Join(plainLines(d, f), "\n")}
	switch e := f.Exception; {
	case settled(f):
		outcome.Message = visible("settled by VEX: " + vexWords(f.VEX))
		c.Skipped = outcome
	case e != nil:
		outcome.Message = visible("permitted by an exception: " + e.Reason)
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

// maxPlainPlaces bounds the places that plainLines lists.
const maxPlainPlaces = 100

// plainLines tells all of a finding but its title, line by line, for formats that
// hold plain text.
func plainLines(d *document, f *seaworthy.Finding) []string {
	var out []string
	add := func(label, text string) {
		if text != "" {
			out = append(out, label+": "+text)
		}
	}
	add("severity", f.Severity.String())
	if p := f.Package; p != nil {
		add("package", visible(p.Name+" "+p.Version))
		add("fixed in", visible(p.FixedVersion))
	}
	for _, l := range paragraphs(f.Evidence) {
		add("seen", visible(l))
	}
	for i, l := range f.Locations {
		if i == maxPlainPlaces {
			add("at", places(len(f.Locations)-i, "more place"))
			break
		}
		add("at", placeAndLayer(l))
	}
	for _, instruction := range d.instructions(f.Locations[:min(len(f.Locations), maxPlainPlaces)]) {
		add("by", visible(instruction))
	}
	add("why", visible(oneLine(f.Detail)))
	for _, l := range remedyLines(f.Remedy) {
		add("fix", visible(l))
	}
	for _, r := range f.References {
		add("see", visible(r))
	}
	for _, c := range f.ControlNames() {
		add("violates", visible(c))
	}
	return out
}

// placeAndLayer names the place and the layer.
func placeAndLayer(l seaworthy.Location) string {
	out := place(l, len(l.Path)*10+1)
	if l.Layer != nil {
		out += fmt.Sprintf(", layer %d", *l.Layer)
		if l.RemovedIn != nil {
			out += fmt.Sprintf(", buried by layer %d", *l.RemovedIn)
		}
	}
	return out
}
