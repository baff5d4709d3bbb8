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
	// Found is sorted by ordinal and format.
	Found []Found
	// Releases is sorted by ordinal.
	Releases []Release
	// Beyond is the number of files whose packages were more than is kept of one
	// layer; they are not in Found.
	Beyond int
}

// at returns what was found in an entry, one for each format.
func (l *Layer) at(ordinal int) []Found {
	first, _ := slices.BinarySearchFunc(l.Found, ordinal, func(f Found, ordinal int) int { return cmp.Compare(f.Ordinal, ordinal) })
	end := first
	for end < len(l.Found) && l.Found[end].Ordinal == ordinal {
		end++
	}
	return l.Found[first:end]
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

// Functions returns the functions of the Go program that an entry is, nil if they
// are not known.
func (l *Layer) Functions(ordinal int) FunctionSet {
	for _, f := range l.at(ordinal) {
		for i := range f.Packages {
			if functions := f.Packages[i].Functions; functions != nil {
				return functions
			}
		}
	}
	return nil
}

// Found holds the packages of one file.
type Found struct {
	// Ordinal is the entry in the layer.
	Ordinal int
	// Format is how the file was read: "dpkg", "npm lock file".
	Format string
	Role   Role
	// Packages is sorted by type, name, version, architecture and place.
	Packages []Package
	// Unread is a sentence that says why the file was not read, or not completely;
	// "" if it was. UnreadCode classifies it.
	Unread     string
	UnreadCode seaworthy.CoverageCode
}

// Role is the kind of a file that names packages.
type Role uint8

// The roles.
const (
	// Manifest names packages of a language, or what a binary is made of.
	Manifest Role = iota
	// Database names the packages that the operating system's package manager
	// installed.
	Database
	// Supplement belongs to a Database: its packages are there, and it has their
	// files or licences. Its packages may have no version, and no architecture.
	Supplement
)

// Package is a package as a file names it: without what depends on the image.
type Package struct {
	// Type is the type of the package's purl: "deb", "npm". For a
	// language it determines the ecosystem.
	Type string
	// Name is the name that OSV uses in the ecosystem: "golang.org/x/net",
	// "@babel/core", "org.slf4j:slf4j-api".
	Name string
	// Version is written as the package manager prints it, with the epoch before
	// a colon where there is one: "1:2.36-9+deb12u4".
	Version string
	Arch    string
	// SourceName and SourceVersion name the source package from which an
	// operating system's package was built.
	SourceName, SourceVersion string
	// Licenses are SPDX expressions where the file says so, else its own words.
	Licenses []string
	// Modularity is the label of an RPM of a module: name:stream:version:context:arch.
	Modularity string
	// Within is where in the file the package is, for archives in archives;
	// "" for the file itself.
	Within string
	// Text is true for evidence weaker than a manifest: a program recognised by text
	// in it, a Java archive by its name, a version by the flags of the linker.
	Text bool
	// Files are the files that the package installed, if the database lists them.
	Files FileList
	// Functions are those in a Go binary. They stand with its "stdlib", which each
	// has once.
	Functions FunctionSet
}

// PackageID identifies a version of a package among those of the same image.
type PackageID struct{ Type, Name, Version, Arch, Modularity string }

// ID returns what identifies the package.
func (p *Package) ID() PackageID {
	return PackageID{p.Type, p.Name, p.Version, p.Arch, p.Modularity}
}

// CompareVersions orders packages by type, name, version and architecture, as
// [Found.Packages] are sorted.
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
		cmp.Compare(a.Within, b.Within),
		cmp.Compare(a.Modularity, b.Modularity),
		slices.Compare(a.Files, b.Files),
	)
}

// size estimates the number of bytes of the encoding.
func (f *Found) size() int {
	const overhead = 16
	n := overhead + len(f.Format) + len(f.Unread)
	for i := range f.Packages {
		p := &f.Packages[i]
		n += overhead + len(p.Type) + len(p.Name) + len(p.Version) + len(p.Arch) + len(p.SourceName) +
			len(p.SourceVersion) + len(p.Modularity) + len(p.Within) + len(p.Files) + len(p.Functions)
		for _, l := range p.Licenses {
			n += 1 + len(l)
		}
	}
	return n
}

// File is a file of a package.
type File struct {
	// Path is as in [seaworthy.Header].
	Path string
	// Digest is the digest of the content that the package installed: MD5, SHA-1,
	// SHA-256 or SHA-512 by its length; nil if the database has none.
	Digest []byte
}

// installedPath returns a path of a list of files as a layer has it; "" for the root.
func installedPath(p string) string {
	p = strings.TrimLeft(strings.TrimPrefix(p, "./"), "/")
	if p == "." {
		return ""
	}
	return p
}

// parseHex reads a digest in hexadecimal; nil if it is not one.
func parseHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) == 0 {
		return nil
	}
	return b
}

// FileList is a sorted list of files. Each path is stored without the prefix that it
// shares with the one before it.
type FileList []byte

// newFileList sorts and encodes files. Of several with the same path it keeps the
// first.
func newFileList(files []File) FileList {
	slices.SortStableFunc(files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	var c coder
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
// one is asked for.
func (l FileList) All() iter.Seq2[[]byte, []byte] {
	return func(yield func(path, digest []byte) bool) {
		c := coder{reading: true, data: l}
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
