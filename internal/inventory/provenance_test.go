package inventory

import (
	"context"
	"testing"
)

func TestDebProvenance(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		want         Provenance
	}{
		{"Debian's team", "Version: 2.36-9+deb12u4\nMaintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>", Provenance{}},
		{"team with a trailing comma", "Version: 2.0.2-1\nMaintainer: Debian Python Team <team+python@tracker.debian.org>,", Provenance{}},
		{"Debian's maintainer with an own domain", "Version: 5.4.1-1\nMaintainer: Sebastian Andrzej Siewior <sebastian@breakpoint.cc>", Provenance{}},
		{"Debian's maintainer at a mail provider", "Version: 1:2.39.5-0+deb12u3\nMaintainer: Jonathan Nieder <jrnieder@gmail.com>", Provenance{}},
		{"no maintainer", "Version: 1.0-1", Provenance{}},
		{"Ubuntu", "Version: 3.0.2-0ubuntu1.15\nMaintainer: Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>\nOrigin: Ubuntu", Provenance{}},
		{"Ubuntu's version with a release", "Version: 27.13.6~22.04.1\nMaintainer: Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", Provenance{}},
		{"Ubuntu Pro", "Version: 5:6.0.16-1ubuntu1+esm2\nMaintainer: Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", Provenance{}},
		{"backport", "Version: 2.8.5-1~bpo12+1\nMaintainer: Debian HAProxy Maintainers <team+haproxy@tracker.debian.org>", Provenance{}},

		{"nginx.org", "Version: 1.25.3-1~bookworm\nMaintainer: NGINX Packaging <nginx-packaging@f5.com>\nSection: httpd", Provenance{Vendor: "nginx.org"}},
		{"Docker", "Version: 5:24.0.7-1\nMaintainer: Docker <support@docker.com>\nSection: admin", Provenance{Vendor: "Docker"}},
		{"NodeSource", "Version: 20.20.2-1nodesource1+repack1\nMaintainer: NodeSource Support <support@nodesource.com>\nSection: web", Provenance{Vendor: "NodeSource"}},
		{"PGDG keeps Debian's maintainer", "Version: 16.1-1.pgdg120+1\nMaintainer: Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>", Provenance{Vendor: "PostgreSQL (PGDG)"}},
		{"sury.org keeps Debian's maintainer", "Version: 8.3.1-1+ubuntu22.04.1+deb.sury.org+1\nMaintainer: Debian PHP Maintainers <team+pkg-php@tracker.debian.org>", Provenance{Vendor: "deb.sury.org"}},
		{"Ubuntu Cloud Archive", "Version: 3:25.2.1-0ubuntu1~cloud0\nMaintainer: Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", Provenance{Vendor: "Ubuntu Cloud Archive"}},
		{"Datadog", "Version: 1:7.52.0-1\nMaintainer: Datadog Packages <package@datadoghq.com>\nSection: utils", Provenance{Vendor: "Datadog"}},
		{"HashiCorp", "Version: 1.15.4-1\nMaintainer: HashiCorp <support@hashicorp.com>", Provenance{Vendor: "HashiCorp"}},
		{"Google, without an address", "Version: 528.0.0-0\nMaintainer: Google Cloud CLI Authors <https://code.google.com/p/google-cloud-sdk/>", Provenance{Vendor: "Google"}},
		{"Kubernetes, at a mail provider", "Version: 1:528.0.0-0\nMaintainer: Kubernetes Authors <kubernetes-dev+release@googlegroups.com>", Provenance{Vendor: "Kubernetes"}},
		{"Amazon Corretto", "Version: 1:17.0.9.8-1\nMaintainer: Amazon Corretto Team <corretto-team@amazon.com>", Provenance{Vendor: "Amazon"}},
		{"GitHub, without an address", "Version: 2.40.1\nMaintainer: GitHub", Provenance{Vendor: "GitHub"}},
		{"MySQL", "Version: 8.0.35-1debian12\nMaintainer: MySQL Release Engineering <mysql-build@oss.oracle.com>", Provenance{Vendor: "Oracle"}},
		{"MariaDB", "Version: 1:10.11.6+maria~deb12\nMaintainer: MariaDB Developers <maria-developers@lists.launchpad.net>", Provenance{Vendor: "MariaDB"}},
		{"PPA", "Version: 3.12.1-1+jammy1\nMaintainer: Anthony Sottile <asottile@umich.edu>", Provenance{Vendor: "Anthony Sottile"}},
		{"PPA of Debian's maintainer", "Version: 3.5.2-1+xenial1\nMaintainer: Matthias Klose <doko@debian.org>", Provenance{Vendor: "another repository"}},
		{"field Origin", "Version: 1.0-1\nMaintainer: A <a@example.org>\nOrigin: Example Stable", Provenance{Vendor: "Example Stable"}},
		{"field Vendor", "Version: 1.0\nMaintainer: <root@build>\nVendor: Example Ltd", Provenance{Vendor: "Example Ltd"}},
		{"fpm without a vendor", "Version: 1.0\nMaintainer: <root@build>\nVendor: none\nLicense: unknown\nSection: default", Provenance{Vendor: "build"}},
		{"section that Debian does not have", "Version: 1.0\nMaintainer: Me <me@gmail.com>\nSection: default", Provenance{Vendor: "Me"}},
		{"revision of another builder", "Version: 1.0-1acme3\nMaintainer: Me <me@gmail.com>", Provenance{Vendor: "Me"}},
		{"unknown domain only", "Version: 1:7.52.0-1\nMaintainer: Acme Packages <package@acme.example>\nSection: utils", Provenance{Vendor: "Acme Packages", Uncertain: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			packages, err := parseDpkgStatus(context.Background(), fileOf("var/lib/dpkg/status", []byte("Package: p\nArchitecture: amd64\n"+c.fields+"\n\n")))
			if err != nil || len(packages) != 1 {
				t.Fatal(packages, err)
			}
			if got := (*Release)(nil).ProvenanceOf(&packages[0]); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestRPMProvenance(t *testing.T) {
	for _, c := range []struct{ name, distribution, vendor, version, want string }{
		{"RHEL", "rhel", "Red Hat, Inc.", "3.0.7-27.el9", ""},
		{"EPEL on RHEL", "rhel", "Fedora Project", "1.0-1.el9", "EPEL (Fedora Project)"},
		{"CentOS on RHEL", "rhel", "CentOS", "1.0-1.el9", "CentOS"},
		{"AlmaLinux", "almalinux", "AlmaLinux", "2.25.1-8.el9", ""},
		{"AlmaLinux, no vendor but its tag", "almalinux", "", "2.25.1-8.el9", ""},
		{"AlmaLinux, no vendor and no tag", "almalinux", "", "1.0-1", unknownVendor},
		{"Docker on AlmaLinux", "almalinux", "Docker", "24.0.7-1.el9", "Docker"},
		{"nginx.org on Rocky", "rocky", "NGINX Packaging <nginx-packaging@f5.com>", "1:1.25.3-1.el9.ngx", "NGINX Packaging <nginx-packaging@f5.com>"},
		{"Rocky", "rocky", "Rocky Enterprise Software Foundation", "1.0-1.el9", ""},
		{"Oracle Linux", "ol", "Oracle America", "1.0-1.0.1.el9", ""},
		{"MySQL on Oracle Linux", "ol", "Oracle and/or its affiliates", "8.0.35-1.el9", "Oracle and/or its affiliates"},
		{"Amazon Linux 2", "amzn", "Amazon Linux", "8.3.0-1.amzn2.0.5", ""},
		{"Amazon Linux 2, older vendor", "amzn", "Amazon.com", "1:1.20.0-2.amzn2.0.2", ""},
		{"Amazon Corretto", "amzn", "Amazon.com", "1:17.0.9.8-1", "Amazon.com"},
		{"Azure Linux", "azurelinux", "Microsoft Corporation", "3.3.0-1.azl3", ""},
		{"PowerShell on Azure Linux", "azurelinux", "Microsoft Corporation", "7.4.0-1.rh", "Microsoft Corporation"},
		{"Mariner, manifest without a vendor", "mariner", "(none)", "1.1.1k-7.cm2", ""},
		{"Fedora", "fedora", "Fedora Project", "1.0-1.fc41", ""},
		{"Copr on Fedora", "fedora", "Fedora Copr - user someone", "1.0-1.fc41", "Fedora Copr - user someone"},
		{"SLES", "sles", "SUSE LLC <https://www.suse.com/>", "1.0.6-5.11.1", ""},
		{"Package Hub on SLES", "sles", "openSUSE", "1.0-bp154.1.1", "openSUSE"},
		{"Leap has SLE's packages", "opensuse-leap", "SUSE LLC <https://www.suse.com/>", "1.0-150400.1.1", ""},
		{"build service", "opensuse-leap", "obs://build.opensuse.org/home:someone", "1.0-1.1", "obs://build.opensuse.org/home:someone"},
		{"unknown distribution", "other", "Anyone", "1.0-1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &Release{ID: c.distribution}
			got := r.ProvenanceOf(&Package{Type: "rpm", Version: c.version, Vendor: c.vendor})
			if want := (Provenance{Vendor: c.want}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestApkProvenance(t *testing.T) {
	for _, c := range []struct{ name, maintainer, want string }{
		{"Alpine", "Natanael Copa <ncopa@alpinelinux.org>", ""},
		{"Alpine's maintainer with an own domain", "Jakub Jirutka <jakub@jirutka.cz>", ""},
		{"nginx.org", "NGINX Packaging <nginx-packaging@f5.com>", "nginx.org"},
		{"Amazon Corretto", "Amazon Corretto Team <corretto-team@amazon.com>", "Amazon"},
	} {
		t.Run(c.name, func(t *testing.T) {
			packages, err := parseAPK(context.Background(), fileOf("lib/apk/db/installed", []byte("P:nginx\nV:1.27.0-r1\nm:"+c.maintainer+"\n\n")))
			if err != nil || len(packages) != 1 {
				t.Fatal(packages, err)
			}
			if got := (*Release)(nil).ProvenanceOf(&packages[0]).Vendor; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
