// Package identity compares package URLs of documents with those of the packages of an
// image. Programs write the URL of the same package in many forms; [inventory.PackageFromURL]
// and [inventory.ReleaseFromURL] know them.
package identity

import (
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/inventory"
	"seaworthy.dev/seaworthy/internal/purl"
)

// Name returns the name of the package of a package URL, as reports have it.
func Name(u *purl.URL) string {
	p := inventory.PackageFromURL(u)
	return p.Name
}

// Same reports whether the package URL want, of a statement or an exception, matches the package with
// the URL have, which was built from a source package that may be nil. Without a version or
// qualifiers, want matches any. The architecture "source" or "src" means the source package.
func Same(want, have *purl.URL, source *seaworthy.SourcePackage) bool {
	w, h := inventory.PackageFromURL(want), inventory.PackageFromURL(have)
	if w.Type != h.Type || !sameNamespace(want, have, &w) {
		return false
	}
	name, version := h.Name, h.Version
	ofSource := w.IsSystem() && (w.Arch == "source" || w.Arch == "src")
	if ofSource && source != nil {
		name, version = source.Name, source.Version
	}
	if !strings.EqualFold(w.Name, name) && !inventory.IsGoModule(name, want) || w.Version != "" && w.Version != version {
		return false
	}
	for key, value := range want.Qualifiers {
		switch key {
		case "epoch", "upstream", "type", "vcs_url", "download_url", "checksum", "file_name", "repository_url", "repository_id", "package-id", "goos", "goarch":
			// These do not distinguish packages, or are part of the version.
		case "distro", "distro_name", "os_name", "os_version", "os_distro":
			// Part of the distribution.
		case "arch":
			if !ofSource && value != h.Arch {
				return false
			}
		default:
			if value != have.Qualifiers[key] {
				return false
			}
		}
	}
	return true
}

// sameNamespace reports whether the distribution of the URL want, or the namespace of the
// package w of a language, is that of the package with the URL have.
func sameNamespace(want, have *purl.URL, w *inventory.Package) bool {
	if w.IsSystem() {
		r, s := inventory.ReleaseFromURL(want), inventory.ReleaseFromURL(have)
		if r == nil || s == nil {
			return r == nil || want.Namespace != "" && r.VersionID == "" && strings.EqualFold(want.Namespace, have.Namespace)
		}
		return s.Within(r)
	}
	isInName := w.Name != want.Name
	return isInName || want.Namespace == "" || strings.EqualFold(want.Namespace, have.Namespace)
}
