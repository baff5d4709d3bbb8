package policy

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
)

// sampleFindings are one finding with every field, and one with none that is
// optional.
func sampleFindings() []seaworthy.Finding {
	base, third := 0, 3
	return []seaworthy.Finding{
		{
			Risk: seaworthy.Vulnerability, ID: "CVE-2026-1", Aliases: []string{"GHSA-1"}, Fingerprint: "f", Severity: seaworthy.High,
			SeveritySource: "NVD", CVSS: []seaworthy.CVSS{{Source: "NVD", Vector: "CVSS:3.1/AV:N", Score: 9.8}},
			EPSS: &seaworthy.EPSS{Score: 0.5, Percentile: 0.9}, KEV: &seaworthy.KEV{DateAdded: "2026-01-02"},
			Title: "title", Detail: "detail", References: []string{"https://example.com"}, Techniques: []string{"T1059"},
			Package: &seaworthy.AffectedPackage{Name: "openssl", Version: "3.0", Ecosystem: seaworthy.ParseEcosystem("Debian:12"), PURL: "pkg:deb/debian/openssl@3.0?arch=amd64", FixedVersion: "3.1", Status: "fixed"},
			Locations: []seaworthy.Location{
				{Path: "usr/lib/libssl.so", Line: 1, Offset: 2, Layer: &base, RemovedIn: &third, Instruction: "RUN apt-get"},
				{Path: "usr/lib/\xff", Layer: &third},
			},
			Evidence: "evidence", Remedy: &seaworthy.Remedy{Summary: "remediation"}, Controls: []seaworthy.Control{{Standard: "CIS Docker", Item: "4.4"}},
			VEX: &seaworthy.VEX{Status: "affected", By: "vendor"},
		},
		{Risk: seaworthy.Misconfiguration, ID: "SW-1", Severity: seaworthy.Low, Title: "bare"},
	}
}

func evaluateExpression(t *testing.T, text string, f *seaworthy.Finding, img *seaworthy.Image) (bool, error) {
	t.Helper()
	env, err := newEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	e, err := compile(env, value{source: "p.yaml", line: 1, col: 1, kind: scalar, text: text, textLine: 1, textCol: 1})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e.holds(newVariables(f, img))
}

func TestExpressions(t *testing.T) {
	created := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	boundary := 2
	img := &seaworthy.Image{
		Reference: "example.com/app:1", Digest: "sha256:d", ImageID: "sha256:i", Platform: "linux/amd64",
		OS: &seaworthy.OS{ID: "debian", VersionID: "12", PrettyName: "Debian"}, Created: &created, Size: 5, BaseBoundary: &boundary,
		Layers: []seaworthy.Layer{{Index: 0, Digest: "sha256:l", DiffID: "sha256:n", Size: 5, Instruction: "ADD"}},
	}
	tests := []struct {
		text       string
		full, bare bool
	}{
		{`finding.risk == "vulnerability" && finding.id == "CVE-2026-1" && finding.fingerprint == "f"`, true, false},
		{`"GHSA-1" in finding.aliases && "T1059" in finding.techniques && "CIS Docker 4.4" in finding.controls`, true, false},
		{`finding.severity == "high" && finding.severitySource == "NVD"`, true, false},
		{`finding.severity.atLeast("low")`, true, true},
		{`finding.severity.atLeast("medium")`, true, false},
		{`finding.severity.atLeast("critical")`, false, false},
		{`finding.cvss.exists(c, c.source == "NVD" && c.vector.startsWith("CVSS:3.1") && c.score >= 9.0)`, true, false},
		{`has(finding.epss) && finding.epss.score >= 0.5 && finding.epss.percentile > 0.8`, true, false},
		{`finding.epss.score < 0.1`, false, true},
		{`has(finding.kev)`, true, false},
		{`finding.kev.dateAdded < "2026-02"`, true, true},
		{`finding.title == "title" && finding.detail == "detail" && finding.references.size() == 1`, true, false},
		{`has(finding.package)`, true, false},
		{`finding.package.name == "openssl" && finding.package.version == "3.0" && finding.package.ecosystem.startsWith("Debian")`, true, false},
		{`finding.package.purl.matches("^pkg:deb/") && finding.package.fixedVersion != "" && finding.package.status == "fixed"`, true, false},
		{`finding.package.fixedVersion == ""`, false, true},
		{`finding.locations.exists(l, l.path.endsWith(".so") && l.line == 1 && l.offset == 2 && l.instruction != "")`, true, false},
		{`finding.locations.exists(l, l.path == "usr/lib/\\xff")`, true, false},
		{`finding.locations.exists(l, has(l.layer) && l.layer == 0)`, true, false},
		{`finding.locations.exists(l, has(l.removedIn) && l.removedIn > 2)`, true, false},
		{`finding.locations.all(l, !has(l.removedIn))`, false, true},
		{`finding.evidence == "evidence" && finding.remediation == "remediation"`, true, false},
		{`finding.vex.status == "affected" && finding.vex.by == "vendor"`, true, false},
		{`has(finding.vex)`, true, false},
		{`image.reference.startsWith("example.com/") && image.digest != "" && image.imageID != "" && image.platform == "linux/amd64"`, true, true},
		{`has(image.os) && image.os.id == "debian" && image.os.versionID == "12" && image.os.prettyName == "Debian"`, true, true},
		{`image.created < timestamp("2026-02-01T00:00:00Z") && image.size == 5 && image.baseBoundary == 2`, true, true},
		{`image.layers.all(l, l.index == 0 && l.digest != "" && l.diffID != "" && l.size == 5 && l.instruction == "ADD")`, true, true},
	}
	findings := sampleFindings()
	for _, tt := range tests {
		for i, want := range []bool{tt.full, tt.bare} {
			got, err := evaluateExpression(t, tt.text, &findings[i], img)
			if err != nil || got != want {
				t.Errorf("%s on finding %d: %v, %v; want %v", tt.text, i, got, err, want)
			}
		}
	}
}

func TestExpressionsOfAnUnknownImage(t *testing.T) {
	for _, text := range []string{`!has(image.os)`, `image.os.id == ""`, `!has(image.created)`, `!has(image.baseBoundary)`, `image.layers == []`} {
		if got, err := evaluateExpression(t, text, &seaworthy.Finding{}, nil); err != nil || !got {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestExpressionErrors(t *testing.T) {
	findings := sampleFindings()
	long := seaworthy.Finding{Detail: string(make([]byte, 1<<20))}
	tests := []struct {
		text    string
		finding *seaworthy.Finding
		want    string
	}{
		{`finding.aliases[0] == "x"`, &findings[1], `p.yaml:1: index out of bounds: 0`},
		{`finding.severity.atLeast("severe")`, &findings[0], `p.yaml:1: unknown severity "severe": one of critical, high, medium, low, negligible, unknown`},
		{`1 / size(finding.aliases) > 0`, &findings[1], `p.yaml:1: division by zero`},
		{`finding.detail.matches("(a|b|c|d)*e")`, &long, `p.yaml:1: operation cancelled: actual cost limit exceeded`},
	}
	for _, tt := range tests {
		got, err := evaluateExpression(t, tt.text, tt.finding, nil)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, error %v; want error %s", tt.text, got, err, tt.want)
		}
	}
}

func TestEvaluationErrorLeavesTheVerdictOpen(t *testing.T) {
	findings := []seaworthy.Finding{
		{Risk: seaworthy.Secret, ID: "S-1", Severity: seaworthy.Low},
		{Risk: seaworthy.Secret, ID: "S-2", Severity: seaworthy.Low, Aliases: []string{"x"}},
		{Risk: seaworthy.Secret, ID: "S-3", Severity: seaworthy.Low},
	}
	rule := under("rules", `- {name: first, when: 'finding.aliases[0] == "y"', decision: fail, message: m}`)
	exception := under("exceptions", `- {when: 'finding.aliases[0] == "y"', reason: r, expires: 2026-12-31}`)
	want := "an expression of the policy could not be evaluated for 2 findings, among them S-1: p.yaml:3: index out of bounds: 0"
	for name, text := range map[string]string{"rule": rule, "exception": exception} {
		v, _ := evaluate(t, mustParse(t, text), Options{}, findings, nil)
		if v.Decision != seaworthy.DecisionIndeterminate || len(v.Reasons) != 1 || v.Reasons[0] != want {
			t.Errorf("%s: %v", name, v)
		}
		high := append(findings[:3:3], seaworthy.Finding{Risk: seaworthy.Secret, ID: "S-4", Severity: seaworthy.High})
		if v, _ := evaluate(t, mustParse(t, text), Options{}, high, nil); v.Decision != seaworthy.DecisionFail {
			t.Errorf("%s, with a finding that fails: %v", name, v)
		}
	}
}

// TestExpressionsHaveTheFieldsOfTheReport fails if the report has a field that is neither a
// field of expressions nor listed here and in docs/policy.md.
func TestExpressionsHaveTheFieldsOfTheReport(t *testing.T) {
	text, err := os.ReadFile("../../docs/schema/report-v1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]struct {
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		value   any
		missing []string
	}{
		{"finding", finding{}, []string{"controlItems", "exception", "remedy"}},
		{"image", image{}, []string{"base", "engine"}},
		{"location", location{}, []string{"pathBase64"}},
		{"subject", subject{}, nil},
	} {
		fields := make(map[string]bool)
		for i := range reflect.TypeOf(c.value).NumField() {
			fields[reflect.TypeOf(c.value).Field(i).Tag.Get("cel")] = true
		}
		for _, name := range slices.Sorted(maps.Keys(schema.Defs[c.name].Properties)) {
			if fields[name] == slices.Contains(c.missing, name) {
				t.Errorf("%s.%s: a field of expressions: %t, listed as missing: %t", c.name, name, fields[name], !fields[name])
			}
		}
	}
}
