package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
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
