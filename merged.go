package seaworthy

import "iter"

// Entry is one version of a path: what one layer brought there.
type Entry struct {
	Header
	// Layer is the index of the layer that brought this version.
	Layer int
	// RemovedIn is the index of the layer that removed or replaced it; nil if it
	// is live, that is, if a container sees it.
	RemovedIn *int
	// BodyLayer and BodyOrdinal name the entry that holds the body. They differ
	// from the entry itself for a hard link, and are -1 for a hard link to what is
	// not there. All that share a body have the mode and owner that the last of
	// them was given.
	BodyLayer, BodyOrdinal int
}

// Live is true if a container started from the image sees this version.
func (e *Entry) Live() bool { return e.RemovedIn == nil }

// Merged is the image as a container sees it, with what its layers hide. Paths
// are as in [Header.Path].
type Merged interface {
	// Image is the image with its layers and configuration.
	Image() *Image
	// Result is what Close of the analyzer's Pass returned for the layer.
	Result(a Analyzer, layer int) []byte
	// At gives the version that a layer's entry brought. For a whiteout or an
	// ordinal that is not in the layer, ok is false.
	At(layer, ordinal int) (e Entry, ok bool)
	// Lookup gives the live version of a path, itself and not what it links to.
	// Links among the directories above it are followed.
	Lookup(path string) (e Entry, ok bool)
	// Resolve gives the live version of a path after following every link, as
	// the kernel does inside the image's root, up to 40 links.
	Resolve(path string) (e Entry, ok bool)
	// List gives the live children of a directory, sorted by name. Links are
	// followed.
	List(path string) []Entry
	// Live yields all live versions, sorted by path, directories before what
	// they hold.
	Live() iter.Seq[Entry]
	// Versions gives all versions that the image holds of a path, the oldest
	// first. Links are not followed.
	Versions(path string) []Entry
	// Packages is the software that the image holds, sorted by name and version.
	// It must not be changed.
	Packages() []*Package
	// Owner gives the package of the operating system's package manager that
	// lists a live path among its files, itself and not what it links to. What is
	// there may have been changed since.
	Owner(path string) (pkg *Package, ok bool)
	// GoFunction reports whether a function or method is in the Go program at a live
	// path, named as in the Go vulnerability database: of the package
	// "golang.org/x/net/html" "Parse" or "Tokenizer.Next". Known is false where the
	// program does not show it. That it is there does not say that it is reached.
	GoFunction(path, importPath, symbol string) (present, known bool)
	// Installed is Owner for a path whose content the package manager knows by
	// digest, also one that layers have removed since. It gives the package only if
	// the content has one of the digests, by MD5, SHA-1, SHA-256 or SHA-512: if what
	// is there is what was installed.
	Installed(path string, digests [][]byte) (pkg *Package, ok bool)
	// InventoryGaps says for the risk Vulnerability what software of the image is
	// not among Packages, or without an ecosystem, and why. It is for the analyzer
	// of vulnerabilities: no other one reports it.
	InventoryGaps() []*Coverage
}
