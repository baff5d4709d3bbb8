package inventory

import (
	"strings"

	"seaworthy.dev/seaworthy"
)

// Release is the content of an os-release file; see os-release(5).
type Release struct {
	// Ordinal is the ordinal of the entry in the layer.
	Ordinal int
	// The values of ID, VERSION_ID, VERSION_CODENAME, PRETTY_NAME and CPE_NAME.
	ID, VersionID, Codename, PrettyName, CPEName string
}

// OS returns the release as reports have it.
func (r *Release) OS() *seaworthy.OS {
	return &seaworthy.OS{ID: r.ID, VersionID: r.VersionID, PrettyName: r.PrettyName}
}

// maxRelease is the maximum length of an os-release file, in bytes.
const maxRelease = 64 << 10

// isRelease reports whether a file is an os-release file.
func isRelease(h *seaworthy.Header) bool {
	return h.Type == seaworthy.Regular && h.Size <= maxRelease && strings.HasSuffix(h.Path, "os-release")
}

// parseRelease parses an os-release file. As os-release(5) requires, it ignores lines that
// are not assignments. The last assignment to a name counts.
func parseRelease(text string) Release {
	var r Release
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "ID":
			r.ID = unquote(value)
		case "VERSION_ID":
			r.VersionID = unquote(value)
		case "VERSION_CODENAME":
			r.Codename = unquote(value)
		case "PRETTY_NAME":
			r.PrettyName = unquote(value)
		case "CPE_NAME":
			r.CPEName = unquote(value)
		}
	}
	return r
}

// unquote removes the shell quotes of a value.
func unquote(s string) string {
	if len(s) < 2 || s[0] != s[len(s)-1] || s[0] != '"' && s[0] != '\'' {
		return s
	}
	quote := s[0]
	s = s[1 : len(s)-1]
	if quote == '\'' {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// NewRelease returns the release of a distribution in another program's document. The name
// is the ID of os-release, or another name that programs use for the distribution.
func NewRelease(name, version, prettyName string) *Release {
	r := &Release{ID: strings.ToLower(strings.TrimSpace(name)), VersionID: strings.TrimSpace(version), PrettyName: prettyName}
	return r.normalize()
}

// Covers reports whether another release, such as that in a package URL, is the same
// distribution and says no more about the version: it has none, or "12" for "12.5".
func (r *Release) Covers(other *Release) bool {
	if r.ID != other.ID && (vendorNamespace(r) != vendorNamespace(other) || other.VersionID != "" && !r.sameEcosystem(other)) {
		return false
	}
	return other.VersionID == "" || r.VersionID == other.VersionID || strings.HasPrefix(r.VersionID, other.VersionID+".") || r.sameEcosystem(other)
}

// Within reports whether a release is one of those that another one, such as that in a
// statement, stands for: "9.4" is within "9" and within a release without a version.
func (r *Release) Within(other *Release) bool {
	if r.ID != other.ID && (other.VersionID != "" || vendorNamespace(r) != vendorNamespace(other)) {
		return false
	}
	if other.VersionID == "" || r.VersionID == other.VersionID || strings.HasPrefix(r.VersionID, other.VersionID+".") {
		return true
	}
	// Debian's os-release has no point release, and Trivy adds it from debian_version.
	return r.ID == "debian" && strings.HasPrefix(other.VersionID, r.VersionID+".")
}

// sameEcosystem reports whether the packages of two releases have the same ecosystem.
func (r *Release) sameEcosystem(other *Release) bool {
	e, reason := r.Ecosystem(distributions[r.ID].packages)
	f, _ := other.Ecosystem(distributions[other.ID].packages)
	return reason == "" && e == f
}

// normalize replaces ID and version with their spelling in os-release, and sets a missing PRETTY_NAME
// of distributions whose ecosystem depends on it.
func (r *Release) normalize() *Release {
	if id, ok := distributionNames[r.ID]; ok {
		r.ID = id
	} else if id, ok := distributionNames[strings.ReplaceAll(r.ID, "-", " ")]; ok {
		r.ID = id
	}
	r.VersionID = normalizeVersion(r.ID, r.VersionID)
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

// distributionNames maps the names that other programs and package URLs use to the IDs of
// os-release.
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
