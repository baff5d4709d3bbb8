// Package sudoers reads sudoers(5), the files that say what sudo lets users do.
//
// In goes the path of the main file and a [FileSystem] to read it and its includes
// from. Out comes a [Config]: the grants, with aliases expanded and the tags that hold
// for each; the Defaults; and a [Problem] for each part that was not read. Nothing
// else ends the reading: a line that cannot be parsed is a Problem, and the next one
// is read.
//
// What is read is that of sudo 1.9, without what LDAP and other plug-ins add. Hosts
// are parsed and then ignored, as if all of them were the one that is asked about.
// Includes whose name depends on the host are not followed.
//
// The files may be an attacker's. What is read of them is limited by [MaxFiles],
// [MaxDepth], [MaxBytes], [MaxDefaults] and [MaxGrants], and the work of expanding
// aliases and of comparing grants by a number of steps. Whatever is over a limit is a
// Problem.
package sudoers

import (
	"errors"
	"fmt"
	"strings"
)

// The limits on a configuration, its includes counted in.
const (
	MaxFiles    = 256     // files
	MaxDepth    = 32      // includes within includes
	MaxBytes    = 4 << 20 // bytes of all files
	MaxDefaults = 1000    // parameters of Defaults lines
	MaxGrants   = 2000    // grants after aliases are expanded

	maxAliasDepth = 16      // aliases within aliases
	maxSteps      = 500_000 // names and commands while aliases are expanded and grants compared
)

// FileSystem is where the files are. Paths are relative to the root: "etc/sudoers".
type FileSystem interface {
	// ReadFile returns the text of a file, at the end of any links. ok is false if
	// there is no such file; then sudoers is read as if nothing named it.
	ReadFile(path string) (text string, ok bool)
	// ReadDir returns the names of the files in a directory, sorted.
	ReadDir(path string) []string
}

// Config is what the files say together.
type Config struct {
	Files    []string // the paths of the files that were read, in order
	Grants   []Grant
	Defaults []Default
	Problems []Problem
}

// Grant lets users run one command. Its place is that of the user specification.
type Grant struct {
	File  string
	Line  int
	Users []Member
	RunAs []Member // the users to run as; empty for root
	// GroupOnly is true if the grant is for running with another group only.
	GroupOnly bool
	Command   Command
	// Excludes is true if the same list of commands also excludes commands.
	Excludes bool

	Tags

	// WithoutPassword is true if sudo asks for no password: by the grant's tag, or by
	// a Defaults line for all users or for one that the grant is for.
	WithoutPassword bool
	// OtherPassword is true if the password that sudo asks for is not the caller's own
	// but that of root or of the user to run as.
	OtherPassword bool
	// Overridden is true if a later grant takes this one's place, because the last
	// match wins: one for ALL commands, for the same users.
	Overridden bool
}

// Tags are those that hold for a command, as far as they decide what it may do.
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

// Command is a command that a grant names.
type Command struct {
	Path string // "ALL", "sudoedit", "list" or a path, which may hold wildcards or end in "/"
	Args string // the arguments, as written with quoting removed
	// AnyArgs is true if no arguments are written, which allows any; NoArgs if they are
	// written as "", which allows none.
	AnyArgs, NoArgs bool
	Negated         bool
}

// Scope is what a Defaults line is for.
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
	Members []Member // of the scope, aliases of users expanded
	Name    string
	Op      string // "", "=", "+=" or "-="
	Value   string
	Negated bool
}

// Problem is a part of the files that was not read.
type Problem struct {
	File string
	Line int // from 1; 0 for the file as a whole
	// Err is a *SyntaxError or one of the errors of this package.
	Err error
}

// SyntaxError is the error of a line that breaks the grammar of sudoers.
type SyntaxError struct {
	Offset  int // in the line, its comment and continuations removed, from 1; 0 if not known
	Message string
}

func (e *SyntaxError) Error() string {
	if e.Offset > 0 {
		return fmt.Sprintf("malformed at byte %d: %s", e.Offset, e.Message)
	}
	return "malformed: " + e.Message
}

func syntaxError(format string, args ...any) error {
	return &SyntaxError{Message: fmt.Sprintf(format, args...)}
}

// The errors of what is not read although its syntax is sound.
var (
	ErrTooManyFiles    = fmt.Errorf("not read: more than %d files or %d includes within includes", MaxFiles, MaxDepth)
	ErrTooLarge        = fmt.Errorf("not read: the files are more than %d bytes", MaxBytes)
	ErrTooManyDefaults = fmt.Errorf("not read: more than %d parameters of Defaults", MaxDefaults)
	ErrTooManyGrants   = fmt.Errorf("the rest is not read: more than %d grants or %d names", MaxGrants, maxSteps)
	ErrHostName        = errors.New("not followed: the included name depends on the host name")
)

// AllowsRoot reports whether the grant lets run commands as root.
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

// String returns the grant in sudoers form, aliases expanded.
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

func (c Command) String() string {
	switch {
	case c.NoArgs:
		return c.Path + ` ""`
	case c.Args != "":
		return c.Path + " " + c.Args
	}
	return c.Path
}

// String returns the parameter as a Defaults line of its own.
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
