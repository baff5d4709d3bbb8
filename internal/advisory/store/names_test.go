package store

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

func TestCanonicalRelease(t *testing.T) {
	for ecosystem, want := range map[string]string{
		"Red Hat:enterprise_linux:9::baseos":                            "Red Hat:enterprise_linux:9",
		"SUSE:Linux Enterprise Module for Basesystem 15 SP4":            "SUSE:Linux Enterprise 15 SP4",
		"SUSE:Linux Enterprise Module for Package Hub 15 SP5":           "SUSE:Linux Enterprise 15 SP5",
		"SUSE:Linux Enterprise Server 15 SP4":                           "SUSE:Linux Enterprise 15 SP4",
		"SUSE:Linux Enterprise Server 15-LTSS":                          "SUSE:Linux Enterprise 15",
		"SUSE:Linux Enterprise Server 12 SP5-LTSS-EXTREME-CORE":         "SUSE:Linux Enterprise 12 SP5",
		"SUSE:Linux Enterprise Server 15 SP1-LTSS":                      "SUSE:Linux Enterprise 15 SP1",
		"SUSE:Linux Enterprise Server 12 SP5-LTSS-Extended-Security":    "SUSE:Linux Enterprise 12 SP5",
		"SUSE:Linux Enterprise Server LTSS Extended Security 12 SP5":    "SUSE:Linux Enterprise 12 SP5",
		"SUSE:Linux Enterprise Server 15 SP3 LTSS":                      "SUSE:Linux Enterprise 15 SP3",
		"SUSE:Linux Enterprise Server for SAP Applications 15 SP3":      "SUSE:Linux Enterprise 15 SP3",
		"SUSE:Linux Enterprise High Performance Computing 15 SP3-ESPOS": "SUSE:Linux Enterprise 15 SP3",
		"SUSE:Linux Enterprise Micro 5.3":                               "SUSE:Linux Enterprise Micro 5.3",
		"SUSE:Linux Micro 6.0":                                          "SUSE:Linux Micro 6.0",
		"openSUSE:Leap 15.5":                                            "openSUSE:Leap 15.5",
		"Debian:12":                                                     "Debian:12",
	} {
		e := seaworthy.ParseEcosystem(ecosystem)
		if got := (seaworthy.Ecosystem{Name: e.Name, Release: canonicalRelease(e)}).String(); got != want {
			t.Errorf("%s: %s, want %s", ecosystem, got, want)
		}
	}
}

func TestNamesOfFiles(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for _, name := range []string{"Red Hat", "crates.io", "../../etc", ".hidden", "a/b"} {
		if filepath.Dir(Path(dir, name)) != dir {
			t.Errorf("%q lies outside of the directory: %s", name, Path(dir, name))
		}
		if err := os.WriteFile(Path(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	got, err := Names(dir)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
}
