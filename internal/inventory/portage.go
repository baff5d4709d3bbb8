package inventory

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
)

// parsePortage reads CATEGORY/NAME-VERSION/CONTENTS of Gentoo's database. The directories
// name the package. The lines are "dir PATH", "obj PATH MD5 TIME" and "sym PATH -> TARGET
// TIME".
func parsePortage(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	elements := strings.Split(strings.TrimSuffix(f.Path, "/CONTENTS"), "/")
	if len(elements) < 2 {
		return nil, nil
	}
	category, directory := elements[len(elements)-2], elements[len(elements)-1]
	name, version, ok := splitEbuild(directory)
	if !ok {
		return nil, fmt.Errorf("the directory %q does not name a package and a version", directory)
	}
	var files []installedFile
	err := lines(ctx, f, func(line []byte) error {
		kind, rest, _ := bytes.Cut(line, []byte{' '})
		switch string(kind) {
		case "obj": // a path may have spaces, so the last two fields are removed from the end
			if path, sum, ok := cutLast(cutTail(rest)); ok {
				files = append(files, installedFile{Path: installedPath(path), Digest: parseHex(sum)})
			}
		case "sym":
			path, _, _ := strings.Cut(string(rest), " -> ")
			files = append(files, installedFile{Path: installedPath(path)})
		}
		return checkFileCount(files)
	})
	name = category + "/" + name
	return []Package{{
		Type: "ebuild", Name: name, Version: version, SourceName: name, SourceVersion: version,
		Files: newFileList(files),
	}}, err
}

// cutTail removes the last field of a line.
func cutTail(b []byte) string {
	before, _, _ := cutLast(string(b))
	return before
}

// cutLast splits a string at its last space.
func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// splitEbuild splits NAME-VERSION. The version starts with a digit and may end with a
// revision: "openssl-3.0.13-r2".
func splitEbuild(s string) (name, version string, ok bool) {
	for i := len(s) - 2; i > 0; i-- {
		if s[i] == '-' && '0' <= s[i+1] && s[i+1] <= '9' {
			return s[:i], s[i+1:], true
		}
	}
	return "", "", false
}
