package misconfig

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func configurationExamples() []example {
	type config = seaworthy.ContainerConfig
	type images = map[string]imagetest.Image
	test := func(words ...string) imagetest.Image {
		return configured(config{Healthcheck: &seaworthy.Healthcheck{Test: words}})
	}
	stop := func(signal string) imagetest.Image { return configured(config{StopSignal: signal}) }
	start := func(entrypoint, cmd []string) imagetest.Image {
		return configured(config{Entrypoint: entrypoint, Cmd: cmd})
	}
	expose := func(port string) imagetest.Image {
		return configured(config{ExposedPorts: map[string]struct{}{port: {}}})
	}
	volume := func(path string) imagetest.Image { return configured(config{Volumes: map[string]struct{}{path: {}}}) }
	labels := func(labels map[string]string) imagetest.Image { return configured(config{Labels: labels}) }
	return []example{
		{
			check:   "healthcheck-missing",
			trigger: images{"none": configured(config{}), "inherited from nothing": test()},
			clean:   images{"a check": test("CMD", "/check"), "turned off": test("NONE")},
		},
		{
			check:   "healthcheck-disabled",
			trigger: images{"turned off": test("NONE")},
			clean:   images{"a check": test("CMD-SHELL", "true"), "none": configured(config{})},
		},
		{
			check:   "stop-signal",
			trigger: images{"KILL": stop("KILL"), "SIGKILL": stop("SIGKILL"), "9": stop("9"), "SIGFOO": stop("SIGFOO"), "0": stop("0"), "RTMIN": stop("SIGRTMIN+99")},
			clean:   images{"default": stop(""), "SIGQUIT": stop("SIGQUIT"), "15": stop("15"), "term": stop("term"), "RTMIN": stop("SIGRTMIN+3")},
		},
		{
			check: "command-shell-form",
			trigger: images{
				"CMD":        start(nil, []string{"/bin/sh", "-c", "service --flag"}),
				"ENTRYPOINT": start([]string{"/bin/bash", "-c", "cd /app && ./run"}, nil),
			},
			clean: images{
				"exec form":        start([]string{"/service"}, []string{"-c", "file"}),
				"exec":             start(nil, []string{"/bin/sh", "-c", "exec service"}),
				"a shell":          start(nil, []string{"/bin/sh"}),
				"CMD as arguments": start([]string{"/service"}, []string{"/bin/sh", "-c", "x"}),
			},
		},
		{
			check:   "onbuild",
			trigger: images{"triggers": configured(config{OnBuild: []string{"COPY . /app", "RUN make"}})},
			clean:   images{"none": configured(config{})},
		},
		{
			check:   "port-management",
			trigger: images{"22/tcp": expose("22/tcp"), "2375": expose("2375"), "range": expose("20-25/tcp")},
			clean:   images{"8080": expose("8080/tcp"), "22/udp": expose("22/udp"), "2222": expose("2222/tcp"), "garbage": expose("a-b")},
		},
		{
			check:   "volume-system-path",
			trigger: images{"/proc": volume("/proc"), "/dev/": volume("/dev/"), "//sys": volume("//sys"), "/": volume("/"), "dots": volume("/data/../etc/."), "below": volume("/sys/fs/cgroup")},
			clean:   images{"/data": volume("/data"), "/var/lib": volume("/var/lib/service"), "/etc/app": volume("/etc/app"), "/process": volume("/process")},
		},
		{
			check:   "labels-missing",
			trigger: images{"none": labels(nil), "no revision": labels(map[string]string{"org.opencontainers.image.source": "https://example.org"})},
			clean: images{
				"both":  labels(map[string]string{"org.opencontainers.image.source": "s", "org.opencontainers.image.revision": "r"}),
				"older": labels(map[string]string{"org.label-schema.vcs-url": "s", "org.label-schema.vcs-ref": "r"}),
			},
		},
		{
			check: "reference-latest", tagged: true,
			trigger: images{"latest": {}},
			clean:   images{"1.2": {}, "": {}},
		},
	}
}

func TestPortSeverity(t *testing.T) {
	img := configured(seaworthy.ContainerConfig{ExposedPorts: map[string]struct{}{"23/tcp": {}, "22/tcp": {}}})
	got := map[string]seaworthy.Severity{}
	for _, f := range analyze(t, img).findings {
		if f.ID == "port-management" {
			got[f.Evidence] = f.Severity
		}
	}
	if len(got) != 2 || got["EXPOSE 22/tcp: port 22 is that of SSH"] != seaworthy.Medium || got["EXPOSE 23/tcp: port 23 is that of Telnet, in clear text"] != seaworthy.High {
		t.Errorf("got %v", got)
	}
}
