package seaworthy

import "iter"

// Entry is one version of a path: an entry of one layer.
type Entry struct {
	Header
	// Layer is the index of the layer that has the entry.
	Layer int
	// RemovedIn is the index of the layer that removed or replaced this version; nil if
	// the version is live, that is, if a container sees it.
	RemovedIn *int
	// BodyLayer and BodyOrdinal identify the entry that has the body. For a hard link that
	// is the entry that it links to; both are -1 if that does not exist. Entries that share
	// a body have the mode and owner of the last one of them, as in a file system.
	BodyLayer, BodyOrdinal int
}

// Live reports whether a container that is started from the image sees this version.
func (e *Entry) Live() bool { return e.RemovedIn == nil }

// Merged is the image with its layers merged: the files that a container sees (the live
// ones), and the versions of files that a later layer removed or replaced. Paths have the
// form of [Header.Path].
type Merged interface {
	// Image returns the image with its layers and configuration.
	Image() *Image
	// Result returns what the Pass of an analyzer returned from Close for a layer.
	Result(a Analyzer, layer int) []byte
	// At returns the version that an entry of a layer is. ok is false for a whiteout, and
	// for an ordinal that the layer does not have.
	At(layer, ordinal int) (e Entry, ok bool)
	// Lookup returns the live version of a path. It follows links in the directories of the
	// path, but not if the path itself is a link, as lstat(2).
	Lookup(path string) (e Entry, ok bool)
	// Resolve returns the live version of a path. It follows all links, up to 40, as stat(2)
	// in the root of the image.
	Resolve(path string) (e Entry, ok bool)
	// List returns the live entries of a directory, sorted by name. It follows links.
	List(path string) []Entry
	// Live yields all live versions sorted by path, a directory before its entries.
	Live() iter.Seq[Entry]
	// Versions returns all versions of a path, the oldest first. It does not follow links.
	Versions(path string) []Entry
	// Packages returns the software in the image, sorted by name and version. The caller
	// must not change it.
	Packages() []*Package
	// Owner returns the package of the operating system that lists a live path among its
	// files. It does not follow a link. The file may have been changed since it was
	// installed.
	Owner(path string) (pkg *Package, ok bool)
	// GoFunction reports whether the Go program at a live path contains a function or
	// method. It is named as in the Go vulnerability database: importPath is
	// "golang.org/x/net/html", and symbol is "Parse" or "Tokenizer.Next". known is false if
	// that cannot be found out. A function that is present is not necessarily called.
	GoFunction(path, importPath, symbol string) (present, known bool)
	// Installed returns the package of the operating system that installed the file at a
	// path, and that recorded its digest, if it is one of the given digests (MD5, SHA-1,
	// SHA-256 or SHA-512): so the content is unchanged since then. It also finds files that
	// a later layer removed.
	Installed(path string, digests [][]byte) (pkg *Package, ok bool)
	// InventoryGaps returns, as Coverage of the risk Vulnerability, the software that is
	// missing in Packages or has no ecosystem there. The analyzer of vulnerabilities reports
	// it; no other analyzer should.
	InventoryGaps() []*Coverage
}
