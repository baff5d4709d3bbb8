package inventory

import (
	"strings"

	"seaworthy.dev/seaworthy"
)

// Release is an os-release file: what a distribution calls itself.
type Release struct {
	// Ordinal is the entry in the layer.
	Ordinal int
	// The assignments of os-release(5) of these names.
	ID, VersionID, PrettyName, CPEName string
}

// OS returns the part that a report shows.
func (r *Release) OS() *seaworthy.OS {
	return &seaworthy.OS{ID: r.ID, VersionID: r.VersionID, PrettyName: r.PrettyName}
}

// maxRelease is the maximum length of an os-release file, in bytes.
const maxRelease = 64 << 10

func isRelease(h *seaworthy.Header) bool {
	return h.Type == seaworthy.Regular && h.Size <= maxRelease && strings.HasSuffix(h.Path, "os-release")
}

// parseRelease reads os-release(5). Lines that are not assignments are
// ignored, as the specification requires; of two assignments the last counts.
func parseRelease(text string) Release {
	var r Release
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "ID":
			r.ID = unquote(value)
		case "VERSION_ID":
			r.VersionID = unquote(value)
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

// NewRelease makes a release of what another program calls a distribution: the ID
// of os-release, or a name of its own for the same.
func NewRelease(name, version, prettyName string) *Release {
	r := &Release{ID: strings.ToLower(strings.TrimSpace(name)), VersionID: strings.TrimSpace(version), PrettyName: prettyName}
	return r.settle()
}

// settle gives the ID its spelling in os-release, and makes up the PRETTY_NAME of
// those distributions whose ecosystem depends on it.
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
