package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// dpkgFields returns the fields of a status file that parseDpkgStatus needs.
func dpkgFields() map[string]bool {
	return map[string]bool{
		"package": true, "status": true, "version": true, "architecture": true, "source": true,
		"maintainer": true, "origin": true, "vendor": true, "license": true, "section": true,
	}
}

// parseDpkgStatus reads the status file of dpkg (see dpkg-query(1) and deb-control(5)), or
// a file of status.d, which has the paragraph of one package in images without dpkg. It
// ignores removed packages, with or without configuration files.
func parseDpkgStatus(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var packages []Package
	nameless := 0
	err := paragraphs(ctx, f, dpkgFields(), func(p paragraph) error {
		if !isDpkgInstalled(p["status"]) {
			return nil
		}
		if p["package"] == "" || p["version"] == "" {
			nameless++
			return nil
		}
		packages = append(packages, dpkgPackage(p))
		return checkPackageCount(packages)
	})
	if err == nil && strings.HasSuffix(f.Path, "/status") { // a file of status.d has one paragraph
		err = checkLastParagraph(f)
	}
	if nameless > 0 {
		err = errors.Join(err, fmt.Errorf("%d installed packages have no name or version", nameless))
	}
	return slices.Clip(packages), err
}

// isDpkgInstalled reports whether a package with this status has files in the file system.
// A status has three words: the desired state, a flag, and the state. A paragraph of
// status.d may have no status.
func isDpkgInstalled(status string) bool {
	if status == "" {
		return true
	}
	words := strings.Fields(status)
	switch words[len(words)-1] {
	case "not-installed", "config-files":
		return false
	}
	return true
}

// dpkgPackage returns the package of a paragraph. The field Source is present if the name
// or the version of the source package differs: "glibc" or "glibc (2.36-9)".
func dpkgPackage(p paragraph) Package {
	source, version, _ := strings.Cut(p["source"], "(")
	source = strings.TrimSpace(source)
	version = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(version), ")"))
	if source == "" {
		source = p["package"]
	}
	if version == "" {
		version = p["version"]
	}
	by := debProvenance(p)
	return Package{
		Type: "deb", Name: p["package"], Version: p["version"], Arch: p["architecture"],
		SourceName: source, SourceVersion: version, Vendor: by.Vendor, VendorUncertain: by.Uncertain,
	}
}

// parseDpkgFiles reads info/PACKAGE.list, the paths of a package. The version of the
// package is only in the status file.
func parseDpkgFiles(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var files []installedFile
	err := lines(ctx, f, func(line []byte) error {
		path, _, _ := bytes.Cut(line, []byte{'\t'}) // in lists of opkg, the mode follows
		if p := installedPath(string(path)); p != "" {
			files = append(files, installedFile{Path: p})
		}
		return checkFileCount(files)
	})
	return []Package{fileOwner(f.Path, ".list", removeDirectories(files))}, err
}

// parseDpkgDigests reads PACKAGE.md5sums of info or status.d, or PACKAGE/md5sums, the digests
// of a package's files: lines of an MD5, two spaces and a path.
func parseDpkgDigests(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var files []installedFile
	err := lines(ctx, f, func(line []byte) error {
		sum, path, ok := bytes.Cut(line, []byte{' '})
		if !ok {
			return nil
		}
		path = bytes.TrimLeft(path, " *")
		files = append(files, installedFile{Path: installedPath(string(path)), Digest: parseHex(string(sum))})
		return checkFileCount(files)
	})
	list := strings.TrimSuffix(f.Path, "/"+digestsBase) // in a directory of the package
	return []Package{fileOwner(list, "."+digestsBase, files)}, err
}

// fileOwner returns the package of a list of files. The base name of the list is PACKAGE
// or PACKAGE:ARCHITECTURE, followed by the suffix.
func fileOwner(path, suffix string, files []installedFile) Package {
	name, arch, _ := strings.Cut(strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], suffix), ":")
	return Package{Type: "deb", Name: name, Arch: arch, Files: newFileList(files)}
}

// removeDirectories removes the paths that are parents of other paths in the list. An empty
// directory stays, since the list does not distinguish it from a file.
func removeDirectories(files []installedFile) []installedFile {
	slices.SortFunc(files, func(a, b installedFile) int { return strings.Compare(a.Path, b.Path) })
	parents := make(map[string]bool)
	for i := range files {
		p := files[i].Path
		for {
			slash := strings.LastIndexByte(p, '/')
			if slash < 0 || parents[p[:slash]] {
				break
			}
			p = p[:slash]
			parents[p] = true
		}
	}
	return slices.DeleteFunc(files, func(f installedFile) bool { return parents[f.Path] })
}
