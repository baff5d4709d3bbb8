package inventory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/rpmdb"
)

// openRPM opens a database in one of the formats of package rpmdb.
type openRPM func(r io.ReaderAt, size int64) rpmdb.Headers

// publicKey is the name of a key, which rpm stores as a package.
const publicKey = "gpg-pubkey"

// parseRPM returns the parser for RPM databases of a format.
func parseRPM(open openRPM) func(context.Context, *seaworthy.File) ([]Package, error) {
	return func(ctx context.Context, f *seaworthy.File) ([]Package, error) {
		var packages []Package
		damaged, fileBytes := 0, 0
		for header, err := range open(f.ReaderAt(), f.Size) {
			if err != nil {
				return packages, err
			}
			if ctx.Err() != nil {
				return packages, context.Cause(ctx)
			}
			p, err := rpmPackage(header)
			switch {
			case err != nil:
				damaged++
			case p.Name != publicKey:
				packages = append(packages, p)
				fileBytes += len(p.Files)
			}
			if err := errors.Join(checkPackageCount(packages), checkFileListSize(fileBytes)); err != nil {
				return packages, err
			}
		}
		if damaged > 0 {
			return packages, fmt.Errorf("%d packages have a header that cannot be read", damaged)
		}
		return slices.Clip(packages), nil
	}
}

// rpmPackage returns the package of a header.
func rpmPackage(header []byte) (Package, error) {
	h, err := rpmdb.ParseHeader(header)
	if err != nil {
		return Package{}, err
	}
	p := Package{Type: "rpm", Name: h.Name, Version: h.Version + "-" + h.Release, Arch: h.Arch, Modularity: h.Modularity, Vendor: vendorName(h.Vendor)}
	if h.Epoch > 0 {
		p.Version = strconv.FormatUint(uint64(h.Epoch), 10) + ":" + p.Version
	}
	p.SourceName, p.SourceVersion = splitSourceRPM(h.SourceRPM)
	if h.License != "" {
		p.Licenses = []string{h.License}
	}
	files := make([]installedFile, len(h.Files))
	for i, f := range h.Files {
		files[i] = installedFile{Path: installedPath(f.Path), Digest: parseHex(f.Digest)}
	}
	p.Files = newFileList(files)
	return p, nil
}

// splitSourceRPM returns the name and the version of a source package from its file name,
// which has no epoch: "glibc-2.28-5.el8.src.rpm".
func splitSourceRPM(file string) (name, version string) {
	s := strings.TrimSuffix(strings.TrimSuffix(file, ".rpm"), ".src")
	s = strings.TrimSuffix(s, ".nosrc")
	release := strings.LastIndexByte(s, '-')
	if release < 0 {
		return "", ""
	}
	v := strings.LastIndexByte(s[:release], '-')
	if v < 0 {
		return "", ""
	}
	return s[:v], s[v+1:]
}

// parseRPMManifest reads the list of packages that distroless images of Azure Linux and
// CBL-Mariner have instead of a database. A line is a package. Its tab-separated fields are
// name, version-release, installation time, build time, vendor, epoch, size, architecture,
// epoch as a number, and source RPM.
func parseRPMManifest(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var packages []Package
	err := lines(ctx, f, func(line []byte) error {
		if len(line) == 0 {
			return nil
		}
		fields := strings.Split(string(line), "\t")
		if len(fields) < 10 || fields[0] == "" || fields[1] == "" {
			return errors.New("it has fewer than ten fields, or no name or version")
		}
		p := Package{Type: "rpm", Name: fields[0], Version: fields[1], Arch: fields[7], Vendor: vendorName(fields[4])}
		if epoch, err := strconv.ParseUint(fields[8], 10, 32); err == nil && epoch > 0 {
			p.Version = fields[8] + ":" + p.Version
		}
		p.SourceName, p.SourceVersion = splitSourceRPM(fields[9])
		packages = append(packages, p)
		return checkPackageCount(packages)
	})
	return packages, errors.Join(err, checkLastLine(f))
}
