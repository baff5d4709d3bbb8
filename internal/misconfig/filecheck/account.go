package filecheck

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// accountInterests returns the account files, which accountChecks read.
func accountInterests() []check.Interest {
	return []check.Interest{
		{Name: "passwd", Paths: []string{"etc/passwd"}, Text: true, Passwords: true},
		{Name: "group", Paths: []string{"etc/group"}, Text: true, Passwords: true},
		{Name: "shadow", Paths: []string{"etc/shadow"}, Text: true, Passwords: true},
		{Name: "gshadow", Paths: []string{"etc/gshadow"}, Text: true, Passwords: true},
	}
}

// accountChecks returns the checks of passwd, group, shadow and gshadow.
func accountChecks() []check.Check {
	return []check.Check{
		{
			ID: "account-password-empty", Title: "An account has an empty password",
			Severity: seaworthy.High,
			Dockle:   []string{"DKL-LI-0001"},
			Detail:   "Anyone who can start su, login or an SSH server in the container becomes this user without a password.",
			Remedy: check.Remedy(
				"Lock the password in the build.",
				seaworthy.Dockerfile("RUN passwd -l NAME"),
				seaworthy.Note("Or write ! into the second field of the account's line in /etc/shadow."),
			),
			References: []string{"https://man7.org/linux/man-pages/man5/shadow.5.html"},
			Find:       findEmptyPasswords,
		},
		{
			ID: "account-password-set", Title: "The image holds the password hash of an account",
			Severity: seaworthy.Medium,
			Detail: "Anyone who can pull the image can try passwords against the hash, and every container of the " +
				"image accepts the same password.",
			Remedy: check.Remedy(
				"Lock the password in the build, and let the platform decide who may enter a container.",
				seaworthy.Dockerfile("RUN passwd -l NAME"),
			),
			References: []string{"https://man7.org/linux/man-pages/man5/shadow.5.html"},
			Find:       findSetPasswords,
		},
		{
			ID: "account-duplicate-id", Title: "Two accounts or groups have the same id",
			Severity: seaworthy.Medium,
			Dockle:   []string{"DKL-LI-0002"},
			Detail: "The kernel knows only the numbers: both names have the same access to the same files, " +
				"and locking one of them locks nothing.",
			Remedy: check.Remedy("Give each account and group its own id, or remove the one that is not needed."),
			Find:   findDuplicateIDs,
		},
		{
			ID: "account-duplicate-name", Title: "Two accounts or groups have the same name",
			Severity: seaworthy.Medium,
			Dockle:   []string{"DKL-LI-0002"},
			Detail:   "Programs use the first line with the name. Tools that change accounts may change the other one.",
			Remedy:   check.Remedy("Remove one of the lines from the file."),
			Find:     findDuplicateNames,
		},
		{
			ID: "account-root-alias", Title: "An account other than root has user id 0",
			Severity: seaworthy.High,
			Detail:   "It is root under another name. Rules and reviews that look for root miss it.",
			Remedy:   check.Remedy("Give the account its own user id, or remove it."),
			Find:     findRootAliases,
		},
		{
			ID: "account-system-shell", Title: "A system account has a login shell",
			Severity: seaworthy.Low,
			Detail:   "An account that only runs a service needs no shell. With one, a password or key is enough to log in.",
			Remedy: check.Remedy(
				"Set the shell of the account to /usr/sbin/nologin or /bin/false.",
				seaworthy.Dockerfile("RUN usermod -s /usr/sbin/nologin NAME"),
			),
			Grouped: true,
			Find:    findSystemShells,
		},
		{
			ID: "account-line-malformed", Title: "Ambiguous line in passwd, group or shadow",
			Severity: seaworthy.Low,
			Detail: "What one program skips, another accepts as an account. Container runtimes read a user id that is not " +
				"a number as 0.",
			Remedy:     check.Remedy("Write the line as passwd(5), group(5) or shadow(5) describe, or remove it."),
			References: []string{"https://man7.org/linux/man-pages/man5/passwd.5.html"},
			Grouped:    true,
			Find:       findMalformedLines,
		},
	}
}

func findEmptyPasswords(s *check.Image) []check.Violation {
	var list []check.Violation
	a := &s.Accounts
	for _, u := range a.Users {
		if u.Password == "" {
			list = append(list, emptyPassword(s, u, "passwd", u.Line))
		}
	}
	for _, p := range a.Shadow {
		if p.Password != "" {
			continue
		}
		u, ok := a.ByName[p.Name]
		if !ok {
			u.Name = p.Name
		}
		v := emptyPassword(s, u, "shadow", p.Line)
		if u.Password != "x" {
			v.Severity = seaworthy.Low
			v.Detail = "etc/passwd does not refer to this line. Once it does, the account is open."
		}
		list = append(list, v)
	}
	return list
}

func emptyPassword(s *check.Image, u account.User, file string, line int) check.Violation {
	v := accountLines(s, file, fmt.Sprintf("%s: the password field in etc/%s is empty", u.Name, file), line)
	if !account.IsLoginShell(u.Shell) {
		v.Severity = seaworthy.Medium
		v.Detail = "The account has no login shell. su with another shell and services that check passwords still accept it."
	}
	return v
}

func findSetPasswords(s *check.Image) []check.Violation {
	var list []check.Violation
	add := func(file, name, field string, line int) {
		kind, ok := strings.CutPrefix(field, check.HashMark)
		if !ok {
			return
		}
		v := accountLines(s, file, fmt.Sprintf("%s: %s hash in etc/%s", name, kind, file), line)
		if kind, ok := strings.CutSuffix(kind, check.KnownMark); ok {
			v.Severity = seaworthy.High
			v.Title = "An account has a well-known password"
			v.Evidence = fmt.Sprintf("%s: the %s hash in etc/%s is that of a well-known password", name, kind, file)
		} else if kind == "md5crypt" || kind == "descrypt" || kind == "NT hash" {
			v.Severity = seaworthy.High
			v.Detail = "The scheme is so fast that a short password is found within hours."
		}
		list = append(list, v)
	}
	for _, u := range s.Accounts.Users {
		add("passwd", u.Name, u.Password, u.Line)
	}
	for _, p := range s.Accounts.Shadow {
		add("shadow", p.Name, p.Password, p.Line)
	}
	for _, g := range s.Accounts.Groups {
		add("group", g.Name, g.Password, g.Line)
	}
	for _, p := range s.Accounts.Gshadow {
		add("gshadow", p.Name, p.Password, p.Line)
	}
	return list
}

func findDuplicateIDs(s *check.Image) []check.Violation {
	var list []check.Violation
	users := map[uint32]account.User{}
	for _, u := range s.Accounts.Users {
		first, ok := users[u.UID]
		switch {
		case !ok:
			users[u.UID] = u
		case u.UID == 0 || first.Name == u.Name:
			// An alias of root, or a duplicate name, is for another check.
		default:
			list = append(list, accountLines(s, "passwd", fmt.Sprintf("%s and %s have user id %d", first.Name, u.Name, u.UID), first.Line, u.Line))
		}
	}
	groups := map[uint32]account.Group{}
	for _, g := range s.Accounts.Groups {
		first, ok := groups[g.GID]
		switch {
		case !ok:
			groups[g.GID] = g
		case first.Name != g.Name:
			list = append(list, accountLines(s, "group", fmt.Sprintf("%s and %s have group id %d", first.Name, g.Name, g.GID), first.Line, g.Line))
		}
	}
	return list
}

func findDuplicateNames(s *check.Image) []check.Violation {
	var list []check.Violation
	add := func(file string, names []string, lines []int) {
		seen := map[string]int{}
		for i, name := range names {
			if first, ok := seen[name]; ok {
				list = append(list, accountLines(s, file, fmt.Sprintf("two lines of etc/%s are for %s", file, name), first, lines[i]))
				continue
			}
			seen[name] = lines[i]
		}
	}
	var names []string
	var lines []int
	for _, u := range s.Accounts.Users {
		names, lines = append(names, u.Name), append(lines, u.Line)
	}
	add("passwd", names, lines)
	names, lines = nil, nil
	for _, g := range s.Accounts.Groups {
		names, lines = append(names, g.Name), append(lines, g.Line)
	}
	add("group", names, lines)
	names, lines = nil, nil
	for _, p := range s.Accounts.Shadow {
		names, lines = append(names, p.Name), append(lines, p.Line)
	}
	add("shadow", names, lines)
	return list
}

// accountLines returns a violation in lines of the file etc/file.
func accountLines(s *check.Image, file, evidence string, lines ...int) check.Violation {
	v := check.Violation{Evidence: evidence}
	for _, line := range lines {
		v.Locations = append(v.Locations, s.Location(s.Accounts.Files[file].Entry, line))
	}
	return v
}

func findRootAliases(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, u := range s.Accounts.Users {
		if u.UID == 0 && u.Name != "root" {
			list = append(list, accountLines(s, "passwd", u.Name+" has user id 0", u.Line))
		}
	}
	return list
}

// shippedShells are system accounts that have a login shell in a distribution's own
// package.
var shippedShells = map[string]string{
	"postgres": "/bin/sh",
	"operator": "/bin/sh",
}

func findSystemShells(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, u := range s.Accounts.Users {
		if u.UID == 0 || u.UID >= 1000 || !account.IsLoginShell(u.Shell) || u.Shell != "" && u.Shell == shippedShells[u.Name] {
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
		list = append(list, accountLines(s, "passwd", fmt.Sprintf("%s (%d): %s", u.Name, u.UID, shell), u.Line))
	}
	return list
}

func findMalformedLines(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, file := range []string{"passwd", "group", "shadow", "gshadow"} {
		for _, m := range s.Accounts.Malformed[file] {
			list = append(list, accountLines(s, file, fmt.Sprintf("etc/%s:%d: %v", file, m.Line, m.Err), m.Line))
		}
	}
	return list
}
