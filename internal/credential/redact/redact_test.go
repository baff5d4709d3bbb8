package redact

import (
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
	"seaworthy.dev/seaworthy/internal/shell"
)

func TestTokens(t *testing.T) {
	token := credentialtest.GitHubToken(41)
	for in, want := range map[string]string{
		"srv/" + token + "/x":              "srv/gh" + "p_***/x",
		"https://joe:" + token + "@h.io":   "https://joe:gh" + "p_***@h.io",
		"srv/app/token.txt":                "srv/app/token.txt",
		"Set a pass" + "word: any will do": "Set a pass" + "word: any will do",
		"usr/lib/libp" + "asswd.so.1":      "usr/lib/libp" + "asswd.so.1",
	} {
		if got := New(nil).Tokens(in); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

// What only looks like the beginning of a token stays.
func TestRedactKeeps(t *testing.T) {
	for _, text := range []string{
		"RUN curl -H access-control-allow-origin:example -o sdk-platform-tools-latest.zip",
		"RUN npm_config_cache=/tmp/npm_config_cache_v2_directory npm ci",
		"RUN go install example.com/pat-something/secret_manager_controller@latest",
		"LABEL org.opencontainers.image.revision=4b825dc642cb6eb9a060e54bf8d69288fbee4904",
		"RUN echo sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 > sums",
		"ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
	} {
		if got := New(nil).Text(Text{Body: text}); got != text {
			t.Errorf("has no secret:\n got %s\nwant %s", got, text)
		}
	}
}

// No text takes more than linear time, also if all of it is arguments.
func TestRedactIsLinear(t *testing.T) {
	const size = 256 << 10
	for _, part := range []string{`a"b"c'd'efghijklmnopqr `, "echo x | ", "mysql -pA1b2c3d4e5 ; ", "gh" + "p_A1", "eyJ."} {
		text := strings.Repeat(part, size/len(part))
		commands, _ := shell.Parse(text, shell.POSIX)
		start := time.Now()
		New(nil).Text(Text{Body: text, Commands: commands})
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q… took %v", part, took)
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("RUN curl -u a:b https://u:p@h/ && echo x | chpasswd")
	f.Add("ENV PASSWORT=x eyJ0eXAi.x AKIA " + strings.Repeat("Q7", 20))
	f.Add("<<EOF\n${TOKEN:-x}\nEOF")
	f.Fuzz(func(t *testing.T, text string) {
		commands, _ := shell.Parse(text, shell.POSIX)
		for _, literal := range []bool{false, true} {
			New(nil).Text(Text{Body: text, Literal: literal, Heredoc: literal, Commands: commands})
		}
		New(nil).Tokens(text)
	})
}

// BenchmarkRedact redacts the 60 steps of an image.
func BenchmarkRedact(b *testing.B) {
	steps := []string{
		"ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"RUN set -eux; apt-get update; apt-get install -y --no-install-recommends ca-certificates curl netbase wget; rm -rf /var/lib/apt/lists/*",
		"COPY package.json package-lock.json /app/",
		"RUN curl -fsSL https://example.com/releases/v1.2.3/tool-linux-amd64.tar.gz -o tool.tgz && echo 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  tool.tgz' | sha256sum -c && tar xzf tool.tgz",
		`CMD ["node", "server.js"]`,
		"LABEL org.opencontainers.image.source=https://github.com/example/app",
	}
	New(nil).Tokens("")
	for b.Loop() {
		for i := range 60 {
			New(nil).Text(Text{Body: steps[i%len(steps)]})
		}
	}
}
