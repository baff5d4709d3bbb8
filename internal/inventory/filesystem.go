package inventory

import (
	"cmp"
	"slices"

	"seaworthy.dev/seaworthy"
)

// FileSystem is the file system that a container of the image sees.
// [seaworthy.Merged] implements it.
type FileSystem interface {
	// Resolve returns the entry of a path, links followed.
	Resolve(path string) (seaworthy.Entry, bool)
	// List returns the entries of a directory.
	List(path string) []seaworthy.Entry
}

// FindRelease returns the os-release that is in effect, by the order of
// os-release(5); nil if the image names no distribution. Layers holds what was found
// in each layer of the image.
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

// hasOperatingSystem reports whether an image holds a shell or libraries: more than a
// statically linked program needs.
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
