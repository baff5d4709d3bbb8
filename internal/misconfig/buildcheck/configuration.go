package buildcheck

import (
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// configurationChecks returns the checks of the image configuration, apart from user and
// environment.
func configurationChecks() []check.Check {
	return []check.Check{
		{
			ID: "healthcheck-missing", Title: "The image has no health check",
			Severity: seaworthy.Negligible,
			CIS:      []string{"4.6"},
			Dockle:   []string{"CIS-DI-0006"},
			Aliases:  []string{"DS-0026", "AVD-DS-0026"},
			Detail: "Without one, Docker and Swarm take a hanging service for a healthy one. Kubernetes ignores it, and images " +
				"in OCI format cannot hold one.",
			Remedy: check.Remedy(
				"Add a HEALTHCHECK that tests the service itself, or define a probe where the container is deployed.",
				seaworthy.Dockerfile("HEALTHCHECK CMD COMMAND"),
			),
			References: []string{"https://docs.docker.com/reference/dockerfile/#healthcheck"},
			Subject:    check.ConfigurationField("Healthcheck"),
			Find:       findHealthcheckMissing,
		},
		{
			ID: "healthcheck-disabled", Title: "The image disables the health check of its base image",
			Severity:   seaworthy.Low,
			CIS:        []string{"4.6"},
			Detail:     "With HEALTHCHECK NONE, a service that fails goes unnoticed.",
			Remedy:     check.Remedy("Replace HEALTHCHECK NONE with a check of the service.", seaworthy.Dockerfile("HEALTHCHECK CMD COMMAND")),
			References: []string{"https://docs.docker.com/reference/dockerfile/#healthcheck"},
			Subject:    check.ConfigurationField("Healthcheck"),
			Find:       findHealthcheckDisabled,
		},
		{
			ID: "stop-signal", Title: "The stop signal does not let the service shut down",
			Severity: seaworthy.Low,
			Detail: "SIGKILL and SIGSTOP cannot be handled, so unsaved data is lost. " +
				"With a signal that does not exist, the runtime refuses the container.",
			Remedy:     check.Remedy("Set a signal on which the service stops cleanly.", seaworthy.Dockerfile("STOPSIGNAL SIGTERM")),
			References: []string{"https://docs.docker.com/reference/dockerfile/#stopsignal"},
			Subject:    check.ConfigurationField("StopSignal"),
			Find:       findStopSignal,
		},
		{
			ID: "command-shell-form", Title: "Shell-form command: the shell, not the service, receives signals",
			Severity: seaworthy.Negligible,
			Detail: "The shell is process 1 and does not forward signals, so stopping the container ends in SIGKILL. " +
				"It also expands variables of the environment in the command.",
			Remedy: check.Remedy(
				"Write the command in exec form, or start the last command of the script with exec.",
				seaworthy.Dockerfile(`CMD ["program", "argument"]`),
			),
			References: []string{"https://docs.docker.com/reference/dockerfile/#shell-and-exec-form"},
			Find:       findShellForm,
		},
		{
			ID: "onbuild", Title: "ONBUILD instructions run in builds that use the image",
			Severity: seaworthy.Low,
			Detail: "They run or copy in builds that have this image as their base image, although they are not in the " +
				"Dockerfiles of those.",
			Remedy:     check.Remedy("Remove the ONBUILD instructions, and write them in the Dockerfiles that need them."),
			References: []string{"https://docs.docker.com/reference/dockerfile/#onbuild"},
			Subject:    check.ConfigurationField("OnBuild"),
			Find:       findOnBuild,
		},
		{
			ID: "port-management", Title: "The image exposes a port for remote administration",
			Severity: seaworthy.Medium,
			Aliases:  []string{"DS-0004", "AVD-DS-0004"},
			Detail: "It is a way into the container that the platform neither sees nor controls, and the first that " +
				"attackers try.",
			Remedy: check.Remedy("Remove the EXPOSE and the service behind it. Enter containers with docker exec or kubectl exec."),
			Find:   findPorts,
		},
		{
			ID: "volume-system-path", Title: "A volume covers a system path",
			Severity: seaworthy.Medium,
			Dockle:   []string{"DKL-DI-0002"},
			Detail: "The volume replaces what the kernel or the distribution keeps there, outlives the container, " +
				"and can be shared with other containers, which can then write into it.",
			Remedy:     check.Remedy("Keep data under a directory of the service's own.", seaworthy.Dockerfile("VOLUME /var/lib/service")),
			References: []string{"https://docs.docker.com/reference/dockerfile/#volume"},
			Find:       findVolumes,
		},
	}
}

// originChecks returns the checks of what the image says about its origin.
func originChecks() []check.Check {
	return []check.Check{
		{
			ID: "reference-latest", Title: "The image is named by a moving tag",
			Severity: seaworthy.Low,
			CIS:      []string{"4.2"},
			Dockle:   []string{"DKL-DI-0006"},
			Detail:   "latest, which is also the default tag, can be another image tomorrow: then what was checked is not what runs.",
			Remedy:   check.Remedy("Name a version or, better, a digest: name:1.2.3@sha256:…"),
			Find:     findReference,
		},
		{
			ID: "labels-missing", Title: "The image has no source or revision label",
			Severity: seaworthy.Negligible,
			Detail:   "Without source and revision, the image does not say which code is in it and whom to ask.",
			Remedy: check.Remedy(
				"Set the labels in the build.",
				seaworthy.Command("docker buildx build --label org.opencontainers.image.source=URL --label org.opencontainers.image.revision=COMMIT ."),
			),
			References: []string{"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
			Subject:    check.ConfigurationField("Labels"),
			Find:       findLabels,
		},
	}
}

func findHealthcheckMissing(s *check.Image) []check.Violation {
	if h := s.Config.Healthcheck; h != nil && len(h.Test) > 0 || !s.Configured {
		return nil
	}
	return []check.Violation{{Evidence: "no HEALTHCHECK in the configuration"}}
}

func findHealthcheckDisabled(s *check.Image) []check.Violation {
	if h := s.Config.Healthcheck; h == nil || len(h.Test) == 0 || h.Test[0] != "NONE" {
		return nil
	}
	return []check.Violation{{Evidence: "HEALTHCHECK NONE", Locations: s.LastStep("HEALTHCHECK", "")}}
}

func findStopSignal(s *check.Image) []check.Violation {
	text := s.Config.StopSignal
	if text == "" {
		return nil
	}
	v := check.Violation{Locations: s.LastStep("STOPSIGNAL", "")}
	name := strings.TrimPrefix(strings.ToUpper(text), "SIG")
	switch n, err := strconv.Atoi(text); {
	case n == 9 || n == 19 || name == "KILL" || name == "STOP":
		v.Evidence = fmt.Sprintf("STOPSIGNAL %s cannot be handled", check.Shown(text))
	case err == nil && (n < 1 || n > 64), err != nil && !signalName(name):
		v.Severity = seaworthy.Medium
		v.Evidence = fmt.Sprintf("STOPSIGNAL %s is no signal of Linux", check.Shown(text))
	default:
		return nil
	}
	return []check.Violation{v}
}

// signalName reports whether a name is that of a signal in signal(7), without SIG.
func signalName(name string) bool {
	for _, base := range []string{"RTMIN", "RTMAX"} {
		if rest, ok := strings.CutPrefix(name, base); ok {
			n, err := strconv.Atoi(rest)
			return rest == "" || err == nil && -30 <= n && n <= 30
		}
	}
	return slices.Contains(strings.Fields(`ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT PIPE POLL PROF PWR QUIT
		SEGV STKFLT SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ`), name)
}

// commandLines yields the command lines in the configuration, by the instruction that
// sets them.
func commandLines(s *check.Image) iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		if len(s.Config.Entrypoint) > 0 && !yield("ENTRYPOINT", s.Config.Entrypoint) {
			return
		}
		if len(s.Config.Cmd) > 0 && !yield("CMD", s.Config.Cmd) {
			return
		}
		if h := s.Config.Healthcheck; h != nil && len(h.Test) > 1 {
			yield("HEALTHCHECK", h.Test[1:])
		}
	}
}

func findShellForm(s *check.Image) []check.Violation {
	for keyword, argv := range commandLines(s) {
		if keyword == "HEALTHCHECK" || len(argv) < 3 || argv[1] != "-c" {
			return nil
		}
		switch path.Base(argv[0]) {
		case "sh", "bash", "ash", "dash", "zsh", "ksh":
		default:
			return nil
		}
		if script := strings.Fields(argv[2]); len(script) == 0 || slices.Contains(script, "exec") {
			return nil
		}
		// Of ENTRYPOINT and CMD, the first is the program.
		return []check.Violation{{
			Subject:   check.ConfigurationField(keyword[:1] + strings.ToLower(keyword[1:])),
			Evidence:  s.Redacted(fmt.Sprintf("%s %s", keyword, strings.Join(argv, " "))),
			Locations: s.LastStep(keyword, ""),
		}}
	}
	return nil
}

func findOnBuild(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, text := range s.Config.OnBuild {
		list = append(list, check.Violation{
			Evidence:  check.Shown(instruction.Parse("ONBUILD " + text).Redacted(s.Redactor)),
			Locations: s.LastStep("ONBUILD", text),
		})
	}
	return check.Group(list)
}

// managementPorts are the TCP ports of services that administer machines.
var managementPorts = []struct {
	port     int
	service  string
	severity seaworthy.Severity
}{
	{22, "SSH", seaworthy.Medium},
	{23, "Telnet, in clear text", seaworthy.High},
	{512, "rexec, in clear text", seaworthy.High},
	{513, "rlogin, in clear text", seaworthy.High},
	{514, "rsh, in clear text", seaworthy.High},
	{2375, "Docker's engine without TLS", seaworthy.High},
	{2376, "Docker's engine", seaworthy.Medium},
	{3389, "Remote Desktop", seaworthy.Medium},
	{5900, "VNC", seaworthy.Medium},
	{5985, "Windows Remote Management without TLS", seaworthy.High},
	{5986, "Windows Remote Management", seaworthy.Medium},
	{9229, "the debugger of Node.js", seaworthy.Medium},
	{5005, "the debugger of Java", seaworthy.Medium},
	{10000, "Webmin", seaworthy.Low},
}

func findPorts(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, spec := range slices.Sorted(maps.Keys(s.Config.ExposedPorts)) {
		ports, protocol, _ := strings.Cut(spec, "/")
		if protocol != "" && !strings.EqualFold(protocol, "tcp") {
			continue
		}
		first, last, ranged := strings.Cut(ports, "-")
		from, err := strconv.Atoi(first)
		to := from
		if ranged && err == nil {
			to, err = strconv.Atoi(last)
		}
		if err != nil {
			continue
		}
		for _, m := range managementPorts {
			if from <= m.port && m.port <= to {
				list = append(list, check.Violation{
					Severity:  m.severity,
					Subject:   check.ConfigurationField("ExposedPorts"),
					Evidence:  fmt.Sprintf("EXPOSE %s: port %d is that of %s", check.Shown(spec), m.port, m.service),
					Locations: s.LastStep("EXPOSE", first),
				})
			}
		}
	}
	return list
}

// systemPaths are the directories that belong to the kernel or the distribution. If whole
// is set, everything below the directory belongs to it too.
var systemPaths = []struct {
	path  string
	whole bool
}{
	{"/", false}, {"/bin", true}, {"/boot", true}, {"/dev", true}, {"/etc", false}, {"/lib", true}, {"/lib64", true},
	{"/proc", true}, {"/root", false}, {"/run", false}, {"/sbin", true}, {"/sys", true}, {"/usr", false},
	{"/usr/bin", true}, {"/usr/lib", false}, {"/usr/sbin", true}, {"/var", false}, {"/var/run", false},
	{"/var/lib/docker", false}, {"/var/lib/kubelet", false}, {"/var/lib/containerd", false},
	{"/etc/cron.d", true}, {"/etc/sudoers.d", true}, {"/etc/ssh", true}, {"/etc/kubernetes", true},
}

func findVolumes(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, volume := range slices.Sorted(maps.Keys(s.Config.Volumes)) {
		clean := path.Clean("/" + volume)
		for _, sp := range systemPaths {
			if clean != sp.path && (!sp.whole || !strings.HasPrefix(clean, sp.path+"/")) {
				continue
			}
			list = append(list, check.Violation{Subject: check.ConfigurationField("Volumes"), Evidence: "VOLUME " + check.Shown(volume), Locations: s.LastStep("VOLUME", volume)})
			break
		}
	}
	return list
}

func findReference(s *check.Image) []check.Violation {
	if s.Image().Tag != "latest" {
		return nil
	}
	name := check.Shown(s.Image().Reference)
	if !strings.Contains(name, ":latest") {
		name += " has no tag, which stands for latest"
	}
	return []check.Violation{{Subject: seaworthy.Subject{Kind: seaworthy.SubjectReference, Name: check.Shown(s.Image().Reference)}, Evidence: name}}
}

func findLabels(s *check.Image) []check.Violation {
	var missing []string
	for _, want := range []struct{ label, older string }{
		{"org.opencontainers.image.source", "org.label-schema.vcs-url"},
		{"org.opencontainers.image.revision", "org.label-schema.vcs-ref"},
	} {
		if s.Config.Labels[want.label] == "" && s.Config.Labels[want.older] == "" {
			missing = append(missing, want.label)
		}
	}
	if len(missing) == 0 || !s.Configured {
		return nil
	}
	return []check.Violation{{Evidence: "no " + strings.Join(missing, ", no ")}}
}
