// Package sudoers parses sudoers(5), the files with the rules of sudo.
//
// The input is the path of the main file, and a [FileSystem] with it and its includes. The
// output is a [Config]: the grants, with expanded aliases and their tags; the Defaults; and
// a [Problem] for each part that was not read. A line that cannot be parsed is a Problem,
// and parsing continues with the next line.
//
// The syntax is that of sudo 1.9, without LDAP and other plug-ins. Hosts are parsed and
// ignored: every grant applies to every host. An include whose name depends on the host is
// not followed.
//
// The files may come from an attacker. [MaxFiles], [MaxDepth], [MaxBytes], [MaxDefaults] and
// [MaxGrants] limit them, and the work of expanding aliases and comparing grants is limited
// by a number of steps. A part that exceeds a limit is a Problem.
package sudoers

import (
	"errors"
	"fmt"
	"strings"
)

// Limits for a configuration with its includes.
const (
	MaxFiles    = 256     // files
	MaxDepth    = 32      // levels of includes
	MaxBytes    = 4 << 20 // bytes of all files
	MaxDefaults = 1000    // parameters in Defaults lines
	MaxGrants   = 2000    // grants after expanding aliases

	maxAliasDepth = 16      // levels of aliases
	maxSteps      = 500_000 // steps of expanding aliases and comparing grants
)

// FileSystem has the files. Paths are relative to the root: "etc/sudoers".
type FileSystem interface {
	// ReadFile returns the text of a file, and follows links. It returns false for a file
	// that does not exist, which is ignored.
	ReadFile(path string) (text string, ok bool)
	// ReadDir returns the names of the files in a directory, sorted.
	ReadDir(path string) []string
}

// Config is the content of all files.
type Config struct {
	Files    []string // the paths of the files that were read, in order
	Grants   []Grant
	Defaults []Default
	Problems []Problem
}

// Grant allows users to run one command. File and Line are those of the user specification.
type Grant struct {
	File  string
	Line  int
	Users []Member
	RunAs []Member // the users to run the command as; empty for root
	// GroupOnly reports that the command runs as the calling user with another group.
	GroupOnly bool
	Command   Command
	// Excludes reports that the same list of commands also excludes commands.
	Excludes bool

	Tags

	// WithoutPassword reports that sudo does not ask for a password: because of a tag, or
	// because of a Defaults line for all users or for a user of the grant.
	WithoutPassword bool
	// OtherPassword reports that sudo asks for the password of root, or of the user to run
	// the command as, instead of the calling user's.
	OtherPassword bool
	// Overridden reports that a later grant of ALL commands for the same users replaces
	// this one: in sudoers the last match wins.
	Overridden bool
}

// Tags are the security-relevant tags of a command.
type Tags struct {
	NoPasswd, Passwd bool // an explicit NOPASSWD or PASSWD
	SetEnv, NoExec   bool
}

// Member is a member of a list of users, groups or hosts: "bob", "#1000", "%wheel",
// "%#10", "+netgroup" or "ALL".
type Member struct {
	Name    string
	Negated bool
}

// Command is a command in a grant.
type Command struct {
	Path string // "ALL", "sudoedit", "list" or a path, which may have wildcards or end with "/"
	Args string // the arguments without quoting
	// AnyArgs reports that the grant has no arguments, which allows any. NoArgs reports that
	// it has "", which allows none.
	AnyArgs, NoArgs bool
	Negated         bool
}

// Scope is the scope of a Defaults line.
type Scope byte

// The scopes, by the byte that follows "Defaults".
const (
	ForAll      Scope = 0
	ForHosts    Scope = '@'
	ForUsers    Scope = ':'
	ForCommands Scope = '!'
	ForRunAs    Scope = '>'
)

// Default is one parameter of a Defaults line.
type Default struct {
	File    string
	Line    int
	Scope   Scope
	Members []Member // of the scope, with expanded aliases of users
	Name    string
	Op      string // "", "=", "+=" or "-="
	Value   string
	Negated bool
}

// Problem is a part of the files that was not read.
type Problem struct {
	File string
	Line int // from 1; 0 for the whole file
	// Err is a *SyntaxError or one of the errors of this package.
	Err error
}

// SyntaxError is the error of a line that violates the grammar of sudoers.
type SyntaxError struct {
	Offset  int // in the line without comments and continuations, from 1; 0 if not known
	Message string
}

// Error implements error.
func (e *SyntaxError) Error() string {
	if e.Offset > 0 {
		return fmt.Sprintf("malformed at byte %d: %s", e.Offset, e.Message)
	}
	return "malformed: " + e.Message
}

// syntaxError returns a SyntaxError without an offset.
func syntaxError(format string, args ...any) error {
	return &SyntaxError{Message: fmt.Sprintf(format, args...)}
}

// The errors of a Problem that is not a syntax error.
var (
	ErrTooManyFiles    = fmt.Errorf("not read: more than %d files or %d levels of includes", MaxFiles, MaxDepth)
	ErrTooLarge        = fmt.Errorf("not read: the files are more than %d bytes", MaxBytes)
	ErrTooManyDefaults = fmt.Errorf("not read: more than %d parameters of Defaults", MaxDefaults)
	ErrTooManyGrants   = fmt.Errorf("the rest is not read: more than %d grants or %d names", MaxGrants, maxSteps)
	ErrHostName        = errors.New("not followed: the included name depends on the host name")
)

// AllowsRoot reports whether the grant allows the command to run as root.
func (g *Grant) AllowsRoot() bool {
	if g.GroupOnly {
		return false
	}
	if len(g.RunAs) == 0 {
		return true
	}
	root := false
	for _, n := range g.RunAs {
		switch n.Name {
		case "ALL", "root", "#0":
			root = !n.Negated
		}
	}
	return root
}

// String returns the grant as a line of sudoers, with expanded aliases and the host ALL.
func (g *Grant) String() string {
	var b strings.Builder
	writeNames(&b, g.Users)
	b.WriteString(" ALL=")
	if len(g.RunAs) > 0 {
		b.WriteByte('(')
		writeNames(&b, g.RunAs)
		b.WriteString(") ")
	}
	for _, t := range []struct {
		set bool
		tag string
	}{{g.NoPasswd, "NOPASSWD: "}, {g.Passwd, "PASSWD: "}, {g.SetEnv, "SETENV: "}, {g.NoExec, "NOEXEC: "}} {
		if t.set {
			b.WriteString(t.tag)
		}
	}
	b.WriteString(g.Command.String())
	return b.String()
}

// writeNames writes a list of members.
func writeNames(b *strings.Builder, list []Member) {
	for i, n := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		if n.Negated {
			b.WriteByte('!')
		}
		b.WriteString(n.Name)
	}
}

// String returns the command and its arguments.
func (c Command) String() string {
	switch {
	case c.NoArgs:
		return c.Path + ` ""`
	case c.Args != "":
		return c.Path + " " + c.Args
	}
	return c.Path
}

// String returns the parameter as a Defaults line.
func (d *Default) String() string {
	var b strings.Builder
	b.WriteString("Defaults")
	if d.Scope != ForAll {
		b.WriteByte(byte(d.Scope))
		writeNames(&b, d.Members)
	}
	b.WriteByte(' ')
	if d.Negated {
		b.WriteByte('!')
	}
	b.WriteString(d.Name)
	b.WriteString(d.Op)
	b.WriteString(d.Value)
	return b.String()
}
