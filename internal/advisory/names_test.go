package advisory

import "testing"

func TestCanonicalEcosystem(t *testing.T) {
	for ecosystem, want := range map[string]string{
		"Red Hat:enterprise_linux:9::baseos":                            "Red Hat:enterprise_linux:9",
		"SUSE:Linux Enterprise Module for Basesystem 15 SP4":            "SUSE:Linux Enterprise 15 SP4",
		"SUSE:Linux Enterprise Module for Package Hub 15 SP5":           "SUSE:Linux Enterprise 15 SP5",
		"SUSE:Linux Enterprise Server 15 SP4":                           "SUSE:Linux Enterprise 15 SP4",
		"SUSE:Linux Enterprise Server 15-LTSS":                          "SUSE:Linux Enterprise 15",
		"SUSE:Linux Enterprise Server 12 SP5-LTSS-EXTREME-CORE":         "SUSE:Linux Enterprise 12 SP5",
		"SUSE:Linux Enterprise Server for SAP Applications 15 SP3":      "SUSE:Linux Enterprise 15 SP3",
		"SUSE:Linux Enterprise High Performance Computing 15 SP3-ESPOS": "SUSE:Linux Enterprise 15 SP3",
		"SUSE:Linux Enterprise Micro 5.3":                               "SUSE:Linux Enterprise Micro 5.3",
		"SUSE:Linux Micro 6.0":                                          "SUSE:Linux Micro 6.0",
		"openSUSE:Leap 15.5":                                            "openSUSE:Leap 15.5",
		"Debian:12":                                                     "Debian:12",
	} {
		if got := canonicalEcosystem(ecosystem); got != want {
			t.Errorf("%s: %s, want %s", ecosystem, got, want)
		}
	}
}

func TestBodyName(t *testing.T) {
	for name, want := range map[string]string{
		"debian": "Debian", "Debian:12": "Debian", "NPM": "npm", "redhat": "Red Hat", "amazon": "Amazon Linux", "kev": "KEV", "rocky linux": "Rocky Linux",
		"eol": EOL, "debian states": "Debian states", "Unheard of": "Unheard of", "": "",
	} {
		if got := BodyName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"debain": "Debian", "Alpin": "Alpine", "Pypy": "PyPI", "Something else": "", "go": "Go", "Red Had": "Red Hat"} {
		if got := meant(name); got != want {
			t.Errorf("%q is like %q, want %q", name, got, want)
		}
	}
}
