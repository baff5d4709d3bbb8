package inventory

import "testing"

func TestEcosystem(t *testing.T) {
	// The os-release files are from images of the distributions, without the lines about
	// home pages, colors and support.
	for _, c := range []struct{ packages, want, text string }{
		{"deb", "Debian:12", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n"},
		{"deb", "Debian:12", "PRETTY_NAME=\"Distroless\"\nNAME=\"Debian GNU/Linux\"\nID=\"debian\"\nVERSION_ID=\"12\"\nVERSION=\"Debian GNU/Linux 12 (bookworm)\"\n"},
		{"deb", "Debian:13", "PRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\nNAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=trixie\nID=debian\n"},
		{"deb", "Debian:11", "PRETTY_NAME=\"Debian GNU/Linux bullseye/sid\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n"},
		{"deb", "", "PRETTY_NAME=\"Debian GNU/Linux\"\nID=debian\n"},
		{"deb", "Ubuntu:22.04:LTS", "PRETTY_NAME=\"Ubuntu 22.04.3 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\nVERSION=\"22.04.3 LTS (Jammy Jellyfish)\"\nVERSION_CODENAME=jammy\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=jammy\n"},
		{"deb", "Ubuntu:23.10", "PRETTY_NAME=\"Ubuntu 23.10\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"23.10\"\nVERSION_CODENAME=mantic\nID=ubuntu\nID_LIKE=debian\n"},
		{"deb", "Ubuntu:23.04", "PRETTY_NAME=\"Ubuntu 23.04\"\nVERSION_ID=\"23.04\"\nID=ubuntu\n"},
		{"deb", "", "PRETTY_NAME=\"Linux Mint 21.2\"\nNAME=\"Linux Mint\"\nVERSION_ID=\"21.2\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"},
		{"apk", "Alpine:v3.18", "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.18.4\nPRETTY_NAME=\"Alpine Linux v3.18\"\n"},
		{"apk", "Alpine:edge", "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.21_alpha20240807\nPRETTY_NAME=\"Alpine Linux edge\"\n"},
		{"apk", "Wolfi", "ID=wolfi\nNAME=\"Wolfi\"\nPRETTY_NAME=\"Wolfi\"\nVERSION_ID=\"20230201\"\n"},
		{"apk", "Chainguard", "ID=chainguard\nNAME=\"chainguard\"\nPRETTY_NAME=\"Chainguard\"\nVERSION_ID=\"20230214\"\n"},
		{"apk", "MinimOS", "ID=minimos\nNAME=\"MinimOS\"\nPRETTY_NAME=\"MinimOS\"\nVERSION_ID=\"20241031\"\n"},
		{"apk", "Alpaquita:23", "NAME=\"BellSoft Alpaquita Linux Glibc\"\nID=alpaquita\nID_LIKE=alpine\nVERSION_ID=23\nPRETTY_NAME=\"BellSoft Alpaquita Linux 23 LTS (glibc)\"\n"},
		{"apk", "Alpaquita:stream", "NAME=\"BellSoft Alpaquita Linux Stream\"\nID=alpaquita\nVERSION_ID=stream\n"},
		{"rpm", "Red Hat:enterprise_linux:9", "NAME=\"Red Hat Enterprise Linux\"\nVERSION=\"9.4 (Plow)\"\nID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"9.4\"\nPLATFORM_ID=\"platform:el9\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 9.4 (Plow)\"\nCPE_NAME=\"cpe:/o:redhat:enterprise_linux:9::baseos\"\n"},
		{"rpm", "Red Hat:enterprise_linux:7", "NAME=\"Red Hat Enterprise Linux Server\"\nVERSION=\"7.9 (Maipo)\"\nID=\"rhel\"\nVERSION_ID=\"7.9\"\nPRETTY_NAME=\"Red Hat Enterprise Linux\"\nCPE_NAME=\"cpe:/o:redhat:enterprise_linux:7.9:GA:server\"\n"},
		{"rpm", "", "NAME=\"Red Hat Enterprise Linux CoreOS\"\nID=\"rhel\"\nVERSION_ID=\"4.14\"\nCPE_NAME=\"cpe:/a:redhat:openshift:4.14::el9\"\n"},
		{"rpm", "AlmaLinux:8", "NAME=\"AlmaLinux\"\nVERSION=\"8.9 (Midnight Oncilla)\"\nID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"8.9\"\nPRETTY_NAME=\"AlmaLinux 8.9 (Midnight Oncilla)\"\n"},
		{"rpm", "Rocky Linux:9", "NAME=\"Rocky Linux\"\nVERSION=\"9.3 (Blue Onyx)\"\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.3\"\nPRETTY_NAME=\"Rocky Linux 9.3 (Blue Onyx)\"\n"},
		{"rpm", "Oracle Linux:8", "NAME=\"Oracle Linux Server\"\nVERSION=\"8.9\"\nID=\"ol\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"8.9\"\nPRETTY_NAME=\"Oracle Linux Server 8.9\"\n"},
		{"rpm", "Amazon Linux:2023", "NAME=\"Amazon Linux\"\nVERSION=\"2023\"\nID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\nPRETTY_NAME=\"Amazon Linux 2023\"\n"},
		{"rpm", "Amazon Linux:2", "NAME=\"Amazon Linux\"\nVERSION=\"2\"\nID=\"amzn\"\nVERSION_ID=\"2\"\nPRETTY_NAME=\"Amazon Linux 2\"\n"},
		{"rpm", "Photon OS:5.0", "NAME=\"VMware Photon OS\"\nVERSION=\"5.0\"\nID=photon\nVERSION_ID=5.0\nPRETTY_NAME=\"VMware Photon OS/Linux\"\n"},
		{"rpm", "Azure Linux:3", "NAME=\"Microsoft Azure Linux\"\nVERSION=\"3.0.20240727\"\nID=azurelinux\nVERSION_ID=\"3.0\"\nPRETTY_NAME=\"Microsoft Azure Linux 3.0\"\n"},
		{"rpm", "Azure Linux:2", "NAME=\"Common Base Linux Mariner\"\nVERSION=\"2.0.20220426\"\nID=mariner\nVERSION_ID=2.0\nPRETTY_NAME=\"CBL-Mariner/Linux\"\n"},
		{"rpm", "Mageia:9", "NAME=\"Mageia\"\nVERSION=\"9\"\nID=mageia\nVERSION_ID=9\nID_LIKE=\"mandriva fedora\"\nPRETTY_NAME=\"Mageia 9\"\n"},
		{"rpm", "openEuler:24.03-LTS", "NAME=\"openEuler\"\nVERSION=\"24.03 (LTS)\"\nID=\"openEuler\"\nVERSION_ID=\"24.03\"\nPRETTY_NAME=\"openEuler 24.03 (LTS)\"\n"},
		{"rpm", "openEuler:22.03-LTS-SP3", "NAME=\"openEuler\"\nVERSION=\"22.03 (LTS-SP3)\"\nID=\"openEuler\"\nVERSION_ID=\"22.03\"\nPRETTY_NAME=\"openEuler 22.03 (LTS-SP3)\"\n"},
		{"rpm", "openEuler:23.09", "NAME=\"openEuler\"\nVERSION=\"23.09\"\nID=\"openEuler\"\nVERSION_ID=\"23.09\"\nPRETTY_NAME=\"openEuler 23.09\"\n"},
		{"rpm", "SUSE:Linux Enterprise Server 15 SP5", "NAME=\"SLES\"\nVERSION=\"15-SP5\"\nVERSION_ID=\"15.5\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP5\"\nID=\"sles\"\nID_LIKE=\"suse\"\n"},
		{"rpm", "openSUSE:Leap 15.5", "NAME=\"openSUSE Leap\"\nVERSION=\"15.5\"\nID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\nVERSION_ID=\"15.5\"\nPRETTY_NAME=\"openSUSE Leap 15.5\"\n"},
		{"rpm", "openSUSE:Tumbleweed", "NAME=\"openSUSE Tumbleweed\"\nID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\nVERSION_ID=\"20240801\"\nPRETTY_NAME=\"openSUSE Tumbleweed\"\n"},
		{"rpm", "Fedora:40", "NAME=\"Fedora Linux\"\nVERSION=\"40 (Container Image)\"\nID=fedora\nVERSION_ID=40\nPRETTY_NAME=\"Fedora Linux 40 (Container Image)\"\n"},
		{"rpm", "", "NAME=\"CentOS Stream\"\nVERSION=\"9\"\nID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"9\"\nPRETTY_NAME=\"CentOS Stream 9\"\n"},
		{"rpm", "", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n"}, // rpm installed on Debian
		{"alpm", "", "NAME=\"Arch Linux\"\nPRETTY_NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling\n"},
		{"deb", "", ""},
	} {
		r := parseRelease(c.text)
		got, reason := r.Ecosystem(c.packages)
		if got.String() != c.want {
			t.Errorf("%s: %q (%s), want %q", r.describe(), got, reason, c.want)
		}
		if got.IsZero() != (reason != "") {
			t.Errorf("%s: ecosystem %q with the reason %q", r.describe(), got, reason)
		}
	}
}

func TestPURL(t *testing.T) {
	bookworm := &Release{ID: "debian", VersionID: "12"}
	rhel := &Release{ID: "rhel", VersionID: "9.4"}
	for _, c := range []struct {
		want    string
		release *Release
		p       Package
	}{
		{"pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64&distro=debian-12", bookworm, Package{Type: "deb", Name: "libstdc++6", Version: "12.2.0-14", Arch: "amd64"}},
		{"pkg:deb/debian/dmsetup@2:1.02.185-2?arch=amd64&distro=debian-12", bookworm, Package{Type: "deb", Name: "dmsetup", Version: "2:1.02.185-2", Arch: "amd64"}},
		{"pkg:rpm/redhat/NetworkManager@1.46.0-1.el9?arch=x86_64&distro=rhel-9.4&epoch=1", rhel, Package{Type: "rpm", Name: "NetworkManager", Version: "1:1.46.0-1.el9", Arch: "x86_64"}},
		{"pkg:apk/alpine/busybox@1.30.1-r3?arch=x86_64&distro=alpine-3.10.4", &Release{ID: "alpine", VersionID: "3.10.4"}, Package{Type: "apk", Name: "busybox", Version: "1.30.1-r3", Arch: "x86_64"}},
		{"pkg:deb/strange/a@1?distro=Strange", &Release{ID: "Strange"}, Package{Type: "deb", Name: "a", Version: "1"}},
		{"pkg:deb/a@1", nil, Package{Type: "deb", Name: "a", Version: "1"}},
		{"pkg:npm/%40babel/core@7.0.0", bookworm, Package{Type: "npm", Name: "@babel/core", Version: "7.0.0"}},
		{"pkg:npm/left-pad@1.3.0", nil, Package{Type: "npm", Name: "left-pad", Version: "1.3.0"}},
		{"pkg:golang/golang.org/x/net@v0.1.0", nil, Package{Type: "golang", Name: "golang.org/x/net", Version: "v0.1.0"}},
		{"pkg:maven/org.slf4j/slf4j-api@2.0.0", nil, Package{Type: "maven", Name: "org.slf4j:slf4j-api", Version: "2.0.0"}},
		{"pkg:pypi/typing-extensions@4.0", nil, Package{Type: "pypi", Name: "Typing_Extensions", Version: "4.0"}},
		{"pkg:composer/laravel/framework@9.0", nil, Package{Type: "composer", Name: "Laravel/framework", Version: "9.0"}},
		{"pkg:nuget/Newtonsoft.Json@13.0.1", nil, Package{Type: "nuget", Name: "Newtonsoft.Json", Version: "13.0.1"}},
		{"pkg:ebuild/dev-libs/openssl@3.0.13-r2", nil, Package{Type: "ebuild", Name: "dev-libs/openssl", Version: "3.0.13-r2"}},
		{"pkg:generic/a%20b%3F%23@1%2F2", nil, Package{Type: "generic", Name: "a b?#", Version: "1/2"}},
	} {
		if got := c.p.PURL(c.release); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
