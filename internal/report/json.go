package report

import (
	"bufio"
	"fmt"
	"io"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/document"
	"seaworthy.dev/seaworthy/internal/report/encode"
)

// jsonWriter writes one JSON document for each image, one after the other, as
// the events come: the fields stand in the order of the events.
type jsonWriter struct {
	out     *bufio.Writer
	section section
	items   int // written in the current section, if that is an array
}

// section is the part of the document that was begun last.
type section int

const (
	sectionNone section = iota
	sectionProvenance
	sectionImage
	sectionPackages
	sectionFindings
	sectionCoverage
)

func newJSON(w io.Writer) *jsonWriter {
	return &jsonWriter{out: bufio.NewWriter(w)}
}

func (j *jsonWriter) Progress(*seaworthy.Progress) error { return nil }

func (j *jsonWriter) Provenance(p *seaworthy.Provenance) error {
	if j.section != sectionNone {
		return document.OutOfOrder("provenance")
	}
	j.section = sectionProvenance
	fmt.Fprintf(j.out, "{\n  \"schemaVersion\": %d", seaworthy.SchemaVersion)
	data := p.Data
	if data == nil {
		data = []seaworthy.DataSource{}
	}
	return j.fields(field{"tool", p.Tool}, field{"data", data}, field{"policy", p.Policy})
}

func (j *jsonWriter) Image(i *seaworthy.Image) error {
	if j.section != sectionProvenance {
		return document.OutOfOrder("image")
	}
	j.section = sectionImage
	image := *i
	if image.Layers == nil {
		image.Layers = []seaworthy.Layer{}
	}
	return j.fields(field{"image", image})
}

func (j *jsonWriter) Package(p *seaworthy.Package) error {
	return j.item(sectionPackages, p)
}

func (j *jsonWriter) Finding(f *seaworthy.Finding) error {
	return j.item(sectionFindings, f)
}

func (j *jsonWriter) Coverage(c *seaworthy.Coverage) error {
	return j.item(sectionCoverage, c)
}

func (j *jsonWriter) Verdict(v *seaworthy.Verdict) error {
	if err := j.enter(sectionCoverage); err != nil {
		return err
	}
	j.leave()
	reasons := v.Reasons
	if reasons == nil {
		reasons = []string{}
	}
	verdict := struct {
		Decision seaworthy.Decision     `json:"decision"`
		Reasons  []string               `json:"reasons"`
		Unused   []seaworthy.UnusedRule `json:"unused,omitempty"`
	}{v.Decision, reasons, v.Unused}
	if err := j.fields(field{"verdict", verdict}); err != nil {
		return err
	}
	j.section = sectionNone
	j.out.WriteString("\n}\n")
	return j.out.Flush()
}

// Close reports a document that never came to its verdict.
func (j *jsonWriter) Close() error {
	if j.section != sectionNone {
		return fmt.Errorf("the JSON report is incomplete: the scan ended before its verdict")
	}
	return j.out.Flush()
}

type field struct {
	name  string
	value any
}

func (j *jsonWriter) fields(fields ...field) error {
	for _, f := range fields {
		body, err := encode.Indented("  ", f.value)
		if err != nil {
			return fmt.Errorf("writing the %s of the JSON report: %w", f.name, err)
		}
		fmt.Fprintf(j.out, ",\n  %q: %s", f.name, body)
	}
	return nil
}

// item writes an element of the array that the section is, ending the sections
// before it and writing those that have no element.
func (j *jsonWriter) item(s section, value any) error {
	if err := j.enter(s); err != nil {
		return err
	}
	body, err := encode.Indented("    ", value)
	if err != nil {
		return fmt.Errorf("writing the JSON report: %w", err)
	}
	if j.items > 0 {
		j.out.WriteByte(',')
	}
	j.items++
	_, err = fmt.Fprintf(j.out, "\n    %s", body)
	return err
}

func (j *jsonWriter) enter(s section) error {
	if j.section < sectionImage || j.section > s {
		return document.OutOfOrder(s.String())
	}
	for j.section < s {
		j.leave()
		j.section++
		fmt.Fprintf(j.out, ",\n  %q: [", j.section)
	}
	return nil
}

func (j *jsonWriter) leave() {
	switch {
	case j.section < sectionPackages:
	case j.items == 0:
		j.out.WriteByte(']')
	default:
		j.out.WriteString("\n  ]")
	}
	j.items = 0
}

func (s section) String() string {
	return [...]string{"none", "provenance", "image", "packages", "findings", "coverage"}[s]
}
