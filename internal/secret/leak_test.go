package secret

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// bytecode is a module of Python that does nothing but hold a text: its header, a
// name, and the text with its length in front, as marshal writes it.
func bytecode(text string) string {
	var b bytes.Buffer
	b.WriteString("\xcb\x0d\x0d\x0a" + strings.Repeat("\x00", 12) + "\xe3" + strings.Repeat("\x00", 17))
	b.WriteString("\xda\x05token")
	b.WriteString("\xfa" + string(rune(len(text))) + text)
	b.WriteString("N\xda\x08<module>")
	return b.String()
}

// program compiles a program that holds a text.
func program(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	source := "package main\n\nimport \"os\"\n\nvar secret = \"" + text + "\"\n\nfunc main() { os.Stdout.WriteString(secret[len(os.Args):]) }\n"
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-o", "app", "main.go")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "app"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestLeaks has every way in which a secret gets into an image, and in which
// people think they have removed it.
func TestLeaks(t *testing.T) {
	tokens := make([]string, 20)
	for i := range tokens {
		tokens[i] = githubToken(uint64(200 + i))
	}
	record := make([]byte, 4)
	binary.LittleEndian.PutUint32(record, 40)
	img := imagetest.Image{Layers: []imagetest.Layer{
		0: {
			imagetest.File("root/.ssh/id_ecdsa", key(t)), imagetest.File("srv/token", tokens[0]),
			imagetest.File("root/.pgpass", "db:5432:app:app:"+textOf(random(300), `[a-z]{6}[0-9]{4}`)+"\n"),
			imagetest.Dir("opt/secrets", 0o700), imagetest.File("opt/secrets/token", tokens[1]),
			imagetest.Dir("opt/cover", 0o755), imagetest.File("opt/cover/token", tokens[2]),
			imagetest.File("etc/app.conf", "token = "+tokens[3]+"\n"),
		},
		1: {
			imagetest.Whiteout("root/.ssh/id_ecdsa"), imagetest.Whiteout("srv/token"), imagetest.Whiteout("root/.pgpass"),
			imagetest.Whiteout("opt/secrets"), imagetest.File("opt/cover/.wh..wh..opq", ""),
			imagetest.File("etc/app.conf", "token = ${TOKEN}\n"),
		},
		2: {
			imagetest.File("app/x.pyc", bytecode(tokens[4])),
			imagetest.File("app/x.jar", zipped(t, map[string]string{"X.class": "\xca\xfe\xba\xbe\x00\x00\x00\x3d\x00\x02\x01\x00\x28" + tokens[5] + "\x01\x00\x04Code"}, zip.Deflate)),
			imagetest.File("app/run", program(t, tokens[6])),
			imagetest.File("app/x.sqlite", "SQLite format 3\x00"+strings.Repeat("\x00", 500)+string(record)+"token"+tokens[7]+strings.Repeat("\x00", 100)),
		},
	}}
	img.Config.Config.Env = []string{"API_TOKEN=" + tokens[8]}
	img.Config.Config.Labels = map[string]string{"build.token": tokens[9]}
	img.Config.History = []seaworthy.History{
		{CreatedBy: "ARG GH_TOKEN=" + tokens[10], EmptyLayer: true},
		{CreatedBy: "COPY secrets / # buildkit"},
		{CreatedBy: "RUN |1 GH_TOKEN=" + tokens[10] + " /bin/sh -c git fetch https://$GH_TOKEN@git.internal/x && rm -rf /opt/secrets # buildkit"},
		{CreatedBy: `RUN /bin/sh -c curl -H 'Authorization: Bearer ` + tokens[11] + `' https://files.internal/x -o /app/run # buildkit`},
	}
	got := analyze(t, img)

	zero, one, two := 0, 1, 2
	for name, c := range map[string]struct {
		id    string
		path  string
		layer *int
		gone  *int
		fix   string
	}{
		"key":               {"private-key", "root/.ssh/id_ecdsa", &zero, &one, "RUN --mount=type=ssh,required=true git fetch"},
		"token":             {"github-pat", "srv/token", &zero, &one, "--secret id=token,src=secrets/srv/token ."},
		"password file":     {"file-password", "root/.pgpass", &zero, &one, "target=/root/.pgpass,required=true COMMAND"},
		"directory removed": {"github-pat", "opt/secrets/token", &zero, &one, ""},
		"opaque directory":  {"github-pat", "opt/cover/token", &zero, &one, ""},
		"copied over":       {"github-pat", "etc/app.conf", &zero, &one, ""},
		"bytecode":          {"github-pat", "app/x.pyc", &two, nil, ""},
		"jar":               {"github-pat", "app/x.jar!/X.class", &two, nil, ""},
		"Go program":        {"github-pat", "app/run", &two, nil, ""},
		"SQLite":            {"github-pat", "app/x.sqlite", &two, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range got.of(c.id) {
				for _, l := range f.Locations {
					if l.Path != c.path {
						continue
					}
					if !equal(l.Layer, c.layer) || !equal(l.RemovedIn, c.gone) {
						t.Errorf("layer %v, removed in %v", l.Layer, l.RemovedIn)
					}
					if !strings.Contains(f.Remedy.String(), c.fix) {
						t.Errorf("the remedy lacks %q:\n%s", c.fix, f.Remedy.String())
					}
					return
				}
			}
			t.Error("not found")
		})
	}
	for step, fix := range map[string]string{
		"ENV API_TOKEN=***":          "docker run -e API_TOKEN",
		"LABEL build.token=***":      "Remove it from the LABEL",
		"ARG GH_TOKEN=***":           "RUN --mount=type=secret,id=gh_token,env=GH_TOKEN,required=true git fetch",
		"RUN curl -H 'Authorization": `RUN --mount=type=secret,id=github_pat,env=GITHUB_PAT,required=true curl -H 'Authorization: Bearer '"$GITHUB_PAT"'' https://files.internal/x -o /app/run`,
	} {
		found := false
		for _, f := range got.of("github-pat") {
			if l := f.Locations[0]; l.Path == "" && strings.HasPrefix(l.Instruction, step) {
				found = true
				if !strings.Contains(f.Remedy.String(), fix) {
					t.Errorf("%s: the remedy lacks %q:\n%s", step, fix, f.Remedy.String())
				}
			}
		}
		if !found {
			t.Errorf("%s: not found", step)
		}
	}
	for _, f := range got.findings {
		for _, token := range tokens {
			if strings.Contains(f.Detail+f.Evidence+f.Remedy.String()+f.Locations[0].Instruction, token[8:]) {
				t.Errorf("the finding shows the secret: %+v", f)
			}
		}
	}
}

// A step is shown with a mount only if it uses the file.
func TestUserOf(t *testing.T) {
	for name, c := range map[string]struct {
		file    string
		runs    []string
		want    string
		removed *int
	}{
		"of no step":          {"root/.ssh/id_rsa", []string{"mkdir -p /var/lib/app && echo x > /etc/sudoers.d/app"}, "COMMAND", nil},
		"removed only":        {"root/.ssh/id_rsa", []string{"rm /root/.ssh/id_rsa"}, "COMMAND", nil},
		"mode only":           {"root/.ssh/id_rsa", []string{"chmod 600 /root/.ssh/id_rsa"}, "COMMAND", nil},
		"installed, then run": {"root/.ssh/id_rsa", []string{"apt-get install -y git openssh-client", "git clone git@host:a/b /b"}, "git clone git@host:a/b /b", nil},
		"among others":        {"root/.npmrc", []string{"cd /app && NODE_ENV=production npm ci && rm /root/.npmrc"}, "cd /app && NODE_ENV=production npm ci", nil},
		"by name":             {"srv/deploy.pem", []string{"true", "/usr/bin/tool --key /srv/deploy.pem"}, "/usr/bin/tool --key /srv/deploy.pem", nil},
		"another's program":   {"root/.aws/credentials", []string{"npm ci"}, "COMMAND", nil},
		"a word":              {"srv/token", []string{`echo "the token is there"`, "/usr/bin/tool --token-file x"}, "COMMAND", nil},
		"by path":             {"srv/token", []string{"tool --with=/srv/token"}, "tool --with=/srv/token", nil},
		"removed before":      {"root/.npmrc", []string{"rm /root/.npmrc", "npm ci"}, "COMMAND", new(1)},
	} {
		t.Run(name, func(t *testing.T) {
			var config seaworthy.ImageConfig
			config.History = append(config.History, seaworthy.History{CreatedBy: "COPY x /x # buildkit"})
			for _, r := range c.runs {
				config.History = append(config.History, seaworthy.History{CreatedBy: "RUN /bin/sh -c " + r + " # buildkit"})
			}
			if got := commandUsing(stepsOf(config, len(config.History), nil), 0, c.removed, c.file); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func equal(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }
