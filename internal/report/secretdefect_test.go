package report

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
)

// TestDefectsReportedAsSecrets has files whose names look like credentials: one line
// where a secret was found in them, all of the finding where none was.
func TestDefectsReportedAsSecrets(t *testing.T) {
	defect := func(path string) seaworthy.Finding {
		return seaworthy.Finding{Risk: seaworthy.Misconfiguration, ID: "credential-file", Severity: seaworthy.Medium, Title: path + " is named like a private key",
			Controls: []seaworthy.Control{{Standard: seaworthy.CISDocker, Item: "4.10"}}, Locations: []seaworthy.Location{at(0, path)}, Remedy: &seaworthy.Remedy{Summary: "Keep " + path + " out."}}
	}
	secret := func(severity seaworthy.Severity, l seaworthy.Location) seaworthy.Finding {
		return seaworthy.Finding{Risk: seaworthy.Secret, ID: "private-key", Severity: severity, Title: "Private key", Locations: []seaworthy.Location{l}, Remedy: &seaworthy.Remedy{Summary: "x"}}
	}
	variable := seaworthy.Location{Instruction: "ENV API_TOKEN=***"}
	env := defect("API_TOKEN")
	env.Locations = []seaworthy.Location{variable}
	s := skiff()
	s.image.Layers = []seaworthy.Layer{{Index: 0}, {Index: 1}}
	s.findings = []seaworthy.Finding{
		defect("a.pem"), defect("b.pem"), defect("c.pem"), defect("d.jar"), env,
		secret(seaworthy.Critical, at(0, "a.pem")), secret(seaworthy.Critical, at(1, "b.pem")), secret(seaworthy.Low, at(0, "c.pem")),
		secret(seaworthy.High, at(0, "d.jar!/k.pem")), secret(seaworthy.High, variable),
	}
	text, verbose := write(t, Text, Options{Width: 80}, s), write(t, Text, Options{Width: 80, Verbose: true}, s)
	for name, short := range map[string]bool{"a.pem": true, "b.pem": false, "c.pem": false, "d.jar": true, "API_TOKEN": true} {
		if !strings.Contains(text, name+" is named like") {
			t.Errorf("%s is missing:\n%s", name, text)
		}
		if strings.Contains(text, "Keep "+name) == short {
			t.Errorf("%s: reported in full %t:\n%s", name, short, text)
		}
		if !strings.Contains(verbose, "Keep "+name) {
			t.Errorf("%s: --verbose does not report it in full", name)
		}
	}
	if n := strings.Count(text, "· see secret"); n != 3 {
		t.Errorf("%d are reported as secrets, want 3:\n%s", n, text)
	}
}
