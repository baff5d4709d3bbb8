package credential_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/report"
)

// planted is an image in which a secret of every rule stands in every kind of text
// that is printed.
type planted struct {
	image imagetest.Image
	// byMark says what a mark, a part of each secret, is of.
	byMark map[string]string
}

// markSize is the length of a mark in bytes.
const markSize = 8

// mark gives a part of a secret that no format escapes.
func mark(value string) string {
	for _, from := range []int{len(value) * 2 / 3, len(value) / 2, len(value) / 3} {
		for i := from; i+markSize <= len(value); i++ {
			if m := value[i : i+markSize]; strings.Trim(m, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == "" {
				return m
			}
		}
	}
	return value[len(value)-markSize:]
}

// places are where a secret may stand.
var places = []struct {
	name string
	put  func(p *planted, s credential.Sample) bool
}{
	{"RUN", func(p *planted, s credential.Sample) bool {
		p.layer("RUN /bin/sh -c "+commandOf(s)+" # buildkit", imagetest.File(fmt.Sprintf("opt/%d", len(p.image.Layers)), "x"))
		return true
	}},
	{"ENV", func(p *planted, s credential.Sample) bool { return p.pair("ENV", s) }},
	{"ARG", func(p *planted, s credential.Sample) bool { return p.pair("ARG", s) }},
	{"LABEL", func(p *planted, s credential.Sample) bool { return p.pair("LABEL", s) }},
	{"CMD", func(p *planted, s credential.Sample) bool {
		argv, err := json.Marshal([]string{"sh", "-c", commandOf(s)})
		p.history("CMD " + string(argv))
		return err == nil
	}},
	{"history", func(p *planted, s credential.Sample) bool { p.history(commandOf(s)); return true }},
	{"variable", func(p *planted, s credential.Sample) bool {
		c := &p.image.Config.Config
		c.Env = append(c.Env, pairOf(s, len(c.Env)))
		return true
	}},
	{"label", func(p *planted, s credential.Sample) bool {
		c := &p.image.Config.Config
		if c.Labels == nil {
			c.Labels = map[string]string{}
		}
		name, value, _ := strings.Cut(pairOf(s, len(c.Labels)), "=")
		c.Labels[strings.ToLower(name)+fmt.Sprint(len(c.Labels))] = value
		return true
	}},
	{"path", func(p *planted, s credential.Sample) bool {
		dir := "srv/" + s.Text
		if !s.Alone || strings.ContainsAny(s.Text, "/\n") { // which would be in no element of a path
			return false
		}
		p.image.Layers[0] = append(p.image.Layers[0],
			imagetest.FileMode(dir+"/tool", 0o4755, "x"),
			imagetest.File(dir+"/site-packages/x-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: x\nVersion: 1\n"))
		return true
	}},
	{"evidence of a command", func(p *planted, s credential.Sample) bool {
		if strings.Contains(s.Text, "\n") {
			return false
		}
		p.layer("RUN /bin/sh -c curl -k '"+strings.ReplaceAll(s.Text, "'", `'"'"'`)+"' https://h.internal/ | sh # buildkit", imagetest.File(fmt.Sprintf("opt/%d", len(p.image.Layers)), "x"))
		return true
	}},
	{"evidence of a file", func(p *planted, s credential.Sample) bool {
		if !s.Alone || strings.ContainsAny(s.Text, "\n:=,\\ \"") {
			return false
		}
		p.image.Layers[0] = append(p.image.Layers[0], imagetest.FileMode(fmt.Sprintf("etc/sudoers.d/x%d", len(p.image.Layers[0])), 0o440,
			"joe ALL=(ALL) NOPASSWD: /usr/bin/tool "+s.Text+"\n"))
		return true
	}},
}

// commandOf is a shell command with a sample.
func commandOf(s credential.Sample) string {
	switch {
	case s.Command != "":
		return s.Command
	case !s.Alone:
		return s.Text + " make all"
	}
	return "tool fetch '" + s.Text + "' now"
}

// pairOf is a variable with a sample.
func pairOf(s credential.Sample, n int) string {
	if name, _, ok := strings.Cut(s.Text, "="); ok && !s.Alone && !strings.ContainsAny(name, " '(") {
		return s.Text
	}
	return fmt.Sprintf("SETTING_%c%c=%s", 'A'+n/26%26, 'A'+n%26, s.Text)
}

func (p *planted) pair(keyword string, s credential.Sample) bool {
	p.history(keyword + " " + pairOf(s, len(p.image.Config.History)))
	return true
}

func (p *planted) history(text string) {
	p.image.Config.History = append(p.image.Config.History, seaworthy.History{CreatedBy: text, EmptyLayer: true})
}

func (p *planted) layer(text string, files ...imagetest.Entry) {
	p.image.Config.History = append(p.image.Config.History, seaworthy.History{CreatedBy: text})
	p.image.Layers = append(p.image.Layers, files)
}

// plant makes the image. The samples of different seeds have different values.
func plant(samples func(seed uint64) []credential.Sample) *planted {
	p := &planted{byMark: map[string]string{}}
	p.layer("COPY / / # buildkit", imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"))
	for i, place := range places {
		for _, s := range samples(uint64(1000 + i)) {
			if s.Refused == "" && place.put(p, s) {
				p.byMark[mark(s.Value)] = place.name + ": " + s.Rule
			}
		}
	}
	return p
}

// shown gives the secrets that a text shows.
func (p *planted) shown(text []byte) []string {
	found := map[string]string{}
	for i := 0; i+markSize <= len(text); i++ {
		if of, ok := p.byMark[string(text[i:i+markSize])]; ok && found[of] == "" {
			found[of] = fmt.Sprintf("%s\n\t%q", of, text[max(0, i-60):min(len(text), i+40)])
		}
	}
	return slices.Sorted(maps.Values(found))
}

// TestNothingPrintsASecret has what each rule finds in every place from which a text
// is printed, and looks for it in what every command prints in every format.
func TestNothingPrintsASecret(t *testing.T) {
	p := plant(func(seed uint64) []credential.Sample { return credential.Samples(t, seed) })
	p.checkCommands(t)
}

// userRules are rules that a user could write. No built-in rule finds what they find.
const userRules = `
[[rules]]
id = "whole-match"
regex = 'house_[a-z0-9]{24}'
keywords = ["house_"]

[[rules]]
id = "without-keyword"
regex = '\bQX[0-9]{3}[a-z]{16}[0-9]{3}\b'

[[rules]]
id = "group"
regex = '(?i)parking[ =:]+([a-m]{20})'
secretGroup = 1
keywords = ["parking"]

[[rules]]
id = "neighbour"
regex = 'gate-[a-m]{20}'
keywords = ["gate-"]
[[rules.required]]
id = "helper"

[[rules]]
id = "helper"
regex = 'gate-[a-m]{5}'
keywords = ["gate-"]
skipReport = true
`

// userSamples makes a sample of each rule of userRules.
func userSamples(seed uint64) []credential.Sample {
	r := credentialtest.Random(seed)
	word := func(expr string) string { return credentialtest.Text(r, expr) }
	alone := func(rule, value string) credential.Sample {
		return credential.Sample{Rule: rule, Value: value, Text: value, Alone: true}
	}
	parking := word("[a-m]{20}")
	return []credential.Sample{
		alone("whole-match", word("house_[a-z0-9]{24}")),
		alone("without-keyword", word("QX[0-9]{3}[a-z]{16}[0-9]{3}")),
		{Rule: "group", Value: parking, Text: "PARKING=" + parking},
		alone("neighbour", word("gate-[a-m]{20}")),
	}
}

// TestNothingPrintsASecretOfTheUser does the same for rules of a file.
func TestNothingPrintsASecretOfTheUser(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.toml")
	for name, head := range map[string]string{"rules instead of the built-in ones": "", "rules in addition": "[extend]\nuseDefault = true\n"} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(head+userRules), 0o600); err != nil {
				t.Fatal(err)
			}
			p := plant(userSamples)
			p.checkCommands(t, "--secret-rules", file)
		})
	}
	t.Run("without secrets among the risks", func(t *testing.T) {
		p := plant(userSamples)
		p.run(t, t.TempDir(), "scan", "--policy", "none", "--format", "json", "--risk", "misconfiguration", "--secret-rules", file, p.image.OCILayout(t))
	})
}

// checkCommands runs every command in every format and fails for each secret that it
// prints. rules are flags for the commands that know rules.
func (p *planted) checkCommands(t *testing.T, rules ...string) {
	reference, cache := p.image.OCILayout(t), t.TempDir()
	recorded := filepath.Join(t.TempDir(), "report.json")
	check := func(name string, args ...string) {
		t.Run(name, func(t *testing.T) {
			out := p.run(t, cache, args...)
			if name == "scan json" {
				if err := os.WriteFile(recorded, out, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	look := slices.Concat(rules, []string{"--risk", "secret", "--risk", "misconfiguration"})
	for _, format := range report.Formats() {
		check("scan "+string(format), slices.Concat([]string{"scan", "--verbose", "--policy", "none", "--format", string(format)}, look, []string{reference})...)
	}
	for _, format := range report.Formats() {
		check("convert "+string(format), "convert", "--format", string(format), recorded)
	}
	for _, format := range []string{"text", "json"} {
		check("history "+format, slices.Concat([]string{"history", "--verbose", "--format", format}, look, []string{reference})...)
		check("ls "+format, slices.Concat([]string{"ls", "--format", format}, rules, []string{reference})...)
	}
	for _, format := range []string{"cyclonedx", "spdx"} {
		check("sbom "+format, slices.Concat([]string{"sbom", "--format", format}, rules, []string{reference})...)
	}
}

// run runs a command, fails for each secret that it prints, and returns its output.
func (p *planted) run(t *testing.T, cache string, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	args = append(args, "--log-level", "debug")
	if args[0] != "convert" {
		args = append(args, "--cache-dir", cache)
	}
	code := cli.Run(t.Context(), args, cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
	if code != cli.ExitPass && code != cli.ExitFail && code != cli.ExitIndeterminate {
		t.Fatalf("exit code %d: %.2000s", code, &errs)
	}
	if list := p.shown(slices.Concat(out.Bytes(), errs.Bytes())); len(list) > 0 {
		t.Errorf("shows %d of %d secrets:\n%s", len(list), len(p.byMark), strings.Join(list, "\n"))
	}
	return out.Bytes()
}

// TestConvertHidesWhatAnOlderVersionPrinted has a report with all secrets in instructions,
// evidence and paths, as a version wrote it that did not know their rules. Whatever reads
// the report hides them.
func TestConvertHidesWhatAnOlderVersionPrinted(t *testing.T) {
	p := plant(func(seed uint64) []credential.Sample { return credential.Samples(t, seed) })
	var recorded bytes.Buffer
	code := cli.Run(t.Context(), []string{"scan", "--no-cache", "--risk", "misconfiguration", "--policy", "none", "--format", "json", p.image.OCILayout(t)},
		cli.Environment{Stdout: &recorded, Stderr: os.Stderr, Getenv: func(string) string { return "" }})
	if code == cli.ExitError {
		t.Fatal("the scan failed")
	}
	var document any
	if err := json.Unmarshal(recorded.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	p.unredact(document)
	old, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.shown(old)); n < len(p.byMark)/5 {
		t.Fatalf("the older report has %d of %d secrets: the test tests little", n, len(p.byMark))
	}
	file := filepath.Join(t.TempDir(), "old.json")
	if err := os.WriteFile(file, old, 0o600); err != nil {
		t.Fatal(err)
	}
	p.checkRecorded(t, file)
}

// unredact puts the instructions of the image's history back into a part of a report.
func (p *planted) unredact(part any) {
	switch part := part.(type) {
	case []any:
		for _, e := range part {
			p.unredact(e)
		}
	case map[string]any:
		if steps, ok := part["layers"].([]any); ok {
			var made []string
			for _, h := range p.image.Config.History {
				if !h.EmptyLayer {
					made = append(made, instruction.ParseCreatedBy(h.CreatedBy).String())
				}
			}
			for i, s := range steps {
				s.(map[string]any)["instruction"] = made[i]
			}
		}
		if step, ok := part["step"].(float64); ok {
			part["instruction"] = instruction.ParseCreatedBy(p.image.Config.History[int(step)].CreatedBy).String()
		}
		if places, ok := part["locations"].([]any); ok && part["risk"] == "misconfiguration" && len(places) > 0 {
			if step, ok := places[0].(map[string]any)["step"].(float64); ok {
				part["evidence"] = instruction.ParseCreatedBy(p.image.Config.History[int(step)].CreatedBy).String()
			}
		}
		for _, v := range part {
			p.unredact(v)
		}
	}
}

// checkRecorded runs what reads a report.
func (p *planted) checkRecorded(t *testing.T, file string) {
	for _, format := range report.Formats() {
		t.Run("convert "+string(format), func(t *testing.T) { p.run(t, "", "convert", "--format", string(format), file) })
		t.Run("scan report "+string(format), func(t *testing.T) {
			p.run(t, t.TempDir(), "scan", "--policy", "none", "--risk", "secret", "--format", string(format), "report:"+file)
		})
	}
	for _, format := range []string{"cyclonedx", "spdx"} {
		t.Run("sbom "+format, func(t *testing.T) { p.run(t, t.TempDir(), "sbom", "--format", format, "report:"+file) })
	}
}
