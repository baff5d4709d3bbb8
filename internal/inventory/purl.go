package inventory

import (
	"strings"

	"seaworthy.dev/seaworthy/internal/purl"
)

// PURL returns the package URL of the package in an image of the release, which may
// be nil.
func (p *Package) PURL(r *Release) string {
	u := purl.URL{Type: p.Type, Version: p.Version, Qualifiers: map[string]string{"arch": p.Arch}}
	u.Namespace, u.Name = p.split(r)
	if p.Type == "rpm" { // its epoch is a qualifier
		if epoch, version, ok := strings.Cut(p.Version, ":"); ok {
			u.Version, u.Qualifiers["epoch"] = version, epoch
		}
	}
	if p.System() && r != nil && r.ID != "" {
		u.Qualifiers["distro"] = strings.TrimSuffix(r.ID+"-"+r.VersionID, "-")
	}
	return u.String()
}

// System reports whether the package is of an operating system's package manager.
func (p *Package) System() bool {
	switch p.Type {
	case "alpm", "apk", "deb", "ebuild", "opkg", "rpm":
		return true
	}
	return false
}

// split returns the namespace and the name of the package URL, in the spelling that
// the type asks for.
func (p *Package) split(r *Release) (namespace, name string) {
	name = p.Name
	switch p.Type {
	case "deb", "apk", "alpm":
		return vendor(r), strings.ToLower(name)
	case "rpm":
		return vendor(r), name
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

// vendor is the namespace of the packages of a distribution.
func vendor(r *Release) string {
	if r == nil {
		return ""
	}
	if d, ok := distributions[r.ID]; ok {
		return d.namespace
	}
	return strings.ToLower(r.ID)
}

// PackageOf returns the package that a package URL names, as the Analyzer would have
// found it. What a URL does not say is empty.
func PackageOf(u *purl.URL) Package {
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
	if !p.System() {
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

// goURLVersion writes the version of a module with its v, which some leave out, and
// and the version of the toolchain without it.
func goURLVersion(name, version string) string {
	if name == "stdlib" {
		return strings.TrimPrefix(strings.TrimPrefix(version, "go"), "v")
	}
	if version != "" && '0' <= version[0] && version[0] <= '9' {
		return "v" + version
	}
	return version
}

// ReleaseOf returns the distribution that the URL of an operating system's package
// names, nil if it names none. Programs write the qualifier distro as the ID and
// the VERSION_ID of os-release with a hyphen between, or as the version alone.
func ReleaseOf(u *purl.URL) *Release {
	p := Package{Type: u.Type}
	if !p.System() {
		return nil
	}
	distro := u.Qualifiers["distro"]
	r := &Release{ID: strings.ToLower(u.Namespace)}
	for _, id := range []string{"opensuse-leap", "opensuse-tumbleweed", "sle-micro", "sl-micro"} {
		if rest, ok := strings.CutPrefix(distro, id); ok {
			r.ID, r.VersionID = id, strings.TrimPrefix(rest, "-")
			return r.settle()
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
	return r.settle()
}
