package misconfig

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/sudoers"
)

func sudoInterests() []interest {
	return []interest{{name: "sudoers", text: true, paths: []string{"etc/sudoers", "usr/etc/sudoers"}, under: []string{"etc/sudoers.d", "usr/etc/sudoers.d"}}}
}

// sudoChecks judge what sudo lets users do.
func sudoChecks() []check {
	const man = "https://www.sudo.ws/docs/man/sudoers.man/"
	return []check{
		{
			id: "sudo-nopasswd", title: "sudo runs commands as root without asking for a password",
			severity:   seaworthy.Medium,
			detail:     "Whoever takes over a process of the user is root in the container with one command.",
			remedy:     remedy("Remove the rule. Do what needs root while the image is built, and start the container as the user that the service needs."),
			references: []string{man},
			judge:      judgeSudoNoPassword,
		},
		{
			id: "sudo-wildcard", title: "A sudo rule has a wildcard that allows more than it seems to",
			severity: seaworthy.Medium,
			detail: "In arguments * stands for any text, blanks and slashes and further options among it; in a path it stands for " +
				"any program of the directory.",
			remedy:     remedy("Write each command with its arguments, or allow a script that checks its arguments."),
			references: []string{man},
			judge:      judgeSudoWildcard,
		},
		{
			id: "sudo-no-authentication", title: "sudo is told to ask nobody for a password",
			severity:   seaworthy.Medium,
			detail:     "Defaults !authenticate makes every rule that it holds for one without password.",
			remedy:     remedy("Remove !authenticate from the Defaults in sudoers."),
			references: []string{man},
			judge:      judgeSudoDefaults,
		},
		{
			id: "sudo-environment", title: "sudo keeps variables with which the caller can load code into what it runs",
			severity:   seaworthy.Low,
			detail:     "Without env_reset, or with such variables in env_keep, a command that is allowed runs a library or module of the caller's as root.",
			remedy:     remedy("Keep env_reset, and remove the variables from env_keep."),
			references: []string{man},
			judge:      judgeSudoEnvironment,
		},
		{
			id: "sudo-excluded", title: "A sudo rule allows all commands but some",
			severity:   seaworthy.Low,
			detail:     "What is excluded can be copied to another name, or started by what is not.",
			remedy:     remedy("List the commands that are allowed instead."),
			references: []string{man},
			judge:      judgeSudoExcluded,
		},
		{
			id: "sudo-anybody", title: "Any user may run any command as root with sudo",
			severity:   seaworthy.Medium,
			detail:     "The rule is for ALL users, and asks only for the caller's own password.",
			remedy:     remedy("Name the users or the group that the rule is for."),
			references: []string{man},
			judge:      judgeSudoAnybody,
		},
		{
			id: "sudoers-writable", title: "Others than root can write the configuration of sudo",
			severity: seaworthy.High,
			detail:   "Who writes sudoers decides who becomes root. sudo itself refuses files that anybody can write.",
			remedy: remedy(
				"Make the file and the directories above it owned by root, and remove write permission for others.",
				seaworthy.Command("chown root:root FILE && chmod 0440 FILE"),
			),
			together: true,
			judge:    judgeSudoersWritable,
		},
		{
			id: "sudoers-unreadable", title: "Lines of sudoers cannot be understood",
			severity:   seaworthy.Low,
			detail:     "They were not judged, and sudo may refuse to run or do something else than was meant.",
			remedy:     remedy("Check the file with visudo.", seaworthy.Command("visudo -c -f FILE")),
			references: []string{man},
			together:   true,
			judge:      judgeSudoersUnreadable,
		},
	}
}

// keptFiles is the live files of an image whose text was kept. It implements
// [sudoers.FileSystem] and [sshdconfig.FileSystem].
type keptFiles struct{ *subject }

func (f keptFiles) ReadFile(name string) (string, bool) {
	t, ok := f.read(name)
	return t.body, ok
}

func (f keptFiles) ReadDir(dir string) []string {
	var names []string
	for _, e := range f.List(dir) {
		if t, ok := f.Resolve(e.Path); ok && t.Type == seaworthy.Regular {
			names = append(names, path.Base(e.Path))
		}
	}
	return names
}

// The paths of sudoers, the distribution's own behind that of the administrator.
const sudoersFile, distributionSudoersFile = "etc/sudoers", "usr/etc/sudoers"

// readSudoers reads the live sudoers, where the distribution keeps them. In an
// image without them the rules of sudoers.d count all the same: they wait for the
// sudoers that the package of sudo brings.
func (s *subject) readSudoers() *sudoers.Config {
	files := keptFiles{s}
	if _, ok := s.Resolve(sudoersFile); ok {
		return sudoers.Read(files, sudoersFile)
	}
	if _, ok := s.Resolve(distributionSudoersFile); ok {
		return sudoers.Read(files, distributionSudoersFile)
	}
	return sudoers.Read(withSudoers{files}, sudoersFile)
}

// withSudoers adds the sudoers of the package of sudo to the files of an image that
// has none, if there are rules that they would include.
type withSudoers struct{ keptFiles }

func (f withSudoers) ReadFile(name string) (string, bool) {
	if name == sudoersFile && len(f.ReadDir("etc/sudoers.d")) > 0 {
		return "@includedir /etc/sudoers.d\n", true
	}
	return f.keptFiles.ReadFile(name)
}

// sudoLocation is the place of a line of sudoers.
func (s *subject) sudoLocation(file string, line int) []seaworthy.Location {
	e, ok := s.Resolve(file)
	if !ok {
		return []seaworthy.Location{{Path: file, Line: line}}
	}
	return []seaworthy.Location{s.at(e, line)}
}

// concern says whom a rule is for.
type concern uint8

const (
	forNobody concern = iota // only root, or accounts that the image does not have
	forOther                 // an account of the image
	forUser                  // the user that the container runs as, and not root
)

// maxSudoNames bounds the users of one rule that are looked up.
const maxSudoNames = 1000

// audience tells whom the names of sudoers stand for in an image.
type audience struct {
	user account.Identity
	// own are the names that stand for the user; others those that stand for any
	// account but root.
	own, others map[string]bool
}

func (s *subject) audience() audience {
	a := audience{user: s.user, own: map[string]bool{"ALL": true}, others: map[string]bool{}}
	id := func(prefix string, n uint32) string { return prefix + strconv.FormatUint(uint64(n), 10) }
	a.own[id("#", s.user.UID)] = true
	if s.user.Name != "" {
		a.own[s.user.Name] = true
	}
	isOther := map[string]bool{}
	for _, acc := range s.accounts.users {
		if acc.UID != 0 {
			isOther[acc.Name] = true
			for _, name := range []string{"ALL", acc.Name, id("#", acc.UID), id("%#", acc.GID)} {
				a.others[name] = true
			}
		}
	}
	for _, g := range s.accounts.groups {
		number := id("%#", g.GID)
		if s.user.InGroup(g.GID) || s.user.Name != "" && slices.Contains(g.Members, s.user.Name) {
			a.own["%"+g.Name], a.own[number] = true, true
		}
		if a.others[number] || slices.ContainsFunc(g.Members, func(m string) bool { return isOther[m] }) {
			a.others["%"+g.Name], a.others[number] = true, true
		}
	}
	return a
}

// of tells whom a list of users is for. Of several names that stand for the
// user, the last decides.
func (a *audience) of(users []sudoers.Member) concern {
	c, match := forNobody, false
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

func judgeSudoNoPassword(s *subject) []violation {
	conf, audience := s.sudo, s.audience()
	installed := s.hasProgram("sudo", "sudo-rs")
	var list []violation
	for i := range conf.Grants {
		g := &conf.Grants[i]
		if !g.WithoutPassword || !g.AllowsRoot() || onlyRoot(g.Users) || g.Overridden {
			continue
		}
		power, why := s.sudoPower(g)
		v := violation{
			severity: power, detail: why,
			evidence: shown(g.String()), locations: s.sudoLocation(g.File, g.Line),
		}
		switch audience.of(g.Users) {
		case forUser:
			v.title = "The image's user runs commands as root with sudo, without a password"
			v.severity = min(v.severity+1, seaworthy.High)
			if power >= seaworthy.Medium {
				v.title = "The image's user becomes root with sudo, without a password"
			}
		case forNobody:
			v.severity = lower(v.severity)
			v.detail += " The image has no account that the rule is for."
		}
		if !installed {
			v.severity = lower(v.severity)
			v.detail += " The image has no sudo."
		}
		list = append(list, v)
	}
	return list
}

func onlyRoot(users []sudoers.Member) bool {
	return !slices.ContainsFunc(users, func(n sudoers.Member) bool { return !n.Negated && n.Name != "root" && n.Name != "#0" })
}

// sudoPower tells how much of root's power a grant without password gives:
// medium if all of it, low if some, negligible if none is known.
func (s *subject) sudoPower(g *sudoers.Grant) (seaworthy.Severity, string) {
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
		return seaworthy.Negligible, "It allows to list rules only."
	}
	if strings.HasPrefix(c.Path, "/") {
		if at, who, severity := s.changeable(rooted(c.Path)); severity >= seaworthy.Medium {
			return seaworthy.Medium, fmt.Sprintf("%s can exchange the program: %s.", upperFirst(who), describeMode(at))
		}
	}
	a, known := abuseOf(path.Base(c.Path))
	// What the caller does not choose cannot be turned against root, unless
	// the program can be told while it runs.
	free := c.AnyArgs || hasWildcard(c.Args)
	switch {
	case !known:
		return seaworthy.Low, "What the program can be made to do is not known."
	case g.NoExec && a.kind == givesShell:
		return seaworthy.Low, "NOEXEC keeps the program from starting others by ordinary means."
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

func judgeSudoWildcard(s *subject) []violation {
	conf, audience := s.sudo, s.audience()
	var list []violation
	for i := range conf.Grants {
		g := &conf.Grants[i]
		if onlyRoot(g.Users) || !hasWildcard(g.Command.Path) && !hasWildcard(g.Command.Args) {
			continue
		}
		v := violation{evidence: shown(g.String()), locations: s.sudoLocation(g.File, g.Line)}
		if audience.of(g.Users) == forNobody || !g.WithoutPassword {
			v.severity = seaworthy.Low
		}
		list = append(list, v)
	}
	return list
}

func judgeSudoDefaults(s *subject) []violation {
	conf, audience := s.sudo, s.audience()
	var list []violation
	for _, d := range conf.Defaults {
		if d.Name != "authenticate" || !d.Negated {
			continue
		}
		v := violation{evidence: shown(d.String()), locations: s.sudoLocation(d.File, d.Line)}
		switch {
		case d.Scope == sudoers.ForUsers && onlyRoot(d.Members), d.Scope == sudoers.ForUsers && audience.of(d.Members) == forNobody:
			v.severity = seaworthy.Low
		case d.Scope == sudoers.ForUsers && audience.of(d.Members) == forUser:
			v.severity = seaworthy.High
		case d.Scope != sudoers.ForAll && d.Scope != sudoers.ForUsers:
			v.severity = seaworthy.Low
		}
		list = append(list, v)
	}
	return list
}

// loaderVariables make programs and interpreters load code.
var loaderVariables = [...]string{
	"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONINSPECT", "PERL5LIB", "PERL5OPT", "RUBYLIB",
	"RUBYOPT", "NODE_PATH", "NODE_OPTIONS", "BASH_ENV", "ENV", "IFS", "GCONV_PATH", "JAVA_TOOL_OPTIONS",
}

func judgeSudoEnvironment(s *subject) []violation {
	var list []violation
	for _, d := range s.sudo.Defaults {
		bad := d.Name == "env_reset" && d.Negated || d.Name == "setenv" && !d.Negated
		if d.Name == "env_keep" && !d.Negated && d.Op != "-=" {
			bad = slices.ContainsFunc(strings.Fields(d.Value), func(name string) bool {
				return name == "*" || slices.Contains(loaderVariables[:], name)
			})
		}
		if bad {
			list = append(list, violation{evidence: shown(d.String()), locations: s.sudoLocation(d.File, d.Line)})
		}
	}
	return list
}

func judgeSudoExcluded(s *subject) []violation {
	var list []violation
	for _, g := range s.sudo.Grants {
		if g.Excludes && g.Command.Path == "ALL" && !onlyRoot(g.Users) {
			list = append(list, violation{evidence: shown(g.String()) + ", !…", locations: s.sudoLocation(g.File, g.Line)})
		}
	}
	return list
}

func judgeSudoAnybody(s *subject) []violation {
	conf := s.sudo
	var list []violation
	for i := range conf.Grants {
		g := &conf.Grants[i]
		all := slices.ContainsFunc(g.Users, func(n sudoers.Member) bool { return n.Name == "ALL" && !n.Negated })
		if all && g.Command.Path == "ALL" && g.AllowsRoot() && !g.WithoutPassword && !g.OtherPassword {
			list = append(list, violation{evidence: shown(g.String()), locations: s.sudoLocation(g.File, g.Line)})
		}
	}
	return list
}

func judgeSudoersWritable(s *subject) []violation {
	var list []violation
	for _, e := range s.noted("sudoers") {
		if !e.Live() || e.Type == seaworthy.Symlink {
			continue
		}
		at, who, severity := s.changeable(e.Path)
		if severity == seaworthy.Unknown {
			continue
		}
		list = append(list, violation{
			severity: severity, evidence: fmt.Sprintf("/%s: %s can write %s", shown(e.Path), who, describeMode(at)),
			locations: []seaworthy.Location{s.at(at, 0)},
		})
	}
	return list
}

func judgeSudoersUnreadable(s *subject) []violation {
	var list []violation
	for _, p := range s.sudo.Problems {
		list = append(list, violation{
			evidence:  fmt.Sprintf("/%s:%d: %s", shown(p.File), p.Line, shown(p.Err.Error())),
			locations: s.sudoLocation(p.File, p.Line),
		})
	}
	return list
}
