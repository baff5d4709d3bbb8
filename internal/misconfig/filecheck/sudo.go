package filecheck

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
	"seaworthy.dev/seaworthy/internal/sudoers"
)

// sudoInterests returns the files of sudoers.
func sudoInterests() []check.Interest {
	return []check.Interest{{Name: "sudoers", Text: true, Paths: []string{"etc/sudoers", "usr/etc/sudoers"}, Under: []string{"etc/sudoers.d", "usr/etc/sudoers.d"}}}
}

// sudoChecks returns the checks of what users may do with sudo.
func sudoChecks() []check.Check {
	const man = "https://www.sudo.ws/docs/man/sudoers.man/"
	return []check.Check{
		{
			ID: "sudo-nopasswd", Title: "sudo runs commands as root without asking for a password",
			Severity:   seaworthy.Medium,
			Detail:     "An attacker who takes over a process of the user becomes root in the container with one command.",
			Remedy:     check.Remedy("Remove the rule. Do what needs root while the image is built, and start the container as the user that the service needs."),
			References: []string{man},
			Find:       findSudoNoPassword,
		},
		{
			ID: "sudo-wildcard", Title: "Wildcard in a sudo rule allows more than it seems to",
			Severity: seaworthy.Medium,
			Detail: "In arguments, * matches any text, including blanks, slashes and further options. In a path, it matches " +
				"any program of the directory.",
			Remedy:     check.Remedy("Write each command with its arguments, or allow a script that checks its arguments."),
			References: []string{man},
			Find:       findSudoWildcard,
		},
		{
			ID: "sudo-no-authentication", Title: "sudo is configured to ask for no password",
			Severity:   seaworthy.Medium,
			Detail:     "With Defaults !authenticate, the rules to which it applies need no password.",
			Remedy:     check.Remedy("Remove !authenticate from the Defaults in sudoers."),
			References: []string{man},
			Find:       findSudoDefaults,
		},
		{
			ID: "sudo-environment", Title: "sudo keeps environment variables that can load code",
			Severity:   seaworthy.Low,
			Detail:     "Without env_reset, or with such variables in env_keep, an allowed command loads a library or module of the caller as root.",
			Remedy:     check.Remedy("Keep env_reset, and remove the variables from env_keep."),
			References: []string{man},
			Find:       findSudoEnvironment,
		},
		{
			ID: "sudo-excluded", Title: "A sudo rule allows all commands except some",
			Severity:   seaworthy.Low,
			Detail:     "An excluded command can be copied to another name, or started by one that is not excluded.",
			Remedy:     check.Remedy("List the commands that are allowed instead."),
			References: []string{man},
			Find:       findSudoExcluded,
		},
		{
			ID: "sudo-anybody", Title: "Any user may run any command as root with sudo",
			Severity:   seaworthy.Medium,
			Detail:     "The rule applies to ALL users, and sudo asks only for the caller's own password.",
			Remedy:     check.Remedy("Name the users or the group that the rule is for."),
			References: []string{man},
			Find:       findSudoAnybody,
		},
		{
			ID: "sudoers-writable", Title: "sudoers writable by non-root users",
			Severity: seaworthy.High,
			Detail:   "Anyone who can write sudoers can become root. sudo itself refuses files that everyone can write.",
			Remedy: check.Remedy(
				"Make the file and the directories above it owned by root, and remove write permission for others.",
				seaworthy.Command("chown root:root FILE && chmod 0440 FILE"),
			),
			Grouped: true,
			Find:    findSudoersWritable,
		},
		{
			ID: "sudoers-unreadable", Title: "sudoers has lines that cannot be parsed",
			Severity:   seaworthy.Low,
			Detail:     "They were not checked. sudo may refuse to run, or do something other than intended.",
			Remedy:     check.Remedy("Check the file with visudo.", seaworthy.Command("visudo -c -f FILE")),
			References: []string{man},
			Grouped:    true,
			Find:       findSudoersUnreadable,
		},
	}
}

// sudoLocation returns the location of a line of sudoers.
func sudoLocation(s *check.Image, file string, line int) []seaworthy.Location {
	e, ok := s.Resolve(file)
	if !ok {
		return []seaworthy.Location{{Path: file, Line: line}}
	}
	return []seaworthy.Location{s.Location(e, line)}
}

// concern says to which users a rule of sudoers applies.
type concern uint8

const (
	forNoUser concern = iota // only root, or accounts that the image does not have
	forOther                 // an account of the image
	forUser                  // the user that the container runs as, and not root
)

// maxSudoNames limits the users of one rule that are looked up.
const maxSudoNames = 1000

// audience says which names in sudoers stand for the user of the container, and which for
// other accounts of the image.
type audience struct {
	user account.Identity
	// own are the names that stand for the user; others those that stand for any
	// account but root.
	own, others map[string]bool
}

// audienceOf returns the audience of an image.
func audienceOf(s *check.Image) audience {
	a := audience{user: s.User, own: map[string]bool{"ALL": true}, others: map[string]bool{}}
	id := func(prefix string, n uint32) string { return prefix + strconv.FormatUint(uint64(n), 10) }
	a.own[id("#", s.User.UID)] = true
	if s.User.Name != "" {
		a.own[s.User.Name] = true
	}
	isOther := map[string]bool{}
	for _, acc := range s.Accounts.Users {
		if acc.UID != 0 {
			isOther[acc.Name] = true
			for _, name := range []string{"ALL", acc.Name, id("#", acc.UID), id("%#", acc.GID)} {
				a.others[name] = true
			}
		}
	}
	for _, g := range s.Accounts.Groups {
		number := id("%#", g.GID)
		if s.User.InGroup(g.GID) || s.User.Name != "" && slices.Contains(g.Members, s.User.Name) {
			a.own["%"+g.Name], a.own[number] = true, true
		}
		if a.others[number] || slices.ContainsFunc(g.Members, func(m string) bool { return isOther[m] }) {
			a.others["%"+g.Name], a.others[number] = true, true
		}
	}
	return a
}

// of returns to whom a list of users applies. If several names stand for the user of the
// container, the last one decides.
func (a *audience) of(users []sudoers.Member) concern {
	c, match := forNoUser, false
	for _, n := range users[:min(len(users), maxSudoNames)] {
		if a.own[n.Name] {
			match = !n.Negated
		}
		if a.others[n.Name] && !n.Negated {
			c = forOther
		}
	}
	if match && a.user.UID != 0 && a.user.Unknown == "" {
		c = forUser
	}
	return c
}

func findSudoNoPassword(s *check.Image) []check.Violation {
	conf, audience := s.Sudo, audienceOf(s)
	installed := hasProgram(s, "sudo", "sudo-rs")
	var list []check.Violation
	for i := range conf.Grants {
		g := &conf.Grants[i]
		if !g.WithoutPassword || !g.AllowsRoot() || onlyRoot(g.Users) || g.Overridden {
			continue
		}
		power, why := sudoPower(s, g)
		v := check.Violation{
			Severity: power, Detail: why,
			Evidence: check.Shown(g.String()), Locations: sudoLocation(s, g.File, g.Line),
		}
		switch audience.of(g.Users) {
		case forUser:
			v.Title = "The image's user runs commands as root with sudo, without a password"
			v.Severity = min(v.Severity+1, seaworthy.High)
			if power >= seaworthy.Medium {
				v.Title = "The image's user becomes root with sudo, without a password"
			}
		case forNoUser:
			v.Severity = check.Lower(v.Severity)
			v.Detail += " The image has no account to which the rule applies."
		}
		if !installed {
			v.Severity = check.Lower(v.Severity)
			v.Detail += " The image has no sudo."
		}
		list = append(list, v)
	}
	return list
}

func onlyRoot(users []sudoers.Member) bool {
	return !slices.ContainsFunc(users, func(n sudoers.Member) bool { return !n.Negated && n.Name != "root" && n.Name != "#0" })
}

// sudoPower says how much of root's power a grant without password gives: medium if all
// of it, low if some, negligible if none is known.
func sudoPower(s *check.Image, g *sudoers.Grant) (seaworthy.Severity, string) {
	c := g.Command
	switch {
	case c.Path == "ALL":
		return seaworthy.Medium, "It allows all commands."
	case g.SetEnv:
		return seaworthy.Medium, "SETENV lets the caller load a library into the command."
	case strings.HasPrefix(c.Path, "^"):
		return seaworthy.Low, "The command is a regular expression."
	case hasWildcard(c.Path):
		return seaworthy.Medium, "The wildcard in the path allows every program that matches."
	case strings.HasSuffix(c.Path, "/"):
		return seaworthy.Medium, "It allows every program of the directory."
	case c.Path == "list":
		return seaworthy.Negligible, "It only allows listing rules."
	}
	if strings.HasPrefix(c.Path, "/") {
		if at, who, severity := changeable(s, check.Rooted(c.Path)); severity >= seaworthy.Medium {
			return seaworthy.Medium, fmt.Sprintf("%s can replace the program: %s.", upperFirst(who), check.DescribeMode(at))
		}
	}
	a, known := abuseOf(path.Base(c.Path))
	// If the caller cannot choose the arguments, the program cannot be misused, unless it
	// takes commands while it runs.
	free := c.AnyArgs || hasWildcard(c.Args)
	switch {
	case !known:
		return seaworthy.Low, "It is not known what the program can be used for."
	case g.NoExec && a.kind == givesShell:
		return seaworthy.Low, "NOEXEC keeps the program from starting others in the usual ways."
	case (free || a.interactive) && a.kind <= writesFiles:
		return seaworthy.Medium, fmt.Sprintf("The program %s: it %s.", a.kind, a.how)
	case free:
		return seaworthy.Low, fmt.Sprintf("The program %s: it %s.", a.kind, a.how)
	}
	return seaworthy.Negligible, "The arguments are fixed."
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

func hasWildcard(text string) bool {
	return !strings.HasPrefix(text, "^") && strings.ContainsAny(text, "*?[")
}

func findSudoWildcard(s *check.Image) []check.Violation {
	conf, audience := s.Sudo, audienceOf(s)
	var list []check.Violation
	for i := range conf.Grants {
		g := &conf.Grants[i]
		if onlyRoot(g.Users) || !hasWildcard(g.Command.Path) && !hasWildcard(g.Command.Args) {
			continue
		}
		v := check.Violation{Evidence: check.Shown(g.String()), Locations: sudoLocation(s, g.File, g.Line)}
		if audience.of(g.Users) == forNoUser || !g.WithoutPassword {
			v.Severity = seaworthy.Low
		}
		list = append(list, v)
	}
	return list
}

func findSudoDefaults(s *check.Image) []check.Violation {
	conf, audience := s.Sudo, audienceOf(s)
	var list []check.Violation
	for _, d := range conf.Defaults {
		if d.Name != "authenticate" || !d.Negated {
			continue
		}
		v := check.Violation{Evidence: check.Shown(d.String()), Locations: sudoLocation(s, d.File, d.Line)}
		switch {
		case d.Scope == sudoers.ForUsers && onlyRoot(d.Members), d.Scope == sudoers.ForUsers && audience.of(d.Members) == forNoUser:
			v.Severity = seaworthy.Low
		case d.Scope == sudoers.ForUsers && audience.of(d.Members) == forUser:
			v.Severity = seaworthy.High
		case d.Scope != sudoers.ForAll && d.Scope != sudoers.ForUsers:
			v.Severity = seaworthy.Low
		}
		list = append(list, v)
	}
	return list
}

// loaderVariables are variables that make programs or interpreters load code.
var loaderVariables = [...]string{
	"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONINSPECT", "PERL5LIB", "PERL5OPT", "RUBYLIB",
	"RUBYOPT", "NODE_PATH", "NODE_OPTIONS", "BASH_ENV", "ENV", "IFS", "GCONV_PATH", "JAVA_TOOL_OPTIONS",
}

func findSudoEnvironment(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, d := range s.Sudo.Defaults {
		bad := d.Name == "env_reset" && d.Negated || d.Name == "setenv" && !d.Negated
		if d.Name == "env_keep" && !d.Negated && d.Op != "-=" {
			bad = slices.ContainsFunc(strings.Fields(d.Value), func(name string) bool {
				return name == "*" || slices.Contains(loaderVariables[:], name)
			})
		}
		if bad {
			list = append(list, check.Violation{Evidence: check.Shown(d.String()), Locations: sudoLocation(s, d.File, d.Line)})
		}
	}
	return list
}

func findSudoExcluded(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, g := range s.Sudo.Grants {
		if g.Excludes && g.Command.Path == "ALL" && !onlyRoot(g.Users) {
			list = append(list, check.Violation{Evidence: check.Shown(g.String()) + ", !…", Locations: sudoLocation(s, g.File, g.Line)})
		}
	}
	return list
}

func findSudoAnybody(s *check.Image) []check.Violation {
	conf := s.Sudo
	var list []check.Violation
	for i := range conf.Grants {
		g := &conf.Grants[i]
		all := slices.ContainsFunc(g.Users, func(n sudoers.Member) bool { return n.Name == "ALL" && !n.Negated })
		if all && g.Command.Path == "ALL" && g.AllowsRoot() && !g.WithoutPassword && !g.OtherPassword {
			list = append(list, check.Violation{Evidence: check.Shown(g.String()), Locations: sudoLocation(s, g.File, g.Line)})
		}
	}
	return list
}

func findSudoersWritable(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, e := range s.Entries("sudoers") {
		if !e.Live() || e.Type == seaworthy.Symlink {
			continue
		}
		at, who, severity := changeable(s, e.Path)
		if severity == seaworthy.Unknown {
			continue
		}
		list = append(list, check.Violation{
			Severity: severity, Evidence: fmt.Sprintf("/%s: %s can write %s", check.Shown(e.Path), who, check.DescribeMode(at)),
			Locations: []seaworthy.Location{s.Location(at, 0)},
		})
	}
	return list
}

func findSudoersUnreadable(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, p := range s.Sudo.Problems {
		list = append(list, check.Violation{
			Evidence:  fmt.Sprintf("/%s:%d: %s", check.Shown(p.File), p.Line, check.Shown(p.Err.Error())),
			Locations: sudoLocation(s, p.File, p.Line),
		})
	}
	return list
}
