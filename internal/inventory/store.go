package inventory

import (
	"strings"

	"seaworthy.dev/seaworthy"
)

// The purl types of packages in stores.
const (
	typeNix  = "nix"
	typeGuix = "guix"
)

// StorePackage is a package of a store of Nix or Guix, which have a directory for each
// package and no list of packages.
type StorePackage struct {
	Package
	// Path is the directory.
	Path string
}

// StorePackages returns the packages in the stores of an image, sorted by path. Over is the
// number of packages that exceed the limit.
func StorePackages(fs FileSystem) (packages []StorePackage, over int) {
	for _, store := range []struct{ path, kind string }{{"gnu/store", typeGuix}, {"nix/store", typeNix}} {
		for _, e := range fs.List(store.path) {
			if e.Type != seaworthy.Directory {
				continue // a source, a script
			}
			base := e.Path[strings.LastIndexByte(e.Path, '/')+1:]
			name, version := storeName(base)
			if name == "" {
				continue
			}
			if len(packages) == maxPackages {
				over++
				continue
			}
			packages = append(packages, StorePackage{Package{Type: store.kind, Name: name, Version: version}, e.Path})
		}
	}
	return packages, over
}

// storeName returns the name and the version in the name of a directory:
// HASH-NAME-VERSION-OUTPUT. As in Nix, the version starts after the first hyphen that no
// letter follows. Both are "" if there is no version: the directory is no package, such as
// an environment or a configuration.
func storeName(base string) (name, version string) {
	const hash = 32 // characters
	if len(base) <= hash+1 || base[hash] != '-' {
		return "", ""
	}
	base = base[hash+1:]
	for i := 0; i+1 < len(base); i++ {
		if base[i] == '-' && isDigit(base[i+1]) {
			name, version = base[:i], base[i+1:]
			break
		}
	}
	for _, output := range []string{"-bin", "-dev", "-devdoc", "-debug", "-doc", "-getent", "-info", "-lib", "-libgcc", "-man", "-out", "-static", "-terminfo"} {
		version = strings.TrimSuffix(version, output)
	}
	for _, file := range []string{".drv", ".patch", ".tar.gz", ".tar.xz", ".tar.bz2", ".tgz", ".zip"} {
		if strings.HasSuffix(version, file) {
			return "", "" // a source
		}
	}
	return name, version
}
