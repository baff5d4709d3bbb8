package inventory

import (
	"cmp"
	"slices"

	"seaworthy.dev/seaworthy"
)

// FileSystem is the file system that a container of the image sees. [seaworthy.Merged]
// implements it.
type FileSystem interface {
	// Resolve returns the entry of a path and follows links.
	Resolve(path string) (seaworthy.Entry, bool)
	// List returns the entries of a directory.
	List(path string) []seaworthy.Entry
}

// FindRelease returns the os-release file that is in effect according to os-release(5), or
// nil if the image has none with an ID. Layers has the result for each layer of the image.
func FindRelease(fs FileSystem, layers []*Layer) *Release {
	for _, path := range []string{"etc/os-release", "usr/lib/os-release"} {
		e, ok := fs.Resolve(path)
		if !ok || e.BodyLayer < 0 {
			continue
		}
		releases := layers[e.BodyLayer].Releases
		i, ok := slices.BinarySearchFunc(releases, e.BodyOrdinal, func(r Release, ordinal int) int { return cmp.Compare(r.Ordinal, ordinal) })
		if ok && releases[i].ID != "" {
			return &releases[i]
		}
	}
	return nil
}

// hasOperatingSystem reports whether an image has a shell or libraries, which a statically
// linked program does not need.
func hasOperatingSystem(fs FileSystem) bool {
	for _, path := range []string{"bin/sh", "usr/bin/sh"} {
		if _, ok := fs.Resolve(path); ok {
			return true
		}
	}
	for _, directory := range []string{"lib", "lib64", "usr/lib"} {
		if len(fs.List(directory)) > 0 {
			return true
		}
	}
	return false
}
