package misconfig

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func startupExamples() []example {
	own := func(name string) imagetest.Entry { return imagetest.FileMode(name, 0o755, "ELF").Owned(1000, 1000) }
	roots := func(name string) imagetest.Entry { return imagetest.FileMode(name, 0o755, "ELF") }
	return []example{
		{
			check: "start-writable",
			trigger: images{
				"the program":           started([]string{"/app/run"}, own("app/run")),
				"found along PATH":      started([]string{"run"}, own("usr/bin/run")),
				"behind an init":        started([]string{"/sbin/tini", "--", "/app/run"}, roots("sbin/tini"), own("app/run")),
				"in a shell's command":  started([]string{"/bin/sh", "-c", "exec /app/run --x"}, roots("bin/sh"), own("app/run")),
				"an interpreter's file": started([]string{"python3", "/app/main.py"}, roots("usr/bin/python3"), imagetest.FileMode("app/main.py", 0o644, "x").Owned(1000, 1000)),
				"in its directory":      started([]string{"/app/run"}, imagetest.Dir("app", 0o755).Owned(1000, 1000), roots("app/run")),
				"what a script starts":  started([]string{"/entrypoint.sh"}, imagetest.FileMode("entrypoint.sh", 0o755, "#!/bin/sh\nset -e\nexec /app/run \"$@\"\n"), own("app/run")),
				"the script's shell":    started([]string{"/entrypoint.sh"}, imagetest.FileMode("entrypoint.sh", 0o755, "#!/opt/sh\n"), own("opt/sh")),
			},
			clean: images{
				"root's":            started([]string{"/app/run"}, imagetest.Dir("app", 0o755), roots("app/run")),
				"the user's data":   started([]string{"/app/run"}, imagetest.Dir("app", 0o755), roots("app/run"), imagetest.Dir("data", 0o755).Owned(1000, 1000)),
				"root runs its own": {Config: seaworthy.ImageConfig{Config: seaworthy.ContainerConfig{Cmd: []string{"/app/run"}}}, Layers: []imagetest.Layer{{roots("app/run")}}},
				"no such program":   started([]string{"/app/run"}),
				"another user's":    started([]string{"/app/run"}, imagetest.FileMode("app/run", 0o755, "ELF").Owned(2000, 2000)),
			},
		},
		{
			check: "cron-writable",
			trigger: images{
				"the table":        files(roots("usr/sbin/cron"), imagetest.FileMode("etc/cron.d/job", 0o666, "* * * * * root /bin/true\n")),
				"its program":      files(roots("usr/sbin/cron"), imagetest.File("etc/crontab", "@daily root cd / && /opt/job x\n"), own("opt/job")),
				"a daily script":   files(roots("usr/sbin/cron"), imagetest.Dir("etc/cron.daily", 0o755), own("etc/cron.daily/job")),
				"root's own table": files(roots("usr/sbin/crond"), imagetest.File("var/spool/cron/crontabs/root", "0 1 * * * /opt/job\n"), own("opt/job")),
			},
			clean: images{
				"Debian's":              files(roots("usr/sbin/cron"), imagetest.File("etc/crontab", "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n"), roots("etc/cron.daily/dpkg")),
				"a job of another user": files(roots("usr/sbin/cron"), imagetest.File("etc/cron.d/job", "* * * * * app /opt/job\n"), own("opt/job")),
				"a user's own table":    files(roots("usr/sbin/cron"), imagetest.FileMode("var/spool/cron/crontabs/app", 0o600, "* * * * * /opt/job\n").Owned(1000, 1000), own("opt/job")),
				"a log that is written": files(roots("usr/sbin/cron"), imagetest.File("etc/cron.d/job", "* * * * * root /bin/true >> /var/log/job\n"), imagetest.File("var/log/job", "").Owned(1000, 1000)),
				"at's sequence number":  files(roots("usr/sbin/atd"), imagetest.FileMode("var/spool/cron/atjobs/.SEQ", 0o600, "0").Owned(1, 1)),
				"a comment":             files(roots("usr/sbin/cron"), imagetest.File("etc/cron.d/job", "# * * * * * root /opt/job\nSHELL=/opt/job\n"), own("opt/job")),
			},
		},
		{
			check: "unit-writable",
			trigger: images{
				"the unit":    files(imagetest.FileMode("etc/systemd/system/a.service", 0o666, "[Service]\nExecStart=/bin/true\n")),
				"its program": files(imagetest.File("etc/systemd/system/a.service", "[Service]\nExecStartPre=-/opt/a -x\n"), own("opt/a")),
			},
			clean: images{
				"root's":          files(imagetest.File("etc/systemd/system/a.service", "[Service]\nExecStart=/opt/a\n"), imagetest.Dir("opt", 0o755), roots("opt/a")),
				"runs as a user":  files(imagetest.File("etc/systemd/system/a.service", "[Service]\nUser=app\nExecStart=/opt/a\n"), own("opt/a")),
				"another section": files(imagetest.File("etc/systemd/system/a.service", "[X-Other]\nExecStart=/opt/a\n"), own("opt/a")),
			},
		},
		{
			check: "init-writable",
			trigger: images{
				"an init script":  files(imagetest.FileMode("etc/init.d/a", 0o777, "#!/bin/sh")),
				"an entrypoint's": files(own("docker-entrypoint.d/10-a.sh")),
				"a profile":       files(imagetest.FileMode("etc/profile.d/a.sh", 0o666, "x")),
			},
			clean: images{"root's": files(roots("etc/init.d/a"), imagetest.File("etc/profile", "x"))},
		},
	}
}

// TestStartChain finds what the container starts by what the user can change of it.
func TestStartChain(t *testing.T) {
	own := func(name, body string) imagetest.Entry {
		return imagetest.FileMode(name, 0o755, body).Owned(1000, 1000)
	}
	img := started([]string{"tini", "--", "docker-entrypoint.sh"},
		own("sbin/tini", "ELF"), own("usr/local/bin/docker-entrypoint.sh", "#!/usr/bin/env bash\nexec gosu app /srv/serve \"$@\"\n"),
		own("usr/bin/env", "ELF"), own("usr/bin/bash", "ELF"), own("srv/serve", "ELF"), own("usr/bin/java", "ELF"), own("srv/app.jar", "PK"), own("srv/x", ""))
	img.Config.Config.Cmd = []string{"java", "-Xmx1g", "-jar", "app.jar"}
	img.Config.Config.WorkingDir = "/srv"
	chain := func() []string {
		var paths []string
		for _, f := range findingsOf(analyze(t, img), "start-writable") {
			for _, l := range f.Locations {
				paths = append(paths, l.Path)
			}
		}
		slices.Sort(paths)
		return paths
	}
	want := []string{"sbin/tini", "srv/serve", "usr/bin/bash", "usr/bin/env", "usr/local/bin/docker-entrypoint.sh"}
	if diff := cmp.Diff(want, chain()); diff != "" {
		t.Error(diff)
	}
	img.Config.Config.Entrypoint = nil
	if diff := cmp.Diff([]string{"srv/app.jar", "usr/bin/java"}, chain()); diff != "" {
		t.Error(diff)
	}
}
