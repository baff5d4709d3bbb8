package check

import (
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
)

// Replaceable reports whether a user can change the file at a path: write it, or replace
// it, a link to it, or a directory above it. at is the first entry that the user can
// change. For root, too, only the permission bits are checked: that root may write
// everything is no defect of the path.
func (s *Image) Replaceable(name string, by account.Identity) (at seaworthy.Entry, ok bool) {
	for range maxLinks {
		if at, ok := s.Exchangeable(name, by); ok {
			return at, true
		}
		e, ok := s.Lookup(name)
		if !ok {
			return seaworthy.Entry{}, false
		}
		if e.Type != seaworthy.Symlink {
			return e, by.UID != 0 && (by.UID == e.UID || by.CanAccess(&e.Header, 2))
		}
		name = linkTarget(e.Path, e.Link)
	}
	return seaworthy.Entry{}, false
}

// maxLinks is the maximum number of links that the kernel follows in one path.
const maxLinks = 40

// linkTarget returns the path that a link at a path points to, inside the root of the
// image.
func linkTarget(at, link string) string {
	if !strings.HasPrefix(link, "/") {
		link = "/" + path.Dir(at) + "/" + link
	}
	return strings.TrimPrefix(path.Clean(link), "/")
}

// Exchangeable finds the first directory above a path in which a user can rename and
// create entries, and so replace the file at the path. In a sticky directory a user can
// rename only its own entries, and create entries that do not exist yet.
func (s *Image) Exchangeable(name string, by account.Identity) (dir seaworthy.Entry, ok bool) {
	if by.UID == 0 {
		return seaworthy.Entry{}, false
	}
	for i := 0; i <= len(name); {
		next := len(name)
		if j := strings.IndexByte(name[i:], '/'); j >= 0 {
			next = i + j
		}
		parent := strings.TrimSuffix(name[:i], "/")
		d, found := s.Resolve(parent)
		child, exists := s.Lookup(name[:next])
		owns := d.UID == by.UID || exists && child.UID == by.UID
		// The owner of a directory can add missing permission bits.
		writes := d.UID == by.UID || by.CanAccess(&d.Header, 2|1)
		if found && d.Type == seaworthy.Directory && writes && (d.Mode&seaworthy.Sticky == 0 || owns || !exists) {
			return d, true
		}
		i = next + 1
	}
	return seaworthy.Entry{}, false
}
