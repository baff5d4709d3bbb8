package policy

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"seaworthy.dev/seaworthy"
)

const (
	document = "../../docs/policy.md"
	schema   = "../../docs/schema/policy-v1.schema.json"
)

// fence is a fenced block of Markdown: its language, the file that it shows if
// its information string names one, and its text.
var fence = regexp.MustCompile("(?ms)^```(\\w+)(?: (\\S+))?\n(.*?)^```$")

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(schema)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(s *jsonschema.Schema, text string) error {
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return err
	}
	return s.Validate(v)
}

func TestDocumentedExamples(t *testing.T) {
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	s := compileSchema(t)
	policies, ignoreFiles := 0, 0
	for _, m := range fence.FindAllSubmatch(data, -1) {
		file, text := string(m[2]), string(m[3])
		opt, p := Options{}, Default()
		if file != "" {
			ignoreFiles++
			f, err := parseIgnoreFile(file, m[3])
			if err != nil {
				t.Error(err)
				continue
			}
			if len(f.exceptions) < 2 {
				t.Errorf("%s has %d exceptions", file, len(f.exceptions))
			}
			opt.IgnoreFiles = []*IgnoreFile{f}
		} else {
			policies++
			if p, err = Parse(document, m[3]); err != nil {
				t.Errorf("%v in:\n%s", err, text)
				continue
			}
			if err := validate(s, text); err != nil {
				t.Errorf("schema: %v in:\n%s", err, text)
			}
		}
		// An example must not teach an expression that fails.
		v, _ := evaluate(t, p, opt, sampleFindings(), nil)
		if strings.Contains(strings.Join(v.Reasons, "\n"), "could not be evaluated") {
			t.Errorf("%q in:\n%s", v.Reasons, text)
		}
	}
	if policies < 3 || ignoreFiles < 3 {
		t.Errorf("%s shows %d policies and %d ignore files", document, policies, ignoreFiles)
	}
}

func TestSchema(t *testing.T) {
	s := compileSchema(t)
	if err := validate(s, string(defaultText)); err != nil {
		t.Errorf("the built-in policy: %v", err)
	}
	// What the parser refuses for its form, the schema refuses too.
	for _, text := range []string{
		"fail: {}",
		"version: 2",
		"version: 1\nfails: {}",
		"version: 1\nfail: {secrets: low}",
		"version: 1\nfail: {secret: severe}",
		"version: 1\ncoverage: {secret: {checked: fail}}",
		"version: 1\ncoverage: {secret: {partial: perhaps}}",
		under("rules", "- {name: x, when: 'true', decision: fail}"),
		under("rules", "- {name: x, when: 'true', decision: pass, message: m}"),
		under("rules", "- {name: x, when: ' ', decision: fail, message: m}"),
		under("exceptions", "- {id: C, expires: 2026-12-31}"),
		under("exceptions", "- {id: C, reason: r}"),
		under("exceptions", "- {id: C, reason: r, expires: never}"),
		under("exceptions", "- {reason: r, expires: 2026-12-31}"),
		under("exceptions", "- {cve: C, id: C, reason: r, expires: 2026-12-31}"),
	} {
		if _, err := Parse("p.yaml", []byte(text)); err == nil {
			t.Errorf("the parser takes:\n%s", text)
		}
		if err := validate(s, text); err == nil {
			t.Errorf("the schema takes:\n%s", text)
		}
	}
}

func TestTable(t *testing.T) {
	table := Table(Default())
	for _, want := range []string{
		"| misconfiguration | fail | fail | pass | pass | pass | pass |\n",
		"| malware | pass | indeterminate | indeterminate | indeterminate |\n",
		"| first run offline, no advisory data yet | indeterminate | 3 |\n",
		"| an image without any signature (severity medium) | pass | 0 |\n",
		"| `known-exploited` | fail | known to be exploited (CISA KEV) |\n",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	if again := Table(Default()); again != table {
		t.Error("a second table differs")
	}

	strict := mustParse(t, `version: 1
fail: {trust: medium}
coverage: {trust: {not-checked: fail}}
rules: [{name: "a|b", when: 'false', decision: ignore, message: never}]
`)
	for _, want := range []string{
		"| an image without any signature (severity medium) | fail | 1 |\n",
		"| no key or identity to verify signatures with | fail | 1 |\n",
		"| `a\\|b` | does not count | never |\n",
	} {
		if table := Table(strict); !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
}

func TestDefaultTextIsWhatDefaultPrints(t *testing.T) {
	p := Default()
	again, err := Parse("copy.yaml", p.Text())
	if err != nil {
		t.Fatal(err)
	}
	if Table(p) != Table(again) {
		t.Error("the text of the built-in policy, as a file, is another policy")
	}
	p.Text()[0] = 'x'
	if p.Text()[0] == 'x' {
		t.Error("a caller can change the policy's text")
	}
	for _, r := range seaworthy.Risks() {
		for _, s := range []seaworthy.State{seaworthy.Partial, seaworthy.NotChecked, seaworthy.Failed} {
			if p.fail[r] == 0 || p.coverage[r][s] == "" {
				t.Errorf("the built-in policy says nothing on %s", fmt.Sprint(r, " ", s))
			}
		}
	}
}
