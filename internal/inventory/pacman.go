package inventory

import (
	"context"
	"errors"
	"strings"

	"seaworthy.dev/seaworthy"
)

// pacmanSections reads a file of pacman's local database and calls visit for each value. A
// line %NAME% starts a section. Its values follow, one a line, up to an empty line.
func pacmanSections(ctx context.Context, f *seaworthy.File, visit func(section string, value []byte) error) error {
	section := ""
	err := lines(ctx, f, func(line []byte) error {
		n := len(line)
		switch {
		case n == 0:
			section = ""
		case section == "" && n > 2 && line[0] == '%' && line[n-1] == '%':
			section = string(line[1 : n-1])
		case section == "":
			return errors.New("it is not in a section")
		default:
			return visit(section, line)
		}
		return nil
	})
	return errors.Join(err, checkLastLine(f))
}

// parsePacman reads local/NAME-VERSION-RELEASE/desc.
func parsePacman(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	p := Package{Type: "alpm"}
	err := pacmanSections(ctx, f, func(section string, value []byte) error {
		switch section {
		case "NAME":
			p.Name = string(value)
		case "VERSION":
			p.Version = string(value)
		case "BASE":
			p.SourceName = string(value)
		case "ARCH":
			p.Arch = string(value)
		case "LICENSE":
			p.Licenses = append(p.Licenses, string(value))
		}
		return nil
	})
	if p.Name == "" || p.Version == "" {
		return nil, errors.Join(err, errors.New("it has no package name or no version"))
	}
	if p.SourceName == "" {
		p.SourceName = p.Name
	}
	p.SourceVersion = p.Version
	return []Package{p}, err
}

// parsePacmanFiles reads local/NAME-VERSION-RELEASE/files. The directory names the package.
// Paths that end with a slash are directories, which it skips.
func parsePacmanFiles(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var files []installedFile
	err := pacmanSections(ctx, f, func(section string, value []byte) error {
		if section == "FILES" && value[len(value)-1] != '/' {
			files = append(files, installedFile{Path: installedPath(string(value))})
		}
		return checkFileCount(files)
	})
	directory := strings.TrimSuffix(f.Path, "/files")
	name, version := splitVersion(directory[strings.LastIndexByte(directory, '/')+1:])
	return []Package{{Type: "alpm", Name: name, Version: version, Files: newFileList(files)}}, err
}

// splitVersion splits NAME-VERSION-RELEASE into NAME and VERSION-RELEASE.
func splitVersion(s string) (name, version string) {
	release := strings.LastIndexByte(s, '-')
	if release < 0 {
		return s, ""
	}
	v := strings.LastIndexByte(s[:release], '-')
	if v < 0 {
		return s, ""
	}
	return s[:v], s[v+1:]
}
