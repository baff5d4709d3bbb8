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

// dpkgFields are the fields of a status file that are read.
func dpkgFields() map[string]bool {
	return map[string]bool{"package": true, "status": true, "version": true, "architecture": true, "source": true}
}

// parseDpkgStatus reads the status file of dpkg, or one package's paragraph of it
// as images without dpkg have in status.d. A removed package, with or without its
// configuration files, is ignored.
func parseDpkgStatus(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var packages []Package
	nameless := 0
	err := paragraphs(ctx, f, dpkgFields(), func(p paragraph) error {
		if !dpkgInstalled(p["status"]) {
			return nil
		}
		if p["package"] == "" || p["version"] == "" {
			nameless++
			return nil
		}
		packages = append(packages, dpkgPackage(p))
		return tooManyPackages(packages)
	})
	if err == nil && strings.HasSuffix(f.Path, "/status") { // in status.d each has a file
		err = unfinished(f)
	}
	if nameless > 0 {
		err = errors.Join(err, fmt.Errorf("%d installed packages have no name or version", nameless))
	}
	return slices.Clip(packages), err
}

// dpkgInstalled reports whether a package of this status has files in place. A status
// has three words: what is wanted, a flag, and the state. A paragraph of status.d may
// have none.
func dpkgInstalled(status string) bool {
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

// dpkgPackage makes a package of a paragraph. The field Source is there if name or
// version of the source package differ: "glibc" or "glibc (2.36-9)".
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
	return Package{
		Type: "deb", Name: p["package"], Version: p["version"], Arch: p["architecture"],
		SourceName: source, SourceVersion: version,
	}
}

// parseDpkgFiles reads info/PACKAGE.list, the paths that a package has in the file
// system. The package has no version: the status file knows it.
func parseDpkgFiles(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var files []File
	err := lines(ctx, f, func(line []byte) error {
		path, _, _ := bytes.Cut(line, []byte{'\t'}) // opkg adds the mode
		if p := installedPath(string(path)); p != "" {
			files = append(files, File{Path: p})
		}
		return tooManyFiles(files)
	})
	return []Package{fileOwner(f.Path, ".list", withoutDirectories(files))}, err
}

// parseDpkgDigests reads PACKAGE.md5sums of info or status.d, the files that a
// package brought: lines of an MD5, two spaces and a path.
func parseDpkgDigests(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var files []File
	err := lines(ctx, f, func(line []byte) error {
		sum, path, ok := bytes.Cut(line, []byte{' '})
		if !ok {
			return nil
		}
		path = bytes.TrimLeft(path, " *")
		files = append(files, File{Path: installedPath(string(path)), Digest: parseHex(string(sum))})
		return tooManyFiles(files)
	})
	return []Package{fileOwner(f.Path, ".md5sums", files)}, err
}

// fileOwner returns the package whose files a file lists. The name of that file is
// PACKAGE or PACKAGE:ARCHITECTURE, and the suffix.
func fileOwner(path, suffix string, files []File) Package {
	name, arch, _ := strings.Cut(strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], suffix), ":")
	return Package{Type: "deb", Name: name, Arch: arch, Files: newFileList(files)}
}

// withoutDirectories removes the paths that are parents of other paths in the list. An
// empty directory stays: the list does not distinguish it from a file.
func withoutDirectories(files []File) []File {
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	above := make(map[string]bool)
	for i := range files {
		p := files[i].Path
		for {
			slash := strings.LastIndexByte(p, '/')
			if slash < 0 || above[p[:slash]] {
				break
			}
			p = p[:slash]
			above[p] = true
		}
	}
	return slices.DeleteFunc(files, func(f File) bool { return above[f.Path] })
}
