package misconfig

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

func environmentExamples() []example {
	type images = map[string]imagetest.Image
	env := func(env ...string) imagetest.Image {
		return configured(seaworthy.ContainerConfig{Env: env, User: "1000:1000"})
	}
	files := func(img imagetest.Image, entries ...imagetest.Entry) imagetest.Image {
		img.Layers = []imagetest.Layer{entries}
		return img
	}
	return []example{
		{
			check: "env-credential",
			trigger: images{
				"environment":         env("DB_PASSWORD=hunter2"),
				"one word":            env("PGPASSWORD=hunter2"),
				"camel case":          env("dbPassword=hunter2"),
				"digits":              env("DB_PASS=123456"),
				"basic auth":          env("REGISTRY_BASIC_AUTH=dXNlcjp3b3Jk"),
				"a pair of words":     env("AWS_SECRET_ACCESS_KEY=abcdefghijkl"),
				"label":               configured(seaworthy.ContainerConfig{Labels: map[string]string{"com.example.api-key": "abcdef"}}),
				"emptied later":       history("ENV TOKEN=abcdefgh", "ENV TOKEN="),
				"build argument":      history("RUN |1 NPM_TOKEN=abcdefgh /bin/sh -c npm ci # buildkit"),
				"argument by default": history("ARG ROOT_PASSWORD=toor1"),
				"in a trigger":        history("ONBUILD ENV TOKEN=abcdefgh"),
			},
			clean: images{
				"another word":   env("MONKEY=1234", "KEYBOARD=us-intl", "COMPASS=north", "TOKENIZERS_PARALLELISM=false"),
				"where it is":    env("DB_PASSWORD_FILE=/run/secrets/db", "SECRET_PATH=secret/data", "TOKEN_TTL=3600"),
				"a number":       env("TOKENS_PER_DAY=100000", "CONTEXT_TOKENS=4096"),
				"a mode":         env("KAFKA_SSL_CLIENT_AUTH=requested"),
				"no value":       env("DB_PASSWORD=", "TOKEN"),
				"a reference":    env("DB_PASSWORD=${PASSWORD}", "TOKEN=/run/secrets/token", "API_KEY=<your key>"),
				"a switch":       env("MYSQL_RANDOM_ROOT_PASSWORD=yes", "SECRET=true"),
				"a public key":   env("GPG_KEY="+strings.Repeat("3A", 10), "SSH_PUBLIC_KEY=abcdef"),
				"a directory":    env("PWD=/home", "OLDPWD=/home"),
				"no default":     history("ARG TOKEN"),
				"words of label": configured(seaworthy.ContainerConfig{Labels: map[string]string{"com.example.secret.name": "db"}}),
			},
		},
		{
			check: "env-preload",
			trigger: images{
				"a library":       files(env("LD_PRELOAD=/lib/a.so"), imagetest.File("lib/a.so", "")),
				"no such library": env("LD_PRELOAD=/lib/a.so"),
				"audit":           env("LD_AUDIT=a.so"),
			},
			clean: images{"empty": env("LD_PRELOAD="), "none": env("PATH=/bin")},
		},
		{
			check: "env-library-path",
			trigger: images{
				"empty entry": env("LD_LIBRARY_PATH=/lib:"), "only a colon": env("LD_LIBRARY_PATH=:"), "relative": env("LD_LIBRARY_PATH=lib"),
				"left by an empty variable": env("LD_LIBRARY_PATH=/usr/local/lib::/lib"),
				"writable":                  files(env("LD_LIBRARY_PATH=/app/lib"), imagetest.Dir("app", 0o755), imagetest.Dir("app/lib", 0o777)),
				"writable, run by root":     files(configured(seaworthy.ContainerConfig{User: "0", Env: []string{"LD_LIBRARY_PATH=/app/lib"}}), imagetest.Dir("app", 0o755), imagetest.Dir("app/lib", 0o777)),
				"of the user":               files(env("LD_LIBRARY_PATH=/app/lib"), imagetest.Dir("app", 0o755).Owned(1000, 1000)),
				"open to all, with sticky":  files(env("LD_LIBRARY_PATH=/tmp"), imagetest.Dir("tmp", 0o777|0o1000)),
			},
			clean: images{
				"of root": files(env("LD_LIBRARY_PATH=/usr/local/lib"), imagetest.Dir("usr/local/lib", 0o755)),
				"not set": env(), "set to nothing": env("LD_LIBRARY_PATH="),
			},
		},
		{
			check:   "env-tls-off",
			trigger: images{"node": env("NODE_TLS_REJECT_UNAUTHORIZED=0"), "git": env("GIT_SSL_NO_VERIFY=true"), "python": env("PYTHONHTTPSVERIFY=0"), "pip": env("PIP_TRUSTED_HOST=example.org"), "empty bundle": env("CURL_CA_BUNDLE=")},
			clean:   images{"node": env("NODE_TLS_REJECT_UNAUTHORIZED=1"), "git": env("GIT_SSL_NO_VERIFY=0"), "overridden": env("PYTHONHTTPSVERIFY=0", "PYTHONHTTPSVERIFY=1"), "bundle": env("CURL_CA_BUNDLE=/etc/ca.pem")},
		},
		{
			check: "docker-socket",
			trigger: images{
				"host": env("DOCKER_HOST=unix:///run/docker.sock"), "open port": env("DOCKER_HOST=tcp://docker:2375"),
				"volume":  configured(seaworthy.ContainerConfig{Volumes: map[string]struct{}{"/var/run/docker.sock": {}}}),
				"label":   configured(seaworthy.ContainerConfig{Labels: map[string]string{"run": "docker run -v /var/run/docker.sock:/s app"}}),
				"command": configured(seaworthy.ContainerConfig{Cmd: []string{"serve", "--socket=/run/containerd/containerd.sock"}}),
			},
			clean: images{"none": env("DOCKER_HOST=", "DOCKER_VERSION=20"), "another socket": env("SOCKET=/run/app.sock")},
		},
	}
}

// TestCredentialsAreNotShown looks for the value of a credential in everything
// that is reported.
func TestCredentialsAreNotShown(t *testing.T) {
	const value = "correcthorse"
	img := history("ENV A=1 TOKEN="+value+" B=2", "ONBUILD ENV TOKEN="+value, "ARG PASSWORD="+value,
		"RUN |1 TOKEN="+value+" /bin/sh -c curl -k https://"+value+":"+value+"@example.org/ | sh # buildkit",
		"ADD https://u:"+value+"@example.org/f /f # buildkit")
	img.Config.Config.Env = []string{"TOKEN=" + value}
	img.Config.Config.OnBuild = []string{"ENV TOKEN=" + value}
	img.Config.Config.Labels = map[string]string{"token": value}
	for _, f := range analyze(t, img).findings {
		text := f.Title + f.Detail + f.Evidence
		for _, l := range f.Locations {
			text += l.Instruction
		}
		if strings.Contains(text, value) {
			t.Errorf("%s shows the value: %s", f.ID, text)
		}
	}
}

func TestRedactedStepIsBounded(t *testing.T) {
	in := history("ENV" + strings.Repeat(" PASSWORD=*", 100)).Config.History
	img := configured(seaworthy.ContainerConfig{})
	img.Config.History = in
	for _, f := range analyze(t, img).findings {
		for _, l := range f.Locations {
			if len(l.Instruction) > 2*check.MaxShown {
				t.Errorf("%s: an instruction of %d bytes", f.ID, len(l.Instruction))
			}
		}
	}
}
