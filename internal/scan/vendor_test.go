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
