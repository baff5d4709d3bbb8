package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

// TestIgnoreBase does not count findings that are only below the boundary, of every
// risk, and counts all where the boundary is not known.
func TestIgnoreBase(t *testing.T) {
	at := func(layers ...int) (l []seaworthy.Location) {
		for _, n := range layers {
			l = append(l, seaworthy.Location{Path: "x", Layer: new(n)})
		}
		return l
	}
	var findings []seaworthy.Finding
	for _, f := range []struct {
		risk seaworthy.Risk
		at   []seaworthy.Location
	}{
		{seaworthy.Secret, at(0)}, {seaworthy.Malware, at(0, 1)}, {seaworthy.Vulnerability, at(1)}, // in the base
		{seaworthy.Secret, at(1, 2)}, {seaworthy.Vulnerability, at(2)}, // not only there
		{seaworthy.Misconfiguration, nil}, {seaworthy.Misconfiguration, []seaworthy.Location{{Instruction: "ENV A=b"}}}, // nowhere
	} {
		findings = append(findings, seaworthy.Finding{Risk: f.risk, ID: "X", Severity: seaworthy.Critical, Locations: f.at})
	}
	for _, test := range []struct {
		name     string
		boundary *int
		want     []string
	}{
		{"known", new(2), []string{
			"1 vulnerability of severity high or critical (policy: built-in)",
			"2 misconfigurations of severity high or critical (policy: built-in)",
			"1 secret of severity medium or higher (policy: built-in)",
			"3 findings not counted: 3 by --ignore-base (layers 0 to 1)",
		}},
		{"unknown", nil, []string{
			"2 vulnerabilities of severity high or critical (policy: built-in)",
			"2 misconfigurations of severity high or critical (policy: built-in)",
			"1 malware finding of severity low or higher (policy: built-in)",
			"2 secrets of severity medium or higher (policy: built-in)",
			"--ignore-base: where the base image ends is not known, so every finding counts; name the base image with --base",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := new(recorder)
			j := NewEvaluator(Default(), Options{Now: now, IgnoreBase: true, Names: flagNames}, r)
			for _, err := range []error{j.Provenance(&seaworthy.Provenance{}), j.Image(&seaworthy.Image{BaseBoundary: test.boundary, Layers: make([]seaworthy.Layer, 3)})} {
				if err != nil {
					t.Fatal(err)
				}
			}
			for i := range findings {
				if err := j.Finding(&findings[i]); err != nil {
					t.Fatal(err)
				}
			}
			for _, c := range checked(seaworthy.Risks()...) {
				if err := j.Coverage(&c); err != nil {
					t.Fatal(err)
				}
			}
			v, err := j.Conclude()
			if err != nil || v.Decision != seaworthy.DecisionFail {
				t.Errorf("%s, %v", v.Decision, err)
			}
			if diff := cmp.Diff(test.want, v.Reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			if len(r.findings) != len(findings) {
				t.Errorf("%d of %d findings passed on", len(r.findings), len(findings))
			}
		})
	}
	// With nothing found either, an unknown boundary leaves the verdict open.
	j := NewEvaluator(Default(), Options{Now: now, IgnoreBase: true, Names: flagNames}, new(recorder))
	if v := feed(t, j, nil, checked(seaworthy.Risks()...)); v.Decision != seaworthy.DecisionIndeterminate {
		t.Errorf("the verdict is %s", v.Decision)
	}
}
