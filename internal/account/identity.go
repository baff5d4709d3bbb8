package account

import (
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
)

// Identity is the user and groups of a process.
type Identity struct {
	Name     string // "" if there is no account with the user id
	UID, GID uint32
	Groups   []uint32 // supplementary groups, sorted, without duplicates
	// Unknown is the name of a user or group that does not exist. Such a container does not
	// start, and the other fields have no meaning.
	Unknown string
}

// Anybody returns a user that no file belongs to: it has only the permissions that a file
// gives to others.
func Anybody() Identity { return Identity{Name: "anybody", UID: 1<<32 - 2, GID: 1<<32 - 2} }

// Resolve returns the identity for the User of an image configuration, which is "user" or
// "user:group", in the same way as runc and containerd. Both parts may be a name or a
// number. The first line of passwd or group with that name or number counts. A number
// without an account is used as it is, with group 0 if no group is given. Supplementary
// groups apply only if no group is given.
func Resolve(spec string, accounts []User, groups []Group) Identity {
	name, groupName, _ := strings.Cut(spec, ":")
	var u Identity
	i := slices.IndexFunc(accounts, func(a User) bool {
		return a.Name == name || strconv.FormatUint(uint64(a.UID), 10) == name || name == "" && a.UID == 0
	})
	switch {
	case i >= 0:
		u = Identity{Name: accounts[i].Name, UID: accounts[i].UID, GID: accounts[i].GID}
	case name == "" || name == "root" && len(accounts) == 0:
		u.Name = "root"
	default:
		uid, err := ParseID(name)
		if err != nil {
			return Identity{Unknown: name}
		}
		u.UID = uid
	}
	if groupName == "" {
		for _, g := range groups {
			if u.Name != "" && slices.Contains(g.Members, u.Name) {
				u.Groups = append(u.Groups, g.GID)
			}
		}
		slices.Sort(u.Groups)
		u.Groups = slices.Compact(u.Groups)
		return u
	}
	i = slices.IndexFunc(groups, func(g Group) bool {
		return g.Name == groupName || strconv.FormatUint(uint64(g.GID), 10) == groupName
	})
	if i >= 0 {
		u.GID = groups[i].GID
		return u
	}
	gid, err := ParseID(groupName)
	if err != nil && (groupName != "root" || len(groups) > 0) {
		return Identity{Unknown: groupName}
	}
	u.GID = gid
	return u
}

// InGroup reports whether a group is the primary group or a supplementary group.
func (u Identity) InGroup(gid uint32) bool {
	_, found := slices.BinarySearch(u.Groups, gid)
	return found || u.GID == gid
}

// CanAccess reports whether the permission bits of an entry allow the access, which is a sum
// of 4 (read), 2 (write) and 1 (search or execute). Root has every access.
func (u Identity) CanAccess(e *seaworthy.Header, access uint16) bool {
	switch {
	case u.UID == 0:
		return true
	case u.UID == e.UID:
		return e.Mode>>6&access == access
	case u.InGroup(e.GID):
		return e.Mode>>3&access == access
	default:
		return e.Mode&access == access
	}
}
