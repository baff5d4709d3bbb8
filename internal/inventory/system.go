package inventory

import "seaworthy.dev/seaworthy"

// The formats of operating systems' package managers.
const (
	formatDpkg = "dpkg"
)

const (
	maxDatabase = 1 << 30 // bytes of a package database
)

// systemFormats are the databases of operating systems' package managers.
func systemFormats() []format {
	return []format{
		{
			name: formatDpkg, bases: []string{"status"}, match: at("var/lib/dpkg/status"),
			want: seaworthy.Body, max: maxDatabase, system: true, parse: parseDpkgStatus,
		},
	}
}

// at matches the entries at some paths.
func at(paths ...string) func(*seaworthy.Header) bool {
	return func(h *seaworthy.Header) bool {
		for _, p := range paths {
			if h.Path == p {
				return true
			}
		}
		return false
	}
}
