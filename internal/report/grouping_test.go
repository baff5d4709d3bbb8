package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

// Advice of one title is one entry with the first places, and so are alarms with the
// same remedy.
func TestGrouped(t *testing.T) {
	s := skiff()
	s.findings = nil
	for i := range 9 {
		s.findings = append(s.findings, seaworthy.Finding{Risk: seaworthy.Secret, ID: "private-key", Severity: seaworthy.Low, Title: "Private key",
			Locations: []seaworthy.Location{{Path: "lib/crypto.so", Offset: int64(4096 + i), Layer: ptr(0)}}})
	}
	for i := range 6 {
		s.findings = append(s.findings, seaworthy.Finding{Risk: seaworthy.Secret, ID: "private-key", Severity: seaworthy.Low, Title: "Private key",
			Locations: []seaworthy.Location{at(0, fmt.Sprintf("doc/key%d", i)), at(1, fmt.Sprintf("copy/key%d", i))}})
		s.findings = append(s.findings, seaworthy.Finding{Risk: seaworthy.Secret, ID: "private-key", Severity: seaworthy.Critical, Title: "Private key", Remedy: &seaworthy.Remedy{Summary: fmt.Sprintf("replace %d", i/2)},
			Locations: []seaworthy.Location{at(0, fmt.Sprintf("root/key%d", i))}})
	}
	for i := range s.findings {
		s.findings[i].SetFingerprint()
	}

	text := write(t, Text, Options{Width: 120}, s)
	for _, want := range []string{
		"       low  Private key [private-key] · 15 findings\n",
		"  critical  Private key [private-key] · 2 findings\n     where  /root/key4 · layer 0\n            /root/key5 · layer 0\n       fix  replace 2\n",
		"            /lib/crypto.so@4096\n            /doc/key0\n            /copy/key0 (+18)\n",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	markdown := write(t, Markdown, Options{}, s)
	for name, c := range map[string]struct {
		text, row string
		want      int
	}{
		"text":             {text, `(?m)^ +(low|critical)  Private key`, 4},
		"text of all":      {write(t, Text, Options{Verbose: true}, s), `(?m)^ +(low|critical)  Private key`, 21},
		"markdown":         {markdown, `(?m)^\| [*a-z]+ \| Private key`, 4},
		"count in a row":   {markdown, `15 findings<br>|· 15 findings \|`, 1},
		"places in a row":  {markdown, `and \d+ more places`, 1},
		"place of one key": {markdown, `root/key3`, 1},
	} {
		if got := len(regexp.MustCompile(c.row).FindAllString(c.text, -1)); got != c.want {
			t.Errorf("%s: %d of %s, want %d\n%s", name, got, c.row, c.want, c.text)
		}
	}
}
