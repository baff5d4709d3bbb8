package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/words"
	"seaworthy.dev/seaworthy/internal/textfile"
)

// maxRecorded bounds what ReadJSON reads, in bytes.
const maxRecorded = 512 << 20

// ReadJSON replays saved reports, one JSON document after another, to a
// Handler, as the scan that wrote them did. What it reads must be version 1;
// fields that it does not know are ignored, because version 1 grows by optional
// fields. It reads at most 512 MiB. An error says in which document and where in
// it the fault lies; an error of the Handler is returned as it is.
func ReadJSON(r io.Reader, h seaworthy.Handler) error {
	return readJSON(r, h, maxRecorded)
}

func readJSON(r io.Reader, h seaworthy.Handler, limit int64) error {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return fmt.Errorf("reading the report: %w", err)
	case int64(len(data)) > limit:
		return fmt.Errorf("the report is larger than %s, which is more than can be converted at once", words.Size(limit))
	}
	data = textfile.Decode(data)
	for n := 1; ; n++ {
		rest := bytes.TrimLeft(data, " \t\r\n")
		if len(rest) == 0 {
			if n == 1 {
				return errors.New("the report is empty: expected a JSON document as written by seaworthy scan --format json")
			}
			return nil
		}
		document, err := next(rest)
		if err != nil {
			return fmt.Errorf("report, document %d: %w", n, err)
		}
		rec, err := decode(document)
		if err != nil {
			return fmt.Errorf("report, document %d: %w", n, err)
		}
		if err := rec.play(h); err != nil {
			return err
		}
		data = rest[len(document):]
	}
}

// IsJSON is true for data that [ReadJSON] may read: whatever is wrong with it, it is
// a report and no other document.
func IsJSON(data []byte) bool {
	document, err := next(bytes.TrimSpace(data))
	if err != nil {
		return false
	}
	var report struct {
		SchemaVersion *int            `json:"schemaVersion"`
		Policy        json.RawMessage `json:"policy"`
	}
	return json.Unmarshal(document, &report) == nil && report.SchemaVersion != nil && report.Policy != nil
}

// next gives the JSON value that data begins with.
func next(data []byte) (json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	var v json.RawMessage
	err := d.Decode(&v)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("%s: %w", position(data, syntax.Offset-1), err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%s: the document ends before it is complete", position(data, int64(len(data))))
	case err != nil:
		return nil, err
	}
	return v, nil
}

// position says where in the document an offset is, for people who count from 1.
func position(data []byte, offset int64) string {
	before := data[:min(max(offset, 0), int64(len(data)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Sprintf("line %d, column %d", line, column)
}

// recorded is the document of schema version 1. The parts that can be absent in
// the Go types but not in the report are pointers.
type recorded struct {
	Tool     *seaworthy.Tool             `json:"tool"`
	Data     []seaworthy.DataSource      `json:"data"`
	Policy   *seaworthy.PolicyProvenance `json:"policy"`
	Image    *seaworthy.Image            `json:"image"`
	Packages []json.RawMessage           `json:"packages"`
	Findings []json.RawMessage           `json:"findings"`
	Coverage []json.RawMessage           `json:"coverage"`
	Verdict  *seaworthy.Verdict          `json:"verdict"`

	packages []*seaworthy.Package
	findings []*seaworthy.Finding
	coverage []*seaworthy.Coverage
}

func decode(document json.RawMessage) (*recorded, error) {
	var version struct {
		SchemaVersion *int `json:"schemaVersion"`
	}
	if err := json.Unmarshal(document, &version); err != nil {
		return nil, located(document, err)
	}
	switch v := version.SchemaVersion; {
	case v == nil:
		return nil, errors.New("it has no schemaVersion, so it is no report as written by seaworthy scan --format json")
	case *v != seaworthy.SchemaVersion:
		return nil, fmt.Errorf("its schemaVersion is %d; this version of Seaworthy reads %d", *v, seaworthy.SchemaVersion)
	}
	rec := new(recorded)
	if err := json.Unmarshal(document, rec); err != nil {
		return nil, located(document, err)
	}
	for _, part := range []struct {
		name    string
		present bool
	}{
		{"tool", rec.Tool != nil}, {"policy", rec.Policy != nil}, {"image", rec.Image != nil}, {"verdict", rec.Verdict != nil},
	} {
		if !part.present {
			return nil, fmt.Errorf("it has no %s", part.name)
		}
	}
	var err error
	if rec.packages, err = elements("packages", rec.Packages, anyPackage); err != nil {
		return nil, err
	}
	if rec.findings, err = elements("findings", rec.Findings, checkFinding); err != nil {
		return nil, err
	}
	if rec.coverage, err = elements("coverage", rec.Coverage, checkCoverage); err != nil {
		return nil, err
	}
	rec.Packages, rec.Findings, rec.Coverage = nil, nil, nil
	switch rec.Verdict.Decision {
	case seaworthy.DecisionPass, seaworthy.DecisionFail, seaworthy.DecisionIndeterminate:
		return rec, nil
	default:
		return nil, fmt.Errorf("verdict: unknown decision %q: one of pass, fail, indeterminate", rec.Verdict.Decision)
	}
}

// located adds the position to an error of the decoder, where it gives one.
func located(document []byte, err error) error {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return fmt.Errorf("%s: %s must not be a JSON %s", position(document, mismatch.Offset), cmp.Or(mismatch.Field, "it"), mismatch.Value)
	}
	return err
}

// elements decodes an array, so that an error can name the element.
func elements[T any](name string, raw []json.RawMessage, check func(*T) error) ([]*T, error) {
	out := make([]*T, len(raw))
	for i, r := range raw {
		if string(r) == "null" {
			return nil, fmt.Errorf("%s[%d] is null", name, i)
		}
		v := new(T)
		err := json.Unmarshal(r, v)
		var mismatch *json.UnmarshalTypeError
		switch {
		case errors.As(err, &mismatch):
			return nil, fmt.Errorf("%s[%d]: %s must not be a JSON %s", name, i, cmp.Or(mismatch.Field, "it"), mismatch.Value)
		case err != nil:
			return nil, fmt.Errorf("%s[%d]: %w", name, i, err)
		}
		if err := check(v); err != nil {
			return nil, fmt.Errorf("%s[%d]: %w", name, i, err)
		}
		out[i] = v
	}
	return out, nil
}

func anyPackage(*seaworthy.Package) error { return nil }

func checkFinding(f *seaworthy.Finding) error {
	_, err := seaworthy.ParseRisk(string(f.Risk))
	return err
}

func checkCoverage(c *seaworthy.Coverage) error {
	if _, err := seaworthy.ParseRisk(string(c.Risk)); err != nil {
		return err
	}
	states := []seaworthy.State{seaworthy.Checked, seaworthy.Partial, seaworthy.NotChecked, seaworthy.Failed}
	if !slices.Contains(states, c.State) {
		return fmt.Errorf("unknown state %q: one of %s", c.State, join(states, ", "))
	}
	return nil
}

func (rec *recorded) play(h seaworthy.Handler) error {
	if err := h.Provenance(&seaworthy.Provenance{Tool: *rec.Tool, Data: rec.Data, Policy: *rec.Policy}); err != nil {
		return err
	}
	if err := h.Image(rec.Image); err != nil {
		return err
	}
	for _, p := range rec.packages {
		if err := h.Package(p); err != nil {
			return err
		}
	}
	for _, f := range rec.findings {
		if err := h.Finding(f); err != nil {
			return err
		}
	}
	for _, c := range rec.coverage {
		if err := h.Coverage(c); err != nil {
			return err
		}
	}
	return h.Verdict(rec.Verdict)
}
