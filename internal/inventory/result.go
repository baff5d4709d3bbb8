package inventory

import (
	"cmp"
	"encoding/hex"
	"iter"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// Layer is the result of the Analyzer for one layer.
type Layer struct {
	// Files is sorted by ordinal and format.
	Files []PackageFile
	// Releases is sorted by ordinal.
	Releases []Release
	// Marks is sorted by ordinal and kind.
	Marks []Mark
	// OverLimit is the number of files that are not in Files because the result would
	// exceed its limit.
	OverLimit int
}

// Count returns the number of packages in all files.
func (l *Layer) Count() int {
	n := 0
	for i := range l.Files {
		n += len(l.Files[i].Packages)
	}
	return n
}

// at returns the files of an entry, one for each format.
func (l *Layer) at(ordinal int) []PackageFile {
	first, _ := slices.BinarySearchFunc(l.Files, ordinal, func(f PackageFile, ordinal int) int { return cmp.Compare(f.Ordinal, ordinal) })
	end := first
	for end < len(l.Files) && l.Files[end].Ordinal == ordinal {
		end++
	}
	return l.Files[first:end]
}

// Packages returns the packages that an entry names in a format.
func (l *Layer) Packages(ordinal int, format string) []Package {
	for _, f := range l.at(ordinal) {
		if f.Format == format {
			return f.Packages
		}
	}
	return nil
}

// Functions returns the functions of an entry that is a Go program, or nil if they are not
// known.
func (l *Layer) Functions(ordinal int) FunctionSet {
	for _, f := range l.at(ordinal) {
		for i := range f.Packages { // the functions are in the package "stdlib"
			if functions := f.Packages[i].Functions; functions != nil {
				return functions
			}
		}
	}
	return nil
}

// PackageFile holds the packages of one file.
type PackageFile struct {
	// Ordinal is the ordinal of the entry in the layer.
	Ordinal int
	// Format is the name of the format: "dpkg", "npm lock file".
	Format string
	Role   Role
	// Packages is sorted by type, name, version, architecture and inner path.
	Packages []Package
	// Tree has the positions of the packages in an SQLite database or its log.
	Tree Tree
	// ReadError is a sentence that says why the file was not read, or not completely. It
	// is "" for a file that was. ReadErrorCode classifies it.
	ReadError     string
	ReadErrorCode seaworthy.CoverageCode
}

// Role is the kind of a file that names packages.
type Role uint8

// The roles.
const (
	// Manifest is a manifest of a language, or a binary that contains package names.
	Manifest Role = iota
	// Database is a database of the distribution's package manager.
	Database
	// Supplement adds files or licenses to the packages of a Database. Its packages may
	// have no version and no architecture.
	Supplement
	// Lock is a lock file: what a package manager would install. Its packages count unless
	// the image has them installed; see [InstalledNames.Has].
	Lock
	// Log is the write-ahead log of a Database; see [PackageFile.ApplyLog].
	Log
)

// Package is a package as a file names it. It has nothing that depends on the image.
type Package struct {
	// Type is the purl type: "deb", "npm".
	Type string
	// Name is the name that OSV uses in the ecosystem: "golang.org/x/net",
	// "@babel/core", "org.slf4j:slf4j-api".
	Name string
	// Version is the version as the package manager prints it, with any epoch and a colon
	// before it: "1:2.36-9+deb12u4".
	Version string
	Arch    string
	// SourceName and SourceVersion are those of the source package. Only packages of a
	// distribution have them.
	SourceName, SourceVersion string
	// Vendor is who built a package of a distribution's package manager: as the database
	// names the builder in the RPM database, else only if that is not the distribution.
	// See [Release.ProvenanceOf], also for VendorUncertain.
	Vendor          string
	VendorUncertain bool
	// Licenses are SPDX expressions, or free text if the file has no expression.
	Licenses []string
	// Modularity is the label of an RPM of a module: name:stream:version:context:arch.
	Modularity string
	// InnerPath is the path of a nested archive in the file, "" for the file itself.
	InnerPath string
	// ByText reports that the evidence is weaker than a manifest: text in a program, the
	// file name of a Java archive, a linker flag with a version.
	ByText bool
	// Untagged reports that the version of a Go program's main module is made up from a
	// commit, and says nothing of the release.
	Untagged bool
	// NameHints are names that the group of a Java artifact may begin with, if the artifact
	// was not named by its build: the bundle, the module and the largest package.
	NameHints []string
	// Row is the row of the package in an SQLite database, 0 in any other file.
	Row int
	// Files are the files that the package installed, if the database lists them.
	Files FileList
	// Functions are the functions in a Go binary. Only its package "stdlib" has them.
	Functions FunctionSet
}

// PackageID identifies a version of a package among those of the same image.
type PackageID struct{ Type, Name, Version, Arch, Modularity string }

// ID returns the ID of the package.
func (p *Package) ID() PackageID {
	return PackageID{p.Type, p.Name, p.Version, p.Arch, p.Modularity}
}

// CompareVersions compares packages by type, name, version and architecture, which is the
// order of [PackageFile.Packages].
func CompareVersions(a, b *Package) int {
	return cmp.Or(
		cmp.Compare(a.Type, b.Type),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Version, b.Version),
		cmp.Compare(a.Arch, b.Arch),
	)
}

func comparePackages(a, b Package) int {
	return cmp.Or(
		CompareVersions(&a, &b),
		cmp.Compare(a.InnerPath, b.InnerPath),
		cmp.Compare(a.Modularity, b.Modularity),
		slices.Compare(a.Files, b.Files),
	)
}

// size estimates the memory for the file, in bytes.
func (f *PackageFile) size() int {
	const overhead = 64
	n := overhead + len(f.Format) + len(f.ReadError)
	for i := range f.Packages {
		p := &f.Packages[i]
		n += overhead + len(p.Type) + len(p.Name) + len(p.Version) + len(p.Arch) + len(p.SourceName) +
			len(p.SourceVersion) + len(p.Modularity) + len(p.Vendor) + len(p.InnerPath) + len(p.Files) + len(p.Functions)
		for _, l := range p.Licenses {
			n += 1 + len(l)
		}
		for _, h := range p.NameHints {
			n += 1 + len(h)
		}
	}
	for _, p := range f.Tree.Pages {
		const number = 3 // bytes
		n += overhead + number*(len(p.Below)+len(p.Rows))
	}
	return n
}

// installedFile is a file of a package.
type installedFile struct {
	// Path has the form of [seaworthy.Header.Path].
	Path string
	// Digest is the digest of the installed content. Its length says whether it is an MD5,
	// SHA-1, SHA-256 or SHA-512. It is nil if the database has none.
	Digest []byte
}

// installedPath converts a path in a list of files to the form of a layer. The root is "".
func installedPath(p string) string {
	p = strings.TrimLeft(strings.TrimPrefix(p, "./"), "/")
	if p == "." {
		return ""
	}
	return p
}

// parseHex parses a digest in hexadecimal. It returns nil for any other text.
func parseHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) == 0 {
		return nil
	}
	return b
}

// FileList is an encoded, sorted list of files. Each path is stored without the prefix that
// it shares with the previous one.
type FileList []byte

// newFileList sorts and encodes files. It keeps the first of several files with the same
// path.
func newFileList(files []installedFile) FileList {
	slices.SortStableFunc(files, func(a, b installedFile) int { return cmp.Compare(a.Path, b.Path) })
	var c codec
	last := ""
	for i, f := range files {
		if i > 0 && f.Path == last {
			continue
		}
		shared := 0
		for shared < min(len(last), len(f.Path)) && last[shared] == f.Path[shared] {
			shared++
		}
		rest := f.Path[shared:]
		c.int(&shared)
		c.string(&rest)
		c.bytes(&f.Digest)
		last = f.Path
	}
	return c.data
}

// All yields the path and the digest of each file. Both are valid until the next
// iteration.
func (l FileList) All() iter.Seq2[[]byte, []byte] {
	return func(yield func(path, digest []byte) bool) {
		c := codec{reading: true, data: l}
		var path []byte
		for len(c.data) > 0 {
			var shared int
			var rest, digest []byte
			c.int(&shared)
			c.bytes(&rest)
			c.bytes(&digest)
			if c.err != nil || shared > len(path) {
				return
			}
			path = append(path[:shared], rest...)
			if !yield(path, digest) {
				return
			}
		}
	}
}
