package report

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

// TestStepsAreCopied has steps for a Dockerfile: they are broken where a Dockerfile
// may be, and no word of theirs is.
func TestStepsAreCopied(t *testing.T) {
	mount := "--mount=type=secret,id=settings.conf,target=/srv/application/settings.conf,required=true"
	s := skiff()
	s.image.Layers = []seaworthy.Layer{{Index: 0}}
	s.findings = []seaworthy.Finding{{Risk: seaworthy.Secret, ID: "x", Severity: seaworthy.High, Title: "X token", Locations: []seaworthy.Location{at(0, "srv/x")},
		Remedy: &seaworthy.Remedy{Summary: "Mount it for the command:", Steps: []seaworthy.RemedyStep{
			seaworthy.Dockerfile("RUN " + mount + ` /usr/local/bin/tool --message "one two three four five six seven eight" --and 'so on'`)}}}}
	text := write(t, Text, Options{Width: 80}, s)
	want := "            RUN \\\n" + mount + " \\\n              /usr/local/bin/tool --message \\\n              \"one two three four five six seven eight\" --and 'so on'\n"
	if !strings.Contains(text, want) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// TestKeysAreCopied shows a key, of which no line is broken or missing.
func TestKeysAreCopied(t *testing.T) {
	lines := []string{"-----BEGIN OPENSSH PRIVATE KEY-----"}
	for i := range 30 {
		lines = append(lines, strings.Repeat(string(rune('a'+i%26)), 70))
	}
	lines = append(lines, "-----END OPENSSH PRIVATE KEY-----")
	s := skiff()
	s.findings = []seaworthy.Finding{{Risk: seaworthy.Secret, ID: "private-key", Severity: seaworthy.Critical, Title: "Private key",
		Locations: []seaworthy.Location{at(0, "srv/x")}, Evidence: strings.Join(lines, "\n") + "\n"}}
	text := write(t, Text, Options{Width: 80}, s)
	if want := "  evidence  " + strings.Join(lines, "\n          ") + "\n"; !strings.Contains(text, want) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}
