package cli_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// leak is a file with a secret that a build copies into the image.
type leak struct {
	source, path, body string
	layer, removedIn   int
}

// leaks are files that steps of leakyDockerfile remove in every way there is.
func leaks(t *testing.T) []leak {
	return []leak{
		{"s/id_ed25519", "root/.ssh/id_ed25519", privateKey(t), 1, 4},
		{"s/.npmrc", "root/.npmrc", "//npm.internal/:_authToken=" + madeUp("npm", 24) + "\n", 2, 4},
		{"s/.pgpass", "root/.pgpass", "db.internal:5432:app:app:" + madeUp("pgpass", 12) + "\n", 3, 4},
		{"d/.netrc", "srv/d/.netrc", "machine a login b password " + madeUp("d", 13) + "\n", 5, 6},
		{"d/deep/key.pem", "srv/d/deep/key.pem", privateKey(t), 5, 6},
		{"o/.netrc", "srv/o/.netrc", "machine a login b password " + madeUp("o", 14), 7, 8},
		{"c/app.conf", "srv/c/app.conf", "db_password = " + madeUp("c", 15) + "\n", 9, 10},
	}
}

// leakySteps give secrets to the build by other ways than files, each with the
// beginning of the instruction that a finding names.
func leakySteps() map[string]string {
	return map[string]string{
		"ENV DB_PASSWORD=" + madeUp("env", 12):                             "ENV DB_PASSWORD=***",
		"LABEL smtp.password=" + madeUp("label", 12):                       "LABEL smtp.password=***",
		"ARG PROXY_PASSWORD=" + madeUp("arg", 12):                          "ARG PROXY_PASSWORD=***",
		"RUN true || mysql -uroot -p" + madeUp("mysql", 12) + " app":       "RUN true || mysql -uroot -p***",
		"HEALTHCHECK CMD mysqladmin ping -p" + madeUp("h", 12):             "HEALTHCHECK CMD mysqladmin ping -p***",
		"ONBUILD RUN git clone https://u:" + madeUp("o", 12) + "@h.test/x": "ONBUILD RUN git clone https://***",
		`CMD ["redis-server", "--requirepass", "` + madeUp("r", 12) + `"]`: `CMD ["redis-server", "--requirepass", "***"]`,
	}
}

func leakyDockerfile() string {
	var steps []string
	for step := range leakySteps() {
		steps = append(steps, step)
	}
	slices.Sort(steps) // ARG before the RUN that is given it
	return `FROM leaky-base:1 AS build
RUN mkdir -p /out && echo 'db_password = ${PASSWORD}' >/out/app.conf
FROM leaky-base:1
COPY s/id_ed25519 /root/.ssh/id_ed25519
COPY s/.npmrc /root/.npmrc
COPY s/.pgpass /root/.pgpass
RUN rm /root/.ssh/id_ed25519 /root/.npmrc /root/.pgpass
COPY d /srv/d
RUN rm -rf /srv/d
COPY o /srv/o
RUN rm -rf /srv/o && mkdir /srv/o && echo new >/srv/o/new
COPY c/app.conf /srv/c/app.conf
COPY --from=build /out /srv/c
` + strings.Join(steps, "\n") + "\n"
}

// TestSecretsOfBuilds has the Docker daemon build an image that leaks secrets, with
// both of its builders and two ways of storing layers, and looks for them wherever an
// image can lie.
func TestSecretsOfBuilds(t *testing.T) {
	base := imagetest.Shared(t, "images/alpine-310.tar.gz")
	files := leaks(t)
	dir := t.TempDir()
	for _, f := range append(files, leak{source: "Dockerfile", body: leakyDockerfile()}) {
		name := filepath.Join(dir, filepath.FromSlash(f.source))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(f.body), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, driver := range []string{"", "vfs"} {
		var flags []string
		if driver != "" {
			flags = append(flags, "--storage-driver="+driver)
		}
		t.Setenv("DOCKER_HOST", imagetest.DockerDaemon(t, flags...))
		loaded := string(imagetest.Run(t, nil, "docker", "load", "-q", "-i", base))
		_, name, _ := strings.Cut(strings.TrimSpace(loaded), ": ")
		imagetest.Run(t, nil, "docker", "tag", name, "leaky-base:1")
		storage := strings.TrimSpace(string(imagetest.Run(t, nil, "docker", "info", "-f", "{{.Driver}}")))
		// The client of Debian's docker.io has BuildKit built in; others need a plugin.
		for builder, client := range map[string]string{"0": "docker", "1": "/usr/bin/docker"} {
			if driver == "vfs" && builder == "0" {
				continue // it copies the whole file system for each of the steps
			}
			t.Run(storage+", BuildKit "+builder, func(t *testing.T) {
				imagetest.Run(t, []string{"DOCKER_BUILDKIT=" + builder}, client, "build", "--network=none", "-t", "leaky:"+builder, dir)
				archive := filepath.Join(t.TempDir(), "leaky.tar")
				imagetest.Run(t, nil, "docker", "save", "-o", archive, "leaky:"+builder)
				holdsOpaque(t, archive, storage == "overlay2")
				b := built{files: files, buildKit: builder == "1"}
				b.examine(t, archive)
				b.examine(t, "docker-daemon:leaky:"+builder)
				if driver != "" {
					return
				}
				layout := "oci:" + filepath.Join(t.TempDir(), "layout") + ":leaky"
				imagetest.Run(t, nil, "skopeo", "copy", "-q", "docker-archive:"+archive, layout)
				host := imagetest.Registry(t)
				imagetest.Run(t, nil, "skopeo", "copy", "-q", "--dest-tls-verify=false", "docker-archive:"+archive, "docker://"+host+"/leaky:1")
				b.examine(t, host+"/leaky:1")
				b.noTriggers = true // the configuration of OCI has no ONBUILD
				b.examine(t, layout)
			})
		}
	}
}

// holdsOpaque reports whether the archive of an image has a directory that hides what is
// below it, so that the test is one of both ways to remove it.
func holdsOpaque(t *testing.T, archive string, want bool) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	opaque := false
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if path.Base(h.Name) != "layer.tar" || h.Typeflag != tar.TypeReg {
			continue
		}
		for layer := tar.NewReader(r); ; {
			e, err := layer.Next()
			if err != nil {
				break
			}
			opaque = opaque || e.Name == "srv/o/.wh..wh..opq"
		}
	}
	if opaque != want {
		t.Errorf("the archive has an opaque directory: %t, want %t", opaque, want)
	}
}

// built is what is known of an image that was built of leakyDockerfile.
type built struct {
	files                []leak
	buildKit, noTriggers bool
}

func run(t *testing.T, code int, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	docker := func(name string) string { // only what says where the daemon is
		if strings.HasPrefix(name, "DOCKER_") {
			return os.Getenv(name)
		}
		return ""
	}
	if got := cli.Run(t.Context(), args, cli.Environment{Stdout: &out, Stderr: &errs, Getenv: docker}); got != code {
		t.Fatalf("%q: exit code %d, want %d: %s%s", args, got, code, &errs, &out)
	}
	return out.Bytes()
}

// examine compares the findings, the extracted files and the history with the build.
func (b *built) examine(t *testing.T, reference string) {
	t.Helper()
	cache := t.TempDir()
	var got struct{ Findings []seaworthy.Finding }
	text := run(t, cli.ExitFail, "scan", "--cache-dir", cache, "--risk", "secret", "--policy", "none", "--format", "json", reference)
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	found := make(map[string]seaworthy.Location)
	steps := make(map[string]bool)
	for _, f := range got.Findings {
		for _, l := range f.Locations {
			if found[l.Path] = l; l.Path == "" {
				steps[l.Instruction] = true
			}
		}
	}
	for _, f := range b.files {
		l, ok := found[f.path]
		delete(found, f.path)
		if !ok || l.Layer == nil || *l.Layer != f.layer || l.RemovedIn == nil || *l.RemovedIn != f.removedIn {
			t.Errorf("%s: %s: found %t, %s", reference, f.path, ok, locationText(l))
		}
		copied := "COPY " + f.source + " /" + f.path
		if above, _, ok := strings.Cut(f.source, "/"); ok && (above == "d" || above == "o") {
			copied = "COPY " + above + " /srv/" + above
		}
		_, dest, _ := strings.Cut(copied[len("COPY "):], " ")
		if b.buildKit && l.Instruction != copied || !strings.HasPrefix(l.Instruction, "COPY ") || !strings.HasSuffix(l.Instruction, " "+dest) {
			t.Errorf("%s: %s: instruction %q", reference, f.path, l.Instruction)
		}
		if got := run(t, cli.ExitPass, "extract", "--cache-dir", cache, "--layer", strconv.Itoa(f.layer), reference, f.path); string(got) != f.body {
			t.Errorf("%s: %s: extract writes %q", reference, f.path, got)
		}
		if bytes.Contains(text, []byte(strings.TrimSpace(f.body))) {
			t.Errorf("%s: the report shows what is in %s", reference, f.path)
		}
	}
	delete(found, "")
	if len(found) > 0 {
		t.Errorf("%s: found also %v", reference, found)
	}
	for _, want := range leakySteps() {
		listed := false
		for step := range steps {
			listed = listed || strings.HasPrefix(step, want)
		}
		if !listed && !(b.noTriggers && strings.HasPrefix(want, "ONBUILD")) {
			t.Errorf("%s: %s is not reported: %v", reference, want, steps)
		}
	}
	b.history(t, cache, reference)
}

// history compares the reported changes of each layer with what its step did.
func (b *built) history(t *testing.T, cache, reference string) {
	t.Helper()
	type amount struct{ Files int }
	var got struct {
		Steps []struct {
			Layer                           *int
			Added, Changed, Removed, Buried amount
		}
	}
	if err := json.Unmarshal(run(t, cli.ExitPass, "history", "--offline", "--risk", "secret", "--cache-dir", cache, "--format", "json", reference), &got); err != nil {
		t.Fatal(err)
	}
	want := map[int][4]int{
		1: {1, 0, 0, 1}, 2: {1, 0, 0, 1}, 3: {1, 0, 0, 1}, 4: {0, 0, 3, 0},
		5: {2, 0, 0, 2}, 6: {0, 0, 2, 0}, 7: {1, 0, 0, 1}, 8: {1, 0, 1, 0},
		9: {1, 0, 0, 1}, 10: {0, 1, 0, 0},
	}
	for _, s := range got.Steps {
		if s.Layer == nil {
			continue
		}
		w, ok := want[*s.Layer]
		delete(want, *s.Layer)
		if did := [4]int{s.Added.Files, s.Changed.Files, s.Removed.Files, s.Buried.Files}; ok && did != w {
			t.Errorf("%s: layer %d added, changed, removed files and had buried: %d, want %d", reference, *s.Layer, did, w)
		}
	}
	if len(want) > 0 {
		t.Errorf("%s: no steps for the layers %v", reference, want)
	}
}
