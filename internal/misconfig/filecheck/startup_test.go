package filecheck

import (
	"strings"
	"testing"
)

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
