package instruction_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/instruction"
)

const hash = "8b1f2a35c1e94bd0a7f6c5d4e3b2a190817263544536271809fedcba98765432"

// createdBy is what builders record, and the instruction that it stands for. A
// shell and build arguments are written in front of the instruction, as
// "(/bin/sh -c) {A=1} RUN make"; a step that is none of Dockerfile's starts with
// "-".
var createdBy = []struct {
	name, in, want string
}{
	// The classic builder of Docker.
	{"classic base", "/bin/sh -c #(nop) ADD file:" + hash + " in / ", "ADD file:" + hash + " in /"},
	{"classic cmd", `/bin/sh -c #(nop)  CMD ["/bin/sh"]`, `CMD ["/bin/sh"]`},
	{"classic cmd, several words", `/bin/sh -c #(nop)  CMD ["nginx" "-g" "daemon off;"]`, `CMD ["nginx", "-g", "daemon off;"]`},
	{"classic cmd, shell form", `/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "node \"$APP\""]`, `CMD ["/bin/sh", "-c", "node \"$APP\""]`},
	{"classic cmd, empty", `/bin/sh -c #(nop)  CMD []`, `CMD []`},
	{"classic entrypoint", `/bin/sh -c #(nop)  ENTRYPOINT ["docker-entrypoint.sh"]`, `ENTRYPOINT ["docker-entrypoint.sh"]`},
	{"classic run", "/bin/sh -c apt-get update && apt-get install -y curl", "(/bin/sh -c) RUN apt-get update && apt-get install -y curl"},
	{"classic run, tabs", "/bin/sh -c set -x \t&& make  \t&& make install", "(/bin/sh -c) RUN set -x \t&& make  \t&& make install"},
	{"classic run, lines", "/bin/sh -c set -e\nmake\nmake install\n", "(/bin/sh -c) RUN set -e\nmake\nmake install"},
	{"classic run, build argument", "|1 CHANNEL=stable /bin/sh -c make $CHANNEL", "(/bin/sh -c) {CHANNEL=stable} RUN make $CHANNEL"},
	{"classic run, build arguments", "|2 A=1 B=2 /bin/sh -c make", "(/bin/sh -c) {A=1 B=2} RUN make"},
	{"classic run, value with spaces", "|2 FLAGS=-O2 -g MODE=a b /bin/sh -c make", "(/bin/sh -c) {FLAGS=-O2 -g MODE=a b} RUN make"},
	{"classic run, empty value", "|2 A= B= /bin/sh -c make", "(/bin/sh -c) {A= B=} RUN make"},
	{"classic run, own shell", "/bin/bash -o pipefail -c curl -f u | tar x", "(/bin/bash -o pipefail -c) RUN curl -f u | tar x"},
	{"classic copy", "/bin/sh -c #(nop) COPY dir:" + hash + " in /app ", "COPY dir:" + hash + " in /app"},
	{"classic copy, several", "/bin/sh -c #(nop) COPY multi:" + hash + " in / ", "COPY multi:" + hash + " in /"},
	{"classic copy, owner", "/bin/sh -c #(nop) COPY --chown=app:app file:" + hash + " in /app/x ", "COPY --chown=app:app file:" + hash + " in /app/x"},
	{"classic remote add", "/bin/sh -c #(nop) ADD " + hash + " in /tini ", "ADD " + hash + " in /tini"},
	{"classic env", "/bin/sh -c #(nop)  ENV PATH=/opt/bin:/usr/bin:/bin", "ENV PATH=/opt/bin:/usr/bin:/bin"},
	{"classic arg", "/bin/sh -c #(nop)  ARG RELEASE", "ARG RELEASE"},
	{"classic label", "/bin/sh -c #(nop)  LABEL org.opencontainers.image.version=24.04", "LABEL org.opencontainers.image.version=24.04"},
	{"classic expose", "/bin/sh -c #(nop)  EXPOSE 8080/tcp", "EXPOSE 8080/tcp"},
	{"classic volume", "/bin/sh -c #(nop)  VOLUME [/data /var/log]", `VOLUME ["/data", "/var/log"]`},
	{"classic user", "/bin/sh -c #(nop)  USER 1001", "USER 1001"},
	{"classic workdir", "/bin/sh -c #(nop) WORKDIR /srv/app", "WORKDIR /srv/app"},
	{"classic stopsignal", "/bin/sh -c #(nop)  STOPSIGNAL SIGQUIT", "STOPSIGNAL SIGQUIT"},
	{"classic shell", "/bin/sh -c #(nop)  SHELL [/bin/bash -o pipefail -c]", `SHELL ["/bin/bash", "-o", "pipefail", "-c"]`},
	{"classic, own shell before a mark", "/bin/bash -eo pipefail -c #(nop)  ENV A=b", "ENV A=b"},
	{"classic maintainer", "/bin/sh -c #(nop)  MAINTAINER Joe <joe@example.com>", "MAINTAINER Joe <joe@example.com>"},
	{"classic onbuild", "/bin/sh -c #(nop)  ONBUILD RUN pip install -r requirements.txt", "ONBUILD RUN pip install -r requirements.txt"},
	{"classic healthcheck", `/bin/sh -c #(nop)  HEALTHCHECK &{["CMD-SHELL" "nc -z 127.0.0.1 80 || exit 1"] "1m0s" "5s" "1m0s" '\x00'}`,
		"HEALTHCHECK --interval=1m0s --timeout=5s --start-period=1m0s CMD nc -z 127.0.0.1 80 || exit 1"},
	{"unknown mark", "/bin/sh -c #(nop)  SNAPSHOT x", "- SNAPSHOT x"},

	// BuildKit.
	{"buildkit run", "RUN /bin/sh -c apk add --no-cache curl # buildkit", "(/bin/sh -c) RUN apk add --no-cache curl"},
	{"buildkit run, build arguments", "RUN |2 VERSION=1.2 MODE=fast release /bin/sh -c make # buildkit", "(/bin/sh -c) {VERSION=1.2 MODE=fast release} RUN make"},
	{"buildkit run, values removed", "RUN |2 /bin/bash -c make # buildkit", "(/bin/bash -c) RUN make"},
	{"buildkit run, own shell", "RUN /bin/bash -euxo pipefail -c make | tee log # buildkit", "(/bin/bash -euxo pipefail -c) RUN make | tee log"},
	{"buildkit run, login shell", "RUN /bin/bash --login -c rvm install 3.3 # buildkit", "(/bin/bash --login -c) RUN rvm install 3.3"},
	{"buildkit run, shell in a shell", `RUN /bin/sh -c bash -c "source x && y" # buildkit`, `(/bin/sh -c) RUN bash -c "source x && y"`},
	{"buildkit run, exec form", "RUN apt-get update # buildkit", "RUN apt-get update"},
	{"buildkit run, exec form and build argument", "RUN |1 A=1 /app/setup --now # buildkit", "{A=1} RUN /app/setup --now"},
	{"buildkit run, lines", "RUN /bin/sh -c set -e\napk update\napk add curl\n # buildkit", "(/bin/sh -c) RUN set -e\napk update\napk add curl"},
	{"buildkit run, here-document", "RUN /bin/sh -c cat <<EOF > /etc/motd\nhello\nEOF # buildkit", "(/bin/sh -c) RUN cat <<EOF > /etc/motd\nhello\nEOF"},
	{"buildkit run, exported", "RUN /bin/sh -c true", "(/bin/sh -c) RUN true"},
	{"buildkit copy", "COPY . /app # buildkit", "COPY . /app"},
	{"buildkit copy, owner", "COPY --chown=app:app --chmod=0755 bin/ /app/bin/ # buildkit", "COPY --chown=app:app --chmod=0755 bin/ /app/bin/"},
	{"buildkit add", "ADD alpine-minirootfs-3.21.0-x86_64.tar.gz / # buildkit", "ADD alpine-minirootfs-3.21.0-x86_64.tar.gz /"},
	{"buildkit remote add", "ADD https://example.com/tool /usr/bin/tool # buildkit", "ADD https://example.com/tool /usr/bin/tool"},
	{"buildkit inline copy", "COPY <<EOF /etc/app.conf # buildkit", "COPY <<EOF /etc/app.conf"},
	{"buildkit env", "ENV PATH=/usr/local/go/bin:/usr/bin:/bin", "ENV PATH=/usr/local/go/bin:/usr/bin:/bin"},
	{"buildkit env, several", "ENV A=1 B=2", "ENV A=1 B=2"},
	{"buildkit arg", "ARG DEBIAN_FRONTEND=noninteractive", "ARG DEBIAN_FRONTEND=noninteractive"},
	{"buildkit label", "LABEL maintainer=Some Body <s@example.com>", "LABEL maintainer=Some Body <s@example.com>"},
	{"buildkit cmd", `CMD ["npm" "start"]`, `CMD ["npm", "start"]`},
	{"buildkit entrypoint", `ENTRYPOINT ["/bin/sh" "-c" "exec java -jar /app.jar"]`, `ENTRYPOINT ["/bin/sh", "-c", "exec java -jar /app.jar"]`},
	{"buildkit workdir", "WORKDIR /app", "WORKDIR /app"},
	{"buildkit user", "USER nobody:nogroup", "USER nobody:nogroup"},
	{"buildkit expose", "EXPOSE map[8443/tcp:{} 8080/tcp:{}]", "EXPOSE 8080/tcp 8443/tcp"},
	{"buildkit expose, newer", "EXPOSE [8080/tcp]", "EXPOSE 8080/tcp"},
	{"buildkit volume", "VOLUME [/var/lib/data]", `VOLUME ["/var/lib/data"]`},
	{"buildkit stopsignal", "STOPSIGNAL SIGTERM", "STOPSIGNAL SIGTERM"},
	{"buildkit shell", "SHELL [/bin/bash -euo pipefail -c]", `SHELL ["/bin/bash", "-euo", "pipefail", "-c"]`},
	{"buildkit healthcheck, shell", `HEALTHCHECK &{["CMD-SHELL" "kong health"] "1m0s" "10s" "0s" "0s" '\n'}`, "HEALTHCHECK --interval=1m0s --timeout=10s --retries=10 CMD kong health"},
	{"buildkit healthcheck, exec", `HEALTHCHECK &{["CMD" "/app" "health"] "30s" "3s" "5s" "2s" '\x03'}`,
		`HEALTHCHECK --interval=30s --timeout=3s --start-period=5s --start-interval=2s --retries=3 CMD ["/app", "health"]`},
	{"buildkit healthcheck, none", `HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" '\x00'}`, "HEALTHCHECK NONE"},
	{"buildkit healthcheck, newer", `HEALTHCHECK {Test:[CMD-SHELL curl -f http://[::1]/ || exit 1] Interval:30s Timeout:0s StartPeriod:5s StartInterval:0s Retries:3}`,
		"HEALTHCHECK --interval=30s --start-period=5s --retries=3 CMD curl -f http://[::1]/ || exit 1"},
	{"buildkit healthcheck, newer, exec", `HEALTHCHECK {Test:[CMD /app health] Interval:0s Timeout:0s StartPeriod:0s StartInterval:0s Retries:0}`,
		`HEALTHCHECK CMD ["/app", "health"]`},
	{"buildkit healthcheck, newer, none", `HEALTHCHECK {Test:[NONE] Interval:0s Timeout:0s StartPeriod:0s StartInterval:0s Retries:0}`, "HEALTHCHECK NONE"},
	{"buildkit onbuild", "ONBUILD COPY . /app", "ONBUILD COPY . /app"},

	// Windows.
	{"windows base", "Apply image 10.0.20348.2582", "- Apply image 10.0.20348.2582"},
	{"windows classic mark", `cmd /S /C #(nop)  ENV A=b`, "ENV A=b"},
	{"windows cmd", "cmd /S /C mkdir C:\\app", "(cmd /S /C) RUN mkdir C:\\app"},
	{"windows buildkit", "RUN cmd /S /C dir # buildkit", "(cmd /S /C) RUN dir"},
	{"windows powershell", "powershell -Command $ErrorActionPreference = 'Stop'; Get-Item x", "(powershell -Command) RUN $ErrorActionPreference = 'Stop'; Get-Item x"},
	{"windows powershell, options", "RUN powershell -NoProfile -ExecutionPolicy Bypass -Command Get-Item x # buildkit",
		"(powershell -NoProfile -ExecutionPolicy Bypass -Command) RUN Get-Item x"},
	{"windows powershell, path", `C:\Windows\System32\WindowsPowerShell\v1.0\PowerShell.EXE -Command #(nop)  USER app`, "USER app"},

	// Podman, Buildah, kaniko.
	{"buildah label", `/bin/sh -c #(nop) LABEL "name"="ubi9"`, `LABEL "name"="ubi9"`},
	{"buildah env", `/bin/sh -c #(nop) ENV container="oci"`, `ENV container="oci"`},
	{"buildah commit", "/bin/sh", "- /bin/sh"},
	{"kaniko run", "RUN apt-get update && apt-get install -y git", "RUN apt-get update && apt-get install -y git"},
	{"kaniko run, shell of the author", `RUN bash -c "make all"`, `RUN bash -c "make all"`},
	{"kaniko run, mount", "RUN --mount=type=cache,target=/root/.cache pip install x", "RUN --mount=type=cache,target=/root/.cache pip install x"},
	{"kaniko copy", "COPY --from=build /out/app /app", "COPY --from=build /out/app /app"},
	{"kaniko cmd", `CMD ["/app"]`, `CMD ["/app"]`},
	{"kaniko healthcheck", "HEALTHCHECK --interval=5m CMD curl -f http://localhost/", "HEALTHCHECK --interval=5m CMD curl -f http://localhost/"},

	// Builders without a Dockerfile.
	{"bazel", "bazel build ...", "- bazel build ..."},
	{"jib", "jib-maven-plugin:3.4.0", "- jib-maven-plugin:3.4.0"},
	{"ko", "ko build ko://example.com/cmd/app", "- ko build ko://example.com/cmd/app"},
	{"apko", "apko", "- apko"},
	{"buildpacks", "Buildpacks Launcher Config", "- Buildpacks Launcher Config"},
	{"debuerreotype", "# debian.sh --arch 'amd64' out/ 'bookworm' '@1736899200'", "- # debian.sh --arch 'amd64' out/ 'bookworm' '@1736899200'"},
	{"docker commit", "nginx -g daemon off;", "- nginx -g daemon off;"},
	{"nix", "", "- "},
	{"blanks", " \t\n", "- "},
	{"a lower-case program is no instruction", "env A=b node server.js", "- env A=b node server.js"},

	// Nonsense.
	{"keyword alone", "RUN", "RUN"},
	{"mark alone", "/bin/sh -c #(nop)", "- "},
	{"build arguments alone", "|3", "RUN"},
	{"absurd count", "|99999999999999999999 A=1 /bin/sh -c make", "RUN |99999999999999999999 A=1 /bin/sh -c make"},
	{"shell alone", "|0 sh -c", "(sh -c) RUN"},
	{"suffix alone", "# buildkit", "- "},
	{"broken healthcheck", "HEALTHCHECK &{[", "HEALTHCHECK &{["},
	{"broken list", `CMD ["a" "b`, `CMD ["a" "b`},
}

func TestCreatedBy(t *testing.T) {
	for _, test := range createdBy {
		t.Run(test.name, func(t *testing.T) {
			in := instruction.ParseCreatedBy(test.in)
			if got := describe(in); got != test.want {
				t.Errorf("%q\n got %q\nwant %q", test.in, got, test.want)
			}
			if in.Raw != test.in {
				t.Errorf("Raw is %q, want what was recorded", in.Raw)
			}
			if want := strings.HasSuffix(test.in, "# buildkit"); in.BuildKit != want {
				t.Errorf("BuildKit is %v for %q", in.BuildKit, test.in)
			}
		})
	}
}

func describe(in instruction.Instruction) string {
	if in.Keyword == "" {
		return "- " + in.String()
	}
	var b strings.Builder
	if in.Shell != nil {
		b.WriteString("(" + strings.Join(in.Shell, " ") + ") ")
	}
	if in.BuildArgs != nil {
		b.WriteString("{" + pairs(in.BuildArgs, " ") + "} ")
	}
	return b.String() + in.String()
}

func pairs(list []instruction.KeyValue, sep string) string {
	var words []string
	for _, kv := range list {
		words = append(words, kv.Key+"="+kv.Value)
	}
	return strings.Join(words, sep)
}

func TestParse(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"run make", "RUN make"},
		{"  Copy --from=build a b", "COPY --from=build a b"},
		{"RUN make \\\n  && make install", "RUN make   && make install"},
		{"RUN a && \\\n# why\n\n  b", "RUN a &&   b"},
		{"RUN --mount=type=secret,id=t --network=none make", "RUN --mount=type=secret,id=t --network=none make"},
		{"RUN <<EOF\nmake \\\n  all\nEOF", "RUN <<EOF\nmake \\\n  all\nEOF"},
		{"ENV --x=1", "ENV --x=1"},
		{"make install", "- make install"},
		{"", "- "},
	} {
		in := instruction.Parse(test.in)
		if got := describe(in); got != test.want {
			t.Errorf("%q\n got %q\nwant %q", test.in, got, test.want)
		}
		if in.Layer != -1 || in.History != -1 {
			t.Errorf("%q is in layer %d, history %d; want neither", test.in, in.Layer, in.History)
		}
	}
}

func TestFlag(t *testing.T) {
	in := instruction.Parse("ADD --checksum=sha256:00 --link https://example.com/x /x")
	if v, ok := in.Flag("checksum"); v != "sha256:00" || !ok {
		t.Errorf("checksum: %q, %v", v, ok)
	}
	if v, ok := in.Flag("link"); v != "" || !ok {
		t.Errorf("link: %q, %v", v, ok)
	}
	if _, ok := in.Flag("chown"); ok {
		t.Error("a flag that is not there is found")
	}
}

func TestTrigger(t *testing.T) {
	in := instruction.ParseCreatedBy("ONBUILD RUN --mount=type=cache,target=/c make")
	in.Layer = 4
	trigger, ok := in.Trigger()
	if !ok || trigger.String() != "RUN --mount=type=cache,target=/c make" || trigger.Layer != 4 {
		t.Errorf("got %v, %q in layer %d", ok, trigger, trigger.Layer)
	}
	if _, ok := trigger.Trigger(); ok {
		t.Error("RUN has a trigger")
	}
}

func TestPairs(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{`ENV A=1 B=2`, "A=1|B=2"},
		{`ENV A="one two" B='three "four"' C=five\ six`, `A=one two|B=three "four"|C=five six`},
		{`ENV A one two`, "A=one two"},
		{`ENV A b=c d`, "A=b=c d"},
		{`ENV A=x"y z"w`, "A=xy zw"},
		{`ENV A="a\"b\$c\d"`, `A=a"b$c\d`},
		{`ENV A='a\b'`, `A=a\b`},
		{`ENV A=`, "A="},
		{`ENV A="unclosed b`, "A=unclosed b"},
		{`ARG TOKEN`, "TOKEN="},
		{`ARG A B=1`, "A=|B=1"},
		{`LABEL "com.example.name"="Some Body" b=c`, "com.example.name=Some Body|b=c"},
		{"ENV A=1 \\\n  B=2", "A=1|B=2"},
		{`ENV`, ""},
		{`RUN A=1`, ""},
	} {
		if got := pairs(instruction.Parse(test.in).Pairs(), "|"); got != test.want {
			t.Errorf("%s\n got %q\nwant %q", test.in, got, test.want)
		}
	}
}

func TestRecordedPairs(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{`ENV A=1 B=2`, "A=1|B=2"},
		{`ENV MSG=hello big world B=2`, "MSG=hello big world|B=2"},
		{`ENV JSON={"a":"b", "c":"d"}`, `JSON={"a":"b", "c":"d"}`},
		{`ENV A="quoted as written" B=c`, "A=quoted as written|B=c"},
		{`ENV A="say" hello`, `A="say" hello`},
		{`ENV URL=https://h/?a=b&c=d`, "URL=https://h/?a=b&c=d"},
		{`ENV A one two`, "A=one two"},
		{`LABEL "name"="ubi9"`, "name=ubi9"},
		{`LABEL a.b/c-d=Some Body <s@example.com> e=f`, "a.b/c-d=Some Body <s@example.com>|e=f"},
		{`ARG RELEASE`, "RELEASE="},
	} {
		if got := pairs(instruction.ParseCreatedBy(test.in).Pairs(), "|"); got != test.want {
			t.Errorf("%s\n got %q\nwant %q", test.in, got, test.want)
		}
	}
}

func TestExecForm(t *testing.T) {
	for _, test := range []struct {
		in   string
		want []string
		ok   bool
	}{
		{`["a", "b c"]`, []string{"a", "b c"}, true},
		{`["a" "b c"]`, []string{"a", "b c"}, true},
		{` [ "a" ] `, []string{"a"}, true},
		{`["\u00e9\x41"]`, []string{"éA"}, true},
		{`[]`, []string{}, true},
		{`[a b]`, nil, false},
		{`["a",, "b"]`, nil, false},
		{`["a" && "b"]`, nil, false},
		{`[ -f x ] && y`, nil, false},
		{`nginx -g "daemon off;"`, nil, false},
		{``, nil, false},
	} {
		got, ok := instruction.ParseExecForm(test.in)
		if ok != test.ok {
			t.Errorf("%s: ok is %v", test.in, ok)
		}
		if diff := cmp.Diff(test.want, got); ok && diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.in, diff)
		}
	}
}

func TestTransfer(t *testing.T) {
	type source = instruction.Source
	for _, test := range []struct {
		in   string
		want instruction.Transfer
	}{
		{"COPY . /app", instruction.Transfer{Sources: []source{{instruction.Path, "."}}, Dest: "/app"}},
		{`COPY ["a b", "c", "/d e/"]`, instruction.Transfer{Sources: []source{{instruction.Path, "a b"}, {instruction.Path, "c"}}, Dest: "/d e/"}},
		{"ADD https://example.com/x?y=1 /x", instruction.Transfer{Sources: []source{{instruction.Remote, "https://example.com/x?y=1"}}, Dest: "/x"}},
		{"ADD https://example.com/r.git#v1 /r", instruction.Transfer{Sources: []source{{instruction.Git, "https://example.com/r.git#v1"}}, Dest: "/r"}},
		{"ADD git@example.com:o/r.git /r", instruction.Transfer{Sources: []source{{instruction.Git, "git@example.com:o/r.git"}}, Dest: "/r"}},
		{"ADD file:" + hash + " in / ", instruction.Transfer{Sources: []source{{instruction.Hashed, "file:" + hash}}, Dest: "/"}},
		{"ADD " + hash + " in /tini ", instruction.Transfer{Sources: []source{{instruction.Remote, hash}}, Dest: "/tini"}},
		{"COPY <<EOF /etc/x\nbody\nEOF", instruction.Transfer{Sources: []source{{instruction.Inline, "<<EOF"}}, Dest: "/etc/x"}},
		{"COPY stay in /app/", instruction.Transfer{Sources: []source{{instruction.Path, "stay"}, {instruction.Path, "in"}}, Dest: "/app/"}},
	} {
		got, ok := instruction.Parse(test.in).Transfer()
		if diff := cmp.Diff(test.want, got); !ok || diff != "" {
			t.Errorf("%s: ok is %v (-want +got)\n%s", test.in, ok, diff)
		}
	}
	for _, in := range []string{"RUN a b", "COPY a", "ADD"} {
		if _, ok := instruction.Parse(in).Transfer(); ok {
			t.Errorf("%q transfers something", in)
		}
	}
}

func TestArchive(t *testing.T) {
	for name, want := range map[string]bool{
		"rootfs.tar.gz": true, "dir/ROOT.TAR": true, "x.tzst": true, "app.zip": false, "tar": false, "x.tar.gz.asc": false,
	} {
		if got := (instruction.Source{Kind: instruction.Path, Text: name}).Archive(); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if (instruction.Source{Kind: instruction.Remote, Text: "https://example.com/x.tar"}).Archive() {
		t.Error("ADD does not unpack what it fetches")
	}
}
