package inventory

import (
	"cmp"
	"strings"

	"seaworthy.dev/seaworthy/internal/purl"
)

// PURL returns the package URL of the package. The release of the image may be nil.
func (p *Package) PURL(r *Release) string {
	u := purl.URL{Type: p.Type, Version: p.Version, Qualifiers: map[string]string{"arch": p.Arch}}
	u.Namespace, u.Name = p.purlName(r)
	if p.Type == "rpm" { // the epoch is a qualifier
		if epoch, version, ok := strings.Cut(p.Version, ":"); ok {
			u.Version, u.Qualifiers["epoch"] = version, epoch
		}
	}
	if p.IsSystem() && r != nil && r.ID != "" {
		u.Qualifiers["distro"] = strings.TrimSuffix(r.ID+"-"+cmp.Or(r.VersionID, r.Codename), "-")
	}
	return u.String()
}

// IsSystem reports whether the package is one of a distribution's package manager.
func (p *Package) IsSystem() bool {
	switch p.Type {
	case "alpm", "apk", "deb", "ebuild", "opkg", "rpm":
		return true
	}
	return false
}

// purlName returns the namespace and the name of the package URL, in the spelling that the
// purl specification requires for the type.
func (p *Package) purlName(r *Release) (namespace, name string) {
	name = p.Name
	switch p.Type {
	case "deb", "apk", "alpm":
		return vendorNamespace(r), strings.ToLower(name)
	case "rpm":
		return vendorNamespace(r), name
	case "maven":
		if group, artifact, ok := strings.Cut(name, ":"); ok {
			return group, artifact
		}
		return "", name
	case "pypi":
		return "", strings.ReplaceAll(strings.ToLower(name), "_", "-")
	case "golang", "composer":
		name = strings.ToLower(name)
	case "npm", "ebuild", "githubactions", "swift", "pear":
	default:
		return "", name
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

// vendorNamespace returns the namespace of the packages of a distribution.
func vendorNamespace(r *Release) string {
	if r == nil {
		return ""
	}
	if d, ok := distributions[r.ID]; ok {
		return d.namespace
	}
	return strings.ToLower(r.ID)
}

// purlTypes are types of package URLs that programs wrote before the type was specified.
var purlTypes = map[string]string{"alpine": "apk", "arch": "alpm", "archlinux": "alpm"}

// PackageFromURL returns the package that a package URL names, in the form in which the
// Analyzer returns it, whichever program wrote the URL. Fields that the URL does not have
// are empty.
func PackageFromURL(u *purl.URL) Package {
	p := Package{Type: cmp.Or(purlTypes[u.Type], u.Type), Name: u.Name, Version: u.Version, Arch: u.Qualifiers["arch"]}
	switch p.Type {
	case "maven":
		if u.Namespace != "" {
			p.Name = u.Namespace + ":" + u.Name
		}
	case typeGo, typeNPM, typeComposer, "ebuild", "githubactions", "swift", "pear":
		if u.Namespace != "" {
			p.Name = u.Namespace + "/" + u.Name
		}
	}
	switch p.Type {
	case typeGo:
		p.Name = goURLModule(p.Name, u)
		p.Version = goURLVersion(p.Name, u.Version)
	case typeComposer:
		p.Name = strings.ToLower(p.Name)
	case typePyPI:
		name, _, _ := strings.Cut(p.Name, "[") // extras
		p.Name = pythonName(name)
	case typeGem:
		if platform := u.Qualifiers["platform"]; platform != "" {
			p.Version = strings.TrimSuffix(p.Version, "-"+platform)
		}
	}
	if !p.IsSystem() {
		return p
	}
	p.Version = strings.TrimPrefix(p.Version, "0:")
	if epoch := u.Qualifiers["epoch"]; epoch != "" && epoch != "0" && !strings.HasPrefix(p.Version, epoch+":") {
		p.Version = epoch + ":" + p.Version
	}
	if p.Type == "rpm" {
		p.Modularity = cmp.Or(u.Qualifiers["rpmmod"], u.Qualifiers["modularitylabel"])
	}
	p.SourceName, p.SourceVersion, _ = strings.Cut(u.Qualifiers["upstream"], "@")
	if strings.HasSuffix(p.SourceName, ".rpm") {
		p.SourceName, p.SourceVersion = splitSourceRPM(p.SourceName)
	}
	return p
}

// goURLModule returns the path of a Go module. In a package URL of the specification, a subpath
// leads to a package of the module. Syft, and what is made from its SBOMs, writes the path of
// the module from the fourth element on as subpath: golang-jwt/jwt@v4.5.0#v4. Of the URL
// alone, only the suffix for the major version distinguishes the two.
func goURLModule(name string, u *purl.URL) string {
	if name == "std" {
		return "stdlib"
	}
	suffix, _, _ := strings.Cut(u.Subpath, "/")
	major, ok := strings.CutPrefix(suffix, "v")
	if !ok || u.Qualifiers["type"] == "package" || strings.Count(name, "/") != 2 {
		return name
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(u.Version, "v"), ".")
	if major == version && major != "0" && major != "1" || major != "" && u.Version == "" && strings.Trim(major, "0123456789") == "" {
		return name + "/" + suffix
	}
	return name
}

// IsGoModule reports whether a name, such as that of the component of an SBOM, is the path of
// the module of a package URL that has a part of the path as its subpath.
func IsGoModule(name string, u *purl.URL) bool {
	return u.Type == typeGo && u.Subpath != "" && u.Qualifiers["type"] != "package" &&
		strings.EqualFold(name, strings.Trim(u.Namespace+"/"+u.Name+"/"+u.Subpath, "/"))
}

// goURLVersion returns the version of a Go module with "v", which some programs omit, and
// the version of the toolchain without it.
func goURLVersion(name, version string) string {
	if name == "stdlib" {
		return strings.TrimPrefix(strings.TrimPrefix(version, "go"), "v")
	}
	if version != "" && '0' <= version[0] && version[0] <= '9' {
		return "v" + version
	}
	return version
}

// ReleaseFromURL returns the distribution in the URL of a distribution's package, or nil if
// there is none. Its version is "" if the URL does not have it. By the purl specification
// the qualifier distro is free text; see parseDistro for what programs write. Docker Scout
// writes os_name, os_version and os_distro instead.
func ReleaseFromURL(u *purl.URL) *Release {
	p := PackageFromURL(u)
	if !p.IsSystem() {
		return nil
	}
	vendor, _, _ := strings.Cut(strings.ToLower(u.Namespace), "/")
	r := &Release{ID: vendor}
	for _, distro := range []string{
		u.Qualifiers["distro"],
		strings.Trim(u.Qualifiers["os_name"]+"-"+u.Qualifiers["os_version"], "-"),
		u.Qualifiers["distro_name"],
		u.Qualifiers["os_distro"],
	} {
		id, version := parseDistro(distro)
		_, _, isCodename := byCodename(strings.ToLower(distro))
		if id != "" && (!isCodename || vendor == "" || releaseCodenames[vendor] != nil) {
			r.ID = id
		}
		if version != "" {
			r.VersionID = version
			break
		}
	}
	if r.ID == "" {
		return nil
	}
	return r.normalize()
}

// buildTags are the marks of distributions in the releases of RPMs, without the number that
// follows: 1.2-3.el9_4. Several distributions use "el".
var buildTags = map[string]string{".fc": "fedora", ".amzn": "amzn", ".azl": "azurelinux", ".cm": "mariner", ".ph": "photon", ".mga": "mageia", ".el": ""}

// InferRelease returns the distribution for which the RPM of a URL was built, for a URL that
// names no release. Red Hat's URLs have the repository instead, or nothing. It returns nil if
// the distribution is not known.
func InferRelease(u *purl.URL) *Release {
	r := ReleaseFromURL(u)
	if u.Type != "rpm" || r != nil && r.VersionID != "" {
		return r
	}
	id, version := "", ""
	for tag, builder := range buildTags {
		if i := strings.LastIndex(u.Version, tag); i >= 0 {
			number := u.Version[i+len(tag):]
			end := strings.IndexFunc(number, func(c rune) bool { return (c < '0' || c > '9') && c != '_' })
			if end >= 0 {
				number = number[:end]
			}
			if number != "" && isDigit(number[0]) {
				id, version = builder, strings.ReplaceAll(strings.TrimRight(number, "_"), "_", ".")
			}
		}
	}
	repository := u.Qualifiers["repository_id"]
	for _, prefix := range []string{"rhel-", "ubi-"} {
		if rest, ok := strings.CutPrefix(repository, prefix); ok && version == "" && rest != "" && isDigit(rest[0]) {
			version, _, _ = strings.Cut(rest, "-")
		}
	}
	switch {
	case r == nil && id == "" || version == "" || r != nil && id != "" && id != r.ID:
		return r
	case r == nil:
		r = &Release{ID: id}
	}
	if r.ID == "photon" && !strings.Contains(version, ".") {
		version += ".0"
	}
	r.VersionID = version
	return r.normalize()
}
