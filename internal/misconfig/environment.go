package misconfig

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// environmentChecks judge the variables that the image gives to its processes,
// and the names under which the build handed values over.
func environmentChecks() []check {
	return []check{
		{
			id: "env-credential", title: "A variable or label that is called like a credential has a value",
			severity: seaworthy.High,
			cis:      []string{"4.10"},
			dockle:   []string{"CIS-DI-0010"},
			aliases:  []string{"DS-0031", "AVD-DS-0031"},
			detail: "Environment, build arguments and labels are part of the image's configuration and history, in clear " +
				"text, for everybody who can pull it; a later instruction that empties them does not take them out.",
			remedy: remedy(
				"Pass it to the build as a secret, or to the container when it starts, and replace the credential.",
				seaworthy.Dockerfile("RUN --mount=type=secret,id=NAME,env=NAME,required=true COMMAND"),
			),
			references: []string{"https://docs.docker.com/build/building/secrets/"},
			judge:      judgeCredentialNames,
		},
		{
			id: "env-preload", title: "A library is loaded into every process of the image",
			severity: seaworthy.Low,
			detail: "LD_PRELOAD and LD_AUDIT put code into each program that starts, and attackers hide in them; " +
				"an allocator is the common honest use.",
			remedy:     remedy("Set the variable only for the program that needs it, or link the library."),
			references: []string{"https://man7.org/linux/man-pages/man8/ld.so.8.html"},
			judge:      judgePreload,
		},
		{
			id: "env-library-path", title: "Libraries are searched where others may put them",
			severity: seaworthy.Medium,
			detail: "The dynamic linker takes the first library of a name along LD_LIBRARY_PATH. An empty or relative entry " +
				"stands for the working directory.",
			remedy:     remedy("List only absolute directories that belong to root in LD_LIBRARY_PATH, without a colon at either end."),
			references: []string{"https://man7.org/linux/man-pages/man8/ld.so.8.html"},
			judge:      judgeLibraryPath,
		},
		{
			id: "env-tls-off", title: "A variable turns the verification of certificates off",
			severity: seaworthy.High,
			cis:      []string{"4.11"},
			detail: "Every program of the container that heeds the variable talks to whoever answers, so that what it " +
				"downloads or sends can be read and changed on the way.",
			remedy: remedy("Remove the variable. Add the certificate of a private authority to the image's trust store instead."),
			judge:  judgeTLSVariables,
		},
		{
			id: "docker-socket", title: "The image expects to control a container engine",
			severity: seaworthy.Medium,
			detail: "Whoever reaches the engine's socket starts containers with the host's files: that is root on the host. " +
				"An engine on a TCP port without TLS is open to the whole network.",
			remedy:     remedy("Use an engine without root privileges, or a proxy that forwards only the requests that the service needs."),
			references: []string{"https://docs.docker.com/engine/security/#docker-daemon-attack-surface"},
			judge:      judgeDockerSocket,
		},
	}
}

// env gives the value of a variable of the configuration; the last one counts.
func (s *subject) env(name string) (value string, ok bool) {
	for _, e := range s.config.Env {
		if n, v, found := strings.Cut(e, "="); found && n == name {
			value, ok = v, true
		}
	}
	return value, ok
}

func judgeCredentialNames(s *subject) []violation {
	var list []violation
	type seen struct{ name, value string }
	found := map[seen]bool{}
	judge := func(kind, name, value string, where []seaworthy.Location) {
		if !instruction.CredentialName(name) || !literalCredential(value) || counts(name, value) || found[seen{name, value}] {
			return
		}
		found[seen{name, value}] = true
		subject := variable(name)
		if kind == "LABEL" {
			subject = seaworthy.Subject{Kind: seaworthy.SubjectLabel, Name: shown(name)}
		}
		list = append(list, violation{
			subject:   subject,
			evidence:  fmt.Sprintf("%s %s=%s (%d bytes)", kind, shown(name), instruction.Hidden, len(value)),
			locations: where,
		})
	}
	for _, in := range s.steps {
		step := in
		if t, ok := in.Trigger(); ok {
			step = t
		}
		where := []seaworthy.Location{stepLocation(in)}
		for _, p := range step.Pairs() {
			judge(step.Keyword, p.Key, p.Value, where)
		}
		for _, p := range step.BuildArgs {
			judge("build argument", p.Key, p.Value, where)
		}
	}
	for _, e := range s.config.Env {
		name, value, _ := strings.Cut(e, "=")
		judge("ENV", name, value, nil)
	}
	for _, name := range sortedKeys(s.config.Labels) {
		judge("LABEL", name, s.config.Labels[name], nil)
	}
	return list
}

// counts is true if a variable holds a number of tokens or keys rather than one:
// digits alone make a password, but no token.
func counts(name, value string) bool {
	name = strings.ToUpper(name)
	return strings.Trim(value, "0123456789.") == "" && !strings.Contains(name, "PASS") && !strings.HasSuffix(name, "PWD")
}

// literalCredential is true if a value can be a secret itself: it is no switch,
// no path, no reference to a variable or a store of secrets, and no placeholder
// that says so.
func literalCredential(value string) bool {
	v := strings.ToLower(strings.Trim(value, ` "'`))
	switch v {
	case "", "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "unset", "redacted",
		"placeholder", "dummy", "todo", "tbd", "n/a", "optional", "required", "default":
		return false
	}
	if len(v) < 3 || strings.Trim(v, "*x.-_") == "" {
		return false
	}
	for _, prefix := range []string{
		"$", "${", "{{", "<", "%", "/", "./", "../", "file:", "vault:", "arn:", "op://", "ref+", "secret:", "ssm:",
		"your-", "your_", "replace-", "replace_", "insert-", "insert_", "env:", "sm://", "gcpsm:",
	} {
		if strings.HasPrefix(v, prefix) {
			return false
		}
	}
	return true
}

func judgePreload(s *subject) []violation {
	var list []violation
	for _, name := range []string{"LD_PRELOAD", "LD_AUDIT"} {
		value, _ := s.env(name)
		for _, lib := range strings.FieldsFunc(value, func(r rune) bool { return r == ':' || r == ' ' }) {
			v := violation{subject: variable(name), evidence: redacted(name + "=" + value), locations: s.envLocation(name)}
			file := strings.TrimPrefix(path.Clean("/"+lib), "/")
			at, writable := s.replaceable(file, s.user)
			_, there := s.Resolve(file)
			switch {
			case !strings.Contains(lib, "/"):
				v.detail = "The library is searched along the library path."
			case strings.Contains(lib, "$"):
			case writable:
				v.severity = seaworthy.High
				v.evidence += fmt.Sprintf("; %s can be changed by the image's user", at.Path)
				v.locations = append(v.locations, s.at(at, 0))
			case !there && path.IsAbs(lib):
				v.severity = seaworthy.Medium
				v.evidence += fmt.Sprintf("; the image has no %s", shown(lib))
			case !path.IsAbs(lib):
				v.severity = seaworthy.Medium
				v.detail = "The path is relative, so that it depends on the working directory."
			}
			list = append(list, v)
		}
	}
	return list
}

func judgeLibraryPath(s *subject) []violation {
	value, _ := s.env("LD_LIBRARY_PATH")
	if value == "" {
		return nil
	}
	var list []violation
	add := func(severity seaworthy.Severity, what string, at ...seaworthy.Location) {
		list = append(list, violation{
			severity:  severity,
			subject:   variable("LD_LIBRARY_PATH"),
			evidence:  fmt.Sprintf("LD_LIBRARY_PATH=%s, where %s", shown(value), what),
			locations: append(s.envLocation("LD_LIBRARY_PATH"), at...),
		})
	}
	relative := false
	dirs := strings.FieldsFunc(value, func(r rune) bool { return r == ':' || r == ';' })
	for _, dir := range dirs {
		if !path.IsAbs(dir) {
			relative = relative || !strings.HasPrefix(dir, "$")
			continue
		}
		// The name of a file that nobody has stands for any library.
		library := rooted(dir) + "/lib.so"
		if at, ok := s.replaceable(library, account.Anybody()); ok {
			add(seaworthy.High, "anybody can write "+describeMode(at), s.at(at, 0))
		} else if at, ok := s.replaceable(library, s.user); ok {
			add(seaworthy.High, "the image's user can write "+describeMode(at), s.at(at, 0))
		}
	}
	if relative || len(dirs) != strings.Count(value, ":")+strings.Count(value, ";")+1 {
		add(seaworthy.Unknown, "an entry is empty or relative")
	}
	return list
}

func judgeTLSVariables(s *subject) []violation {
	var list []violation
	for _, e := range s.config.Env {
		name, value, _ := strings.Cut(e, "=")
		if now, _ := s.env(name); now == value && tlsOff(name, value) {
			list = append(list, violation{subject: variable(name), evidence: shown(e), locations: s.envLocation(name)})
		}
	}
	return list
}

// tlsOff is true if the variable with this value makes a program accept any
// certificate, or any checksum where that stands for it.
func tlsOff(name, value string) bool {
	v := strings.ToLower(value)
	off := v == "0" || v == "false" || v == "no" || v == "off"
	on := v != "" && !off
	switch strings.ToUpper(name) {
	case "NODE_TLS_REJECT_UNAUTHORIZED", "PYTHONHTTPSVERIFY", "PERL_LWP_SSL_VERIFY_HOSTNAME",
		"NPM_CONFIG_STRICT_SSL", "YARN_STRICT_SSL", "YARN_ENABLE_STRICT_SSL", "BUNDLE_SSL_VERIFY_MODE",
		"CONDA_SSL_VERIFY", "GOSUMDB":
		return off
	case "GIT_SSL_NO_VERIFY", "HEX_UNSAFE_HTTPS", "GONOSUMCHECK", "PIP_TRUSTED_HOST", "UV_INSECURE_HOST", "GOINSECURE":
		return on
	case "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE":
		return value == ""
	}
	return false
}

// dockerSockets are the paths of engines' sockets.
var dockerSockets = []string{"docker.sock", "containerd.sock", "crio.sock", "podman.sock"}

func namesSocket(text string) bool {
	return slices.ContainsFunc(dockerSockets, func(name string) bool { return strings.Contains(text, name) })
}

func judgeDockerSocket(s *subject) []violation {
	var list []violation
	add := func(severity seaworthy.Severity, evidence string, at []seaworthy.Location) {
		list = append(list, violation{severity: severity, evidence: redacted(evidence), locations: at})
	}
	for _, e := range s.config.Env {
		name, value, _ := strings.Cut(e, "=")
		switch {
		case name == "DOCKER_HOST" && strings.HasPrefix(value, "tcp://") && !s.dockerTLS():
			add(seaworthy.High, e+", without TLS", s.envLocation(name))
		case name == "DOCKER_HOST" && value != "" || namesSocket(value):
			add(seaworthy.Unknown, e, s.envLocation(name))
		}
	}
	for _, name := range sortedKeys(s.config.Labels) {
		if value := s.config.Labels[name]; namesSocket(value) {
			add(seaworthy.Unknown, "LABEL "+name+"="+value, s.lastStep("LABEL", name))
		}
	}
	for _, volume := range sortedKeys(s.config.Volumes) {
		if namesSocket(volume) {
			add(seaworthy.Unknown, "VOLUME "+volume, s.lastStep("VOLUME", volume))
		}
	}
	for keyword, argv := range s.commandLines() {
		if line := strings.Join(argv, " "); namesSocket(line) {
			add(seaworthy.Unknown, keyword+" "+line, s.lastStep(keyword, ""))
		}
	}
	return list
}

// dockerTLS is true if the environment makes docker's client verify the engine.
func (s *subject) dockerTLS() bool {
	value, _ := s.env("DOCKER_TLS_VERIFY")
	return value != ""
}
