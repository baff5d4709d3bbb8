package inventory

import (
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/rpmdb"
)

// The formats of operating systems' package managers.
const (
	formatDpkg        = "dpkg"
	formatDpkgFiles   = "dpkg file list"
	formatDpkgDigests = "dpkg digests"
	formatCopyright   = "Debian copyright"
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
	maxDatabase = 1 << 30   // bytes of a package database
	maxFileList = 256 << 20 // bytes of one package's list of files

	maxCopyright = 4 << 20 // bytes of the licences of one package
)

// The limits for one file, far beyond what any installation has.
const (
	maxPackages = 300_000
	maxFiles    = 1_000_000 // of one package
)

func tooManyPackages(packages []Package) error {
	if len(packages) > maxPackages {
		return limitErrorf("it names more than %d packages", maxPackages)
	}
	return nil
}

func tooManyFiles(files []File) error {
	if len(files) > maxFiles {
		return limitErrorf("it lists more than %d files of a package", maxFiles)
	}
	return nil
}

// tooMuch returns an error for a database whose lists of files take more than half of
// the result of a layer.
func tooMuch(kept int) error {
	if kept > maxKept/2 {
		return limitErrorf("its lists of files take more than %d bytes", maxKept/2)
	}
	return nil
}

// The places of the databases.
const (
	dpkgStatusFile   = "var/lib/dpkg/status"
	apkInstalledFile = "lib/apk/db/installed"
	rpmManifestFile  = "var/lib/rpmmanifest/container-manifest-2"
	dpkgInfo         = "var/lib/dpkg/info/"
	dpkgStatuses     = "var/lib/dpkg/status.d/"
	pacmanLocal      = "var/lib/pacman/local/"
	portageDB        = "var/db/pkg/"
	digestsSuffix    = ".md5sums"
)

func rpmDirectories() []string {
	return []string{"var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"}
}

func opkgDirectories() []string {
	return []string{"usr/lib/opkg/", "var/lib/opkg/"}
}

// DatabasePaths are the paths at which package managers keep a database in one
// file.
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

// systemFormats are the databases of operating systems' package managers, each
// only at the path where its package manager reads it.
func systemFormats() []format {
	rpm := rpmDirectories()
	return []format{
		{
			name: formatDpkg, bases: []string{"status"}, match: at(dpkgStatusFile),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseDpkgStatus,
		},
		{ // images without dpkg have a file for each package
			name: formatDpkg, match: isDpkgStatus,
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseDpkgStatus,
		},
		{
			name: formatDpkgFiles, extensions: []string{".list"}, match: under(dpkgInfo),
			want: seaworthy.Body, max: maxFileList, role: Supplement, parse: parseDpkgFiles,
		},
		{
			name: formatDpkgDigests, extensions: []string{digestsSuffix}, match: under(dpkgInfo, dpkgStatuses),
			want: seaworthy.Body, max: maxFileList, role: Supplement, parse: parseDpkgDigests,
		},
		{
			name: formatCopyright, bases: []string{"copyright"}, match: isCopyright,
			want: seaworthy.Body, max: maxCopyright, role: Supplement, parse: parseDebianCopyright,
		},
		{
			name: formatAPK, bases: []string{"installed"}, match: at(apkInstalledFile, "usr/"+apkInstalledFile),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseAPK,
		},
		{
			name: formatRPM, bases: []string{"rpmdb.sqlite"}, match: under(rpm...),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseRPM(rpmdb.SQLite),
		},
		{
			name: formatRPMLog, bases: []string{"rpmdb.sqlite-wal"}, match: under(rpm...),
			want: seaworthy.Head, max: maxDatabase, role: Supplement, parse: parseRPMLog,
		},
		{
			name: formatRPM, bases: []string{"Packages.db"}, match: under(rpm...),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseRPM(rpmdb.NDB),
		},
		{
			name: formatRPM, bases: []string{"Packages"}, match: under(rpm...),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseRPM(rpmdb.Berkeley),
		},
		{
			name: formatRPMManifest, bases: []string{"container-manifest-2"}, match: at(rpmManifestFile),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseRPMManifest,
		},
		{
			name: formatPacman, bases: []string{"desc"}, match: under(pacmanLocal),
			want: seaworthy.Body, max: maxFileList, role: Database, parse: parsePacman,
		},
		{
			name: formatPacmanFiles, bases: []string{"files"}, match: under(pacmanLocal),
			want: seaworthy.Body, max: maxFileList, role: Supplement, parse: parsePacmanFiles,
		},
		{
			name: formatOpkg, bases: []string{"status"}, match: under(opkgDirectories()...),
			want: seaworthy.Body, max: maxDatabase, role: Database, parse: parseOpkg,
		},
		{
			name: formatOpkgFiles, extensions: []string{".list"}, match: under(opkgDirectories()...),
			want: seaworthy.Body, max: maxFileList, role: Supplement, parse: parseOpkgFiles,
		},
		{
			name: formatPortage, bases: []string{"CONTENTS"}, match: under(portageDB),
			want: seaworthy.Body, max: maxFileList, role: Database, parse: parsePortage,
		},
	}
}

// isDpkgStatus matches the packages' files in status.d, which have any name.
func isDpkgStatus(h *seaworthy.Header) bool {
	return strings.HasPrefix(h.Path, dpkgStatuses) && !strings.HasSuffix(h.Path, digestsSuffix)
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

// under matches the entries below some directories, which end with a slash.
func under(directories ...string) func(*seaworthy.Header) bool {
	return func(h *seaworthy.Header) bool {
		for _, d := range directories {
			if strings.HasPrefix(h.Path, d) {
				return true
			}
		}
		return false
	}
}
