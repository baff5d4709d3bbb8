package seaworthy

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// TestFindingJSON holds the JSON form to have every field of a Finding, and to give
// it back.
func TestFindingJSON(t *testing.T) {
	f := Finding{
		Risk: Misconfiguration, ID: "user-root", Aliases: []string{"DS-0002"}, Fingerprint: "f", Severity: High, SeveritySource: "NVD",
		CVSS: []CVSS{{"NVD", "CVSS:3.1/", 9.8}}, EPSS: &EPSS{0.1, 0.2}, KEV: &KEV{"2025-01-01"},
		Title: "<t>", Detail: "d", References: []string{"r"}, Techniques: []string{"T1"},
		Subject: Subject{SubjectConfiguration, "User"}, Package: &AffectedPackage{Name: "p", Version: "1"},
		Locations: []Location{{Path: "etc/\xff", Line: 1}}, Evidence: "e", ValueDigest: "v",
		Remedy:   &Remedy{Summary: "Do it.", Steps: []RemedyStep{Note("n"), Command("c"), Dockerfile("USER 1")}, Fixes: []Subject{{SubjectConfiguration, "User"}}},
		Controls: []Control{Misconfiguration.Control(), {CISDocker, "4.1"}},
		VEX:      &VEX{Status: "affected", By: "b"}, Exception: &Exception{Reason: "r"},
	}
	for i := range reflect.TypeFor[Finding]().NumField() {
		if reflect.ValueOf(f).Field(i).IsZero() {
			t.Errorf("the test leaves %s empty", reflect.TypeFor[Finding]().Field(i).Name)
		}
	}
	data, err := json.Marshal(&f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"remediation":"Do it.\nn\nc\nUSER 1","remedy":{`,
		`"controls":["NIST SP 800-190 3.1.2","CIS Docker 4.1"],"controlItems":[{"standard":"NIST SP 800-190","item":"3.1.2"},`,
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
	var got Finding
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(f, got) {
		t.Errorf("got  %+v\nwant %+v", got, f)
	}
}

// TestFindingJSONOfOldVersions reads what versions wrote that had texts only.
func TestFindingJSONOfOldVersions(t *testing.T) {
	var f Finding
	if err := json.Unmarshal([]byte(`{"risk":"secret","id":"x","severity":"low","title":"t","remediation":"Rotate it.\nRUN a\nRUN b","controls":["CIS Docker 4.10","odd"]}`), &f); err != nil {
		t.Fatal(err)
	}
	want := &Remedy{Summary: "Rotate it.", Steps: []RemedyStep{Note("RUN a\nRUN b")}}
	if !reflect.DeepEqual(f.Remedy, want) {
		t.Errorf("remedy %+v, want %+v", f.Remedy, want)
	}
	if f.Remedy.String() != "Rotate it.\nRUN a\nRUN b" {
		t.Errorf("text %q", f.Remedy)
	}
	if want := []Control{{CISDocker, "4.10"}, {"", "odd"}}; !reflect.DeepEqual(f.Controls, want) {
		t.Errorf("controls %+v, want %+v", f.Controls, want)
	}
}

// TestUnit counts a vulnerability of a source package once, and all else one by one.
func TestUnit(t *testing.T) {
	of := func(id, name, version, source, sourceVersion, ecosystem string) *Finding {
		p := &AffectedPackage{Name: name, Version: version, Ecosystem: ParseEcosystem(ecosystem)}
		if source != "" {
			p.Source = &SourcePackage{Name: source, Version: sourceVersion}
		}
		return &Finding{Risk: Vulnerability, ID: id, Package: p}
	}
	units := make(map[Unit]bool)
	for _, f := range []*Finding{
		of("CVE-1", "libssl3", "3-1", "openssl", "3-1", "Debian:12"),
		of("CVE-1", "libcrypto3", "3-1", "openssl", "3-1", "Debian:12"),
		of("CVE-1", "openssl", "3-1", "", "", "Debian:12"), // its own source
		of("CVE-2", "libssl3", "3-1", "openssl", "3-1", "Debian:12"),
		of("CVE-1", "openssl", "3-1", "", "", "PyPI"),
		of("end-of-life", "debian", "9", "", "", ""), of("end-of-life", "debian", "9", "", "", ""),
		{Risk: Secret, ID: "private-key"}, {Risk: Secret, ID: "private-key"},
	} {
		units[f.Unit()] = true
	}
	if len(units) != 7 {
		t.Errorf("%d units, want 7", len(units))
	}
}

func TestFingerprintOfAFindingWithoutAFile(t *testing.T) {
	fingerprint := func(risk Risk, subject Subject, evidence string) string {
		f := Finding{Risk: risk, ID: "id", Subject: subject, Evidence: evidence}
		f.SetFingerprint()
		return f.Fingerprint
	}
	user, port := Subject{SubjectConfiguration, "User"}, Subject{SubjectConfiguration, "ExposedPorts"}
	for _, c := range []struct {
		name  string
		a, b  string
		equal bool
	}{
		{"other words", fingerprint(Misconfiguration, user, "User is not set"), fingerprint(Misconfiguration, user, "no User"), true},
		{"another subject", fingerprint(Misconfiguration, user, "e"), fingerprint(Misconfiguration, port, "e"), false},
		{"no subject", fingerprint(Misconfiguration, Subject{}, "CMD a"), fingerprint(Misconfiguration, Subject{}, "CMD b"), false},
		{"another secret", fingerprint(Secret, user, "a=***"), fingerprint(Secret, user, "b=***"), false},
	} {
		if equal := c.a == c.b; equal != c.equal {
			t.Errorf("%s: %s and %s", c.name, c.a, c.b)
		}
	}
}
