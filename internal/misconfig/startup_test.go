package misconfig

import (
	"slices"
	"strings"
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

func TestStartChain(t *testing.T) {
	exe := func(name string) imagetest.Entry { return imagetest.FileMode(name, 0o755, "ELF") }
	img := started([]string{"tini", "--", "docker-entrypoint.sh"},
		exe("sbin/tini"), imagetest.FileMode("usr/local/bin/docker-entrypoint.sh", 0o755, "#!/usr/bin/env bash\nexec gosu app /srv/serve \"$@\"\n"),
		exe("usr/bin/env"), exe("usr/bin/bash"), exe("srv/serve"), exe("usr/bin/java"), imagetest.File("srv/app.jar", "PK"), imagetest.File("srv/x", ""))
	img.Config.Config.Cmd = []string{"java", "-Xmx1g", "-jar", "app.jar"}
	img.Config.Config.WorkingDir = "/srv"
	want := []string{"sbin/tini", "srv/serve", "usr/bin/bash", "usr/bin/env", "usr/local/bin/docker-entrypoint.sh"}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(newSubjectOf(t, img).startChain()))); diff != "" {
		t.Error(diff)
	}
	img.Config.Config.Entrypoint = nil
	if diff := cmp.Diff([]string{"srv/app.jar", "usr/bin/java"}, slices.Sorted(slices.Values(newSubjectOf(t, img).startChain()))); diff != "" {
		t.Error(diff)
	}
}

func TestReducedFilesHoldNoSecrets(t *testing.T) {
	for name, got := range map[string]string{
		"crontab": string(reduceCrontab([]byte("PGPASSWORD=hunter2\n0 1 * * * root /opt/job --password hunter2 -p=hunter2 /opt/x:hunter2\n@daily /opt/y hunter2"))),
		"unit":    string(reduceUnit([]byte("[Service]\nEnvironment=P=hunter2\nExecStart=/opt/a --token hunter2\n# hunter2"))),
		"script":  string(reduceScript([]byte("#!/bin/sh -e\nexport P=hunter2\n/opt/a --p hunter2 /b:hunter2\nexec env P=hunter2 /opt/c"))),
		"keys":    string(reduceAuthorizedKeys([]byte("command=\"x hunter2\" ssh-ed25519 hunter2 me@host\n# hunter2"))),
	} {
		if got == "" || strings.Contains(got, "hunter2") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func FuzzJobs(f *testing.F) {
	f.Add("0 0 0 0 0 0 /.")
	f.Add("@daily root /a\n* * * * * root (cd /x; '/y') > /z\nA=b\n[Service]\nExecStart=-/a b\nUser=x\n#!/bin/sh\nexec /a\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, owner := range []string{"", "root"} {
			for job := range cronJobs(text, owner) {
				if job.program == "" || job.program[0] == '/' {
					t.Errorf("program %q", job.program)
				}
			}
		}
		unitPrograms(text)
		for _, reduce := range []func([]byte) []byte{reduceCrontab, reduceUnit, reduceScript, reduceAuthorizedKeys} {
			if got, want := strings.Count(string(reduce([]byte(text))), "\n"), strings.Count(text, "\n"); got != want {
				t.Errorf("%d lines of %d", got, want)
			}
		}
	})
}
