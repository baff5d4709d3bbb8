package inventory

import (
	"regexp"
	"slices"
	"strings"
)

// A package manager owns the files of each package that it installed. Who built the
// package is another question: a distribution's advisories are only about what the
// distribution built. Vendors count their versions in a way of their own, so that a
// comparison with the distribution's fixed versions means nothing.

// Provenance is who built a package of a distribution's package manager.
type Provenance struct {
	// Vendor names the builder. It is "" for the distribution itself, and if nothing says
	// that it was another one.
	Vendor string
	// Uncertain is true if the package database does not rule out that the distribution
	// built the package: Debian's packages name a maintainer, who may have any address.
	Uncertain bool
}

// ProvenanceOf returns who built a package, according to the package database. The release
// may be nil.
func (r *Release) ProvenanceOf(p *Package) Provenance {
	switch p.Type {
	case "deb", "apk":
		return Provenance{p.Vendor, p.VendorUncertain}
	case "rpm":
		if r != nil {
			return Provenance{Vendor: r.rpmVendor(p)}
		}
	}
	return Provenance{}
}

// rpmBuilder is how to recognise the RPMs that a distribution built.
type rpmBuilder struct {
	// vendors are parts of the tag Vendor in lower case.
	vendors []string
	// tags are parts of the release, such as ".el9".
	tags []string
	// both is true if the vendor also builds packages for other distributions: then a
	// package must have both.
	both bool
}

// rpmBuilders returns the builders by the ID of os-release.
func rpmBuilders(id string) rpmBuilder {
	el := []string{".el", "+el", ".module"}
	suse := []string{"suse llc", "suse linux", "opensuse"}
	switch id {
	case "rhel":
		return rpmBuilder{vendors: []string{"red hat"}, tags: el}
	case "almalinux":
		return rpmBuilder{vendors: []string{"almalinux"}, tags: el}
	case "rocky":
		return rpmBuilder{vendors: []string{"rocky"}, tags: el}
	case "centos":
		return rpmBuilder{vendors: []string{"centos"}, tags: el}
	case "ol":
		return rpmBuilder{vendors: []string{"oracle america"}, tags: el}
	case "amzn": // the vendor of Amazon Corretto too
		return rpmBuilder{vendors: []string{"amazon"}, tags: []string{"amzn"}, both: true}
	case "photon":
		return rpmBuilder{vendors: []string{"vmware", "broadcom"}, tags: []string{".ph"}}
	case "azurelinux", "mariner": // the vendor of .NET and PowerShell too
		return rpmBuilder{vendors: []string{"microsoft"}, tags: []string{".azl", ".cm"}, both: true}
	case "mageia":
		return rpmBuilder{vendors: []string{"mageia"}, tags: []string{".mga"}}
	case "openEuler":
		return rpmBuilder{vendors: []string{"openeuler"}, tags: []string{".oe"}}
	case "fedora":
		return rpmBuilder{vendors: []string{"fedora project"}, tags: []string{".fc"}}
	case "sles", "sled", "sles_sap", "sle-micro", "sl-micro": // Package Hub is openSUSE's
		return rpmBuilder{vendors: suse[:2]}
	case "opensuse-leap", "opensuse-tumbleweed":
		return rpmBuilder{vendors: suse}
	}
	return rpmBuilder{}
}

// unknownVendor stands for the vendor of a package that names none.
const unknownVendor = "an unknown vendor"

// rpmVendor returns the vendor of an RPM that the distribution did not build, or "".
func (r *Release) rpmVendor(p *Package) string {
	by := rpmBuilders(r.ID)
	if len(by.vendors) == 0 {
		return ""
	}
	_, release, _ := cutAtLast(p.Version, '-')
	tagged := slices.ContainsFunc(by.tags, func(tag string) bool { return strings.Contains(release, tag) })
	vendor := strings.ToLower(strings.TrimPrefix(p.Vendor, "(none)"))
	switch {
	case vendor == "" && (tagged || len(by.tags) == 0):
		return ""
	case vendor == "":
		return unknownVendor
	case strings.HasPrefix(vendor, "obs://"): // anybody's project on openSUSE's build service
		return p.Vendor
	case !slices.ContainsFunc(by.vendors, func(v string) bool { return strings.Contains(vendor, v) }), by.both && !tagged:
		if strings.HasPrefix(vendor, "fedora project") {
			return "EPEL (Fedora Project)"
		}
		return p.Vendor
	}
	return ""
}

// cutAtLast cuts s around the last separator.
func cutAtLast(s string, separator byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// maxVendor is the maximum length of the name of a vendor, in bytes.
const maxVendor = 100

// vendorName returns the name of a vendor as reports have it: one line of limited length.
func vendorName(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if len(s) > maxVendor {
		s = strings.ToValidUTF8(s[:maxVendor], "") + "…"
	}
	return s
}

// debProvenance returns who built a Debian package, by a paragraph of the status file. Both
// Debian and Ubuntu count as the distribution. In order of weight: the mark of a repository
// in the version, the maintainer, then the fields Origin, Vendor and License, which
// programs that make packages write and distributions do not, and the section.
func debProvenance(p paragraph) Provenance {
	maintainer := p["maintainer"]
	name, _, _ := strings.Cut(maintainer, "<")
	name = strings.TrimSpace(name)
	_, domain, isMail := cutAtLast(strings.ToLower(maintainer), '@')
	domain, _, _ = strings.Cut(domain, ">")
	origin := p["origin"]
	if v := p["vendor"]; origin == "" && !isNoVendor(v) {
		origin = v
	}
	if v := markedVendor(p["version"]); v != "" {
		return Provenance{Vendor: v}
	}
	if v := knownVendor(maintainer); v != "" {
		return Provenance{Vendor: v}
	}
	lower := strings.ToLower(origin)
	switch {
	case strings.Contains(lower, "debian"), strings.Contains(lower, "ubuntu"), strings.Contains(lower, "canonical"):
		origin = ""
	case strings.HasPrefix(lower, "lp-ppa-"):
		return Provenance{Vendor: vendorName(origin)}
	}
	forRelease := codenames.MatchString(p["version"]) && !(isMail && isUbuntuDomain(domain))
	switch {
	case forRelease && isMail && isDistributionDomain(domain):
		return Provenance{Vendor: "another repository"}
	case isMail && isDistributionDomain(domain):
		return Provenance{}
	case origin != "":
		return Provenance{Vendor: vendorName(origin)}
	case maintainer == "" && forRelease:
		return Provenance{Vendor: "another repository", Uncertain: true}
	case maintainer == "":
		return Provenance{}
	}
	strange := !isMail || forRelease || p["license"] != "" || p["vendor"] != "" || !isDebianSection(p["section"]) || hasForeignRevision(p["version"])
	if isMail && isMaintainerDomain(domain) && !strange {
		return Provenance{}
	}
	if name == "" {
		name = domain
	}
	return Provenance{Vendor: vendorName(name), Uncertain: !strange}
}

// isNoVendor reports whether the field Vendor was filled in by a program.
func isNoVendor(v string) bool { return v == "" || v == "none" || strings.Contains(v, "@") }

// isUbuntuDomain reports whether addresses of a domain are those of Ubuntu.
func isUbuntuDomain(domain string) bool {
	return isDomainOf(domain, "ubuntu.com") || isDomainOf(domain, "canonical.com")
}

// isDistributionDomain reports whether addresses of a domain are those of Debian or Ubuntu.
func isDistributionDomain(domain string) bool {
	return isDomainOf(domain, "debian.org") || isDomainOf(domain, "debian.net") || isUbuntuDomain(domain)
}

func isDomainOf(domain, parent string) bool {
	rest, ok := strings.CutSuffix(domain, parent)
	return ok && (rest == "" || strings.HasSuffix(rest, "."))
}

// isMaintainerDomain reports whether a maintainer of Debian has an address in the domain.
func isMaintainerDomain(domain string) bool {
	return domain != "" && !strings.Contains(domain, " ") && strings.Contains(" "+debianMaintainerDomains, " "+domain+" ")
}

// isDebianSection reports whether a section is one of Debian's archive (Debian Policy,
// 2.4), or is missing, as in some images.
func isDebianSection(section string) bool {
	if area, rest, ok := strings.Cut(section, "/"); ok {
		switch area {
		case "contrib", "main", "non-free", "non-free-firmware", "universe", "multiverse", "restricted":
			section = rest
		}
	}
	switch section {
	case "", "admin", "base", "cli-mono", "comm", "database", "debian-installer", "debug", "devel", "doc", "editors", "education",
		"electronics", "embedded", "fonts", "games", "gnome", "gnu-r", "gnustep", "golang", "graphics", "hamradio", "haskell",
		"httpd", "interpreters", "introspection", "java", "javascript", "kde", "kernel", "libdevel", "libs", "lisp",
		"localization", "mail", "math", "metapackages", "misc", "net", "news", "ocaml", "oldlibs", "otherosfs", "perl", "php",
		"python", "raku", "ruby", "rust", "science", "shells", "sound", "tasks", "tex", "text", "translations", "utils", "vcs",
		"video", "virtual", "web", "x11", "xfce", "zope":
		return true
	}
	return false
}

// revisionWord matches a word in a Debian revision.
var revisionWord = regexp.MustCompile(`[A-Za-z]+`)

// hasForeignRevision reports whether the Debian revision of a version has a word that
// neither Debian nor Ubuntu uses: "1nodesource1".
func hasForeignRevision(version string) bool {
	_, revision, ok := cutAtLast(version, '-')
	if !ok {
		return false
	}
	for _, word := range revisionWord.FindAllString(revision, 20) {
		switch strings.ToLower(word) {
		case "a", "b", "build", "c", "cross", "dab", "deb", "debian", "dfsg", "ds", "e", "esm", "exp", "f", "fips", "git", "lts", "nmu",
			"p", "pre", "rc", "really", "repack", "s", "ss", "svn", "u", "ubuntu":
		default:
			return true
		}
	}
	return false
}

// codenames are the names of releases of Debian and Ubuntu that builders for several
// releases write into versions.
var codenames = regexp.MustCompile(`[.~+-](?:buster|bullseye|bookworm|trixie|forky|sid|xenial|bionic|focal|jammy|kinetic|lunar|mantic|noble|oracular|plucky|questing|resolute)[0-9.]*(?:$|[.~+-])`)

// markedVendor returns the vendor that a version names, or "". A repository for the
// packages of one program in several releases marks them in their version.
func markedVendor(version string) string {
	for _, m := range []struct{ mark, vendor string }{
		{".pgdg", "PostgreSQL (PGDG)"},
		{"nodesource", "NodeSource"},
		{"+maria~", "MariaDB"},
		{"deb.sury.org", "deb.sury.org"},
		{"~ppa", "a personal package archive"},
		{"+ppa", "a personal package archive"},
		{"rl1~", "Redis"},
	} {
		if strings.Contains(version, m.mark) {
			return m.vendor
		}
	}
	if strings.Contains(version, ".gbp") && strings.Contains(version, "+0~2") {
		return "deb.sury.org"
	}
	if _, revision, ok := cutAtLast(version, '-'); ok && strings.Contains(revision, "~cloud") {
		return "Ubuntu Cloud Archive"
	}
	return ""
}

// SetBuilder sets who built a package of a distribution's package manager by another
// program's document: the maintainer of a deb or apk, the vendor of an RPM. Documents have
// the maintainer in many forms, so that one without an address rules nothing out.
func (p *Package) SetBuilder(text string) {
	if len(text) > maxBuilder {
		return
	}
	switch p.Type {
	case "deb":
		by := debProvenance(paragraph{"version": p.Version, "maintainer": text})
		lower := strings.ToLower(text)
		if !strings.Contains(text, "@") && knownVendor(text) == "" && markedVendor(p.Version) == "" {
			by.Uncertain = by.Vendor != ""
			if strings.Contains(lower, "debian") || strings.Contains(lower, "ubuntu") || strings.Contains(lower, "canonical") {
				by = Provenance{}
			}
		}
		p.Vendor, p.VendorUncertain = by.Vendor, by.Uncertain
	case "apk":
		p.Vendor = knownApkVendor(text)
	case "rpm":
		p.Vendor = vendorName(text)
	}
}

// maxBuilder is the maximum length of a maintainer in a document, in bytes.
const maxBuilder = 1000

// LacksCopyright reports whether the files of a Debian package are known and have neither
// the copyright file that Debian demands of its packages nor a link to the directory of
// another package that has it (Debian Policy, 12.5). Then the distribution did not build it.
func LacksCopyright(p *Package, lists []FileList) bool {
	if p.Type != "deb" {
		return false
	}
	directory := "usr/share/doc/" + p.Name
	known := false
	for _, list := range lists {
		for path := range list.All() {
			known = true
			if rest, ok := strings.CutPrefix(string(path), directory); ok && (rest == "" || rest == "/copyright") {
				return false
			}
		}
	}
	return known
}
