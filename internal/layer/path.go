package layer

import (
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
)

// cleanPath gives a tar name in the form of [seaworthy.Header.Path]. A name that
// climbs above the root stays at the root, as it does for chroot(2).
func cleanPath(name string) string {
	if isClean(name) {
		return name
	}
	return path.Clean("/" + name)[1:]
}

// leadsAbove is true for a name that climbs above the root.
func leadsAbove(name string) bool {
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

// isClean is true for most names of most layers and saves them path.Clean.
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

// kind is the type of an entry in a table: an entry type, or one that puts
// nothing into the file system.
type kind uint8

const (
	kindWhiteout kind = 12 + iota // hides the path that it names in lower layers
	kindOpaque                    // hides all that lower layers have in the directory
	kindOther                     // means nothing to a container runtime
)

func (k kind) exists() bool { return k < kindWhiteout }

const (
	whiteoutPrefix = ".wh."
	opaqueName     = ".wh..wh..opq"
	aufsPrefix     = ".wh..wh."
)

// kindOf recognizes whiteouts by their names, as the OCI image specification defines
// them, and turns the path of a whiteout into the path that it hides.
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
	case strings.HasPrefix(base, aufsPrefix), base == whiteoutPrefix:
		return kindOther
	}
	hidden := base[len(whiteoutPrefix):]
	if hidden == "." || hidden == ".." {
		return kindOther
	}
	h.Path = dir + hidden
	return kindWhiteout
}
