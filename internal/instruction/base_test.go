package instruction

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
)

// historyOf reads a history, a step on a line: when, "-" for a step without a
// layer, the comment up to a bar, and what is recorded.
func historyOf(t *testing.T, text string) seaworthy.ImageConfig {
	t.Helper()
	var c seaworthy.ImageConfig
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		when, rest, _ := strings.Cut(line, " ")
		created, err := time.Parse("2006-01-02T15:04", when)
		if err != nil {
			t.Fatal(err)
		}
		h := seaworthy.History{Created: &created}
		rest, h.EmptyLayer = strings.CutPrefix(rest, "- ")
		h.Comment, h.CreatedBy, _ = strings.Cut(rest, "|")
		c.History = append(c.History, h)
	}
	return c
}

func TestFindBase(t *testing.T) {
	for _, test := range []struct {
		name, history, want string
	}{
		{"classic upon classic, years later", `
			2020-01-23T16:53 |/bin/sh -c #(nop) ADD file:d48c in /
			2020-01-23T16:53 - |/bin/sh -c #(nop)  CMD ["/bin/sh"]
			2024-05-01T10:00 |/bin/sh -c apk add curl
			2024-05-01T10:01 - |/bin/sh -c #(nop)  CMD ["/app"]`, "1 the history has a CMD after layer 0, and another one for younger layers"},
		{"BuildKit upon classic", `
			2020-01-23T16:53 |/bin/sh -c #(nop) ADD file:d48c in /
			2020-01-23T16:53 - |/bin/sh -c #(nop)  CMD ["/bin/sh"]
			2024-05-01T10:00 buildkit.dockerfile.v0|RUN /bin/sh -c apk add curl # buildkit`, "1 the history passes from the classic builder or Buildah to BuildKit after layer 0"},
		{"a language image upon Debian, and an application upon that", `
			2025-02-24T00:00 debuerreotype 0.15|# debian.sh --arch 'amd64' out/ 'bookworm' '@1740355200'
			2025-02-24T00:00 buildkit.dockerfile.v0|RUN /bin/sh -c set -eux; apt-get update # buildkit
			2025-02-25T00:00 - buildkit.dockerfile.v0|ENV PATH=/usr/local/bin
			2025-02-25T00:00 buildkit.dockerfile.v0|RUN /bin/sh -c make install # buildkit
			2025-02-25T00:00 - buildkit.dockerfile.v0|CMD ["python3"]
			2025-06-01T08:00 buildkit.dockerfile.v0|COPY . . # buildkit
			2025-06-01T08:00 - buildkit.dockerfile.v0|CMD ["python3" "app.py"]`, "3 the history has a CMD after layer 2, and another one for younger layers"},
		{"the same, the start command inherited: Debian is all that is sure", `
			2025-02-24T00:00 debuerreotype 0.15|# debian.sh --arch 'amd64' out/ 'bookworm' '@1740355200'
			2025-02-25T00:00 buildkit.dockerfile.v0|RUN /bin/sh -c make install # buildkit
			2025-02-25T00:00 - buildkit.dockerfile.v0|CMD ["python3"]
			2025-06-01T08:00 buildkit.dockerfile.v0|COPY . . # buildkit`, "1 the history passes from debuerreotype to BuildKit after layer 0"},
		{"Podman names its base", `
			2024-10-20T05:00 buildkit.dockerfile.v0|ADD fedora.tar / # buildkit
			2024-10-20T05:00 - buildkit.dockerfile.v0|CMD ["/bin/bash"]
			2024-11-01T10:26 FROM docker.io/library/fedora:latest|/bin/sh -c dnf install -y httpd
			2024-11-01T10:27 FROM 5d0da3dc9764|/bin/sh -c #(nop) COPY file:846c in /var/www/html
			2024-11-01T10:27 - FROM 8652b9f0cb4c|/bin/sh -c #(nop) CMD ["httpd"]`, "1 docker.io/library/fedora:latest the history says FROM after layer 0"},
		{"Podman, three images deep", `
			2024-10-20T05:00 |/bin/sh -c #(nop) ADD file:1 in /
			2024-11-01T10:26 FROM registry.example/os:1|/bin/sh -c dnf install -y httpd
			2024-11-01T10:26 - FROM registry.example/web:2|/bin/sh -c #(nop) ENV A=b
			2024-11-01T10:26 |/bin/sh -c #(nop) COPY file:2 in /`, "2 registry.example/web:2 the history says FROM after layer 1"},
		{"Podman from scratch", `
			2024-11-01T10:26 FROM scratch|/bin/sh -c #(nop) COPY file:2 in /`, "none"},
		{"only settings upon the base", `
			2024-01-01T00:00 apko|apko
			2024-06-01T00:00 - buildkit.dockerfile.v0|ENV A=b`, "1 the history passes from apko to BuildKit after layer 0"},
		{"distroless, by Bazel", `
			1970-01-01T00:00 |bazel build //base:base_nossl
			1970-01-01T00:00 |bazel build //base:static
			2024-06-01T00:00 buildkit.dockerfile.v0|COPY /app /app # buildkit
			2024-06-01T00:00 - buildkit.dockerfile.v0|ENTRYPOINT ["/app"]`, "2 the history passes from Bazel to BuildKit after layer 1"},
		{"ko upon apko", `
			2024-01-01T00:00 |apko
			2024-01-02T00:00 kodata contents, at $KO_DATA_PATH|ko build ko://example.com/app
			2024-01-02T00:00 go build output, at /ko-app/app|ko build ko://example.com/app`, "1 the history passes from apko to ko after layer 0"},
		{"Jib upon an unknown builder", `
			2024-01-01T00:00 |
			2024-01-02T00:00 dependencies|jib-maven-plugin:3.4.0
			2024-01-02T00:00 classes|jib-maven-plugin:3.4.0`, "none"},
		{"a step of an unknown builder is the upper image's", `
			2024-01-01T00:00 debuerreotype 0.15|# debian.sh
			2024-01-02T00:00 |rootfs of unknown origin
			2024-01-03T00:00 buildkit.dockerfile.v0|COPY . . # buildkit`, "1 the history passes from debuerreotype to BuildKit after layer 0"},
		{"a start command in the middle of a Dockerfile, the steps before it cached", `
			2024-01-01T00:00 buildkit.dockerfile.v0|RUN /bin/sh -c npm ci # buildkit
			2024-01-01T00:00 - buildkit.dockerfile.v0|CMD ["npm" "start"]
			2024-05-01T00:00 buildkit.dockerfile.v0|COPY . . # buildkit
			2024-05-01T00:00 - buildkit.dockerfile.v0|USER 1000`, "none"},
		{"two stages of one Dockerfile, each with a start command", `
			2024-05-01T10:00 buildkit.dockerfile.v0|RUN /bin/sh -c npm ci # buildkit
			2024-05-01T10:00 - buildkit.dockerfile.v0|CMD ["npm" "run" "dev"]
			2024-05-01T10:05 buildkit.dockerfile.v0|COPY . . # buildkit
			2024-05-01T10:05 - buildkit.dockerfile.v0|CMD ["npm" "start"]`, "none"},
		{"ENTRYPOINT and CMD of one build", `
			2024-05-01T10:00 buildkit.dockerfile.v0|RUN /bin/sh -c npm ci # buildkit
			2024-05-01T10:00 - buildkit.dockerfile.v0|ENTRYPOINT ["npm"]
			2024-05-03T10:05 buildkit.dockerfile.v0|COPY . . # buildkit
			2024-05-03T10:05 - buildkit.dockerfile.v0|CMD ["start"]`, "none"},
		{"times that say nothing", `
			1970-01-01T00:00 |/bin/sh -c #(nop) ADD file:d48c in /
			1970-01-01T00:00 - |/bin/sh -c #(nop)  CMD ["/bin/sh"]
			2024-05-01T10:00 |/bin/sh -c apk add curl
			2024-05-01T10:01 - |/bin/sh -c #(nop)  CMD ["/app"]`, "none"},
		{"squashed", `
			2020-01-23T16:53 |/bin/sh -c #(nop) ADD file:d48c in /
			2020-01-23T16:53 - |/bin/sh -c #(nop)  CMD ["/bin/sh"]
			2024-05-01T10:00 - |/bin/sh -c apk add curl
			2024-05-01T10:01 - |/bin/sh -c #(nop)  CMD ["/app"]
			2024-05-01T10:02 merge sha256:1 to sha256:2|`, "none"},
		{"one build", `
			2024-05-01T10:00 |/bin/sh -c #(nop) ADD file:d48c in /
			2024-05-01T10:01 - |/bin/sh -c #(nop)  CMD ["/app"]`, "none"},
		{"nothing", "", "none"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := historyOf(t, test.history)
			layers := 0
			for _, h := range c.History {
				if !h.EmptyLayer {
					layers++
				}
			}
			if got := baseText(FindBase(c, layers)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			// A history that does not fit the layers says nothing.
			if boundary, _ := FindBase(c, layers+1); boundary != nil {
				t.Errorf("a boundary after layer %d, of a history that does not fit", *boundary-1)
			}
		})
	}
}

func baseText(boundary *int, base *seaworthy.Base) string {
	switch {
	case base == nil && boundary == nil:
		return "none"
	case boundary == nil:
		return strings.TrimSpace("? " + base.Reference + " " + base.Digest)
	default:
		return strings.Join(strings.Fields(fmt.Sprintln(*boundary, base.Reference, base.Digest, base.Evidence)), " ")
	}
}

func TestBaseLabels(t *testing.T) {
	c := seaworthy.ImageConfig{Config: seaworthy.ContainerConfig{Labels: map[string]string{labelBaseName: "docker.io/library/debian:12", labelBaseDigest: "sha256:12"}}}
	if got := baseText(FindBase(c, 2)); got != "? docker.io/library/debian:12 sha256:12" {
		t.Error(got)
	}
	c.History = historyOf(t, "2024-01-01T00:00 |apko\n2024-01-02T00:00 FROM other:1|/bin/sh -c x").History
	if got := baseText(FindBase(c, 2)); got != "1 other:1 the history says FROM after layer 0" {
		t.Errorf("the label of an image below: %s", got)
	}
}

// FuzzFindBase shows that no history makes a boundary that cannot be.
func FuzzFindBase(f *testing.F) {
	f.Add("2024-01-01T00:00 |apko\n2024-01-02T00:00 - FROM x|CMD x\n", 1)
	f.Fuzz(func(t *testing.T, text string, layers int) {
		var c seaworthy.ImageConfig
		for line := range strings.Lines(text) {
			comment, by, _ := strings.Cut(line, "|")
			c.History = append(c.History, seaworthy.History{CreatedBy: by, Comment: comment, EmptyLayer: strings.Contains(line, "-")})
		}
		if b, _ := FindBase(c, layers); b != nil && (*b < 1 || *b > layers) {
			t.Errorf("%d of %d layers", *b, layers)
		}
	})
}
