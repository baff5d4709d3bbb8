// Package account parses the account files of Unix, which are passwd(5), group(5), shadow(5)
// and gshadow(5), and the password hashes of crypt(5) in them.
//
// [ParsePasswd], [ParseGroup] and [ParseShadow] parse the text of a file. They return a value
// for each line, and a [MalformedLine] for each line that violates the format in its manual
// page, including the lines of NIS, which start with + or -. [Resolve] returns the user and
// groups of a container's process. [ParseHash] parses a hash of md5crypt, sha256crypt or
// sha512crypt, so that passwords can be compared with it.
//
// The texts may come from an attacker. The caller must limit the length of a file, and the
// rounds of a hash.
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

// ShadowEntry is the first two fields of a line of shadow(5) or gshadow(5).
type ShadowEntry struct {
	Line     int
	Name     string
	Password string
}

// MalformedLine is a line that violates the format of its file.
type MalformedLine struct {
	Line int
	Err  error
}

var (
	// ErrNIS is the error of a line of NIS compatibility.
	ErrNIS = errors.New("a line of NIS compatibility, which includes or excludes accounts from elsewhere")
	// ErrNoName is the error of a line without a name.
	ErrNoName = errors.New("no name")
)

// parseLines calls parse with the fields of each line, except for blank lines and comments.
// A line is malformed if it has fewer than minFields or more than maxFields fields, if its
// first field is empty, or if parse returns an error.
func parseLines(body string, minFields, maxFields int, parse func(line int, fields []string) error) []MalformedLine {
	var malformed []MalformedLine
	line := 0
	for l := range strings.Lines(body) {
		line++
		l = strings.TrimSuffix(strings.TrimSuffix(l, "\n"), "\r")
		if strings.TrimSpace(l) == "" || l[0] == '#' {
			continue
		}
		var err error
		switch fields := strings.SplitN(l, ":", maxFields+1); {
		case l[0] == '+' || l[0] == '-':
			err = ErrNIS
		case len(fields) < minFields || len(fields) > maxFields:
			err = fmt.Errorf("%d fields where there should be %d", strings.Count(l, ":")+1, maxFields)
		case fields[0] == "":
			err = ErrNoName
		default:
			err = parse(line, fields)
		}
		if err != nil {
			malformed = append(malformed, MalformedLine{line, err})
		}
	}
	return malformed
}

// ParsePasswd parses passwd(5).
func ParsePasswd(body string) (list []User, malformed []MalformedLine) {
	malformed = parseLines(body, 7, 7, func(line int, f []string) error {
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

// ParseGroup parses group(5).
func ParseGroup(body string) (list []Group, malformed []MalformedLine) {
	malformed = parseLines(body, 3, 4, func(line int, f []string) error {
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

// ParseShadow parses the first two fields of shadow(5) and gshadow(5), which are the same
// in both. Fields at the end of a line may be missing.
func ParseShadow(body string) (list []ShadowEntry, malformed []MalformedLine) {
	malformed = parseLines(body, 2, 9, func(line int, f []string) error {
		list = append(list, ShadowEntry{line, f[0], f[1]})
		return nil
	})
	return list, malformed
}

// ParseID parses a user or group id, which is a decimal number of 32 bits.
func ParseID(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number of 32 bits", s)
	}
	return uint32(n), nil
}

// IsLocked reports whether no password matches a password field, because the field is "not a
// valid result of crypt(3)", see shadow(5). An empty field is not locked.
func IsLocked(field string) bool {
	return field != "" && (field[0] == '!' || field[0] == '*' || field == "x" || !strings.ContainsAny(field, "$_") && len(field) != desLength)
}

// desLength is the length of a hash of the traditional DES scheme.
const desLength = 13

// HashScheme returns the name of a password field's scheme in crypt(5).
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

// IsLoginShell reports whether the shell field of passwd(5) allows a login. An empty field
// means /bin/sh.
func IsLoginShell(shell string) bool {
	base := shell[strings.LastIndexByte(shell, '/')+1:]
	switch base {
	case "nologin", "false", "true", "sync", "shutdown", "halt", "git-shell", "none", "null", "nonexistent":
		return false
	}
	return true
}
