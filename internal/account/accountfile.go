// Package account reads the files in which Unix keeps its accounts: passwd(5), group(5),
// shadow(5) and gshadow(5), and the password hashes of crypt(5) in them.
//
// In go the texts of the files. Out come their lines as values, and as [Malformed] the
// lines that are not as the manual pages say; those of NIS, which begin with + or -, are
// among them. [Resolve] finds whom a container runs as. [ParseHash] reads a password
// hash, against which a password can be tried; of the schemes of crypt(5) it knows
// md5crypt, sha256crypt and sha512crypt.
//
// The texts may be an attacker's. What comes out is never more than went in; how long a
// file may be, and how many rounds of a hash may be computed, is for the caller to limit.
package account

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// User is a line of passwd(5).
type User struct {
	Line     int
	Name     string
	Password string
	UID, GID uint32
	Home     string
	Shell    string
}

// Group is a line of group(5).
type Group struct {
	Line     int
	Name     string
	Password string
	GID      uint32
	Members  []string
}

// ShadowEntry is what is read of a line of shadow(5) or gshadow(5).
type ShadowEntry struct {
	Line     int
	Name     string
	Password string
}

// Malformed is a line of an account file that is not as its manual page says.
type Malformed struct {
	Line int
	Err  error
}

// The errors of malformed lines, besides those of numbers and of fields.
var (
	ErrNIS    = errors.New("a line of NIS compatibility, which includes or excludes accounts from elsewhere")
	ErrNoName = errors.New("no name")
)

// colonLines calls each with the fields of each line of an account file, without blank
// lines and comments. Malformed are lines that do not have between least and most
// fields, those that have no name, and those for which each returns an error.
func colonLines(body string, least, most int, each func(line int, fields []string) error) []Malformed {
	var malformed []Malformed
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
			err = ErrNIS
		case len(fields) < least || len(fields) > most:
			err = fmt.Errorf("%d fields where there should be %d", strings.Count(l, ":")+1, most)
		case fields[0] == "":
			err = ErrNoName
		default:
			err = each(line, fields)
		}
		if err != nil {
			malformed = append(malformed, Malformed{line, err})
		}
	}
	return malformed
}

// ParsePasswd reads passwd(5).
func ParsePasswd(body string) (list []User, malformed []Malformed) {
	malformed = colonLines(body, 7, 7, func(line int, f []string) error {
		uid, err := ParseID(f[2])
		if err != nil {
			return fmt.Errorf("user id: %w", err)
		}
		gid, err := ParseID(f[3])
		if err != nil {
			return fmt.Errorf("group id: %w", err)
		}
		list = append(list, User{line, f[0], f[1], uid, gid, f[5], f[6]})
		return nil
	})
	return list, malformed
}

// ParseGroup reads group(5).
func ParseGroup(body string) (list []Group, malformed []Malformed) {
	malformed = colonLines(body, 3, 4, func(line int, f []string) error {
		gid, err := ParseID(f[2])
		if err != nil {
			return fmt.Errorf("group id: %w", err)
		}
		g := Group{Line: line, Name: f[0], Password: f[1], GID: gid}
		if len(f) == 4 && f[3] != "" {
			g.Members = strings.Split(f[3], ",")
		}
		list = append(list, g)
		return nil
	})
	return list, malformed
}

// ParseShadow reads shadow(5) and gshadow(5): only the first two fields, which
// they share. Fields at the end may be missing.
func ParseShadow(body string) (list []ShadowEntry, malformed []Malformed) {
	malformed = colonLines(body, 2, 9, func(line int, f []string) error {
		list = append(list, ShadowEntry{line, f[0], f[1]})
		return nil
	})
	return list, malformed
}

// ParseID reads a user or group id, a number of 32 bits.
func ParseID(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number of 32 bits", s)
	}
	return uint32(n), nil
}

// Locked reports whether no password opens an account with this field: shadow(5)
// calls such values "not a valid result of crypt(3)".
func Locked(field string) bool {
	return field != "" && (field[0] == '!' || field[0] == '*' || field == "x" || !strings.ContainsAny(field, "$_") && len(field) != desLength)
}

// desLength is the length of a password hash of the traditional DES scheme.
const desLength = 13

// HashScheme returns the name of the hash scheme of a password field, as crypt(5) does.
func HashScheme(field string) string {
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

// OpensShell reports whether logging in to an account gives a shell. An empty field
// stands for /bin/sh.
func OpensShell(shell string) bool {
	base := shell[strings.LastIndexByte(shell, '/')+1:]
	switch base {
	case "nologin", "false", "true", "sync", "shutdown", "halt", "git-shell", "none", "null", "nonexistent":
		return false
	}
	return true
}
