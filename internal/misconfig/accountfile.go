package misconfig

import (
	"fmt"
	"strconv"
	"strings"
)

// account is a line of passwd(5).
type account struct {
	line     int
	name     string
	password string
	uid, gid uint32
	home     string
	shell    string
}

// group is a line of group(5).
type group struct {
	line     int
	name     string
	password string
	gid      uint32
	members  []string
}

// password is a line of shadow(5) or gshadow(5).
type password struct {
	line  int
	name  string
	value string
}

// oddity is a line of an account file that is not as its manual page says.
type oddity struct {
	line int
	why  string
}

// colonLines yields the fields of the lines of an account file, without blank
// lines and comments. Lines that do not have between least and most fields, or
// have no name, become oddities, and so do the + and - lines of NIS, which name
// no account.
func colonLines(body string, least, most int, each func(line int, fields []string) error) []oddity {
	var odd []oddity
	line := 0
	for l := range strings.Lines(body) {
		line++
		l = strings.TrimSuffix(strings.TrimSuffix(l, "\n"), "\r")
		if strings.TrimSpace(l) == "" || l[0] == '#' {
			continue
		}
		var err error
		switch fields := strings.SplitN(l, ":", most+1); {
		case l[0] == '+' || l[0] == '-':
			err = fmt.Errorf("a line of NIS compatibility, which includes or excludes accounts from elsewhere")
		case len(fields) < least || len(fields) > most:
			err = fmt.Errorf("%d fields where there should be %d", strings.Count(l, ":")+1, most)
		case fields[0] == "":
			err = fmt.Errorf("no name")
		default:
			err = each(line, fields)
		}
		if err != nil {
			odd = append(odd, oddity{line, err.Error()})
		}
	}
	return odd
}

// parsePasswd reads passwd(5).
func parsePasswd(body string) (list []account, odd []oddity) {
	odd = colonLines(body, 7, 7, func(line int, f []string) error {
		uid, err := parseID(f[2])
		if err != nil {
			return fmt.Errorf("user id: %w", err)
		}
		gid, err := parseID(f[3])
		if err != nil {
			return fmt.Errorf("group id: %w", err)
		}
		list = append(list, account{line, f[0], f[1], uid, gid, f[5], f[6]})
		return nil
	})
	return list, odd
}

// parseGroup reads group(5).
func parseGroup(body string) (list []group, odd []oddity) {
	odd = colonLines(body, 3, 4, func(line int, f []string) error {
		gid, err := parseID(f[2])
		if err != nil {
			return fmt.Errorf("group id: %w", err)
		}
		g := group{line: line, name: f[0], password: f[1], gid: gid}
		if len(f) == 4 && f[3] != "" {
			g.members = strings.Split(f[3], ",")
		}
		list = append(list, g)
		return nil
	})
	return list, odd
}

// parseShadow reads shadow(5) and gshadow(5): only the first two fields, which
// they share. Fields at the end may be missing.
func parseShadow(body string) (list []password, odd []oddity) {
	odd = colonLines(body, 2, 9, func(line int, f []string) error {
		list = append(list, password{line, f[0], f[1]})
		return nil
	})
	return list, odd
}

// parseID reads a user or group id, a number of 32 bits.
func parseID(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number of 32 bits", s)
	}
	return uint32(n), nil
}

// locked is true if no password opens an account with this field: shadow(5)
// calls such values "not a valid result of crypt(3)".
func locked(field string) bool {
	return field != "" && (field[0] == '!' || field[0] == '*' || field == "x" || !strings.ContainsAny(field, "$_") && len(field) != desLength)
}

// desLength is the length of a password hash of the traditional DES scheme.
const desLength = 13

// scheme names the hash scheme of a password field, as crypt(5) does.
func scheme(field string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(field, "$"), "$")
	names := map[string]string{
		"1": "md5crypt", "2a": "bcrypt", "2b": "bcrypt", "2x": "bcrypt", "2y": "bcrypt", "5": "sha256crypt",
		"6": "sha512crypt", "7": "scrypt", "y": "yescrypt", "gy": "gost-yescrypt", "sha1": "sha1crypt", "3": "NT hash",
	}
	if name, ok := names[id]; ok && strings.HasPrefix(field, "$") {
		return name
	}
	if len(field) == desLength {
		return "descrypt"
	}
	return "unknown scheme"
}

// opensShell is true if logging in to an account gives a shell. An empty field
// stands for /bin/sh.
func opensShell(shell string) bool {
	base := shell[strings.LastIndexByte(shell, '/')+1:]
	switch base {
	case "nologin", "false", "true", "sync", "shutdown", "halt", "git-shell", "none", "null", "nonexistent":
		return false
	}
	return true
}
