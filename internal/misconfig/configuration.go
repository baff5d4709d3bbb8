package misconfig

import (
	"fmt"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// configurationChecks judge what the image tells the runtime, apart from user
// and environment.
func configurationChecks() []check {
	return []check{
		{
			id: "healthcheck-missing", title: "The image has no health check",
			severity: seaworthy.Negligible,
			cis:      []string{"4.6"},
			dockle:   []string{"CIS-DI-0006"},
			aliases:  []string{"DS-0026", "AVD-DS-0026"},
			detail: "Docker and Swarm then take a service that hangs for one that works. Kubernetes does not look at it, and " +
				"images in OCI format cannot hold one.",
			remedy: remedy(
				"Add a HEALTHCHECK that asks the service itself, or define a probe where the container is deployed.",
				seaworthy.Dockerfile("HEALTHCHECK CMD COMMAND"),
			),
			references: []string{"https://docs.docker.com/reference/dockerfile/#healthcheck"},
			subject:    configurationField("Healthcheck"),
			judge:      judgeHealthcheckMissing,
		},
		{
			id: "healthcheck-disabled", title: "The image turns off the health check of its base",
			severity:   seaworthy.Low,
			cis:        []string{"4.6"},
			detail:     "HEALTHCHECK NONE says that nobody is to know whether the service works.",
			remedy:     remedy("Replace HEALTHCHECK NONE by a check of the service.", seaworthy.Dockerfile("HEALTHCHECK CMD COMMAND")),
			references: []string{"https://docs.docker.com/reference/dockerfile/#healthcheck"},
			subject:    configurationField("Healthcheck"),
			judge:      judgeHealthcheckDisabled,
		},
		{
			id: "stop-signal", title: "The stop signal does not let the service end by itself",
			severity: seaworthy.Low,
			detail: "SIGKILL and SIGSTOP cannot be handled, so that what the service has not written is lost; " +
				"a signal that does not exist makes the runtime refuse the container.",
			remedy:     remedy("Set a signal on which the service stops cleanly.", seaworthy.Dockerfile("STOPSIGNAL SIGTERM")),
			references: []string{"https://docs.docker.com/reference/dockerfile/#stopsignal"},
			subject:    configurationField("StopSignal"),
			judge:      judgeStopSignal,
		},
		{
			id: "command-shell-form", title: "The service runs behind a shell that gets its signals",
			severity: seaworthy.Negligible,
			detail: "The shell is process 1 and does not pass signals on, so that stopping the container ends in SIGKILL; " +
				"and it expands what the environment puts into the command.",
			remedy: remedy(
				"Write the command in exec form, or start the last command of the script with exec.",
				seaworthy.Dockerfile(`CMD ["program", "argument"]`),
			),
			references: []string{"https://docs.docker.com/reference/dockerfile/#shell-and-exec-form"},
			judge:      judgeShellForm,
		},
		{
			id: "onbuild", title: "The image runs instructions in the builds that use it",
			severity: seaworthy.Low,
			detail: "ONBUILD triggers do not stand in the Dockerfile of those who build on the image; they run or copy " +
				"there what this image says.",
			remedy:     remedy("Remove the ONBUILD instructions, and write them in the Dockerfiles that need them."),
			references: []string{"https://docs.docker.com/reference/dockerfile/#onbuild"},
			subject:    configurationField("OnBuild"),
			judge:      judgeOnBuild,
		},
		{
			id: "port-management", title: "The image exposes a port for remote administration",
			severity: seaworthy.Medium,
			aliases:  []string{"DS-0004", "AVD-DS-0004"},
			detail: "A way into the container beside the one through the platform is neither seen nor ruled by it, and is the " +
				"first that attackers try.",
			remedy: remedy("Remove the EXPOSE and the service behind it. Enter containers with docker exec or kubectl exec."),
			judge:  judgePorts,
		},
		{
			id: "volume-system-path", title: "A volume covers a path of the system",
			severity: seaworthy.Medium,
			dockle:   []string{"DKL-DI-0002"},
			detail: "The volume takes the place of what the kernel or the distribution keeps there, outlives the container, " +
				"and can be shared with others that then write into it.",
			remedy:     remedy("Keep data under a directory of the service's own.", seaworthy.Dockerfile("VOLUME /var/lib/service")),
			references: []string{"https://docs.docker.com/reference/dockerfile/#volume"},
			judge:      judgeVolumes,
		},
	}
}

// originChecks judge what the image says about where it comes from.
func originChecks() []check {
	return []check{
		{
			id: "reference-latest", title: "The image is named by a tag that moves",
			severity: seaworthy.Low,
			cis:      []string{"4.2"},
			dockle:   []string{"DKL-DI-0006"},
			detail:   "latest, which is also what no tag means, is another image tomorrow: what was judged here is not what will run.",
			remedy:   remedy("Name a version or, better, a digest: name:1.2.3@sha256:…"),
			judge:    judgeReference,
		},
		{
			id: "labels-missing", title: "The image does not say where it comes from",
			severity: seaworthy.Negligible,
			detail:   "Without source and revision nobody can tell from the image which code is in it and whom to ask.",
			remedy: remedy(
				"Set the labels in the build.",
				seaworthy.Command("docker buildx build --label org.opencontainers.image.source=URL --label org.opencontainers.image.revision=COMMIT ."),
			),
			references: []string{"https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
			subject:    configurationField("Labels"),
			judge:      judgeLabels,
		},
	}
}

func judgeHealthcheckMissing(s *subject) []violation {
	if h := s.config.Healthcheck; h != nil && len(h.Test) > 0 || !s.configured {
		return nil
	}
	return []violation{{evidence: "no HEALTHCHECK in the configuration"}}
}

func judgeHealthcheckDisabled(s *subject) []violation {
	if h := s.config.Healthcheck; h == nil || len(h.Test) == 0 || h.Test[0] != "NONE" {
		return nil
	}
	return []violation{{evidence: "HEALTHCHECK NONE", locations: s.lastStep("HEALTHCHECK", "")}}
}

func judgeStopSignal(s *subject) []violation {
	text := s.config.StopSignal
	if text == "" {
		return nil
	}
	v := violation{locations: s.lastStep("STOPSIGNAL", "")}
	name := strings.TrimPrefix(strings.ToUpper(text), "SIG")
	switch n, err := strconv.Atoi(text); {
	case n == 9 || n == 19 || name == "KILL" || name == "STOP":
		v.evidence = fmt.Sprintf("STOPSIGNAL %s cannot be handled", shown(text))
	case err == nil && (n < 1 || n > 64), err != nil && !signalName(name):
		v.severity = seaworthy.Medium
		v.evidence = fmt.Sprintf("STOPSIGNAL %s is no signal of Linux", shown(text))
	default:
		return nil
	}
	return []violation{v}
}

// signalName is true for the names of signal(7), without SIG.
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

// commandLines are the commands that the configuration starts, by instruction.
func (s *subject) commandLines() iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		if len(s.config.Entrypoint) > 0 && !yield("ENTRYPOINT", s.config.Entrypoint) {
			return
		}
		if len(s.config.Cmd) > 0 && !yield("CMD", s.config.Cmd) {
			return
		}
		if h := s.config.Healthcheck; h != nil && len(h.Test) > 1 {
			yield("HEALTHCHECK", h.Test[1:])
		}
	}
}

func judgeShellForm(s *subject) []violation {
	for keyword, argv := range s.commandLines() {
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
		return []violation{{
			subject:   configurationField(keyword[:1] + strings.ToLower(keyword[1:])),
			evidence:  redacted(fmt.Sprintf("%s %s", keyword, strings.Join(argv, " "))),
			locations: s.lastStep(keyword, ""),
		}}
	}
	return nil
}

func judgeOnBuild(s *subject) []violation {
	var list []violation
	for _, text := range s.config.OnBuild {
		list = append(list, violation{
			evidence:  shown(instruction.Parse("ONBUILD " + text).Redacted()),
			locations: s.lastStep("ONBUILD", text),
		})
	}
	return together(list)
}

// managementPorts are the TCP ports at which machines are administered.
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

func judgePorts(s *subject) []violation {
	var list []violation
	for _, spec := range sortedKeys(s.config.ExposedPorts) {
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
				list = append(list, violation{
					severity:  m.severity,
					subject:   configurationField("ExposedPorts"),
					evidence:  fmt.Sprintf("EXPOSE %s: port %d is that of %s", shown(spec), m.port, m.service),
					locations: s.lastStep("EXPOSE", first),
				})
			}
		}
	}
	return list
}

// systemPaths are the directories that belong to the kernel or the
// distribution; those with whole set together with all that is below them.
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

func judgeVolumes(s *subject) []violation {
	var list []violation
	for _, volume := range sortedKeys(s.config.Volumes) {
		clean := path.Clean("/" + volume)
		for _, sp := range systemPaths {
			if clean != sp.path && (!sp.whole || !strings.HasPrefix(clean, sp.path+"/")) {
				continue
			}
			list = append(list, violation{subject: configurationField("Volumes"), evidence: "VOLUME " + shown(volume), locations: s.lastStep("VOLUME", volume)})
			break
		}
	}
	return list
}

func judgeReference(s *subject) []violation {
	if s.image.Tag != "latest" {
		return nil
	}
	name := shown(s.image.Reference)
	if !strings.Contains(name, ":latest") {
		name += " has no tag, which stands for latest"
	}
	return []violation{{subject: seaworthy.Subject{Kind: seaworthy.SubjectReference, Name: shown(s.image.Reference)}, evidence: name}}
}

func judgeLabels(s *subject) []violation {
	var missing []string
	for _, want := range []struct{ label, older string }{
		{"org.opencontainers.image.source", "org.label-schema.vcs-url"},
		{"org.opencontainers.image.revision", "org.label-schema.vcs-ref"},
	} {
		if s.config.Labels[want.label] == "" && s.config.Labels[want.older] == "" {
			missing = append(missing, want.label)
		}
	}
	if len(missing) == 0 || !s.configured {
		return nil
	}
	return []violation{{evidence: "no " + strings.Join(missing, ", no ")}}
}
