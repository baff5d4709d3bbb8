package inventory

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// PackageURL is a package URL (ECMA-427) in its parts, without percent-encoding.
type PackageURL struct {
	Type, Namespace, Name, Version string
	Qualifiers                     map[string]string
}

// ParsePURL takes a package URL apart. It takes what other programs write as well:
// an @ or + that is not encoded, and qualifiers that the type does not know.
func ParsePURL(s string) (PackageURL, error) {
	var u PackageURL
	rest, ok := strings.CutPrefix(s, "pkg:")
	if !ok {
		return u, errors.New(`it does not begin with "pkg:"`)
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	rest = strings.Trim(rest, "/")
	kind, rest, ok := strings.Cut(rest, "/")
	if !ok || kind == "" {
		return u, errors.New("it has no type or no name")
	}
	u.Type = strings.ToLower(kind)
	// The version may hold slashes, and a scope may begin with an @ of its own.
	if at := strings.LastIndexByte(rest, '@'); at > 0 && rest[at-1] != '/' {
		rest, u.Version = rest[:at], rest[at+1:]
	}
	if slash := strings.LastIndexByte(rest, '/'); slash >= 0 {
		u.Namespace, rest = rest[:slash], rest[slash+1:]
	}
	u.Name = rest
	for _, part := range []*string{&u.Namespace, &u.Name, &u.Version} {
		text, err := url.PathUnescape(*part)
		if err != nil {
			return u, fmt.Errorf("%q is not percent-encoded", *part)
		}
		*part = text
	}
	if u.Name == "" {
		return u, errors.New("it has no name")
	}
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		text, err := url.PathUnescape(value)
		if err != nil {
			return u, fmt.Errorf("%q is not percent-encoded", value)
		}
		if key == "" || text == "" {
			continue
		}
		if u.Qualifiers == nil {
			u.Qualifiers = make(map[string]string)
		}
		u.Qualifiers[strings.ToLower(key)] = text
	}
	return u, nil
}

// Package gives the package that the URL names, as the Analyzer would have found
// it. What cannot be told from a URL is empty.
func (u *PackageURL) Package() Package {
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
// that of the toolchain without.
func goURLVersion(name, version string) string {
	if name == "stdlib" {
		return strings.TrimPrefix(strings.TrimPrefix(version, "go"), "v")
	}
	if version != "" && '0' <= version[0] && version[0] <= '9' {
		return "v" + version
	}
	return version
}

// Release gives the distribution that the URL of an operating system's package
// names, nil if it names none. Programs write the qualifier distro as the ID and
// the VERSION_ID of os-release with a hyphen between, or as the version alone.
func (u *PackageURL) Release() *Release {
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

// NewRelease makes a release of what another program calls a distribution: the ID
// of os-release, or a name of its own for the same.
func NewRelease(name, version, prettyName string) *Release {
	r := &Release{ID: strings.ToLower(strings.TrimSpace(name)), VersionID: strings.TrimSpace(version), PrettyName: prettyName}
	return r.settle()
}

// settle gives the ID its spelling in os-release, and makes up the PRETTY_NAME of
// those distributions whose ecosystem it tells.
func (r *Release) settle() *Release {
	if id, ok := distributionNames[r.ID]; ok {
		r.ID = id
	}
	if r.PrettyName != "" {
		return r
	}
	major, minor, _ := strings.Cut(r.VersionID, ".")
	pack := ""
	if minor != "" && minor != "0" {
		pack = " SP" + minor
	}
	switch r.ID {
	case "sles":
		r.PrettyName = "SUSE Linux Enterprise Server " + major + pack
	case "sled":
		r.PrettyName = "SUSE Linux Enterprise Desktop " + major + pack
	case "sles_sap":
		r.PrettyName = "SUSE Linux Enterprise Server for SAP Applications " + major + pack
	case "opensuse-leap":
		r.PrettyName = "openSUSE Leap " + r.VersionID
	case "opensuse-tumbleweed":
		r.PrettyName = "openSUSE Tumbleweed"
	}
	return r
}

// distributionNames are the IDs of distributions that other programs, or package
// URLs, call by another name.
var distributionNames = map[string]string{
	"redhat": "rhel", "red hat": "rhel", "red hat enterprise linux": "rhel",
	"alma": "almalinux", "alma linux": "almalinux",
	"rocky linux": "rocky", "rockylinux": "rocky",
	"oracle": "ol", "oraclelinux": "ol", "oracle linux": "ol",
	"amazon": "amzn", "amazonlinux": "amzn", "amazon linux": "amzn",
	"cbl-mariner": "mariner", "azure linux": "azurelinux",
	"suse": "sles", "suse linux enterprise server": "sles", "suse linux enterprise micro": "sle-micro",
	"opensuse.leap": "opensuse-leap", "opensuse.tumbleweed": "opensuse-tumbleweed",
	"openeuler": "openEuler", "photon os": "photon",
	"alpine linux": "alpine", "debian gnu/linux": "debian",
}
