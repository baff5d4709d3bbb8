package buildcheck

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/secretname"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// environmentChecks returns the checks of environment variables and of build arguments.
func environmentChecks() []check.Check {
	return []check.Check{
		{
			ID: "env-credential", Title: "Credential-like name in ENV, ARG or LABEL",
			Severity: seaworthy.High,
			CIS:      []string{"4.10"},
			Dockle:   []string{"CIS-DI-0010"},
			Aliases:  []string{"DS-0031", "AVD-DS-0031"},
			Detail: "Variables, build arguments and labels are part of the image's configuration and history, in clear " +
				"text, for anyone who can pull it. A later instruction that empties them does not remove them.",
			Remedy: check.Remedy(
				"Pass it to the build as a secret, or to the container when it starts, and replace the credential.",
				seaworthy.Dockerfile("RUN --mount=type=secret,id=NAME,env=NAME,required=true COMMAND"),
			),
			References: []string{"https://docs.docker.com/build/building/secrets/"},
			Find:       findCredentialNames,
		},
		{
			ID: "env-preload", Title: "LD_PRELOAD or LD_AUDIT loads a library into every process",
			Severity: seaworthy.Low,
			Detail: "These variables load code into every program that starts, and attackers hide there. " +
				"A memory allocator is the common legitimate use.",
			Remedy:     check.Remedy("Set the variable only for the program that needs it, or link the library."),
			References: []string{"https://man7.org/linux/man-pages/man8/ld.so.8.html"},
			Find:       findPreload,
		},
		{
			ID: "env-library-path", Title: "Unsafe directory in LD_LIBRARY_PATH",
			Severity: seaworthy.Medium,
			Detail: "The dynamic linker uses the first library of a name along LD_LIBRARY_PATH. An empty or relative entry " +
				"means the working directory.",
			Remedy:     check.Remedy("List only absolute directories that belong to root in LD_LIBRARY_PATH, without a colon at either end."),
			References: []string{"https://man7.org/linux/man-pages/man8/ld.so.8.html"},
			Find:       findLibraryPath,
		},
		{
			ID: "env-tls-off", Title: "A variable turns off certificate verification",
			Severity: seaworthy.High,
			CIS:      []string{"4.11"},
			Detail: "Programs that read the variable accept any server, so that what they download or send can be read " +
				"and changed on the network.",
			Remedy: check.Remedy("Remove the variable. Add the certificate of a private authority to the image's trust store instead."),
			Find:   findTLSVariables,
		},
		{
			ID: "docker-socket", Title: "The image expects to control a container engine",
			Severity: seaworthy.Medium,
			Detail: "Anyone who reaches the engine's socket can start containers with the host's files: that is root on the host. " +
				"An engine on a TCP port without TLS is open to the whole network.",
			Remedy:     check.Remedy("Use an engine without root privileges, or a proxy that forwards only the requests that the service needs."),
			References: []string{"https://docs.docker.com/engine/security/#docker-daemon-attack-surface"},
			Find:       findDockerSocket,
		},
	}
}

func findCredentialNames(s *check.Image) []check.Violation {
	var list []check.Violation
	type seen struct{ name, value string }
	found := map[seen]bool{}
	add := func(kind, name, value string, where []seaworthy.Location) {
		if !secretname.MaybeSecret(name) || !credential.IsValue(name, value) || found[seen{name, value}] {
			return
		}
		found[seen{name, value}] = true
		subject := check.VariableSubject(name)
		if kind == "LABEL" {
			subject = seaworthy.Subject{Kind: seaworthy.SubjectLabel, Name: check.Shown(name)}
		}
		list = append(list, check.Violation{
			Subject:   subject,
			Evidence:  fmt.Sprintf("%s %s=%s (%d bytes)", kind, check.Shown(name), seaworthy.RedactionMark, len(value)),
			Locations: where,
		})
	}
	for _, in := range s.Steps {
		step := in
		if t, ok := in.Trigger(); ok {
			step = t
		}
		where := []seaworthy.Location{s.StepLocation(in)}
		for _, p := range step.Pairs() {
			add(step.Keyword, p.Key, p.Value, where)
		}
		for _, p := range step.BuildArgs {
			add("build argument", p.Key, p.Value, where)
		}
	}
	for _, e := range s.Config.Env {
		name, value, _ := strings.Cut(e, "=")
		add("ENV", name, value, nil)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Config.Labels)) {
		add("LABEL", name, s.Config.Labels[name], nil)
	}
	return list
}

func findPreload(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, name := range []string{"LD_PRELOAD", "LD_AUDIT"} {
		value, _ := s.Variable(name)
		for _, lib := range strings.FieldsFunc(value, func(r rune) bool { return r == ':' || r == ' ' }) {
			v := check.Violation{Subject: check.VariableSubject(name), Evidence: s.Redacted(name + "=" + value), Locations: s.VariableLocation(name)}
			file := strings.TrimPrefix(path.Clean("/"+lib), "/")
			at, writable := s.Replaceable(file, s.User)
			_, there := s.Resolve(file)
			switch {
			case !strings.Contains(lib, "/"):
				v.Detail = "The library is searched along the library path."
			case strings.Contains(lib, "$"):
			case writable:
				v.Severity = seaworthy.High
				v.Evidence += fmt.Sprintf("; %s can be changed by the image's user", at.Path)
				v.Locations = append(v.Locations, s.Location(at, 0))
			case !there && path.IsAbs(lib):
				v.Severity = seaworthy.Medium
				v.Evidence += fmt.Sprintf("; the image has no %s", check.Shown(lib))
			case !path.IsAbs(lib):
				v.Severity = seaworthy.Medium
				v.Detail = "The path is relative, so that it depends on the working directory."
			}
			list = append(list, v)
		}
	}
	return list
}

func findLibraryPath(s *check.Image) []check.Violation {
	value, _ := s.Variable("LD_LIBRARY_PATH")
	if value == "" {
		return nil
	}
	var list []check.Violation
	add := func(severity seaworthy.Severity, what string, at ...seaworthy.Location) {
		list = append(list, check.Violation{
			Severity:  severity,
			Subject:   check.VariableSubject("LD_LIBRARY_PATH"),
			Evidence:  fmt.Sprintf("LD_LIBRARY_PATH=%s, where %s", check.Shown(value), what),
			Locations: append(s.VariableLocation("LD_LIBRARY_PATH"), at...),
		})
	}
	relative := false
	dirs := strings.FieldsFunc(value, func(r rune) bool { return r == ':' || r == ';' })
	for _, dir := range dirs {
		if !path.IsAbs(dir) {
			relative = relative || !strings.HasPrefix(dir, "$")
			continue
		}
		// The name of a file that does not exist stands for any library.
		library := check.Rooted(dir) + "/lib.so"
		if at, ok := s.Replaceable(library, account.Anybody()); ok {
			add(seaworthy.High, "anybody can write "+check.DescribeMode(at), s.Location(at, 0))
		} else if at, ok := s.Replaceable(library, s.User); ok {
			add(seaworthy.High, "the image's user can write "+check.DescribeMode(at), s.Location(at, 0))
		}
	}
	if relative || len(dirs) != strings.Count(value, ":")+strings.Count(value, ";")+1 {
		add(seaworthy.Unknown, "an entry is empty or relative")
	}
	return list
}

func findTLSVariables(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, e := range s.Config.Env {
		name, value, _ := strings.Cut(e, "=")
		if now, _ := s.Variable(name); now == value && tlsOff(name, value) {
			list = append(list, check.Violation{Subject: check.VariableSubject(name), Evidence: check.Shown(e), Locations: s.VariableLocation(name)})
		}
	}
	return list
}

// tlsOff reports whether a variable with this value makes a program accept any
// certificate or any checksum.
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

func findDockerSocket(s *check.Image) []check.Violation {
	var list []check.Violation
	add := func(severity seaworthy.Severity, evidence string, at []seaworthy.Location) {
		list = append(list, check.Violation{Severity: severity, Evidence: s.Redacted(evidence), Locations: at})
	}
	for _, e := range s.Config.Env {
		name, value, _ := strings.Cut(e, "=")
		switch {
		case name == "DOCKER_HOST" && strings.HasPrefix(value, "tcp://") && !dockerTLS(s):
			add(seaworthy.High, e+", without TLS", s.VariableLocation(name))
		case name == "DOCKER_HOST" && value != "" || check.NamesSocket(value):
			add(seaworthy.Unknown, e, s.VariableLocation(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Config.Labels)) {
		if value := s.Config.Labels[name]; check.NamesSocket(value) {
			add(seaworthy.Unknown, "LABEL "+name+"="+value, s.LastStep("LABEL", name))
		}
	}
	for _, volume := range slices.Sorted(maps.Keys(s.Config.Volumes)) {
		if check.NamesSocket(volume) {
			add(seaworthy.Unknown, "VOLUME "+volume, s.LastStep("VOLUME", volume))
		}
	}
	for keyword, argv := range commandLines(s) {
		if line := strings.Join(argv, " "); check.NamesSocket(line) {
			add(seaworthy.Unknown, keyword+" "+line, s.LastStep(keyword, ""))
		}
	}
	return list
}

// dockerTLS reports whether the environment makes the client of Docker verify the engine.
func dockerTLS(s *check.Image) bool {
	value, _ := s.Variable("DOCKER_TLS_VERIFY")
	return value != ""
}
