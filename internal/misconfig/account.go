package misconfig

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
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

// reducePasswords leaves of each password hash what tells its scheme, and
// whether it is that of a well-known password, as far as left lasts.
func reducePasswords(data []byte, left *int) []byte {
	var kept []byte
	for line := range bytes.Lines(data) {
		name, rest, found := bytes.Cut(line, []byte(":"))
		field, rest, more := bytes.Cut(rest, []byte(":"))
		if !found || locked(string(field)) || len(field) == 0 {
			kept = append(kept, line...)
			continue
		}
		kept = append(kept, name...)
		kept = append(kept, ':')
		kept = append(kept, reducePassword(string(name), string(field), left)...)
		if more {
			kept = append(kept, ':')
			kept = append(kept, rest...)
		} else if bytes.HasSuffix(line, []byte("\n")) {
			kept = append(kept, '\n')
		}
	}
	return kept
}

// The forms that a password hash takes in the facts: "$hash$" and the scheme,
// then "$known" if the password is one that everybody tries.
const (
	hashMark  = "$hash$"
	knownMark = "$known"
)

func reducePassword(name, field string, left *int) string {
	reduced := hashMark + scheme(field)
	if knownPassword(name, field, left) {
		reduced += knownMark
	}
	return reduced
}

// accounts are the account files of an image as a container sees them.
type accounts struct {
	users           []account
	byName          map[string]account // the first of each name
	groups          []group
	shadow, gshadow []password
	// files are those of the four that are there and were read, by name.
	files map[string]text
	// odd are the lines that could not be read, by the name of the file.
	odd map[string][]oddity
	// unread are the files that are there and were not read, with the reason.
	unread map[string]string
}

func (s *subject) readAccounts() accounts {
	a := accounts{files: map[string]text{}, odd: map[string][]oddity{}, unread: map[string]string{}}
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
	a.users, a.odd["passwd"] = parsePasswd(read("passwd"))
	a.byName = make(map[string]account, len(a.users))
	for _, u := range slices.Backward(a.users) {
		a.byName[u.name] = u
	}
	a.groups, a.odd["group"] = parseGroup(read("group"))
	a.shadow, a.odd["shadow"] = parseShadow(read("shadow"))
	a.gshadow, a.odd["gshadow"] = parseShadow(read("gshadow"))
	return a
}

// accountChecks judge passwd, group and shadow.
func accountChecks() []check {
	return []check{
		{
			id: "account-password-empty", title: "An account has an empty password",
			severity:    seaworthy.High,
			aliases:     []string{"DKL-LI-0001"},
			detail:      "Whoever can start su, login or an ssh server in the container becomes this user without a password.",
			remediation: "Lock the password in the build: RUN passwd -l NAME, or write ! into the second field of etc/shadow.",
			references:  []string{"https://man7.org/linux/man-pages/man5/shadow.5.html"},
			judge:       judgeEmptyPasswords,
		},
		{
			id: "account-password-set", title: "The image holds the password hash of an account",
			severity: seaworthy.Medium,
			detail: "Everybody who can pull the image can try passwords against the hash, and every container of the " +
				"image accepts the same one.",
			remediation: "Lock the password in the build (RUN passwd -l NAME) and let the platform decide who may enter a container.",
			references:  []string{"https://man7.org/linux/man-pages/man5/shadow.5.html"},
			judge:       judgeSetPasswords,
		},
		{
			id: "account-duplicate-id", title: "Two accounts or groups share a number",
			severity: seaworthy.Medium,
			aliases:  []string{"DKL-LI-0002"},
			detail: "The kernel knows only numbers: both names have the same rights over the same files, " +
				"and locking one of them locks nothing.",
			remediation: "Give each account and group a number of its own, or remove the one that is not needed.",
			judge:       judgeDuplicateIDs,
		},
		{
			id: "account-duplicate-name", title: "Two accounts or groups share a name",
			severity:    seaworthy.Medium,
			aliases:     []string{"DKL-LI-0002"},
			detail:      "Programs take the first line with the name, tools that change accounts may change another.",
			remediation: "Remove one of the lines from the file.",
			judge:       judgeDuplicateNames,
		},
		{
			id: "account-root-alias", title: "An account beside root has user id 0",
			severity:    seaworthy.High,
			detail:      "It is root under another name, which rules and reviews that look for root do not see.",
			remediation: "Give the account a user id of its own, or remove it.",
			judge:       judgeRootAliases,
		},
		{
			id: "account-system-shell", title: "A system account has a login shell",
			severity:    seaworthy.Low,
			detail:      "An account that only runs a service needs no shell; with one, a password or key for it is enough to log in.",
			remediation: "Set the shell of the account to /usr/sbin/nologin or /bin/false: RUN usermod -s /usr/sbin/nologin NAME.",
			together:    true,
			judge:       judgeSystemShells,
		},
		{
			id: "account-line-malformed", title: "An account file has a line that programs read differently",
			severity: seaworthy.Low,
			detail: "What one program skips another takes for an account: runtimes of containers read a user id that is " +
				"no number as 0.",
			remediation: "Write the line as passwd(5), group(5) or shadow(5) say, or remove it.",
			references:  []string{"https://man7.org/linux/man-pages/man5/passwd.5.html"},
			together:    true,
			judge:       judgeMalformedLines,
		},
	}
}

func judgeEmptyPasswords(s *subject) []violation {
	var list []violation
	a := &s.accounts
	for _, u := range a.users {
		if u.password == "" {
			list = append(list, s.emptyPassword(u, "passwd", u.line))
		}
	}
	for _, p := range a.shadow {
		if p.value != "" {
			continue
		}
		u, ok := a.byName[p.name]
		if !ok {
			u.name = p.name
		}
		v := s.emptyPassword(u, "shadow", p.line)
		if u.password != "x" {
			v.severity = seaworthy.Low
			v.detail = "As etc/passwd stands it does not refer to this line; the account opens once it does."
		}
		list = append(list, v)
	}
	return list
}

func (s *subject) emptyPassword(u account, file string, line int) violation {
	v := s.accountLines(file, fmt.Sprintf("%s: the password field in etc/%s is empty", u.name, file), line)
	if !opensShell(u.shell) {
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
		judge("passwd", u.name, u.password, u.line)
	}
	for _, p := range s.accounts.shadow {
		judge("shadow", p.name, p.value, p.line)
	}
	for _, g := range s.accounts.groups {
		judge("group", g.name, g.password, g.line)
	}
	for _, p := range s.accounts.gshadow {
		judge("gshadow", p.name, p.value, p.line)
	}
	return list
}

func judgeDuplicateIDs(s *subject) []violation {
	var list []violation
	users := map[uint32]account{}
	for _, u := range s.accounts.users {
		first, ok := users[u.uid]
		switch {
		case !ok:
			users[u.uid] = u
		case u.uid == 0 || first.name == u.name:
			// Judged as an alias of root, or as a duplicate name.
		default:
			list = append(list, s.accountLines("passwd", fmt.Sprintf("%s and %s have user id %d", first.name, u.name, u.uid), first.line, u.line))
		}
	}
	groups := map[uint32]group{}
	for _, g := range s.accounts.groups {
		first, ok := groups[g.gid]
		switch {
		case !ok:
			groups[g.gid] = g
		case first.name != g.name:
			list = append(list, s.accountLines("group", fmt.Sprintf("%s and %s have group id %d", first.name, g.name, g.gid), first.line, g.line))
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
		names, lines = append(names, u.name), append(lines, u.line)
	}
	judge("passwd", names, lines)
	names, lines = nil, nil
	for _, g := range s.accounts.groups {
		names, lines = append(names, g.name), append(lines, g.line)
	}
	judge("group", names, lines)
	names, lines = nil, nil
	for _, p := range s.accounts.shadow {
		names, lines = append(names, p.name), append(lines, p.line)
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
		if u.uid == 0 && u.name != "root" {
			list = append(list, s.accountLines("passwd", u.name+" has user id 0", u.line))
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
		if u.uid == 0 || u.uid >= 1000 || !opensShell(u.shell) || u.shell != "" && u.shell == shippedShells[u.name] {
			continue
		}
		shell := u.shell
		if shell == "" {
			shell = "/bin/sh"
		}
		if _, there := s.Resolve(strings.TrimPrefix(path.Clean("/"+shell), "/")); !there {
			continue
		}
		if u.shell == "" {
			shell += ", since the field is empty"
		}
		list = append(list, s.accountLines("passwd", fmt.Sprintf("%s (%d): %s", u.name, u.uid, shell), u.line))
	}
	return list
}

func judgeMalformedLines(s *subject) []violation {
	var list []violation
	for _, file := range []string{"passwd", "group", "shadow", "gshadow"} {
		for _, o := range s.accounts.odd[file] {
			list = append(list, s.accountLines(file, fmt.Sprintf("etc/%s:%d: %s", file, o.line, o.why), o.line))
		}
	}
	return list
}
