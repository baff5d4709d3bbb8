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
	"seaworthy.dev/seaworthy/internal/imagetest"
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

// plant makes the image.
func plant(t *testing.T) *planted {
	p := &planted{byMark: map[string]string{}}
	p.layer("COPY / / # buildkit", imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"))
	for i, place := range places {
		for _, s := range credential.Samples(t, uint64(1000+i)) {
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
	p := plant(t)
	reference, cache := p.image.OCILayout(t), t.TempDir()
	recorded := filepath.Join(t.TempDir(), "report.json")
	check := func(name string, args ...string) {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			args = append(args, "--log-level", "debug")
			code := cli.Run(t.Context(), args, cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
			if code != cli.ExitPass && code != cli.ExitFail && code != cli.ExitIndeterminate {
				t.Fatalf("exit code %d: %.2000s", code, &errs)
			}
			if name == "scan json" {
				if err := os.WriteFile(recorded, out.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if list := p.shown(append(out.Bytes(), errs.Bytes()...)); len(list) > 0 {
				t.Errorf("shows %d of %d secrets:\n%s", len(list), len(p.byMark), strings.Join(list, "\n"))
			}
		})
	}
	look := []string{"--cache-dir", cache, "--risk", "secret", "--risk", "misconfiguration"}
	for _, format := range report.Formats() {
		check("scan "+string(format), slices.Concat([]string{"scan", "--verbose", "--policy", "none", "--format", string(format)}, look, []string{reference})...)
	}
	for _, format := range report.Formats() {
		check("convert "+string(format), "convert", "--format", string(format), recorded)
	}
	for _, format := range []string{"text", "json"} {
		check("history "+format, slices.Concat([]string{"history", "--verbose", "--format", format}, look, []string{reference})...)
		check("ls "+format, "ls", "--cache-dir", cache, "--format", format, reference)
	}
	for _, format := range []string{"cyclonedx", "spdx"} {
		check("sbom "+format, "sbom", "--cache-dir", cache, "--format", format, reference)
	}
}
