package misconfig

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
)

// accountInterests are the files that say who is who.
func accountInterests() []interest {
	return []interest{
		{name: "passwd", paths: []string{"etc/passwd"}, text: true, passwords: true},
		{name: "group", paths: []string{"etc/group"}, text: true, passwords: true},
		{name: "shadow", paths: []string{"etc/shadow"}, text: true, passwords: true},
		{name: "gshadow", paths: []string{"etc/gshadow"}, text: true, passwords: true},
	}
}

// accounts are the account files of an image as a container sees them.
type accounts struct {
	users           []account.User
	byName          map[string]account.User // the first of each name
	groups          []account.Group
	shadow, gshadow []account.ShadowEntry
	// files are those of the four that are there and were read, by name.
	files map[string]text
	// malformed are the lines that could not be read, by the name of the file.
	malformed map[string][]account.Malformed
	// unread are the files that are there and were not read, with the reason.
	unread map[string]string
}

func (s *subject) readAccounts() accounts {
	a := accounts{files: map[string]text{}, malformed: map[string][]account.Malformed{}, unread: map[string]string{}}
	read := func(name string) string {
		t, ok := s.read("etc/" + name)
		if !ok {
			if e, there := s.Resolve("etc/" + name); there {
				a.unread[name] = fmt.Sprintf("etc/%s is %s, a %s of %d bytes, which was not read.", name, e.Path, e.Type, e.Size)
			} else if _, there := s.Lookup("etc/" + name); there {
				a.unread[name] = fmt.Sprintf("etc/%s is a link to nowhere.", name)
			}
			return ""
		}
		a.files[name] = t
		return t.body
	}
	a.users, a.malformed["passwd"] = account.ParsePasswd(read("passwd"))
	a.byName = make(map[string]account.User, len(a.users))
	for _, u := range slices.Backward(a.users) {
		a.byName[u.Name] = u
	}
	a.groups, a.malformed["group"] = account.ParseGroup(read("group"))
	a.shadow, a.malformed["shadow"] = account.ParseShadow(read("shadow"))
	a.gshadow, a.malformed["gshadow"] = account.ParseShadow(read("gshadow"))
	return a
}

// accountChecks judge passwd, group and shadow.
func accountChecks() []check {
	return []check{
		{
			id: "account-password-empty", title: "An account has an empty password",
			severity: seaworthy.High,
			dockle:   []string{"DKL-LI-0001"},
			detail:   "Whoever can start su, login or an ssh server in the container becomes this user without a password.",
			remedy: remedy(
				"Lock the password in the build.",
				seaworthy.Dockerfile("RUN passwd -l NAME"),
				seaworthy.Note("Or write ! into the second field of the account's line in /etc/shadow."),
			),
			references: []string{"https://man7.org/linux/man-pages/man5/shadow.5.html"},
			judge:      judgeEmptyPasswords,
		},
		{
			id: "account-password-set", title: "The image holds the password hash of an account",
			severity: seaworthy.Medium,
			detail: "Everybody who can pull the image can try passwords against the hash, and every container of the " +
				"image accepts the same one.",
			remedy: remedy(
				"Lock the password in the build, and let the platform decide who may enter a container.",
				seaworthy.Dockerfile("RUN passwd -l NAME"),
			),
			references: []string{"https://man7.org/linux/man-pages/man5/shadow.5.html"},
			judge:      judgeSetPasswords,
		},
		{
			id: "account-duplicate-id", title: "Two accounts or groups share a number",
			severity: seaworthy.Medium,
			dockle:   []string{"DKL-LI-0002"},
			detail: "The kernel knows only numbers: both names have the same rights over the same files, " +
				"and locking one of them locks nothing.",
			remedy: remedy("Give each account and group its own number, or remove the one that is not needed."),
			judge:  judgeDuplicateIDs,
		},
		{
			id: "account-duplicate-name", title: "Two accounts or groups share a name",
			severity: seaworthy.Medium,
			dockle:   []string{"DKL-LI-0002"},
			detail:   "Programs take the first line with the name, tools that change accounts may change another.",
			remedy:   remedy("Remove one of the lines from the file."),
			judge:    judgeDuplicateNames,
		},
		{
			id: "account-root-alias", title: "An account beside root has user id 0",
			severity: seaworthy.High,
			detail:   "It is root under another name, which rules and reviews that look for root do not see.",
			remedy:   remedy("Give the account its own user id, or remove it."),
			judge:    judgeRootAliases,
		},
		{
			id: "account-system-shell", title: "A system account has a login shell",
			severity: seaworthy.Low,
			detail:   "An account that only runs a service needs no shell; with one, a password or key for it is enough to log in.",
			remedy: remedy(
				"Set the shell of the account to /usr/sbin/nologin or /bin/false.",
				seaworthy.Dockerfile("RUN usermod -s /usr/sbin/nologin NAME"),
			),
			together: true,
			judge:    judgeSystemShells,
		},
		{
			id: "account-line-malformed", title: "An account file has a line that programs read differently",
			severity: seaworthy.Low,
			detail: "What one program skips another takes for an account: runtimes of containers read a user id that is " +
				"no number as 0.",
			remedy:     remedy("Write the line as passwd(5), group(5) or shadow(5) describe, or remove it."),
			references: []string{"https://man7.org/linux/man-pages/man5/passwd.5.html"},
			together:   true,
			judge:      judgeMalformedLines,
		},
	}
}

func judgeEmptyPasswords(s *subject) []violation {
	var list []violation
	a := &s.accounts
	for _, u := range a.users {
		if u.Password == "" {
			list = append(list, s.emptyPassword(u, "passwd", u.Line))
		}
	}
	for _, p := range a.shadow {
		if p.Password != "" {
			continue
		}
		u, ok := a.byName[p.Name]
		if !ok {
			u.Name = p.Name
		}
		v := s.emptyPassword(u, "shadow", p.Line)
		if u.Password != "x" {
			v.severity = seaworthy.Low
			v.detail = "As etc/passwd stands it does not refer to this line; the account opens once it does."
		}
		list = append(list, v)
	}
	return list
}

func (s *subject) emptyPassword(u account.User, file string, line int) violation {
	v := s.accountLines(file, fmt.Sprintf("%s: the password field in etc/%s is empty", u.Name, file), line)
	if !account.OpensShell(u.Shell) {
		v.severity = seaworthy.Medium
		v.detail = "The account has no login shell, which leaves su with a shell of its own and services that check passwords."
	}
	return v
}

func judgeSetPasswords(s *subject) []violation {
	var list []violation
	judge := func(file, name, field string, line int) {
		kind, ok := strings.CutPrefix(field, hashMark)
		if !ok {
			return
		}
		v := s.accountLines(file, fmt.Sprintf("%s: %s hash in etc/%s", name, kind, file), line)
		if kind, ok := strings.CutSuffix(kind, knownMark); ok {
			v.severity = seaworthy.High
			v.title = "An account has a password that everybody tries"
			v.evidence = fmt.Sprintf("%s: the %s hash in etc/%s is that of a well-known password", name, kind, file)
		} else if kind == "md5crypt" || kind == "descrypt" || kind == "NT hash" {
			v.severity = seaworthy.High
			v.detail = "The scheme is so fast that a short password is found within hours."
		}
		list = append(list, v)
	}
	for _, u := range s.accounts.users {
		judge("passwd", u.Name, u.Password, u.Line)
	}
	for _, p := range s.accounts.shadow {
		judge("shadow", p.Name, p.Password, p.Line)
	}
	for _, g := range s.accounts.groups {
		judge("group", g.Name, g.Password, g.Line)
	}
	for _, p := range s.accounts.gshadow {
		judge("gshadow", p.Name, p.Password, p.Line)
	}
	return list
}

func judgeDuplicateIDs(s *subject) []violation {
	var list []violation
	users := map[uint32]account.User{}
	for _, u := range s.accounts.users {
		first, ok := users[u.UID]
		switch {
		case !ok:
			users[u.UID] = u
		case u.UID == 0 || first.Name == u.Name:
			// Judged as an alias of root, or as a duplicate name.
		default:
			list = append(list, s.accountLines("passwd", fmt.Sprintf("%s and %s have user id %d", first.Name, u.Name, u.UID), first.Line, u.Line))
		}
	}
	groups := map[uint32]account.Group{}
	for _, g := range s.accounts.groups {
		first, ok := groups[g.GID]
		switch {
		case !ok:
			groups[g.GID] = g
		case first.Name != g.Name:
			list = append(list, s.accountLines("group", fmt.Sprintf("%s and %s have group id %d", first.Name, g.Name, g.GID), first.Line, g.Line))
		}
	}
	return list
}

func judgeDuplicateNames(s *subject) []violation {
	var list []violation
	judge := func(file string, names []string, lines []int) {
		seen := map[string]int{}
		for i, name := range names {
			if first, ok := seen[name]; ok {
				list = append(list, s.accountLines(file, fmt.Sprintf("two lines of etc/%s are for %s", file, name), first, lines[i]))
				continue
			}
			seen[name] = lines[i]
		}
	}
	var names []string
	var lines []int
	for _, u := range s.accounts.users {
		names, lines = append(names, u.Name), append(lines, u.Line)
	}
	judge("passwd", names, lines)
	names, lines = nil, nil
	for _, g := range s.accounts.groups {
		names, lines = append(names, g.Name), append(lines, g.Line)
	}
	judge("group", names, lines)
	names, lines = nil, nil
	for _, p := range s.accounts.shadow {
		names, lines = append(names, p.Name), append(lines, p.Line)
	}
	judge("shadow", names, lines)
	return list
}

// accountLines is a violation in lines of etc/file.
func (s *subject) accountLines(file, evidence string, lines ...int) violation {
	v := violation{evidence: evidence}
	for _, line := range lines {
		v.locations = append(v.locations, s.at(s.accounts.files[file].Entry, line))
	}
	return v
}

func judgeRootAliases(s *subject) []violation {
	var list []violation
	for _, u := range s.accounts.users {
		if u.UID == 0 && u.Name != "root" {
			list = append(list, s.accountLines("passwd", u.Name+" has user id 0", u.Line))
		}
	}
	return list
}

// shippedShells are system accounts to which a distribution's own package gives
// a shell.
var shippedShells = map[string]string{
	"postgres": "/bin/sh",
	"operator": "/bin/sh",
}

func judgeSystemShells(s *subject) []violation {
	var list []violation
	for _, u := range s.accounts.users {
		if u.UID == 0 || u.UID >= 1000 || !account.OpensShell(u.Shell) || u.Shell != "" && u.Shell == shippedShells[u.Name] {
			continue
		}
		shell := u.Shell
		if shell == "" {
			shell = "/bin/sh"
		}
		if _, there := s.Resolve(strings.TrimPrefix(path.Clean("/"+shell), "/")); !there {
			continue
		}
		if u.Shell == "" {
			shell += ", since the field is empty"
		}
		list = append(list, s.accountLines("passwd", fmt.Sprintf("%s (%d): %s", u.Name, u.UID, shell), u.Line))
	}
	return list
}

func judgeMalformedLines(s *subject) []violation {
	var list []violation
	for _, file := range []string{"passwd", "group", "shadow", "gshadow"} {
		for _, m := range s.accounts.malformed[file] {
			list = append(list, s.accountLines(file, fmt.Sprintf("etc/%s:%d: %v", file, m.Line, m.Err), m.Line))
		}
	}
	return list
}
