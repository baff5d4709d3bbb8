package instruction_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/shell"
)

// scripts are instructions and the commands in them, one a line, as show writes
// them. A "?" in front says that not all could be read.
var scripts = []struct {
	name, in, want string
}{
	{"one", "RUN make all", "make all"},
	{"lists", "RUN a && b || c; d & e\nf", "a\nb\nc\nd\ne\nf"},
	{"tabs", "RUN set -eux; \tapt-get update; \tapt-get install -y curl", "set -eux\napt-get update\napt-get install -y curl"},
	{"continued lines", "RUN apt-get update && \\\n  apt-get install -y \\\n  curl", "apt-get update\napt-get install -y curl"},
	{"path", "RUN /usr/bin/apt-get update", "apt-get update"},
	{"quotes", `RUN echo "a b" 'c $d' e\ f ""`, `echo "a b" "c $d" "e f" ""`},
	{"sudo as a package", "RUN apt-get install -y sudo", "apt-get install -y sudo"},
	{"comment", "RUN a # b && c", "a"},

	{"pipe", "RUN curl -fsSL https://example.com/i | sh -s -- -y", "curl -fsSL https://example.com/i >> sh\nsh -s -- -y"},
	{"long pipe", "RUN curl u | tee f | sudo bash", "curl u >> tee\ntee f >> bash\n{sudo} bash"},
	{"pipe of groups", "RUN (curl a; curl b) | { read x; sh; }", "curl a >> read,sh\ncurl b >> read,sh\nread x\nsh"},
	{"pipe in a condition", "RUN if curl u | sh; then a; else b; fi", "curl u >> sh\nsh\na\nb"},
	{"pipe into a loop", "RUN ls | while read f; do rm $f; done", "ls >> read,rm\nread f\n~rm $f"},
	{"output to a file", "RUN curl u > f | sh", "curl u\nsh"},
	{"error output to a file", "RUN curl u 2>/dev/null | sh", "curl u >> sh\nsh"},
	{"no pipe", "RUN curl u -o f && sh f", "curl u -o f\nsh f"},

	{"command substitution", `RUN sh -c "$(curl -fsSL u)"`, "~sh -c \"$(curl -fsSL u)\"\n{sh} ~\n{sh} curl -fsSL u >> \ncurl -fsSL u >> sh"},
	{"backquotes", "RUN echo `id -u`", "~echo \"`id -u`\"\nid -u >> echo"},
	{"process substitution", "RUN bash <(wget -qO- u)", "~bash \"<(wget -qO- u)\"\nwget -qO- u >> bash"},
	{"output substitution", "RUN curl u | tee >(sh)", "curl u >> tee\n~tee \">(sh)\" >> sh\nsh"},
	{"assignment alone", `RUN ARCH="$(uname -m)"`, "ARCH=$(uname -m) ~\nuname -m >> "},
	{"assignment before", "RUN DEBIAN_FRONTEND=noninteractive apt-get update", "DEBIAN_FRONTEND=noninteractive apt-get update"},
	{"export", "RUN export A=b C=\"$D\" && make", "A=b C=$D ~export A=b C=$D\nmake"},
	{"program from a variable", `RUN "$VENV"/bin/pip install x && ${PYTHON:-python3} -V && $(which go) version`,
		"~pip install x\n~${PYTHON:-python3} -V\n~ version\nwhich go >> "},

	{"if", `RUN if [ -f x ]; then a; elif b; then c; else d; fi`, "[ -f x ]\na\nb\nc\nd"},
	{"for", "RUN for p in a $(b); do c $p; done", "b\n~c $p"},
	{"while", "RUN while ! a; do b; done", "a\nb"},
	{"case", `RUN case "$(uname -m)" in x86_64) a ;; *) b ;; esac`, "uname -m\na\nb"},
	{"function", "RUN f() { a; }; f", "a\nf"},
	{"test", `RUN [[ -n "$(a)" ]] && b`, "a\nb"},
	{"arithmetic", "RUN echo $(( $(nproc) + 1 ))", "~echo \"$(( $(nproc) + 1 ))\"\nnproc >> echo"},
	{"time", "RUN time make", "make"},
	{"subshell", "RUN (cd /src && make)", "cd /src\nmake"},

	{"sudo", "RUN sudo -E -u app A=b apt-get update", "{sudo} A=b apt-get update"},
	{"sudo, long options", "RUN sudo --user app --login -- make", "{sudo} make"},
	{"sudo alone", "RUN sudo -v", "sudo -v"},
	{"env", "RUN env -i -- A=b C=d make", "{env} A=b C=d make"},
	{"wrapped often", "RUN exec sudo nice -n 5 timeout -k 5 60 make", "{exec,sudo,nice,timeout} make"},
	{"command -v", "RUN command -v curl", "command -v curl"},
	{"xargs", "RUN ls | xargs -0 -n 1 rm -f", "ls >> rm\n{xargs} rm -f"},
	{"gosu", "RUN gosu app make", "{gosu} make"},
	{"busybox", "RUN busybox wget u", "{busybox} wget u"},
	{"find", `RUN find / -perm -4000 -exec chmod u-s {} \; -o -exec rm {} +`,
		"find / -perm -4000 -exec chmod u-s {} ; -o -exec rm {} +\n{find} chmod u-s {}\n{find} rm {}"},

	{"shell in a shell", `RUN bash -euxo pipefail -c 'curl u | sh'`, "bash -euxo pipefail -c \"curl u | sh\"\n{bash} curl u >> sh\n{bash} sh"},
	{"su", `RUN su - app -c "make | tee log"`, "su - app -c \"make | tee log\"\n{su} make >> tee\n{su} tee log"},
	{"su, long option", `RUN su app --command="make"`, "su app --command=make\n{su} make"},
	{"eval", `RUN eval "a; b"`, "eval \"a; b\"\n{eval} a\n{eval} b"},
	{"shell of a script file", "RUN sh install.sh -c x", "sh install.sh -c x"},
	{"here-document for a shell", "RUN bash <<'X'\na\nb\nX\n", "bash\n{bash} a\n{bash} b"},
	{"here-document for a program", "RUN cat <<X > /etc/motd\nrm -rf /\nX\n", "cat"},
	{"here-document of a Dockerfile", "RUN <<EOF\napt-get update\napt-get install x\nEOF", "apt-get update\napt-get install x"},
	{"here-document for Python", "RUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF", "?"},
	{"here-document with a shell's mark", "RUN <<EOF\n#!/usr/bin/env -S bash -e\nmake\nEOF", "make"},
	{"here-document with a plain mark", "RUN <<EOF\n#!/bin/bash\nmake\nEOF", "make"},

	{"recorded by BuildKit", "RUN |1 A=b /bin/bash -o pipefail -c curl u | sh # buildkit", "curl u >> sh\nsh"},
	{"recorded by the classic builder", "/bin/sh -c [ -z \"$(apt-get indextargets)\" ]", "~[ -z \"$(apt-get indextargets)\" ]\napt-get indextargets >> ["},
	{"exec form", `RUN ["apt-get", "install", "a && b"]`, `apt-get install "a && b"`},
	{"cmd", `CMD ["nginx", "-g", "daemon off;"]`, `nginx -g "daemon off;"`},
	{"cmd, shell form", "CMD exec npm start --port=$PORT", "{exec} ~npm start --port=$PORT"},
	{"cmd, recorded shell form", `CMD ["/bin/sh" "-c" "node app.js"]`, "sh -c \"node app.js\"\n{sh} node app.js"},
	{"entrypoint", `ENTRYPOINT ["tini", "--", "app"]`, "{tini} app"},
	{"healthcheck", "HEALTHCHECK CMD curl -f http://localhost/ || exit 1", "curl -f http://localhost/\nexit 1"},
	{"healthcheck, exec form", `HEALTHCHECK --interval=1s CMD ["curl", "-f", "u"]`, "curl -f u"},
	{"healthcheck, none", "HEALTHCHECK NONE", ""},
	{"onbuild", "ONBUILD RUN pip install x", "pip install x"},
	{"onbuild, no program", "ONBUILD COPY . .", ""},
	{"no program", "ENV A=b", ""},
	{"empty", "RUN", ""},
	{"bracket that is no exec form", "RUN [ -f x ] && y", "[ -f x ]\ny"},

	{"broken", `RUN if then (curl u | sh`, "?\ncurl u >> sh\nsh"},
	{"broken, substitution", "RUN fi; a `b` c > d 'e", "?\na\nb\nc e"},
	{"powershell", `RUN powershell -Command $ErrorActionPreference = 'Stop'; iwr C:\x.ps1 | iex # buildkit`,
		"?\n~$ErrorActionPreference = Stop\niwr \"C:\\\\x.ps1\" >> iex\niex"},
	{"powershell, empty word", `RUN powershell "" 'x`, "?\npowershell \"\" x"},
	{"powershell in cmd", `RUN cmd /S /C powershell -Command "iwr u | iex" # buildkit`, "?\npowershell -Command \"iwr u | iex\"\n{powershell} iwr u >> iex\n{powershell} iex"},
}

func TestCommands(t *testing.T) {
	for _, test := range scripts {
		t.Run(test.name, func(t *testing.T) {
			in := instruction.Parse(test.in)
			if in.Keyword == "" || strings.Contains(test.in, "# buildkit") {
				in = instruction.ParseCreatedBy(test.in)
			}
			if got := show(in.Commands()); got != test.want {
				t.Errorf("%s\n got\n%s\nwant\n%s", test.in, got, test.want)
			}
		})
	}
}

// show writes a command a line: {via} NAME=value name args >> the names of those
// that read its output, with a ~ before the name of one that has expansions.
func show(cmds []*shell.Command, whole bool) string {
	var lines []string
	if !whole {
		lines = append(lines, "?")
	}
	for _, c := range cmds {
		var b strings.Builder
		if len(c.Via) > 0 {
			b.WriteString("{" + strings.Join(c.Via, ",") + "} ")
		}
		if len(c.Assigns) > 0 {
			b.WriteString(pairs(c.Assigns, " ") + " ")
		}
		if !c.Literal || c.Path == "" {
			b.WriteString("~")
		}
		b.WriteString(c.Name)
		for _, a := range c.Args {
			if a == "" || strings.ContainsAny(a, " \\") {
				a = fmt.Sprintf("%q", a)
				if !strings.Contains(a, `\\`) {
					a = strings.ReplaceAll(a, `\"`, `"`)
				}
			} else if strings.ContainsAny(a, "`()") {
				a = `"` + a + `"`
			}
			b.WriteString(" " + a)
		}
		if len(c.Into) > 0 {
			var names []string
			for _, into := range c.Into {
				names = append(names, into.Name)
			}
			b.WriteString(" >> " + strings.Join(names, ","))
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

func TestCommandText(t *testing.T) {
	cmds, _ := instruction.Parse(`RUN x && sudo A=1 curl  -k "https://h/" -o f > log; y`).Commands()
	if len(cmds) != 3 {
		t.Fatalf("got %d commands, want 3", len(cmds))
	}
	if got, want := cmds[1].Text, `sudo A=1 curl  -k "https://h/" -o f`; got != want {
		t.Errorf("text is %q, want %q", got, want)
	}
	if want := (shell.Redirect{Op: ">", Word: "log"}); len(cmds[1].Redirects) != 1 || cmds[1].Redirects[0] != want {
		t.Errorf("redirects are %v, want %v", cmds[1].Redirects, want)
	}
	if !slices.Contains(cmds[1].Via, "sudo") || slices.Contains(cmds[0].Via, "sudo") {
		t.Error("sudo is seen at the wrong command")
	}
}

// TestCommandTextOfLongLine is about positions that a parser may not keep.
func TestCommandTextOfLongLine(t *testing.T) {
	cmds, whole := instruction.Parse("RUN echo " + strings.Repeat("x", 40_000) + "; curl -k u").Commands()
	if len(cmds) != 2 || !whole {
		t.Fatalf("got %d commands, whole %v; want 2, all", len(cmds), whole)
	}
	if got, want := cmds[1].Text, "curl -k u"; got != want {
		t.Errorf("text is %q, want %q", got, want)
	}
}

func TestCommandArguments(t *testing.T) {
	cmds, _ := instruction.Parse("RUN curl -fsSLk --proto=https --retry 3 u -- -x --no").Commands()
	c := cmds[0]
	for _, word := range []string{"--proto", "--retry", "u"} {
		if !c.Has(word) {
			t.Errorf("%s is not found in %q", word, c.Args)
		}
	}
	for _, word := range []string{"-k", "--pro", "https"} {
		if c.Has(word) {
			t.Errorf("%s is found in %q", word, c.Args)
		}
	}
	if !c.HasShort('k') || c.HasShort('o') || c.HasShort('x') {
		t.Errorf("wrong letters in %q", c.Args)
	}
	if got, want := strings.Join(c.Operands(), " "), "3 u -x --no"; got != want {
		t.Errorf("operands are %q, want %q", got, want)
	}
}

func TestReaches(t *testing.T) {
	cmds, _ := instruction.Parse("RUN curl u | gunzip | tee f | bash; sh").Commands()
	if c := cmds[0].FindReader((*shell.Command).IsShell); c == nil || c.Name != "bash" {
		t.Errorf("curl reaches %v, want bash", c)
	}
	if c := cmds[4].FindReader((*shell.Command).IsShell); c != nil {
		t.Errorf("the last command reaches %v", c)
	}
}

// TestCommandBounds gives scripts that are too much, and asks only that they end
// soon, in bounds, and that the reader says so.
func TestCommandBounds(t *testing.T) {
	for name, script := range map[string]string{
		"long":               strings.Repeat("a;", shell.MaxScript),
		"blank, then more":   strings.Repeat(" ", shell.MaxScript) + "x; curl u | sh",
		"deep subshells":     strings.Repeat("(", 60_000),
		"deep substitutions": strings.Repeat("$(", 30_000),
		"deep arithmetic":    "echo $((" + strings.Repeat("(", 50_000),
		"deep shells":        strings.Repeat("eval ", shell.MaxDepth+3) + "true",
		"many commands":      strings.Repeat("a\n", shell.MaxCommands+1),
		"many wrappers":      strings.Repeat("sudo ", 100) + "make",
		"find in find":       strings.Repeat("find -exec ", 5_000) + "x",
		"many readers":       strings.Repeat("a >(b);", 3_000) + "{ " + strings.Repeat("c;", 300) + " }",
		"many piped":         "{ " + strings.Repeat("a >(b);", 2_000) + " } | { " + strings.Repeat("c;", 5_000) + " }",
		"open quote":         `'` + strings.Repeat(`a"b `, 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			cmds, whole := instruction.Parse("RUN true;" + script).Commands()
			if len(cmds) > shell.MaxCommands {
				t.Errorf("%d commands", len(cmds))
			}
			if want := name == "many readers"; whole != want {
				t.Errorf("whole is %v", whole)
			}
		})
	}
}
