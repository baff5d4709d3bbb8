package inventory

import (
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
		u.Qualifiers["distro"] = strings.TrimSuffix(r.ID+"-"+r.VersionID, "-")
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
	case "npm", "ebuild":
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

// PackageFromURL returns the package that a package URL names, in the form in which the
// Analyzer returns it. Fields that the URL does not have are empty.
func PackageFromURL(u *purl.URL) Package {
	p := Package{Type: u.Type, Name: u.Name, Version: u.Version, Arch: u.Qualifiers["arch"]}
	switch u.Type {
	case "maven":
		if u.Namespace != "" {
			p.Name = u.Namespace + ":" + u.Name
		}
	case "golang", "npm", "composer", "ebuild":
		if u.Namespace != "" {
			p.Name = u.Namespace + "/" + u.Name
		}
	case typePyPI:
		p.Name = pythonName(u.Name)
	}
	if u.Type == typeGo {
		p.Version = goURLVersion(p.Name, u.Version)
	}
	if !p.IsSystem() {
		return p
	}
	if epoch := u.Qualifiers["epoch"]; epoch != "" && epoch != "0" && !strings.HasPrefix(p.Version, epoch+":") {
		p.Version = epoch + ":" + p.Version
	}
	if u.Type == "rpm" {
		p.Modularity = u.Qualifiers["rpmmod"]
		if p.Modularity == "" {
			p.Modularity = u.Qualifiers["modularitylabel"]
		}
	}
	p.SourceName, p.SourceVersion, _ = strings.Cut(u.Qualifiers["upstream"], "@")
	if strings.HasSuffix(p.SourceName, ".rpm") {
		p.SourceName, p.SourceVersion = splitSourceRPM(p.SourceName)
	}
	return p
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
// there is none. The qualifier distro is ID-VERSION_ID of os-release, or in URLs of some
// programs only the version.
func ReleaseFromURL(u *purl.URL) *Release {
	p := Package{Type: u.Type}
	if !p.IsSystem() {
		return nil
	}
	distro := u.Qualifiers["distro"]
	r := &Release{ID: strings.ToLower(u.Namespace)}
	for _, id := range []string{"opensuse-leap", "opensuse-tumbleweed", "sle-micro", "sl-micro"} {
		if rest, ok := strings.CutPrefix(distro, id); ok {
			r.ID, r.VersionID = id, strings.TrimPrefix(rest, "-")
			return r.normalize()
		}
	}
	switch id, version, ok := strings.Cut(distro, "-"); {
	case distro == "":
	case '0' <= distro[0] && distro[0] <= '9':
		r.VersionID = distro
	case ok:
		r.ID, r.VersionID = id, version
	default:
		r.ID = distro
	}
	if r.ID == "" {
		return nil
	}
	return r.normalize()
}
