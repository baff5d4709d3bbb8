package inventory

import (
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
// as images without dpkg have in status.d. What is removed, with or without its
// configuration, is no package.
func parseDpkgStatus(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var packages []Package
	nameless := 0
	err := paragraphs(ctx, f, dpkgFields(), func(p paragraph) {
		if !dpkgInstalled(p["status"]) {
			return
		}
		if p["package"] == "" || p["version"] == "" {
			nameless++
			return
		}
		packages = append(packages, dpkgPackage(p))
	})
	if nameless > 0 {
		err = errors.Join(err, fmt.Errorf("%d installed packages have no name or version", nameless))
	}
	return slices.Clip(packages), err
}

// dpkgInstalled is true for a status of which files are in place. The status is
// what is wanted, a flag, and what is; a paragraph of status.d may have none.
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

// dpkgPackage makes a package of a paragraph. Its source is named where name or
// version differ from its own: "glibc" or "glibc (2.36-9)".
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
