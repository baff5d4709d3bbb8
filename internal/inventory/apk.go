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

// parseAPK reads the database of Alpine's package manager: paragraphs of lines of
// a letter, a colon and a value. Upper and lower case differ: P is the name, p
// what the package provides.
func parseAPK(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var packages []Package
	var p apkParagraph
	nameless := 0
	kept := 0
	end := func() error {
		switch {
		case !p.any:
		case p.pkg.Name == "" || p.pkg.Version == "":
			nameless++
		default:
			packages = append(packages, p.end())
			kept += len(packages[len(packages)-1].Files)
		}
		p = apkParagraph{files: p.files[:0]}
		return errors.Join(tooManyPackages(packages), tooMuch(kept))
	}
	err := lines(ctx, f, func(line []byte) error {
		if len(line) == 0 {
			return end()
		}
		if len(line) < 2 || line[1] != ':' {
			return errors.New("it is no field")
		}
		p.field(line[0], line[2:])
		return tooManyFiles(p.files)
	})
	if err == nil {
		err = errors.Join(end(), unfinished(f))
	}
	if nameless > 0 {
		err = errors.Join(err, fmt.Errorf("%d packages have no name or version", nameless))
	}
	return slices.Clip(packages), err
}

// apkParagraph is a package while its lines are read.
type apkParagraph struct {
	any       bool
	pkg       Package
	directory string
	files     []File
}

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
	case 'L':
		if len(value) > 0 {
			p.pkg.Licenses = []string{string(value)}
		}
	case 'F': // a directory, and the files that follow are in it
		p.directory = string(value)
	case 'R':
		path := string(value)
		if p.directory != "" {
			path = p.directory + "/" + path
		}
		p.files = append(p.files, File{Path: installedPath(path)})
	case 'Z':
		if n := len(p.files); n > 0 {
			p.files[n-1].Digest = apkDigest(value)
		}
	}
}

func (p *apkParagraph) end() Package {
	p.pkg.Type = "apk"
	if p.pkg.SourceName == "" {
		p.pkg.SourceName = p.pkg.Name
	}
	p.pkg.SourceVersion = p.pkg.Version
	p.pkg.Files = newFileList(p.files)
	return p.pkg
}

// apkDigest reads a checksum: Q1 and the SHA-1 in Base64, Q2 and the SHA-256, or
// an MD5 in hexadecimal. For a symbolic link it is the checksum of the link's target.
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
