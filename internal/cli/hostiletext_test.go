package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/report"
)

// hostileTexts is what a terminal, a reader or a CI system must not get from an image, a
// registry or a credential helper.
func hostileTexts() []string {
	return []string{
		"\x1b[2J\x1b[31mred", "\x1b]0;title\a", "\x1b]8;;https://evil.example\x1b\\link", "\x9b31m", "\x00\x01\x7f", "\a\b\f\v",
		"\r\noverwritten", "\nerror: forged", "\u2028line\u2029paragraph", "\u0085next",
		"\u202egnp.exe", "\u2066isolate\u2069", "\u200bzero\u200cwidth\u200d", "\ufeffbom", "\u2060joiner", "\u3164filler", "\u115f", "\U000e0041tag", "\u00adsoft",
		"\n::set-output name=x::y", "\n::add-mask::secret", "\n  ::error::forged", "\n::stop-commands::x",
		"##vso[task.setvariable variable=x]y", "##[group]x", "##teamcity[buildStatus]", "\xff\xfe",
	}
}

// commands are what a CI system takes from a line of its log.
var ciCommand = regexp.MustCompile(`(?m)^\s*::|##[A-Za-z]*\[`)

// harmless fails the test if text does more than to show itself.
func harmless(t *testing.T, what string, text []byte) {
	t.Helper()
	for line := range strings.SplitSeq(string(text), "\n") {
		i := strings.IndexFunc(line, func(r rune) bool {
			return !unicode.IsPrint(r) && r != '\t' || strings.ContainsRune("\u3164\u115f\u1160\u2800\uffa0", r)
		})
		if i >= 0 {
			t.Errorf("%s: %q in %q", what, line[i:min(i+4, len(line))], line)
			return
		}
		if strings.HasPrefix(line, "error: forged") || ciCommand.MatchString(line) {
			t.Errorf("%s: a line of its own: %q", what, line)
			return
		}
	}
}

// TestHostileTextIsHarmless runs every command that reads an image, in every format, over
// images that have the hostile texts in everything that is printed.
func TestHostileTextIsHarmless(t *testing.T) {
	all := strings.Join(hostileTexts(), " ")
	var files, second imagetest.Layer
	for i, text := range hostileTexts() {
		name := fmt.Sprintf("srv/%d%s", i, strings.ReplaceAll(strings.ReplaceAll(text, "/", "_"), "\x00", ""))
		files = append(files, imagetest.FileMode(name, 0o4755, "x"), imagetest.Symlink(fmt.Sprintf("srv/link%d", i), strings.ReplaceAll(text, "\x00", "")))
		second = append(second, imagetest.Whiteout(name))
	}
	quoted := strings.NewReplacer("\n", " ", "\x00", "", `"`, "", "`", "", "$", "").Replace(all)
	files = append(files,
		imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=12\nPRETTY_NAME=\""+quoted+"\"\n"),
		imagetest.File("var/lib/dpkg/status", "Package: evil"+strings.ReplaceAll(quoted, " ", "")+"\nStatus: install ok installed\nVersion: 1"+strings.ReplaceAll(quoted, " ", "")+"\nArchitecture: amd64\nMaintainer: "+quoted+"\n\n"),
		imagetest.File("usr/lib/node_modules/x/package.json", mustJSON(t, map[string]any{"name": "x" + all, "version": "1" + all, "license": all})),
		imagetest.File("etc/sudoers", "app ALL=(ALL) NOPASS"+"WD: /bin/sh "+quoted+"\n"),
		imagetest.File("etc/pass"+"wd", "root:x:0:0:"+quoted+":/root:/bin/sh\nevil"+quoted+"::0:0:::\n"),
	)
	img := imagetest.Image{Layers: []imagetest.Layer{files, second}, Config: seaworthy.ImageConfig{Author: all, Architecture: "amd64", OS: "linux",
		Config:  seaworthy.ContainerConfig{User: all, Env: []string{"LD_PRELOAD=" + all, "PATH=/tmp:" + all}, Cmd: []string{all}, Labels: map[string]string{all: all, "org.opencontainers.image.base.name": all}, OnBuild: []string{all}},
		History: []seaworthy.History{{CreatedBy: "RUN " + all, Comment: all}, {CreatedBy: all}, {CreatedBy: "ENV X=" + all, EmptyLayer: true}},
	}}
	archive := img.DockerArchive(t, "evil:1")
	layout := img.OCILayout(t)
	dir := t.TempDir()
	recorded := filepath.Join(dir, "report.json")
	run := func(what string, args ...string) []byte {
		t.Helper()
		var out, errs bytes.Buffer
		cli.Run(t.Context(), append(args, "--log-level", "debug"), cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
		harmless(t, what+" "+strings.Join(args[:1], ""), out.Bytes())
		harmless(t, what+" "+strings.Join(args[:1], "")+", errors", errs.Bytes())
		return out.Bytes()
	}
	for _, f := range report.Formats() {
		for _, flags := range [][]string{nil, {"--verbose"}} {
			out := run(string(f), append([]string{"scan", "--offline", "--no-cache", "--policy", "none", "--format", string(f), archive}, flags...)...)
			if len(out) < 500 || !bytes.Contains(out, []byte(`202e`)) {
				t.Errorf("%s: no report: %s", f, out)
			}
			if f == report.JSON {
				if err := os.WriteFile(recorded, out, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, f := range report.Formats() {
		run("recorded "+string(f), "convert", "--format", string(f), recorded)
	}
	for _, reference := range []string{archive, layout} {
		for _, flags := range [][]string{nil, {"--buried"}, {"--layer", "0"}, {"--layer", "1"}} {
			for _, f := range []string{"text", "json"} {
				out := run(f+strings.Join(flags, " "), append([]string{"ls", "--no-cache", "--format", f, reference}, flags...)...)
				if len(out) < 500 || !bytes.Contains(out, []byte(`\u202e`)) {
					t.Errorf("ls %s %v: no list: %s", f, flags, out)
				}
			}
		}
		for _, f := range []string{"text", "json"} {
			run(f, "history", "--no-cache", "--format", f, reference)
		}
		for _, f := range []string{"cyclonedx", "spdx"} {
			run(f, "sbom", "--no-cache", "--format", f, reference)
		}
		run("extract", "extract", "--no-cache", "--output", filepath.Join(dir, filepath.Base(reference)), reference, "srv")
		run("extract a link", "extract", "--no-cache", reference, "srv/link0")
		for _, text := range hostileTexts() {
			run("extract what is not there", "extract", "--no-cache", reference, "srv/"+text)
			run("ls what is not there", "ls", "--no-cache", reference, "none/"+text)
		}
	}
}

// TestHostileErrorsAreHarmless has registries, archives and files whose errors quote hostile
// texts.
func TestHostileErrorsAreHarmless(t *testing.T) {
	all := strings.Join(hostileTexts(), " ")
	oneLine := strings.NewReplacer("\n", " ", "\r", " ", "\x00", " ").Replace(all)
	registry := func(handler http.HandlerFunc) string {
		s := httptest.NewServer(handler)
		t.Cleanup(s.Close)
		return strings.TrimPrefix(s.URL, "http://") + "/app:1"
	}
	refuse := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v2/" {
				return
			}
			w.WriteHeader(code)
			fmt.Fprint(w, mustJSON(t, map[string]any{"errors": []map[string]any{{"code": "X" + all, "message": all, "detail": all}}}))
		}
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	helper := filepath.Join(dir, "docker-credential-evil")
	if err := os.WriteFile(helper, []byte("#!/bin/sh\ncat "+write("says", all)+"\ncat "+write("complains", all)+" >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	write("config.json", `{"credsStore": "evil"}`)
	archive := func(config, layer string, tags ...string) string {
		return imagetest.Archive(t, map[string][]byte{"manifest.json": []byte(mustJSON(t, []map[string]any{{"Config": config, "RepoTags": tags, "Layers": []string{layer}}}))})
	}
	for name, reference := range map[string]string{
		"registry, not found": registry(refuse(http.StatusNotFound)),
		"registry, denied":    registry(refuse(http.StatusForbidden)),
		"registry, failed":    registry(refuse(http.StatusInternalServerError)),
		"registry, challenge": registry(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+oneLine+`"`)
			w.WriteHeader(401)
			fmt.Fprint(w, all)
		}),
		"registry, no manifest": registry(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, all) }),
		"registry, content type": registry(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", oneLine)
			fmt.Fprint(w, `{"schemaVersion": 2, "config": {"mediaType": `+mustJSON(t, all)+`}}`)
		}),
		"archive, configuration":  archive("evil"+all, "x", "a:1"),
		"archive, several images": imagetest.Archive(t, map[string][]byte{"index.json": []byte(mustJSON(t, map[string]any{"schemaVersion": 2, "manifests": []map[string]any{{"digest": all, "mediaType": all, "annotations": map[string]string{"org.opencontainers.image.ref.name": all}}, {"digest": "x", "annotations": map[string]string{"org.opencontainers.image.ref.name": "b"}}}}))}),
		"archive, other tag":      archive("x", "x", "a"+all) + ":none",
		"archive, name":           filepath.Join(dir, "none"+all),
		"SBOM":                    "sbom:" + write("sbom.json", `{"bomFormat": "CycloneDX", "specVersion": `+mustJSON(t, all)+`, "components": 1}`),
		"report":                  "report:" + write("report.json", `{"schemaVersion": 1, "tool": {}, "policy": {}, "image": {}, "verdict": {"decision": `+mustJSON(t, all)+`}}`),
		"reference":               "registry.example/" + all,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
			t.Setenv("DOCKER_CONFIG", dir)
			for _, command := range [][]string{{"scan", "--offline", "--policy", "none"}, {"ls"}, {"history"}, {"sbom"}, {"extract"}} {
				if name == "registry, failed" && command[0] != "scan" {
					continue // each tries several times
				}
				args := append(command, "--no-cache", "--log-level", "debug", reference)
				if command[0] == "extract" {
					args = append(args, "etc")
				}
				var out, errs bytes.Buffer
				code := cli.Run(t.Context(), args, cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(name string) string {
					if name == "DOCKER_CONFIG" {
						return dir
					}
					return ""
				}})
				if code != cli.ExitError {
					t.Errorf("%s: exit code %d: %s", command[0], code, &out)
				}
				harmless(t, command[0], out.Bytes())
				harmless(t, command[0]+", errors", errs.Bytes())
			}
		})
	}
	layout := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("a", "b")}}}.OCILayout(t)
	for name, args := range map[string][]string{
		"VEX":          {"--vex", write("vex.json", `{"@context": "https://openvex.dev/ns", "author": "a", "statements": [{"vulnerability": "CVE-1", "status": `+mustJSON(t, all)+`}]}`)},
		"policy":       {"--policy", write("policy.yaml", "version: 1\n"+"\""+strings.NewReplacer("\n", " ", "\x00", "").Replace(strings.ToValidUTF8(all, ""))+"\": 1\n")},
		"secret rules": {"--secret-rules", write("rules.toml", "[[rules]]\nid = \""+oneLine+"\"\n")},
		"baseline":     {"--secret-baseline", write("baseline.json", all)},
		"platform":     {"--platform", all},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			cli.Run(t.Context(), append([]string{"scan", "--offline", "--no-cache", layout}, args...), cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
			harmless(t, "scan", out.Bytes())
			harmless(t, "scan, errors", errs.Bytes())
		})
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
