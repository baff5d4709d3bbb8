package scan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// TestVendor holds that a package of another vendor has no ecosystem of the distribution,
// and still owns its files.
func TestVendor(t *testing.T) {
	const metadata = "opt/agent/lib/python3.11/site-packages/requests-2.19.0.dist-info/METADATA"
	m := read(t, layers(imagetest.Layer{
		imagetest.File("etc/os-release", bookworm),
		imagetest.File("var/lib/dpkg/status", "Package: agent\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7\nMaintainer: Datadog Packages <package@datadoghq.com>\n\n"),
		imagetest.File("var/lib/dpkg/info/agent.list", "/.\n/"+metadata+"\n"),
		imagetest.File(metadata, "Metadata-Version: 2.1\nName: requests\nVersion: 2.19.0\n\n"),
	}).OCILayout(t), scan.Options{})
	want := []string{
		"agent 7  var/lib/dpkg/status@0",
		"requests 2.19.0 PyPI " + metadata + "@0 owned by pkg:deb/debian/agent@7?arch=amd64&distro=debian-12",
	}
	if diff := cmp.Diff(want, packagesOf(m)); diff != "" {
		t.Error(diff)
	}
	if got := m.Packages()[0].Vendor; got != "Datadog" {
		t.Errorf("the vendor is %q", got)
	}
	if got := gapsOf(m); len(got) > 0 {
		t.Error(got)
	}
}

// TestUncertainVendor holds that the files of a package decide if its maintainer may be
// Debian's: Debian's packages have a copyright file.
func TestUncertainVendor(t *testing.T) {
	for _, c := range []struct{ name, list, want string }{
		{"a copyright file", "/.\n/usr/bin/agent\n/usr/share/doc/agent\n/usr/share/doc/agent/copyright\n", "agent 7 Debian:12 var/lib/dpkg/status@0"},
		{"the directory of another package", "/.\n/usr/bin/agent\n/usr/share/doc/agent\n", "agent 7 Debian:12 var/lib/dpkg/status@0"},
		{"no copyright file", "/.\n/opt/agent/bin/agent\n", "agent 7  var/lib/dpkg/status@0"},
		{"no list", "", "agent 7 Debian:12 var/lib/dpkg/status@0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := read(t, layers(imagetest.Layer{
				imagetest.File("etc/os-release", bookworm),
				imagetest.File("var/lib/dpkg/status", "Package: agent\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7\nMaintainer: Acme Packages <package@acme.example>\n\n"),
				imagetest.File("var/lib/dpkg/info/agent.list", c.list),
			}).OCILayout(t), scan.Options{})
			if diff := cmp.Diff([]string{c.want}, packagesOf(m)); diff != "" {
				t.Error(diff)
			}
			if got := m.Packages()[0].Vendor; got != "Acme Packages" {
				t.Errorf("the vendor is %q", got)
			}
		})
	}
}
