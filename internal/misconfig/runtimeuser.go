package misconfig

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
)

// user is whom a process runs as.
type user struct {
	// name is "" if the image has no account with the uid.
	name     string
	uid, gid uint32
	// groups are supplementary, sorted and each once.
	groups []uint32
	// unknown names the user or group of the configuration that the image's
	// passwd or group does not have; a container then does not start, and the
	// other fields mean nothing.
	unknown string
}

// anybody is a user with the rights that every user has.
func anybody() user { return user{name: "anybody", uid: 1<<32 - 2, gid: 1<<32 - 2} }

// resolveUser finds whom the configuration's User stands for, as runc and
// containerd do: each half may be a name or a number; the first line of passwd
// that has it as either wins; a number without account is taken as it is, with
// group 0 unless one is given; supplementary groups count only if no group is
// given.
func resolveUser(spec string, accounts []account, groups []group) user {
	name, groupName, _ := strings.Cut(spec, ":")
	var u user
	i := slices.IndexFunc(accounts, func(a account) bool {
		return a.name == name || strconv.FormatUint(uint64(a.uid), 10) == name || name == "" && a.uid == 0
	})
	switch {
	case i >= 0:
		u = user{name: accounts[i].name, uid: accounts[i].uid, gid: accounts[i].gid}
	case name == "" || name == "root" && len(accounts) == 0:
		u.name = "root"
	default:
		uid, err := parseID(name)
		if err != nil {
			return user{unknown: name}
		}
		u.uid = uid
	}
	if groupName == "" {
		for _, g := range groups {
			if u.name != "" && slices.Contains(g.members, u.name) {
				u.groups = append(u.groups, g.gid)
			}
		}
		slices.Sort(u.groups)
		u.groups = slices.Compact(u.groups)
		return u
	}
	i = slices.IndexFunc(groups, func(g group) bool {
		return g.name == groupName || strconv.FormatUint(uint64(g.gid), 10) == groupName
	})
	if i >= 0 {
		u.gid = groups[i].gid
		return u
	}
	gid, err := parseID(groupName)
	if err != nil && (groupName != "root" || len(groups) > 0) {
		return user{unknown: groupName}
	}
	u.gid = gid
	return u
}

func (u user) in(gid uint32) bool {
	_, found := slices.BinarySearch(u.groups, gid)
	return found || u.gid == gid
}

// may tells whether the permission bits of an entry let the user do what the
// bits of access (4 read, 2 write, 1 search or execute) say. Root may do
// everything.
func (u user) may(e *seaworthy.Header, access uint16) bool {
	switch {
	case u.uid == 0:
		return true
	case u.uid == e.UID:
		return e.Mode>>6&access == access
	case u.in(e.GID):
		return e.Mode>>3&access == access
	default:
		return e.Mode&access == access
	}
}

// replaceable tells whether the user can change what a path stands for: write
// the file, or exchange it, a link to it or a directory above it for another.
// The first such path is given. Root is answered as everybody else, by the
// permission bits alone, since what root may do is no defect of the path.
func (s *subject) replaceable(name string, by user) (at seaworthy.Entry, ok bool) {
	for range maxLinks {
		if at, ok := s.exchangeable(name, by); ok {
			return at, true
		}
		e, ok := s.Lookup(name)
		if !ok {
			return seaworthy.Entry{}, false
		}
		if e.Type != seaworthy.Symlink {
			return e, by.uid != 0 && (by.uid == e.UID || by.may(&e.Header, 2))
		}
		name = linkTarget(e.Path, e.Link)
	}
	return seaworthy.Entry{}, false
}

// maxLinks is how many links the kernel follows in one path.
const maxLinks = 40

// linkTarget is the path that a link at a path points to, inside the root.
func linkTarget(at, link string) string {
	if !strings.HasPrefix(link, "/") {
		link = "/" + path.Dir(at) + "/" + link
	}
	return strings.TrimPrefix(path.Clean(link), "/")
}

// exchangeable gives the first directory above a path in which the user can
// rename and create entries, so that the path can be made to name another file.
// In a sticky directory only what the user owns can be renamed, and what is not
// there be created.
func (s *subject) exchangeable(name string, by user) (dir seaworthy.Entry, ok bool) {
	if by.uid == 0 {
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
		owns := d.UID == by.uid || exists && child.UID == by.uid
		// The owner of a directory can give himself the bits that it lacks.
		writes := d.UID == by.uid || by.may(&d.Header, 2|1)
		if found && d.Type == seaworthy.Directory && writes && (d.Mode&seaworthy.Sticky == 0 || owns || !exists) {
			return d, true
		}
		i = next + 1
	}
	return seaworthy.Entry{}, false
}
