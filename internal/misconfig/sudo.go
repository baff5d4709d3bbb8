package misconfig

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
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
			severity:    seaworthy.Medium,
			detail:      "Whoever takes over a process of the user is root in the container with one command.",
			remediation: "Remove the rule: do what needs root while the image is built, and start the container as the user that the service needs.",
			references:  []string{man},
			judge:       judgeSudoNoPassword,
		},
		{
			id: "sudo-wildcard", title: "A sudo rule has a wildcard that allows more than it seems to",
			severity: seaworthy.Medium,
			detail: "In arguments * stands for any text, blanks and slashes and further options among it; in a path it stands for " +
				"any program of the directory.",
			remediation: "Write each command out with its arguments, or allow a script that checks what it is given.",
			references:  []string{man},
			judge:       judgeSudoWildcard,
		},
		{
			id: "sudo-no-authentication", title: "sudo is told to ask nobody for a password",
			severity:    seaworthy.Medium,
			detail:      "Defaults !authenticate makes every rule that it holds for one without password.",
			remediation: "Remove !authenticate from the Defaults of sudoers.",
			references:  []string{man},
			judge:       judgeSudoDefaults,
		},
		{
			id: "sudo-environment", title: "sudo keeps variables with which the caller can load code into what it runs",
			severity:    seaworthy.Low,
			detail:      "Without env_reset, or with such variables in env_keep, a command that is allowed runs a library or module of the caller's as root.",
			remediation: "Keep env_reset and take the variables out of env_keep.",
			references:  []string{man},
			judge:       judgeSudoEnvironment,
		},
		{
			id: "sudo-excluded", title: "A sudo rule allows all commands but some",
			severity:    seaworthy.Low,
			detail:      "What is excluded can be copied to another name, or started by what is not.",
			remediation: "List the commands that are allowed.",
			references:  []string{man},
			judge:       judgeSudoExcluded,
		},
		{
			id: "sudo-anybody", title: "Any user may run any command as root with sudo",
			severity:    seaworthy.Medium,
			detail:      "The rule is for ALL users, and asks only for the caller's own password.",
			remediation: "Name the users or the group that the rule is for.",
			references:  []string{man},
			judge:       judgeSudoAnybody,
		},
		{
			id: "sudoers-writable", title: "Others than root can write the configuration of sudo",
			severity:    seaworthy.High,
			detail:      "Who writes sudoers decides who becomes root. sudo itself refuses files that anybody can write.",
			remediation: "chown root:root FILE && chmod 0440 FILE, and let root own the directories above it.",
			together:    true,
			judge:       judgeSudoersWritable,
		},
		{
			id: "sudoers-unreadable", title: "Lines of sudoers cannot be understood",
			severity:    seaworthy.Low,
			detail:      "They were not judged, and sudo may refuse to run or do something else than was meant.",
			remediation: "Check the file with visudo -c -f FILE.",
			references:  []string{man},
			together:    true,
			judge:       judgeSudoersUnreadable,
		},
	}
}

// files gives the live files of the image whose text was kept.
func (s *subject) files() textFiles {
	return textFiles{
		read: func(name string) (string, bool) { t, ok := s.read(name); return t.body, ok },
		list: func(dir string) []string {
			var names []string
			for _, e := range s.List(dir) {
				if t, ok := s.Resolve(e.Path); ok && t.Type == seaworthy.Regular {
					names = append(names, path.Base(e.Path))
				}
			}
			return names
		},
	}
}

// readSudoers reads the live sudoers, where the distribution keeps them. In an
// image without them the rules of sudoers.d count all the same: they wait for the
// sudoers that the package of sudo brings.
func (s *subject) readSudoers() *sudoers {
	const file, other = "etc/sudoers", "usr/etc/sudoers"
	files := s.files()
	if _, ok := s.Resolve(file); ok {
		return readSudoers(files, file)
	}
	if _, ok := s.Resolve(other); ok {
		return readSudoers(files, other)
	}
	read := files.read
	files.read = func(name string) (string, bool) {
		if name == file && len(files.list("etc/sudoers.d")) > 0 {
			return "@includedir /etc/sudoers.d\n", true
		}
		return read(name)
	}
	return readSudoers(files, file)
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
	user user
	// own are the names that stand for the user; others those that stand for any
	// account but root.
	own, others map[string]bool
}

func (s *subject) audience() audience {
	a := audience{user: s.user, own: map[string]bool{"ALL": true}, others: map[string]bool{}}
	id := func(prefix string, n uint32) string { return prefix + strconv.FormatUint(uint64(n), 10) }
	a.own[id("#", s.user.uid)] = true
	if s.user.name != "" {
		a.own[s.user.name] = true
	}
	isOther := map[string]bool{}
	for _, acc := range s.accounts.users {
		if acc.uid != 0 {
			isOther[acc.name] = true
			for _, name := range []string{"ALL", acc.name, id("#", acc.uid), id("%#", acc.gid)} {
				a.others[name] = true
			}
		}
	}
	for _, g := range s.accounts.groups {
		number := id("%#", g.gid)
		if s.user.in(g.gid) || s.user.name != "" && slices.Contains(g.members, s.user.name) {
			a.own["%"+g.name], a.own[number] = true, true
		}
		if a.others[number] || slices.ContainsFunc(g.members, func(m string) bool { return isOther[m] }) {
			a.others["%"+g.name], a.others[number] = true, true
		}
	}
	return a
}

// of tells whom a list of users is for. Of several names that stand for the
// user, the last decides.
func (a *audience) of(users []sudoName) concern {
	c, match := forNobody, false
	for _, n := range users[:min(len(users), maxSudoNames)] {
		if a.own[n.name] {
			match = !n.negated
		}
		if a.others[n.name] && !n.negated {
			c = forOther
		}
	}
	if match && a.user.uid != 0 && a.user.unknown == "" {
		c = forUser
	}
	return c
}

func judgeSudoNoPassword(s *subject) []violation {
	conf, audience := s.sudo, s.audience()
	installed := s.hasProgram("sudo", "sudo-rs")
	var list []violation
	for i := range conf.grants {
		g := &conf.grants[i]
		if !g.withoutPassword || !g.asRoot() || onlyRoot(g.users) || g.overridden {
			continue
		}
		power, why := s.sudoPower(g)
		v := violation{
			severity: power, detail: why,
			evidence: shown(g.String()), locations: s.sudoLocation(g.file, g.line),
		}
		switch audience.of(g.users) {
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

func onlyRoot(users []sudoName) bool {
	return !slices.ContainsFunc(users, func(n sudoName) bool { return !n.negated && n.name != "root" && n.name != "#0" })
}

// sudoPower tells how much of root's power a grant without password gives:
// medium if all of it, low if some, negligible if none is known.
func (s *subject) sudoPower(g *sudoGrant) (seaworthy.Severity, string) {
	c := g.command
	switch {
	case c.path == "ALL":
		return seaworthy.Medium, "It allows all commands."
	case g.setenv:
		return seaworthy.Medium, "SETENV lets the caller load a library into the command."
	case strings.HasPrefix(c.path, "^"):
		return seaworthy.Low, "The command is a regular expression."
	case hasWildcard(c.path):
		return seaworthy.Medium, "The wildcard in the path allows every program that matches."
	case strings.HasSuffix(c.path, "/"):
		return seaworthy.Medium, "It allows every program of the directory."
	case c.path == "list":
		return seaworthy.Negligible, "It allows to list rules only."
	}
	if strings.HasPrefix(c.path, "/") {
		if at, who, severity := s.changeable(rooted(c.path)); severity >= seaworthy.Medium {
			return seaworthy.Medium, fmt.Sprintf("%s can exchange the program: %s.", upperFirst(who), describeMode(at))
		}
	}
	a, known := abuseOf(path.Base(c.path))
	// What the caller does not choose cannot be turned against root, unless
	// the program can be told while it runs.
	free := c.anyArgs || hasWildcard(c.args)
	switch {
	case !known:
		return seaworthy.Low, "What the program can be made to do is not known."
	case g.noexec && a.kind == givesShell:
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
	for i := range conf.grants {
		g := &conf.grants[i]
		if onlyRoot(g.users) || !hasWildcard(g.command.path) && !hasWildcard(g.command.args) {
			continue
		}
		v := violation{evidence: shown(g.String()), locations: s.sudoLocation(g.file, g.line)}
		if audience.of(g.users) == forNobody || !g.withoutPassword {
			v.severity = seaworthy.Low
		}
		list = append(list, v)
	}
	return list
}

func judgeSudoDefaults(s *subject) []violation {
	conf, audience := s.sudo, s.audience()
	var list []violation
	for _, d := range conf.defaults {
		if d.name != "authenticate" || !d.negated {
			continue
		}
		v := violation{evidence: shown(d.String()), locations: s.sudoLocation(d.file, d.line)}
		switch {
		case d.scope == ':' && onlyRoot(d.members), d.scope == ':' && audience.of(d.members) == forNobody:
			v.severity = seaworthy.Low
		case d.scope == ':' && audience.of(d.members) == forUser:
			v.severity = seaworthy.High
		case d.scope != 0 && d.scope != ':':
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
	for _, d := range s.sudo.defaults {
		bad := d.name == "env_reset" && d.negated || d.name == "setenv" && !d.negated
		if d.name == "env_keep" && !d.negated && d.op != "-=" {
			bad = slices.ContainsFunc(strings.Fields(d.value), func(name string) bool {
				return name == "*" || slices.Contains(loaderVariables[:], name)
			})
		}
		if bad {
			list = append(list, violation{evidence: shown(d.String()), locations: s.sudoLocation(d.file, d.line)})
		}
	}
	return list
}

func judgeSudoExcluded(s *subject) []violation {
	var list []violation
	for _, g := range s.sudo.grants {
		if g.except && g.command.path == "ALL" && !onlyRoot(g.users) {
			list = append(list, violation{evidence: shown(g.String()) + ", !…", locations: s.sudoLocation(g.file, g.line)})
		}
	}
	return list
}

func judgeSudoAnybody(s *subject) []violation {
	conf := s.sudo
	var list []violation
	for i := range conf.grants {
		g := &conf.grants[i]
		all := slices.ContainsFunc(g.users, func(n sudoName) bool { return n.name == "ALL" && !n.negated })
		if all && g.command.path == "ALL" && g.asRoot() && !g.withoutPassword && !g.asksOther {
			list = append(list, violation{evidence: shown(g.String()), locations: s.sudoLocation(g.file, g.line)})
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
	for _, p := range s.sudo.problems {
		list = append(list, violation{
			evidence:  fmt.Sprintf("/%s:%d: %s", shown(p.file), p.line, shown(p.err.Error())),
			locations: s.sudoLocation(p.file, p.line),
		})
	}
	return list
}
