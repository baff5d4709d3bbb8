package policy

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

// now is the time of the tests.
var now = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// flagNames are the names that the command line gives.
var flagNames = Names{FailOn: "--fail-on", IgnoreUnfixed: "--ignore-unfixed", IgnoreBase: "--ignore-base", Base: "--base"}

// recorder keeps what an Evaluator passes on.
type recorder struct {
	provenance *seaworthy.Provenance
	findings   []*seaworthy.Finding
	coverage   []*seaworthy.Coverage
	verdicts   []seaworthy.Verdict
}

func (r *recorder) Provenance(p *seaworthy.Provenance) error { r.provenance = p; return nil }
func (r *recorder) Progress(*seaworthy.Progress) error       { return nil }
func (r *recorder) Image(*seaworthy.Image) error             { return nil }
func (r *recorder) Package(*seaworthy.Package) error         { return nil }
func (r *recorder) Finding(f *seaworthy.Finding) error {
	r.findings = append(r.findings, f)
	return nil
}
func (r *recorder) Coverage(c *seaworthy.Coverage) error {
	r.coverage = append(r.coverage, c)
	return nil
}
func (r *recorder) Verdict(v *seaworthy.Verdict) error {
	r.verdicts = append(r.verdicts, *v)
	return nil
}

func checked(risks ...seaworthy.Risk) []seaworthy.Coverage {
	var all []seaworthy.Coverage
	for _, r := range risks {
		all = append(all, seaworthy.Coverage{Risk: r, Subject: "all", State: seaworthy.Checked})
	}
	return all
}

// evaluate runs one image through an Evaluator. If there is no coverage at all, every
// risk counts as checked.
func evaluate(t *testing.T, p *Policy, opt Options, findings []seaworthy.Finding, coverage []seaworthy.Coverage) (seaworthy.Verdict, *recorder) {
	t.Helper()
	r := new(recorder)
	if opt.Now.IsZero() {
		opt.Now = now
	}
	opt.Names = flagNames
	j := NewEvaluator(p, opt, r)
	if coverage == nil {
		coverage = checked(seaworthy.Risks()...)
	}
	v := feed(t, j, findings, coverage)
	return v, r
}

func feed(t *testing.T, j *Evaluator, findings []seaworthy.Finding, coverage []seaworthy.Coverage) seaworthy.Verdict {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(j.Provenance(&seaworthy.Provenance{Tool: seaworthy.Tool{Version: "1"}}))
	check(j.Image(&seaworthy.Image{Reference: "example.com/app:1", OS: &seaworthy.OS{ID: "debian"}}))
	check(j.Package(&seaworthy.Package{Name: "zlib1g"}))
	for i := range findings {
		check(j.Finding(&findings[i]))
	}
	for i := range coverage {
		check(j.Coverage(&coverage[i]))
	}
	v, err := j.Conclude()
	check(err)
	return v
}

func mustParse(t *testing.T, text string) *Policy {
	t.Helper()
	p, err := Parse("p.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBuiltInLevels(t *testing.T) {
	want := map[seaworthy.Risk]seaworthy.Severity{
		seaworthy.Vulnerability:    seaworthy.High,
		seaworthy.Misconfiguration: seaworthy.High,
		seaworthy.Malware:          seaworthy.Low,
		seaworthy.Secret:           seaworthy.Medium,
		seaworthy.Trust:            seaworthy.High,
	}
	for _, r := range seaworthy.Risks() {
		for _, s := range seaworthy.Severities() {
			v, _ := evaluate(t, Default(), Options{}, []seaworthy.Finding{{Risk: r, ID: "X-1", Severity: s}}, nil)
			decision := seaworthy.DecisionPass
			if s >= want[r] {
				decision = seaworthy.DecisionFail
			}
			if v.Decision != decision {
				t.Errorf("%s %s: %s %q, want %s", s, r, v.Decision, v.Reasons, decision)
			}
		}
	}
}

func TestVerdict(t *testing.T) {
	misconfiguration := seaworthy.Finding{Risk: seaworthy.Misconfiguration, ID: "SW-1", Severity: seaworthy.High}
	vulnerability := seaworthy.Finding{Risk: seaworthy.Vulnerability, ID: "CVE-2026-1", Severity: seaworthy.Critical,
		Package: &seaworthy.AffectedPackage{Name: "openssl", Version: "3.0"}}
	fixable := vulnerability
	fixable.Package = &seaworthy.AffectedPackage{Name: "openssl", Version: "3.0", FixedVersion: "3.1"}
	exploited := seaworthy.Finding{Risk: seaworthy.Vulnerability, ID: "CVE-2026-2", Severity: seaworthy.Low, KEV: &seaworthy.KEV{}}
	notAffected := vulnerability
	notAffected.VEX = &seaworthy.VEX{Status: "not_affected", By: "vendor"}
	affected := vulnerability
	affected.VEX = &seaworthy.VEX{Status: "affected", By: "vendor"}

	unrated := vulnerability
	unrated.Severity = seaworthy.Unknown
	unratedFixable := fixable
	unratedFixable.Severity = seaworthy.Unknown

	builtFrom := func(name string) seaworthy.Finding {
		f := vulnerability
		f.Package = &seaworthy.AffectedPackage{Name: name, Version: "3-1", Ecosystem: seaworthy.ParseEcosystem("Debian:12"), Source: &seaworthy.SourcePackage{Name: "openssl", Version: "3-1"}}
		return f
	}

	tests := []struct {
		name     string
		policy   string // built-in if empty
		opt      Options
		findings []seaworthy.Finding
		coverage []seaworthy.Coverage
		want     seaworthy.Verdict
	}{
		{
			name: "nothing found",
			want: seaworthy.Verdict{Decision: seaworthy.DecisionPass},
		},
		{
			name:     "counts by risk",
			findings: []seaworthy.Finding{vulnerability, fixable, misconfiguration},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				"2 vulnerabilities of severity high or critical (policy: built-in)",
				"1 misconfiguration of severity high or critical (policy: built-in)",
			}},
		},
		{
			name:     "no severity",
			findings: []seaworthy.Finding{unrated, unrated},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionPass, Reasons: []string{
				"2 vulnerabilities of unknown severity not counted (policy: built-in); --fail-on unknown counts them",
			}},
		},
		{
			name:     "no severity, and a fix",
			findings: []seaworthy.Finding{unratedFixable, unratedFixable, unrated},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionIndeterminate, Reasons: []string{
				"2 vulnerabilities with a fix of unknown severity (policy: built-in); --fail-on unknown counts them",
				"1 vulnerability of unknown severity not counted (policy: built-in); --fail-on unknown counts them",
			}},
		},
		{
			name:     "no severity, a fix, and another level",
			opt:      Options{FailOn: levelFrom(seaworthy.Critical)},
			findings: []seaworthy.Finding{unratedFixable},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionIndeterminate, Reasons: []string{
				"1 vulnerability with a fix of unknown severity (--fail-on critical); --fail-on unknown counts them",
			}},
		},
		{
			name:     "no severity, a fix, and no level",
			opt:      Options{FailOn: Never},
			findings: []seaworthy.Finding{unratedFixable},
			want:     seaworthy.Verdict{Decision: seaworthy.DecisionPass},
		},
		{
			name:     "no severity, a fix, and a policy that lets it pass",
			policy:   "version: 1\nunrated: pass\n",
			findings: []seaworthy.Finding{unratedFixable},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionPass, Reasons: []string{
				"1 vulnerability of unknown severity not counted (policy: p.yaml); --fail-on unknown counts them",
			}},
		},
		{
			name:     "no severity, a fix, and a policy that fails it",
			policy:   "version: 1\nunrated: fail\n",
			findings: []seaworthy.Finding{unratedFixable},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				"1 vulnerability with a fix of unknown severity (policy: p.yaml)",
			}},
		},
		{
			name:     "packages of one source",
			findings: []seaworthy.Finding{builtFrom("libssl3"), builtFrom("libcrypto3"), builtFrom("openssl")},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				"1 vulnerability of severity high or critical (policy: built-in)",
			}},
		},
		{
			name:     "no severity, and every severity fails",
			opt:      Options{FailOn: levelFrom(seaworthy.Unknown)},
			findings: []seaworthy.Finding{unrated},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				"1 vulnerability of any severity (--fail-on unknown)",
			}},
		},
		{
			name:     "known to be exploited",
			findings: []seaworthy.Finding{exploited},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				`1 finding by rule "known-exploited": known to be exploited (CISA KEV) (policy: built-in)`,
			}},
		},
		{
			name:     "fail-on raises the level of all risks",
			opt:      Options{FailOn: levelFrom(seaworthy.Critical)},
			findings: []seaworthy.Finding{vulnerability, misconfiguration},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				"1 vulnerability of severity critical (--fail-on critical)",
			}},
		},
		{
			name:     "fail-on never leaves the rules",
			opt:      Options{FailOn: Never},
			findings: []seaworthy.Finding{vulnerability, exploited},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				`1 finding by rule "known-exploited": known to be exploited (CISA KEV) (policy: built-in)`,
			}},
		},
		{
			name:     "fail-on unknown",
			opt:      Options{FailOn: levelFrom(seaworthy.Unknown)},
			findings: []seaworthy.Finding{{Risk: seaworthy.Trust, ID: "T", Severity: seaworthy.Unknown}},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				"1 trust finding of any severity (--fail-on unknown)",
			}},
		},
		{
			name:     "ignore-unfixed takes only what has no fix",
			opt:      Options{IgnoreUnfixed: true},
			findings: []seaworthy.Finding{vulnerability, fixable, misconfiguration},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				"1 vulnerability of severity high or critical (policy: built-in)",
				"1 misconfiguration of severity high or critical (policy: built-in)",
				"1 finding not counted: 1 by --ignore-unfixed",
			}},
		},
		{
			name:     "VEX",
			findings: []seaworthy.Finding{notAffected, affected},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				"1 vulnerability of severity high or critical (policy: built-in)",
				"1 finding not counted: 1 by VEX of vendor",
			}},
		},
		{
			name:     "a risk that was not asked for",
			opt:      Options{Risks: []seaworthy.Risk{seaworthy.Misconfiguration}},
			findings: []seaworthy.Finding{vulnerability},
			coverage: append(checked(seaworthy.Misconfiguration), seaworthy.Coverage{Risk: seaworthy.Secret, State: seaworthy.Failed}),
			want:     seaworthy.Verdict{Decision: seaworthy.DecisionPass},
		},
		{
			name: "coverage",
			opt:  Options{Risks: []seaworthy.Risk{seaworthy.Vulnerability, seaworthy.Secret, seaworthy.Misconfiguration}},
			coverage: []seaworthy.Coverage{
				{Risk: seaworthy.Vulnerability, Subject: "Debian:12", State: seaworthy.NotChecked, Reason: "there is no advisory data"},
				{Risk: seaworthy.Vulnerability, Subject: "npm", State: seaworthy.NotChecked, Reason: "there is no advisory data"},
				{Risk: seaworthy.Vulnerability, Subject: "PyPI", State: seaworthy.Checked},
				{Risk: seaworthy.Secret, Subject: "layer 1: a", State: seaworthy.Partial, Reason: "the file is too large"},
				{Risk: seaworthy.Misconfiguration, Subject: "layer 1: a", State: seaworthy.Partial, Reason: "the file is too large"},
			},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionIndeterminate, Reasons: []string{
				"vulnerability: not checked, 2 times, first: Debian:12: there is no advisory data",
				"secret: partly checked: layer 1: a: the file is too large",
			}},
		},
		{
			name:     "silence is not coverage",
			opt:      Options{Risks: []seaworthy.Risk{seaworthy.Misconfiguration}},
			coverage: checked(seaworthy.Secret),
			want: seaworthy.Verdict{Decision: seaworthy.DecisionIndeterminate, Reasons: []string{
				"misconfiguration: not checked: no analyzer checked it",
			}},
		},
		{
			name:     "fail beats indeterminate",
			opt:      Options{Risks: []seaworthy.Risk{seaworthy.Misconfiguration}},
			findings: []seaworthy.Finding{misconfiguration},
			coverage: []seaworthy.Coverage{{Risk: seaworthy.Misconfiguration, Subject: "configuration", State: seaworthy.Failed, Reason: "it cannot be read"}},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				"1 misconfiguration of severity high or critical (policy: built-in)",
				"misconfiguration: the check failed: configuration: it cannot be read",
			}},
		},
		{
			name:     "coverage that fails",
			policy:   "version: 1\ncoverage: {trust: {not-checked: fail}}\n",
			opt:      Options{Risks: []seaworthy.Risk{seaworthy.Trust}},
			coverage: []seaworthy.Coverage{{Risk: seaworthy.Trust, Subject: "signature", State: seaworthy.NotChecked, Reason: "no key is given"}},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				"trust: not checked: signature: no key is given (policy: p.yaml)",
			}},
		},
		{
			name: "the first rule that holds decides",
			policy: `version: 1
rules:
  - {name: no-fix, when: finding.package.fixedVersion == "", decision: ignore, message: nothing can be done yet}
  - {name: openssl, when: finding.package.name == "openssl", decision: fail, message: is to be kept fresh}
`,
			findings: []seaworthy.Finding{vulnerability, fixable},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				`1 finding by rule "openssl": is to be kept fresh (policy: p.yaml)`,
				`1 finding not counted: 1 by rule "no-fix"`,
			}},
		},
		{
			name:     "no rules at all",
			policy:   "version: 1\nrules: []\n",
			findings: []seaworthy.Finding{exploited},
			want:     seaworthy.Verdict{Decision: seaworthy.DecisionPass},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Default()
			if tt.policy != "" {
				p = mustParse(t, tt.policy)
			}
			got, r := evaluate(t, p, tt.opt, tt.findings, tt.coverage)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("verdict (-want +got):\n%s", d)
			}
			if d := cmp.Diff([]seaworthy.Verdict{tt.want}, r.verdicts); d != "" {
				t.Errorf("passed on (-want +got):\n%s", d)
			}
			if len(r.findings) != len(tt.findings) {
				t.Errorf("%d of %d findings passed on", len(r.findings), len(tt.findings))
			}
		})
	}
}

func TestEvaluatorResetsForEachImage(t *testing.T) {
	r := new(recorder)
	j := NewEvaluator(Default(), Options{Now: now}, r)
	bad := []seaworthy.Finding{{Risk: seaworthy.Malware, ID: "M", Severity: seaworthy.High}}
	covered := checked(seaworthy.Risks()...)
	if v := feed(t, j, bad, covered); v.Decision != seaworthy.DecisionFail {
		t.Errorf("first image: %v", v)
	}
	if v := feed(t, j, nil, covered); v.Decision != seaworthy.DecisionPass {
		t.Errorf("second image: %v", v)
	}
	// A scan that broke off must not weigh on the next image.
	if err := j.Finding(&bad[0]); err != nil {
		t.Fatal(err)
	}
	if v := feed(t, j, nil, covered); v.Decision != seaworthy.DecisionPass {
		t.Errorf("image after a broken scan: %v", v)
	}
}

func TestEvaluatorNamesThePolicyAndKeepsItsInput(t *testing.T) {
	p := mustParse(t, "version: 1\nexceptions: [{id: M, reason: known, expires: 2026-12-31}]\n")
	f := []seaworthy.Finding{{Risk: seaworthy.Malware, ID: "M", Severity: seaworthy.High}}
	_, r := evaluate(t, p, Options{}, f, nil)
	if r.provenance.Policy != p.Provenance() || r.provenance.Tool.Version != "1" {
		t.Errorf("provenance %v", r.provenance)
	}
	if f[0].Exception != nil {
		t.Error("the Evaluator changed the finding that it was given")
	}
	if d := cmp.Diff(&seaworthy.Exception{Reason: "known", Expires: "2026-12-31"}, r.findings[0].Exception); d != "" {
		t.Errorf("exception (-want +got):\n%s", d)
	}
}

func TestLevel(t *testing.T) {
	for _, s := range append([]string{"never"}, names(seaworthy.Severities())...) {
		l, err := ParseLevel(s)
		if err != nil || l.String() != s {
			t.Errorf("ParseLevel(%q) = %v, %v", s, l, err)
		}
	}
	for _, s := range []string{"", "HIGH", "worst"} {
		if l, err := ParseLevel(s); err == nil {
			t.Errorf("ParseLevel(%q) = %v, no error", s, l)
		}
	}
	if slices.ContainsFunc(seaworthy.Severities(), Level(0).ReachedBy) || slices.ContainsFunc(seaworthy.Severities(), Never.ReachedBy) {
		t.Error("a severity reaches a level that none may reach")
	}
}

func names(severities []seaworthy.Severity) []string {
	var s []string
	for _, v := range severities {
		s = append(s, v.String())
	}
	return s
}
