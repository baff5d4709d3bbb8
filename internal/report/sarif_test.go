package report

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report/words"
)

// sarifSchema is the schema that OASIS publishes. The go-sarif module carries it
// as a constant that it does not export.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif").Output()
	if err != nil {
		t.Fatalf("where is go-sarif: %v", err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	ast.Inspect(file, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && len(l.Value) > len(text) {
			text = l.Value
		}
		return true
	})
	if text, err = strconv.Unquote(text); err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif-schema-2.1.0.json", v); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSARIFConformsToStandard(t *testing.T) {
	schema := sarifSchema(t)
	check := func(text string) error {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}
	good := write(t, SARIF, Options{}, fleet()...)
	if err := check(good); err != nil {
		t.Error(err)
	}
	if err := check(write(t, SARIF, Options{})); err != nil {
		t.Errorf("without an image: %v", err)
	}
	if check(strings.Replace(good, `"executionSuccessful"`, `"successful"`, 1)) == nil {
		t.Error("the schema allows what it should refuse, so the test proves nothing")
	}
}

// Another implementation reads what is written and finds what it should.
func TestSARIFIsRead(t *testing.T) {
	r, err := sarif.FromBytes([]byte(write(t, SARIF, Options{}, fleet()...)))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Runs) != 3 {
		t.Fatalf("%d runs, want one for each of 3 images", len(r.Runs))
	}
	run := r.Runs[0]
	if len(run.Results) != len(harbour().findings) {
		t.Errorf("%d results, want %d", len(run.Results), len(harbour().findings))
	}
	suppressed := 0
	for _, result := range run.Results {
		rule := run.Tool.Driver.Rules[result.RuleIndex]
		if *rule.ID != *result.RuleID {
			t.Errorf("result %s points to the rule %s", *result.RuleID, *rule.ID)
		}
		suppressed += len(result.Suppressions)
		for _, l := range result.Locations {
			uri := l.PhysicalLocation.ArtifactLocation.URI
			if u, err := url.Parse(*uri); err != nil || u.IsAbs() || u.Fragment != "" || u.RawQuery != "" {
				t.Errorf("%q is no relative path: %v", *uri, err)
			}
		}
	}
	if suppressed != 1 {
		t.Errorf("%d suppressions, want the 1 exception", suppressed)
	}
	if n := len(run.Invocations[0].ToolExecutionNotifications); n != 4 {
		t.Errorf("%d notifications, want the 4 gaps of coverage", n)
	}
}

func TestURIPath(t *testing.T) {
	for in, want := range map[string]string{
		"etc/sudoers.d/app":      "etc/sudoers.d/app",
		"a:b/100%/c d":           "a%3Ab/100%25/c%20d",
		"opt/\xff/é?#[x]":        "opt/%FF/%C3%A9%3F%23%5Bx%5D",
		"registry.example/a:1.4": "registry.example/a%3A1.4",
	} {
		got := words.URIPath(in)
		if got != want {
			t.Errorf("uriPath(%q) = %q, want %q", in, got, want)
		}
		if back, err := url.PathUnescape(got); err != nil || back != in {
			t.Errorf("%q decodes to %q, error %v", got, back, err)
		}
	}
}

// GitHub shows a severity by a number; it must say the same as ours.
func TestSecuritySeverityAgrees(t *testing.T) {
	for _, s := range seaworthy.Severities() {
		for _, cvss := range []float64{0, 0.05, 2, 3.9, 3.95, 4, 6.9, 6.95, 7, 8.9, 9, 9.05, 9.1, 10} {
			f := &seaworthy.Finding{Severity: s, CVSS: []seaworthy.CVSS{{Score: cvss}}}
			text := securitySeverity(f)
			if s == seaworthy.Unknown {
				if text != "" {
					t.Errorf("an unknown severity is given as %s", text)
				}
				continue
			}
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			var github seaworthy.Severity
			switch {
			case n > 9:
				github = seaworthy.Critical
			case n >= 7:
				github = seaworthy.High
			case n >= 4:
				github = seaworthy.Medium
			case n > 0:
				github = seaworthy.Low
			}
			if github != max(s, seaworthy.Low) {
				t.Errorf("severity %v with CVSS %v is given as %s, which GitHub takes for %v", s, cvss, text, github)
			}
		}
	}
}

func TestSARIFBoundsLocations(t *testing.T) {
	s := skiff()
	f := seaworthy.Finding{Risk: seaworthy.Malware, ID: "x", Title: "x.", Controls: slices.Repeat([]seaworthy.Control{{Item: "one"}, {Item: "two"}}, 30)}
	for range maxSARIFLocations + 5 {
		f.Locations = append(f.Locations, at(0, "a"))
	}
	s.findings = []seaworthy.Finding{f}
	var log sarifLog
	d := json.NewDecoder(bytes.NewReader([]byte(write(t, SARIF, Options{}, s))))
	if err := d.Decode(&log); err != nil {
		t.Fatal(err)
	}
	result := log.Runs[0].Results[0]
	if n := len(result.Locations); n != maxSARIFLocations {
		t.Errorf("%d locations, want %d", n, maxSARIFLocations)
	}
	if n := result.Properties["locations"]; n != float64(maxSARIFLocations+5) {
		t.Errorf("the result says that there are %v locations", n)
	}
	if result.Message.Text != "x." {
		t.Errorf("message %q", result.Message.Text)
	}
	if tags := log.Runs[0].Tool.Driver.Rules[0].Properties["tags"].([]any); len(tags) != 4 {
		t.Errorf("tags %v, want each once", tags)
	}
}
