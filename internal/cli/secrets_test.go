package cli_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/report"
)

// TestSecretsOfBuildAreNotShown looks for the secrets of a build's instructions
// in every form of the report.
func TestSecretsOfBuildAreNotShown(t *testing.T) {
	var secrets []string
	secret := func(name string) string {
		s := strings.Join([]string{"Qx", name, "Zk", "93", "vW"}, "7")
		secrets = append(secrets, s)
		return s
	}
	steps := []string{
		"RUN /bin/sh -c sudo curl -k -H \"Authorization: Bearer " + secret("header") + "\" https://example.org/i | sh # buildkit",
		"RUN /bin/sh -c git clone https://u:" + secret("url") + "@example.org/r.git /r # buildkit",
		"RUN /bin/sh -c echo 'root:" + secret("chpasswd") + "' | chpasswd # buildkit",
		"RUN |1 TOKEN=" + secret("buildarg") + " /bin/sh -c mysql -uroot -p" + secret("mysql") + " # buildkit",
		"ADD https://u:" + secret("add") + "@example.org/f /f # buildkit",
		"RUN /bin/sh -c sudo docker login -u u -p " + secret("login") + " registry.example.org # buildkit",
		"RUN /bin/sh -c export API_KEY=" + secret("export") + " && make # buildkit",
	}
	var img imagetest.Image
	for i, step := range steps {
		// A finding in each layer, whose location has the instruction.
		name := string(rune('a' + i))
		img.Layers = append(img.Layers, imagetest.Layer{imagetest.FileMode("bin/"+name, 0o4755, name)})
		img.Config.History = append(img.Config.History, seaworthy.History{CreatedBy: step})
	}
	env, arg := secret("env"), secret("arg")
	for _, step := range []string{"ENV DB_PASSWORD=" + env, "ARG NPM_TOKEN=" + arg, "ONBUILD ENV TOKEN=" + arg,
		`CMD ["/bin/sh" "-c" "db --password=` + env + `"]`} {
		img.Config.History = append(img.Config.History, seaworthy.History{CreatedBy: step, EmptyLayer: true})
	}
	img.Config.Config.Env = []string{"DB_PASSWORD=" + env, "DOCKER_HOST=tcp://u:" + env + "@docker:2375"}
	img.Config.Config.Cmd = []string{"/bin/sh", "-c", "db --password=" + env}
	img.Config.Config.OnBuild = []string{"ENV TOKEN=" + arg}
	img.Config.Config.Labels = map[string]string{"com.example.token": env}
	dir := img.OCILayout(t)
	for _, format := range []string{"json", "text", "sarif", "markdown"} {
		var out, errs bytes.Buffer
		cli.Run(t.Context(), []string{"scan", "--offline", "--format", format, "--no-cache", "--policy", "none", dir},
			cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
		if !strings.Contains(out.String(), "chpasswd") {
			t.Fatalf("%s: no report of the instructions: %s%s", format, &errs, &out)
		}
		for _, s := range secrets {
			if strings.Contains(out.String()+errs.String(), s) {
				t.Errorf("%s shows %s", format, s)
			}
		}
	}
}

// TestSecretsAreNotKept looks for the secrets of files in every form of the
// report, in the log and in the cache, as they are and as Base64.
func TestSecretsAreNotKept(t *testing.T) {
	var secrets []string
	secret := func(name string) string {
		s := strings.Join([]string{"Vx", name, "Qk", "81", "zW"}, "6")
		secrets = append(secrets, s)
		return s
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	armoured := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	secrets = append(secrets, strings.Split(string(armoured), "\n")[1])
	img := imagetest.Image{Layers: []imagetest.Layer{
		{
			imagetest.File("root/.ssh/id", string(armoured)), imagetest.File("srv/.env", "DB_PASSWORD="+secret("env")+"\n"),
			imagetest.File("root/.netrc", "machine a login b password "+secret("netrc")+"\n"),
			imagetest.File("root/.bash_history", "mysql -uroot -p"+secret("history")+"\n"),
			imagetest.File("srv/app.yml", "url: postgres://app:"+secret("url")+"@db.internal/app\n"),
			imagetest.File("srv/.docker/config.json", `{"auths": {"r.internal": {"auth": "`+base64.StdEncoding.EncodeToString([]byte("joe:"+secret("docker")))+`"}}}`),
		},
		{imagetest.Whiteout("root/.ssh/id"), imagetest.Whiteout("srv/.env")},
	}}
	reference := img.OCILayout(t)
	holds := func(data []byte) (string, bool) {
		for _, s := range secrets {
			if bytes.Contains(data, []byte(s)) || bytes.Contains(data, []byte(base64.StdEncoding.EncodeToString([]byte(s)))) {
				return s, true
			}
		}
		return "", false
	}
	cache := t.TempDir()
	for _, format := range report.Formats() {
		for _, flags := range [][]string{{"--log-level", "debug"}, {"--verbose"}} {
			var out, errs bytes.Buffer
			args := append([]string{"scan", "--risk", "secret", "--format", string(format), "--cache-dir", cache, "--policy", "none", reference}, flags...)
			code := cli.Run(t.Context(), args, cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
			if code != cli.ExitFail {
				t.Errorf("%s: exit code %d: %s", format, code, &errs)
			}
			if s, ok := holds(append(out.Bytes(), errs.Bytes()...)); ok {
				t.Errorf("%s shows %s", format, s)
			}
		}
	}
	var out bytes.Buffer
	cli.Run(t.Context(), []string{"scan", "--risk", "secret", "--show-secrets", "--format", "json", "--cache-dir", cache, "--policy", "none", reference},
		cli.Environment{Stdout: &out, Stderr: io.Discard, Getenv: func(string) string { return "" }})
	for _, s := range secrets {
		if !bytes.Contains(out.Bytes(), []byte(s)) && !bytes.Contains(out.Bytes(), []byte(base64.StdEncoding.EncodeToString([]byte("joe:"+s)))) {
			t.Errorf("--show-secrets does not show %s", s)
		}
	}
	files := 0
	if err := filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if s, ok := holds(data); ok {
			t.Errorf("%s holds %s", path, s)
		}
		return err
	}); err != nil || files < 3 {
		t.Errorf("%d files in the cache, %v", files, err)
	}
}
