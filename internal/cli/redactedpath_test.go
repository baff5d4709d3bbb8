package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestExtractByRedactedPath copies a path from the output of ls to extract.
func TestExtractByRedactedPath(t *testing.T) {
	token, another := credentialtest.GitHubToken(1), credentialtest.GitHubToken(2)
	img := imagetest.Image{Layers: []imagetest.Layer{
		{imagetest.File("srv/"+token+"/conf", "first"), imagetest.File("old/"+token, "removed"), imagetest.File("etc/a***b", "literal")},
		{imagetest.File("two/"+token, "second"), imagetest.File("two/"+another, "third"), imagetest.File("old/.wh."+token, "")},
	}}
	dir := img.OCILayout(t)
	run := func(args ...string) (code int, out, errs string) {
		var stdout, stderr bytes.Buffer
		code = cli.Run(t.Context(), args, cli.Environment{Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }})
		return code, stdout.String(), stderr.String()
	}
	shown := token[:4] + "***"
	if _, list, _ := run("ls", dir); strings.Contains(list, token) || !strings.Contains(list, "srv/"+shown+"/conf") {
		t.Fatalf("ls shows\n%s", list)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		want string // on standard output, or else on standard error
	}{
		{"a file", []string{dir, "srv/" + shown + "/conf"}, 0, "first"},
		{"a path as ls shows it", []string{dir, "/srv/" + shown + "/conf"}, 0, "first"},
		{"a removed file", []string{"--layer", "0", dir, "old/" + shown}, 0, "removed"},
		{"a file with asterisks in its name", []string{dir, "etc/a***b"}, 0, "literal"},
		{"two files", []string{dir, "two/" + shown}, 2, "error: " + dir + ": 2 paths are shown as two/" + shown + "\nhint: extract the directory two with --output"},
		{"a directory without an entry", []string{dir, "srv/" + shown}, 0, "first"},
		{"nothing", []string{dir, "srv/***"}, 2, "is not in any layer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := run(append([]string{"extract"}, c.args...)...)
			if got := out + errs; code != c.code || !strings.Contains(got, c.want) || strings.Contains(got, token) {
				t.Errorf("exit code %d, %s\nwant %d, %s", code, got, c.code, c.want)
			}
		})
	}
}
