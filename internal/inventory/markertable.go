package inventory

import (
	"strings"

	"seaworthy.dev/seaworthy"
)

// markers returns the files that show that a package manager, a tool or a vendor installed
// software whose packages are not read. Names are as a sentence has them: "software of
// Spack". A row is for what has no row in a table of formats.
func markers() []format {
	return []format{
		{name: "Spack", bases: []string{"index.json"}, match: isIn("/.spack-db/")},
		{name: "Homebrew casks", bases: []string{"config.json"}, match: isIn("/Caskroom/")},
		{name: "vcpkg", bases: []string{"status"}, match: isIn("/vcpkg/installed/vcpkg/", "/vcpkg_installed/vcpkg/")},
		{name: "Snap", bases: []string{"snap.yaml"}, match: isIn("/meta/")},
		{name: "Flatpak", bases: []string{"metadata"}, match: isIn("/flatpak/app/", "/flatpak/runtime/")},
		{name: "opam", bases: []string{"switch-state"}, match: isIn("/.opam-switch/")},
		{name: "pkgsrc or BSD ports", bases: []string{"+CONTENTS", "+COMPACT_MANIFEST"}},
		{name: "Slackware packages", match: isBelow("var/log/packages/", "var/lib/pkgtools/packages/")},
		{name: "Void Linux packages", match: isXbps},
		{name: "Solus packages", bases: []string{"metadata.xml"}, match: isBelow("var/lib/eopkg/package/")},
		{name: "Clear Linux bundles", match: isBelow("usr/share/clear/bundles/")},
		{name: "ROS packages", bases: []string{"package.xml"}, match: isBelow("opt/ros/")},
		{name: "EasyBuild", extensions: []string{".eb"}, match: isIn("/easybuild/")},
		{name: "MacPorts", bases: []string{"registry.db"}, match: isIn("/macports/registry/")},
		{name: "Octave packages", bases: []string{"DESCRIPTION"}, match: isIn("/packinfo/")},
		{name: "Emacs packages", match: isEmacsPackage},
		{name: "Crystal shards", bases: []string{"shard.lock"}},
		{name: "Conan 2", bases: []string{"conanmanifest.txt"}, match: isIn("/.conan2/p/")},
		{name: "nimble", bases: []string{"nimblemeta.json"}},
		{name: "pixi or conda-lock", bases: []string{"pixi.lock", "conda-lock.yml"}},
		{name: "Paket", bases: []string{"paket.lock"}},
		{name: "Carton", bases: []string{"cpanfile.snapshot"}},
		{name: "Bazel's rules for Maven", bases: []string{"maven_install.json"}},
		{name: "PHP archives", extensions: []string{".phar"}},
		{name: "WebAssembly modules", extensions: []string{".wasm"}},
		{name: "Linux kernels", match: isKernel},
		{name: "CocoaPods", bases: []string{"Podfile.lock"}},
		{name: "bun's binary lock file", bases: []string{"bun.lockb"}},
		{name: "Terraform providers", bases: []string{".terraform.lock.hcl"}},
	}
}

// isIn returns a function that reports whether the path of a file contains one of the
// fragments, each of which starts and ends with a slash.
func isIn(fragments ...string) func(*seaworthy.Header) bool {
	return func(h *seaworthy.Header) bool {
		for _, f := range fragments {
			if strings.Contains(h.Path, f) || strings.HasPrefix(h.Path, f[1:]) {
				return true
			}
		}
		return false
	}
}

// isKernel reports whether a file is a kernel that a boot loader starts.
func isKernel(h *seaworthy.Header) bool {
	return strings.HasPrefix(h.Path, "boot/vmlinuz") || strings.HasPrefix(h.Path, "boot/vmlinux")
}

// isXbps reports whether a file is a package database of xbps: pkgdb-0.38.plist.
func isXbps(h *seaworthy.Header) bool {
	return strings.HasPrefix(h.Path, "var/db/xbps/pkgdb-") && strings.HasSuffix(h.Path, ".plist")
}

// isEmacsPackage reports whether a file describes a package that package.el installed.
func isEmacsPackage(h *seaworthy.Header) bool {
	return strings.HasSuffix(h.Path, "-pkg.el") && strings.Contains(h.Path, "/elpa/")
}
