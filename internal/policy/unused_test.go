package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seaworthy.dev/seaworthy"
)

// TestUnused has exceptions of an image with libexpat1, built from expat, in which there is a
// vulnerability, a configuration defect and a secret.
func TestUnused(t *testing.T) {
	findings := []seaworthy.Finding{
		{Risk: seaworthy.Vulnerability, ID: "CVE-2024-45490", Aliases: []string{"DSA-5770-1"}, Severity: seaworthy.Low,
			Package: &seaworthy.AffectedPackage{Name: "libexpat1", PURL: "pkg:deb/debian/libexpat1@2.5.0-1", Source: &seaworthy.SourcePackage{Name: "expat"}}},
		{Risk: seaworthy.Misconfiguration, ID: "user-root", Severity: seaworthy.Low},
		{Risk: seaworthy.Secret, ID: "private-key", Severity: seaworthy.Low, Fingerprint: "f1", Locations: []seaworthy.Location{{Path: "srv/a.pem", Line: 3}}},
	}
	type rules []seaworthy.UnusedRule
	exception := func(reason, nearest string) rules {
		return rules{{Kind: seaworthy.RuleException, Reason: reason, Nearest: nearest}}
	}
	ignored := func(line int, rule, reason, nearest string) seaworthy.UnusedRule {
		return seaworthy.UnusedRule{Kind: seaworthy.RuleIgnore, Line: line, Rule: rule, Reason: reason, Nearest: nearest}
	}
	for _, test := range []struct {
		name      string
		exception string // conditions of an exception of the policy
		file      string // the name of an ignore file, and its text
		text      string
		opt       Options
		coverage  []seaworthy.Coverage
		want      rules
	}{
		{name: "applies by id", exception: "id: CVE-2024-45490"},
		{name: "applies by alias", exception: "id: dsa-5770-1"},
		{name: "applies to what another exception covers too", exception: "id: CVE-2024-45490, package: libexpat1", file: ".trivyignore", text: "CVE-2024-45490\n"},
		{name: "source package", exception: "id: CVE-2024-45490, package: expat", want: exception("the image has no package expat", "libexpat1, of source expat")},
		{name: "source package as URL", exception: "package: 'pkg:deb/debian/expat'", want: exception("the image has no package expat", "libexpat1, of source expat")},
		{name: "misspelt package", exception: "package: libexpat2", want: exception("the image has no package libexpat2", "libexpat1, of source expat")},
		{name: "unknown package", exception: "package: postgresql-15", want: exception("the image has no package postgresql-15", "")},
		{name: "another package of the image", exception: "id: CVE-2024-45490, package: zlib1g", want: exception("the finding is about another package", "libexpat1, of source expat")},
		{name: "misspelt check", exception: "id: user-rot", want: exception("no finding has this id", "user-root")},
		{name: "CVE that is not there", exception: "id: CVE-2019-1", want: exception("no finding has this id", "")},
		{name: "misspelt CVE", exception: "id: CVE-2024-4549", want: exception("no finding has this id", "CVE-2024-45490")},
		{name: "another path", exception: "id: private-key, path: 'root/**'", want: exception("a location of the finding does not match the path", "srv/a.pem")},
		{name: "another risk", exception: "id: user-root, risk: secret", want: exception("the finding has another risk", "misconfiguration")},
		{name: "an expression that is true of nothing", exception: "when: 'finding.severity == \"critical\"'", want: exception("no finding fulfils all of its conditions", "")},
		{name: "a risk that is not requested", exception: "id: CVE-2019-1", opt: Options{Risks: []seaworthy.Risk{seaworthy.Secret}}},
		{name: "a check of risks that are not requested", exception: "id: user-rot", opt: Options{Risks: []seaworthy.Risk{seaworthy.Vulnerability}}},
		{name: "a risk that was not checked", exception: "id: CVE-2019-1", coverage: []seaworthy.Coverage{{Risk: seaworthy.Vulnerability, State: seaworthy.NotChecked}}},
		{name: "lines", file: ".trivyignore", text: "# known\nCVE-2024-45490\nCVE-2019-1\nuser-rot exp:2020-01-01\n", want: rules{
			ignored(3, "id CVE-2019-1", "no finding has this id", ""), ignored(4, "id user-rot", "no finding has this id; it expired on 2020-01-01", "user-root"),
		}},
		{name: "YAML with a package", file: ".trivyignore.yaml", text: "vulnerabilities:\n  - id: CVE-2024-45490\n    purls: ['pkg:deb/debian/expat']\n", want: rules{
			ignored(2, "id CVE-2024-45490", "the image has no package expat", "libexpat1, of source expat"),
		}},
		{name: "rule of Grype", file: ".grype.yaml", text: "ignore:\n  - vulnerability: CVE-2019-1\n", want: rules{ignored(2, "id CVE-2019-1", "no finding has this id", "")}},
		{name: "places", file: ".gitleaksignore", text: "srv/a.pem:private-key:3\nsrv/a.pem:private-key:9\nsrv/b.pem:private-key:1\nx:aws-key:1\n", want: rules{
			ignored(2, "id private-key at srv/a.pem:9", "the secret is not at this place", "srv/a.pem:3"),
			ignored(3, "id private-key at srv/b.pem:1", "the secret is not at this place", ""),
			ignored(4, "id aws-key at x:1", "no finding has this id", ""),
		}},
		{name: "places that another program names", file: ".gitleaksignore", text: "srv/a.pem:private-key:0\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := "version: 1\n"
			if test.exception != "" {
				text += "exceptions:\n  - {" + test.exception + ", reason: r, expires: 2027-01-01}\n"
			}
			opt := test.opt
			if test.file != "" {
				f, err := parseIgnoreFile(test.file, []byte(test.text))
				if err != nil {
					t.Fatal(err)
				}
				opt.IgnoreFiles = append(opt.IgnoreFiles, f)
			}
			got := evaluateWith(t, mustParse(t, text), opt, findings, test.coverage)
			ignore := cmpopts.IgnoreFields(seaworthy.UnusedRule{}, "Source")
			if test.exception != "" && test.want != nil {
				ignore = cmpopts.IgnoreFields(seaworthy.UnusedRule{}, "Source", "Line", "Rule")
			}
			if diff := cmp.Diff([]seaworthy.UnusedRule(test.want), got, ignore, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("unused (-want +got):\n%s", diff)
			}
		})
	}
}

// evaluateWith evaluates findings of an image with libexpat1 and zlib1g, and returns the
// unused rules.
func evaluateWith(t *testing.T, p *Policy, opt Options, findings []seaworthy.Finding, coverage []seaworthy.Coverage) []seaworthy.UnusedRule {
	t.Helper()
	opt.Now, opt.Names = now, flagNames
	if coverage == nil {
		coverage = checked(seaworthy.Risks()...)
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	j := NewEvaluator(p, opt, new(recorder))
	check(j.Image(&seaworthy.Image{Reference: "app"}))
	check(j.Package(&seaworthy.Package{Name: "zlib1g"}))
	check(j.Package(&seaworthy.Package{Name: "libexpat1", Source: &seaworthy.SourcePackage{Name: "expat"}}))
	for i := range findings {
		check(j.Finding(&findings[i]))
	}
	for i := range coverage {
		check(j.Coverage(&coverage[i]))
	}
	v, err := j.Conclude()
	check(err)
	return v.Unused
}

// TestUnusedBaseline has a baseline with a secret that moved, one that is gone, and one that
// is still there.
func TestUnusedBaseline(t *testing.T) {
	p := permitted{kind: seaworthy.RuleBaseline, source: "old.json"}
	err := p.baseline([]byte(`{"schemaVersion": 1, "findings": [
		{"risk": "secret", "id": "private-key", "fingerprint": "f1", "locations": [{"path": "moved.pem"}]},
		{"risk": "secret", "id": "private-key", "fingerprint": "f2", "locations": [{"path": "gone.pem"}]},
		{"risk": "secret", "id": "private-key", "fingerprint": "f3", "locations": [{"path": "there.pem", "line": 2}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := evaluateWith(t, Default(), Options{IgnoreFiles: []*IgnoreFile{{source: "old.json", exceptions: p.all}}}, []seaworthy.Finding{
		{Risk: seaworthy.Secret, ID: "private-key", Fingerprint: "f1", Locations: []seaworthy.Location{{Path: "elsewhere.pem"}}},
		{Risk: seaworthy.Secret, ID: "private-key", Fingerprint: "f9", Locations: []seaworthy.Location{{Path: "there.pem", Line: 2}}},
	}, nil)
	want := []seaworthy.UnusedRule{{Kind: seaworthy.RuleBaseline, Source: "old.json", Rule: "id private-key at gone.pem", Reason: "the secret is not at this place"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestUnusedIsBounded has a file of a thousand lines that apply to nothing.
func TestUnusedIsBounded(t *testing.T) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "CVE-2001-%04d\n", i)
	}
	f, err := parseIgnoreFile(".trivyignore", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	got := evaluateWith(t, Default(), Options{IgnoreFiles: []*IgnoreFile{f}}, nil, nil)
	last := seaworthy.UnusedRule{Kind: seaworthy.RuleIgnore, Source: ".trivyignore", Reason: "they apply to no finding", More: 1000 - maxUnused}
	if len(got) != maxUnused+1 || got[maxUnused] != last {
		t.Errorf("%d rules, the last is %+v", len(got), got[len(got)-1])
	}
}
