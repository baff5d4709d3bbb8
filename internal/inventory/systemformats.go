package inventory

import (
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/rpmdb"
)

// The formats of distributions' package managers.
const (
	formatDpkg        = "dpkg"
	formatDpkgFiles   = "dpkg file list"
	formatDpkgDigests = "dpkg digests"
	formatCopyright   = "Debian copyright"
	formatChisel      = "chisel"
	formatAPK         = "apk"
	formatRPM         = "rpm"
	formatRPMLog      = "rpm write-ahead log"
	formatRPMManifest = "rpm manifest"
	formatPacman      = "pacman"
	formatPacmanFiles = "pacman file list"
	formatOpkg        = "opkg"
	formatOpkgFiles   = "opkg file list"
	formatPortage     = "portage"
)

const (
	maxDatabase  = 1 << 30   // bytes of a package database
	maxFileList  = 256 << 20 // bytes of the list of files of a package
	maxCopyright = 4 << 20   // bytes of the copyright file of a package
)

// Limits for one file, far above those of real installations.
const (
	maxPackages = 300_000
	maxFiles    = 1_000_000 // of one package
)

// checkPackageCount returns an error if there are more than maxPackages.
func checkPackageCount(packages []Package) error {
	if len(packages) > maxPackages {
		return limitErrorf("it names more than %d packages", maxPackages)
	}
	return nil
}

// checkFileCount returns an error if there are more than maxFiles.
func checkFileCount(files []installedFile) error {
	if len(files) > maxFiles {
		return limitErrorf("it lists more than %d files of a package", maxFiles)
	}
	return nil
}

// checkFileListSize returns an error if the lists of files of a database have more than half
// of the bytes that the result of a layer may have.
func checkFileListSize(bytes int) error {
	if bytes > maxResultSize/2 {
		return limitErrorf("its lists of files take more than %d bytes", maxResultSize/2)
	}
	return nil
}

// The paths of the databases.
const (
	dpkgStatusFile   = "var/lib/dpkg/status"
	apkInstalledFile = "lib/apk/db/installed"
	rpmManifestFile  = "var/lib/rpmmanifest/container-manifest-2"
	dpkgInfo         = "var/lib/dpkg/info/"
	dpkgStatuses     = "var/lib/dpkg/status.d/"
	pacmanLocal      = "var/lib/pacman/local/"
	portageDB        = "var/db/pkg/"
	digestsBase      = "md5sums"
	controlBase      = "control"
)

func rpmDirectories() []string {
	return []string{"var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"}
}

func opkgDirectories() []string {
	return []string{"usr/lib/opkg/", "var/lib/opkg/"}
}

// DatabasePaths returns the paths of databases that are a single file.
func DatabasePaths() []string {
	paths := []string{dpkgStatusFile, apkInstalledFile, "usr/" + apkInstalledFile, rpmManifestFile}
	for _, d := range rpmDirectories() {
		paths = append(paths, d+"rpmdb.sqlite", d+"Packages.db", d+"Packages")
	}
	for _, d := range opkgDirectories() {
		paths = append(paths, d+"status")
	}
	return paths
}

// systemFormats returns the formats of the databases of distributions' package managers. A
// database counts only at the path at which its package manager reads it.
func systemFormats() []format {
	rpm := rpmDirectories()
	return []format{
		{
			name: formatDpkg, bases: []string{"status"}, match: isAt(dpkgStatusFile),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseDpkgStatus,
		},
		{ // images without dpkg have a file for each package
			name: formatDpkg, match: isDpkgStatus,
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseDpkgStatus,
		},
		{
			name: formatDpkgFiles, extensions: []string{".list"}, match: isBelow(dpkgInfo),
			want: seaworthy.Body, max: maxFileList, role: Supplement, parse: parseDpkgFiles,
		},
		{
			name: formatDpkgDigests, bases: []string{digestsBase}, extensions: []string{"." + digestsBase}, match: isDpkgDigests,
			want: seaworthy.Body, max: maxFileList, role: Supplement, parse: parseDpkgDigests,
		},
		{
			name: formatCopyright, bases: []string{"copyright"}, match: isCopyright,
			want: seaworthy.Body, max: maxCopyright, role: Supplement, parse: parseDebianCopyright,
		},
		{
			name: formatChisel, bases: []string{"manifest.wall"},
			want: seaworthy.Body, max: maxFileList, role: Database, parse: parseChisel,
		},
		{
			name: formatAPK, bases: []string{"installed"}, match: isAt(apkInstalledFile, "usr/"+apkInstalledFile),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseAPK,
		},
		{
			name: formatRPM, bases: []string{"rpmdb.sqlite"}, match: isBelow(rpm...),
			want: seaworthy.Body, max: maxDatabase, role: Database, parseTree: parseRPMSQLite,
		},
		{
			name: formatRPMLog, bases: []string{"rpmdb.sqlite-wal"}, match: isBelow(rpm...),
			want: seaworthy.Body, max: maxDatabase, role: Log, parseTree: parseRPMLog,
		},
		{
			name: formatRPM, bases: []string{"Packages.db"}, match: isBelow(rpm...),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseRPM(rpmdb.NDB),
		},
		{
			name: formatRPM, bases: []string{"Packages"}, match: isBelow(rpm...),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseRPM(rpmdb.Berkeley),
		},
		{
			name: formatRPMManifest, bases: []string{"container-manifest-2"}, match: isAt(rpmManifestFile),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseRPMManifest,
		},
		{
			name: formatPacman, bases: []string{"desc"}, match: isBelow(pacmanLocal),
			want: seaworthy.Body, max: maxFileList, role: Database, parse: parsePacman,
		},
		{
			name: formatPacmanFiles, bases: []string{"files"}, match: isBelow(pacmanLocal),
			want: seaworthy.Body, max: maxFileList, role: Supplement, parse: parsePacmanFiles,
		},
		{
			name: formatOpkg, bases: []string{"status"}, match: isBelow(opkgDirectories()...),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseOpkg,
		},
		{
			name: formatOpkgFiles, extensions: []string{".list"}, match: isBelow(opkgDirectories()...),
			want: seaworthy.Body, max: maxFileList, role: Supplement, parse: parseOpkgFiles,
		},
		{
			name: formatPortage, bases: []string{"CONTENTS"}, match: isBelow(portageDB),
			want: seaworthy.Body, max: maxFileList, role: Database, parse: parsePortage,
		},
	}
}

// isDpkgStatus reports whether a file of status.d is the paragraph of a package: a file with
// any name, or PACKAGE/control in images that Bazel's rules_distroless made.
func isDpkgStatus(h *seaworthy.Header) bool {
	name, ok := strings.CutPrefix(h.Path, dpkgStatuses)
	if !ok {
		return false
	}
	if dir, base, nested := strings.Cut(name, "/"); nested {
		return dir != "" && base == controlBase
	}
	return !isDpkgInfo(name)
}

// isDpkgInfo reports whether a name is that of one of the other files that dpkg keeps of a
// package, PACKAGE.KIND.
func isDpkgInfo(name string) bool {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 {
		return false
	}
	switch name[i+1:] {
	case digestsBase, "list", "conffiles", "preinst", "postinst", "prerm", "postrm", "config", "templates", "triggers", "shlibs", "symbols":
		return true
	}
	return false
}

// isDpkgDigests reports whether a file has the digests of the files of a package:
// PACKAGE.md5sums of info or status.d, or PACKAGE/md5sums of status.d.
func isDpkgDigests(h *seaworthy.Header) bool {
	if strings.HasPrefix(h.Path, dpkgInfo) {
		return strings.HasSuffix(h.Path, "."+digestsBase)
	}
	name, ok := strings.CutPrefix(h.Path, dpkgStatuses)
	if dir, base, nested := strings.Cut(name, "/"); ok && nested {
		return dir != "" && base == digestsBase
	}
	return ok && strings.HasSuffix(name, "."+digestsBase)
}

// isAt returns a function that reports whether a file has one of the paths.
func isAt(paths ...string) func(*seaworthy.Header) bool {
	return func(h *seaworthy.Header) bool {
		for _, p := range paths {
			if h.Path == p {
				return true
			}
		}
		return false
	}
}

// isBelow returns a function that reports whether a file is below one of the directories,
// which must end with a slash.
func isBelow(directories ...string) func(*seaworthy.Header) bool {
	return func(h *seaworthy.Header) bool {
		for _, d := range directories {
			if strings.HasPrefix(h.Path, d) {
				return true
			}
		}
		return false
	}
}
