package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

// under puts lines under the key of a policy.
func under(key string, lines ...string) string {
	return "version: 1\n" + key + ":\n  " + strings.Join(lines, "\n  ") + "\n"
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", `p.yaml:1:1: a policy must be a mapping with the key version, but this is nothing`},
		{"only a comment", "# later\n", `p.yaml:1:1: a policy must be a mapping with the key version, but this is nothing`},
		{"a list", "- version: 1\n", `p.yaml:1:1: a policy must be a mapping with the key version, but this is a list`},
		{"no version", "fail: {}\n", `p.yaml:1:1: the key "version" is missing`},
		{"newer version", "version: 2\n", `p.yaml:1:10: unknown version "2": this program knows version 1`},
		{"unknown key", "version: 1\nfails: {}\n", `p.yaml:2:1: unknown key "fails": one of version, fail, rules, coverage, unrated, exceptions`},
		{"duplicate key", "version: 1\nfail: {}\nfail: {}\n", `p.yaml:3:1: the key "fail" stands already on line 2`},
		{"duplicate risk", under("fail", "secret: low", "secret: high"), `p.yaml:4:3: the key "secret" stands already on line 3`},
		{"unknown risk", under("fail", "secret: low", "secrets: high"), `p.yaml:4:3: unknown key "secrets": one of vulnerability, misconfiguration, malware, secret, trust`},
		{"unknown severity", under("fail", "secret: severe"), `p.yaml:3:11: unknown severity "severe": one of critical, high, medium, low, negligible, unknown, or never`},
		{"severity missing", under("fail", "secret:"), `p.yaml:3:11: here must be a text, not nothing`},
		{"levels in a list", under("fail", "- high"), `p.yaml:3:3: here must be a mapping, not a list`},
		{"unknown state", under("coverage", "secret: {checked: fail}"), `p.yaml:3:12: unknown key "checked": one of partial, not-checked, failed`},
		{"unknown decision", under("coverage", "secret: {partial: perhaps}"), `p.yaml:3:21: unknown word "perhaps": one of pass, indeterminate, fail`},

		{"rules in a mapping", under("rules", "name: x"), `p.yaml:3:3: here must be a list, not a mapping`},
		{"a rule without message", under("rules", "- name: x", "  when: 'true'", "  decision: fail"), `p.yaml:3:5: the key "message" is missing`},
		{"two rules of a name", under("rules", "- {name: x, when: 'true', decision: fail, message: m}", "- {name: x, when: 'true', decision: fail, message: m}"), `p.yaml:4:12: another rule has the name "x"`},
		{"unknown rule decision", under("rules", "- {name: x, when: 'true', decision: pass, message: m}"), `p.yaml:3:39: unknown word "pass": one of fail, ignore`},
		{"syntax of an expression", under("rules", "- name: x", "  when: finding.risk =="), `p.yaml:4:26: not a valid CEL expression: Syntax error: mismatched input '<EOF>'`},
		{"unknown field", under("rules", "- name: x", `  when: finding.risks == "secret"`), `p.yaml:4:18: not a valid CEL expression: undefined field 'risks'`},
		{"unknown field, quoted", under("rules", "- name: x", `  when: 'finding.risks == "secret"'`), `p.yaml:4:19: not a valid CEL expression: undefined field 'risks'`},
		{"unknown field in a block", under("rules", "- name: x", "  when: |", "    true &&", "      finding.risks == ''"), `p.yaml:6:16: not a valid CEL expression: undefined field 'risks'`},
		{"unknown field, folded", under("rules", "- name: x", "  when: >-", "    true &&", "    finding.risks == ''"), `p.yaml:4:11: not a valid CEL expression: undefined field 'risks'`},
		{"unknown variable", under("rules", "- name: x", "  when: now == 1"), `p.yaml:4:11: not a valid CEL expression: undeclared reference to 'now'`},
		{"not a condition", under("rules", "- name: x", "  when: finding.id"), `p.yaml:4:11: the expression gives string; it must give true or false`},
		{"bad regular expression", under("rules", "- name: x", `  when: finding.id.matches("(")`), `p.yaml:4:30: not a valid CEL expression: invalid matches argument`},
		{"empty expression", under("rules", "- name: x", "  when: ''"), `p.yaml:4:11: the text is empty`},
		{"huge expression", under("rules", "- name: x", "  when: "+strings.Repeat("true && ", 600)+"true"), `p.yaml:4:11: not a valid CEL expression: expression code point size exceeds limit: size: 4804, limit 4096`},

		{"exception without reason", under("exceptions", "- id: CVE-2026-1", "  expires: 2026-12-31"), `p.yaml:3:5: the key "reason" is missing`},
		{"exception with blank reason", under("exceptions", "- id: CVE-2026-1", "  reason: ' '", "  expires: 2026-12-31"), `p.yaml:4:13: the text is empty`},
		{"exception without expiry", under("exceptions", "- id: CVE-2026-1", "  reason: r"), `p.yaml:3:5: the key "expires" is missing`},
		{"exception that expires never", under("exceptions", "- {id: C, reason: r, expires: never}"), `p.yaml:3:33: "never" is not a date: write it as YYYY-MM-DD`},
		{"exception on no day", under("exceptions", "- {id: C, reason: r, expires: 2026-02-30}"), `p.yaml:3:33: "2026-02-30" is not a date: write it as YYYY-MM-DD`},
		{"exception for everything", under("exceptions", "- reason: r", "  expires: 2026-12-31"), `p.yaml:3:5: the exception would cover every finding: give it a risk, id, package, path or when`},
		{"exception with unknown risk", under("exceptions", "- {risk: secrets, reason: r, expires: 2026-12-31}"), `p.yaml:3:12: unknown risk "secrets": one of vulnerability, misconfiguration, malware, secret, trust`},
		{"exception with unknown key", under("exceptions", "- {cve: C, reason: r, expires: 2026-12-31}"), `p.yaml:3:6: unknown key "cve": one of risk, id, package, path, when, reason, expires`},
		{"exception with a bad path", under("exceptions", "- {path: 'etc/[', reason: r, expires: 2026-12-31}"), `p.yaml:3:12: the path is not a pattern: "[" has an open bracket, or a backslash at its end`},
		{"exception with a bad expression", under("exceptions", "- {when: 1 + 1, reason: r, expires: 2026-12-31}"), `p.yaml:3:12: the expression gives int; it must give true or false`},
		{"a deep path", under("exceptions", "- path: "+strings.Repeat("a/", 70)), `p.yaml:3:11: the path has 71 elements; at most 64 are taken`},
		{"too many braces", under("exceptions", "- path: '"+strings.Repeat("{a,b}", 7)+"'"), `p.yaml:3:11: the path's braces stand for more than 64 paths`},

		{"not YAML", "version: 1\nfail: {secret: low\n", `p.yaml:2:7: not valid YAML: could not find flow mapping end token '}'`},
		{"a tab", "version: 1\n\tfail: {}\n", `p.yaml:2:1: not valid YAML: found character '\t' that cannot start any token`},
		{"two documents", "version: 1\n---\nversion: 1\n", `p.yaml:3:1: a second document starts here; the file must hold one`},
		{"an anchor", "version: &v 1\n", `p.yaml:1:10: anchors and aliases are not taken; write the value out`},
		{"an alias", "version: *v\n", `p.yaml:1:10: anchors and aliases are not taken; write the value out`},
		{"a bomb", "a: &a [x, x]\nb: &b [*a, *a]\n", `p.yaml:1:4: anchors and aliases are not taken; write the value out`},
		{"a merge", "version: 1\n<<: {fail: {}}\n", `p.yaml:2:1: merge keys are not taken; write the keys out`},
		{"a tag", "version: !!str 1\n", `p.yaml:1:10: tags are not taken; remove it`},
		{"a complex key", "? version\n: 1\n", `p.yaml:1:1: a key must be a plain word; remove the question mark`},
		{"brackets", "version: " + strings.Repeat("[", 100000), `p.yaml:1:26: more than 16 brackets are open`},
		{"dashes", strings.Repeat("- ", 50000), `p.yaml:1:3: a list directly within a list is not taken`},
		{"keys", strings.Repeat("version: 1\n", 2000), `p.yaml:1001:8: the mapping has more than 1000 keys`},
		{"deep", deep(100), `p.yaml:17:17: nested more than 16 deep`},
		{"huge", "version: 1\n" + strings.Repeat("#\n", maxFileSize), `p.yaml: the file is too large: at most 262144 bytes are read`},
		{"not UTF-8", "version: 1\n# \xff\n", `p.yaml:2: the file is not UTF-8 text`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("p.yaml", []byte(tt.text))
			if err == nil {
				t.Fatal("no error")
			}
			if err.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("the error is a %T", err)
			}
		})
	}
}

// deep nests a mapping n deep.
func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestPolicyTakesTheRestFromTheBuiltInOne(t *testing.T) {
	p := mustParse(t, "version: 1\nfail: {vulnerability: critical}\ncoverage: {malware: {partial: pass}}\n")
	d := Default()
	d.fail[seaworthy.Vulnerability] = levelFrom(seaworthy.Critical)
	d.coverage[seaworthy.Malware][seaworthy.Partial] = seaworthy.DecisionPass
	for _, r := range seaworthy.Risks() {
		if p.fail[r] != d.fail[r] {
			t.Errorf("%s fails from %s, want %s", r, p.fail[r], d.fail[r])
		}
		for _, s := range []seaworthy.State{seaworthy.Partial, seaworthy.NotChecked, seaworthy.Failed} {
			if p.coverage[r][s] != d.coverage[r][s] || p.coverage[r][s] == "" {
				t.Errorf("%s %s: %q, want %q", r, s, p.coverage[r][s], d.coverage[r][s])
			}
		}
	}
	if len(p.rules) != 1 || p.rules[0].name != "known-exploited" {
		t.Errorf("rules %v", p.rules)
	}
}

func TestChoose(t *testing.T) {
	empty, dir := t.TempDir(), t.TempDir()
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path, []byte("version: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	builtIn := Default().Provenance()
	fromFile := seaworthy.PolicyProvenance{Source: path, Digest: "sha256:09bfcc6a14b83e2192b8673677725c84883ee9cd0c70e45c9ec09daa8f2b2847"}
	for _, tt := range []struct {
		name, dir string
		want      seaworthy.PolicyProvenance
	}{
		{"", empty, builtIn},
		{"", dir, fromFile},
		{"none", dir, builtIn},
		{"default", dir, builtIn},
		{path, empty, fromFile},
	} {
		p, err := Choose(tt.name, tt.dir)
		if err != nil {
			t.Errorf("Choose(%q, %q): %v", tt.name, tt.dir, err)
			continue
		}
		if got := p.Provenance(); got != tt.want {
			t.Errorf("Choose(%q, %q) = %v, want %v", tt.name, tt.dir, got, tt.want)
		}
	}
	if builtIn.Source != "built-in" || !strings.HasPrefix(builtIn.Digest, "sha256:") {
		t.Errorf("built-in provenance %v", builtIn)
	}
}

func TestLoadRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, FileName), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Choose("", dir); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: %v", err)
	}
	if _, err := Load(filepath.Join(dir, "missing.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	// A link to nowhere is a policy that cannot be read, not the lack of one.
	dangling := t.TempDir()
	if err := os.Symlink("nowhere", filepath.Join(dangling, FileName)); err != nil {
		t.Fatal(err)
	}
	if _, err := Choose("", dangling); err == nil {
		t.Error("a dangling link: no error")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(defaultText)
	f.Add([]byte(under("exceptions", "- {id: CVE-2026-1, path: '/usr/**/{a,b}.so', reason: r, expires: 2026-12-31}")))
	f.Add([]byte(under("rules", "- name: x", "  when: |", "    finding.severity.atLeast('low')", "  decision: ignore", "  message: m")))
	f.Add([]byte("version: &a 1\nfail: *a\n"))
	f.Add([]byte("- - [{? a: b}]\n---\n!!x |\n y\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse("p.yaml", data)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || strings.ContainsRune(e.Message, '\n') {
				t.Errorf("error %T %q", err, err)
			}
			return
		}
		evaluate(t, p, Options{}, sampleFindings(), nil)
	})
}
