package inventory

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"seaworthy.dev/seaworthy"
)

// parseAPK reads the database of apk, Alpine's package manager. It consists of paragraphs,
// and each of their lines of a letter, a colon and a value. Case matters: P is the name, p
// what the package provides. See https://wiki.alpinelinux.org/wiki/Apk_spec.
func parseAPK(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var packages []Package
	var p apkParagraph
	nameless := 0
	fileBytes := 0
	end := func() error {
		switch {
		case !p.any:
		case p.pkg.Name == "" || p.pkg.Version == "":
			nameless++
		default:
			packages = append(packages, p.end())
			fileBytes += len(packages[len(packages)-1].Files)
		}
		p = apkParagraph{files: p.files[:0]}
		return errors.Join(checkPackageCount(packages), checkFileListSize(fileBytes))
	}
	err := lines(ctx, f, func(line []byte) error {
		if len(line) == 0 {
			return end()
		}
		if len(line) < 2 || line[1] != ':' {
			return errors.New("it is not a field")
		}
		p.field(line[0], line[2:])
		return checkFileCount(p.files)
	})
	if err == nil {
		err = errors.Join(end(), checkLastParagraph(f))
	}
	if nameless > 0 {
		err = errors.Join(err, fmt.Errorf("%d packages have no name or version", nameless))
	}
	return slices.Clip(packages), err
}

// apkParagraph collects the lines of a package.
type apkParagraph struct {
	any       bool // whether the paragraph has a line
	pkg       Package
	directory string // the last one of the list of files
	files     []installedFile
}

// field adds a line.
func (p *apkParagraph) field(letter byte, value []byte) {
	p.any = true
	switch letter {
	case 'P':
		p.pkg.Name = string(value)
	case 'V':
		p.pkg.Version = string(value)
	case 'A':
		p.pkg.Arch = string(value)
	case 'o':
		p.pkg.SourceName = string(value)
	case 'm':
		p.pkg.Vendor = knownApkVendor(string(value))
	case 'L':
		if len(value) > 0 {
			p.pkg.Licenses = []string{string(value)}
		}
	case 'F': // the directory of the following files
		p.directory = string(value)
	case 'R':
		path := string(value)
		if p.directory != "" {
			path = p.directory + "/" + path
		}
		p.files = append(p.files, installedFile{Path: installedPath(path)})
	case 'Z':
		if n := len(p.files); n > 0 {
			p.files[n-1].Digest = apkDigest(value)
		}
	}
}

// end returns the package after its last line.
func (p *apkParagraph) end() Package {
	p.pkg.Type = "apk"
	if p.pkg.SourceName == "" {
		p.pkg.SourceName = p.pkg.Name
	}
	p.pkg.SourceVersion = p.pkg.Version
	p.pkg.Files = newFileList(p.files)
	return p.pkg
}

// apkDigest parses a checksum: Q1 and a SHA-1 in Base64, Q2 and a SHA-256 in Base64, or an
// MD5 in hexadecimal. It returns nil for anything else. The checksum of a symbolic link is
// that of the target's text.
func apkDigest(s []byte) []byte {
	if bytes.HasPrefix(s, []byte("Q1")) || bytes.HasPrefix(s, []byte("Q2")) {
		sum, err := base64.StdEncoding.AppendDecode(nil, s[2:])
		if err != nil || len(sum) != 20 && len(sum) != 32 {
			return nil
		}
		return sum
	}
	if len(s) != hex.EncodedLen(16) {
		return nil
	}
	return parseHex(string(s))
}
