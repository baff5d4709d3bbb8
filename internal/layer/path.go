package layer

import (
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
)

// cleanPath returns a tar name in the form of [seaworthy.Header.Path]. As in a chroot(2),
// ".." at the root is the root.
func cleanPath(name string) string {
	if isClean(name) {
		return name
	}
	return path.Clean("/" + name)[1:]
}

// leavesRoot reports whether a name leads above the root.
func leavesRoot(name string) bool {
	if !strings.Contains(name, "..") {
		return false
	}
	depth := 0
	for element := range strings.SplitSeq(name, "/") {
		switch element {
		case "", ".":
		case "..":
			depth--
		default:
			depth++
		}
		if depth < 0 {
			return true
		}
	}
	return false
}

// isClean reports whether cleanPath would return the name unchanged. That is so for most
// names and much faster than path.Clean.
func isClean(name string) bool {
	start := 0
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		switch name[start:i] {
		case "", ".", "..":
			return false
		}
		start = i + 1
	}
	return true
}

// kind is the type of an entry in a table: an entry type, or one of the constants below
// for entries that create nothing in the file system.
type kind uint8

const (
	kindWhiteout kind = 12 + iota // hides the path that it names in lower layers
	kindOpaque                    // hides everything that lower layers have in the directory
	kindOther                     // ignored by container runtimes
)

func (k kind) exists() bool { return k < kindWhiteout }

const (
	whiteoutPrefix = ".wh."
	opaqueName     = ".wh..wh..opq"
	aufsPrefix     = ".wh..wh."
)

// kindOf returns the kind of an entry. It recognizes whiteouts by their names (OCI image
// specification 1.1, "Image Layer Filesystem Changeset", section "Whiteouts") and replaces
// the path of a whiteout with the path that it hides.
func kindOf(h *seaworthy.Header) kind {
	base := h.Path[strings.LastIndexByte(h.Path, '/')+1:]
	if !strings.HasPrefix(base, whiteoutPrefix) {
		return kind(h.Type)
	}
	dir := h.Path[:len(h.Path)-len(base)]
	switch {
	case base == opaqueName:
		h.Path = strings.TrimSuffix(dir, "/")
		return kindOpaque
	case strings.HasPrefix(base, aufsPrefix), isInvalidWhiteout(base):
		return kindOther
	}
	h.Path = dir + base[len(whiteoutPrefix):]
	return kindWhiteout
}

// isInvalidWhiteout reports whether the last element of a path is a whiteout of nothing,
// of the directory itself or of the one above.
func isInvalidWhiteout(path string) bool {
	switch hidden, ok := strings.CutPrefix(path[strings.LastIndexByte(path, '/')+1:], whiteoutPrefix); hidden {
	case "", ".", "..":
		return ok
	}
	return false
}
