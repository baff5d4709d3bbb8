package filecheck

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
	"seaworthy.dev/seaworthy/internal/shell"
)

// startupInterests returns the files that say which programs start automatically, and
// when.
func startupInterests() []check.Interest {
	return []check.Interest{
		{Name: "entrypoint-script", Text: true, Reduce: reduceScript, Bases: []string{
			"docker-entrypoint.sh", "docker-entrypoint", "entrypoint.sh", "entrypoint", "docker_entrypoint.sh", "start.sh", "run.sh",
			"startup.sh", "init.sh", "boot.sh", "launch.sh", "server.sh", "cmd.sh", "bootstrap.sh",
		}, Only: func(h *seaworthy.Header) bool { return h.Size <= 64<<10 }},
		{Name: "cron", Text: true, Reduce: reduceCrontab, Paths: []string{"etc/crontab", "etc/anacrontab"}, Under: []string{
			"etc/cron.d", "etc/crontabs", "var/spool/cron",
		}},
		{Name: "cron-script", Under: []string{
			"etc/cron.hourly", "etc/cron.daily", "etc/cron.weekly", "etc/cron.monthly", "etc/periodic",
		}},
		{Name: "unit", Text: true, Reduce: reduceUnit, Under: []string{
			"etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system", "usr/local/lib/systemd/system",
		}, Only: func(h *seaworthy.Header) bool { return strings.HasSuffix(h.Path, ".service") }},
		{Name: "init-script", Paths: []string{"etc/rc.local", "etc/rc.d/rc.local", "etc/inittab", "etc/profile", "etc/bash.bashrc", "etc/environment"}, Under: []string{
			"etc/init.d", "etc/rc.d/init.d", "etc/s6", "etc/s6-overlay", "etc/services.d", "etc/cont-init.d", "etc/fix-attrs.d",
			"etc/service", "etc/sv", "etc/runit", "etc/my_init.d", "etc/supervisor", "docker-entrypoint.d", "docker-entrypoint-initdb.d", "etc/profile.d",
		}},
	}
}

// startupChecks returns the checks of files that start automatically and that a user
// other than root can change.
func startupChecks() []check.Check {
	return []check.Check{
		{
			ID: "start-writable", Title: "Start program of the container writable by the image's user",
			Severity: seaworthy.Medium,
			Detail: "An attacker who takes over the process can change the program, and so survives restarts of the container " +
				"and stays in images committed from it.",
			Remedy:  check.Remedy("Make the program and its directories owned by root, and copy without --chown: the user only needs to read and run it."),
			Grouped: true,
			Find:    findStartWritable,
		},
		{
			ID: "cron-writable", Title: "Cron job writable by non-root users",
			Severity: seaworthy.High,
			Detail:   "Cron runs the job with the rights of root or another user.",
			Remedy: check.Remedy(
				"Make the job and the program that it runs owned by root, and remove write permission for others.",
				seaworthy.Command("chown root:root FILE && chmod go-w FILE"),
			),
			Grouped: true,
			Find:    findCronWritable,
		},
		{
			ID: "unit-writable", Title: "Systemd unit or its program writable by non-root users",
			Severity: seaworthy.High,
			Detail:   "systemd starts the unit's program as root unless the unit names a user.",
			Remedy: check.Remedy(
				"Make the unit and its program owned by root, and remove write permission for others.",
				seaworthy.Command("chown root:root FILE && chmod go-w FILE"),
			),
			Grouped: true,
			Find:    findUnitWritable,
		},
		{
			ID: "init-writable", Title: "Startup script writable by non-root users",
			Severity: seaworthy.High,
			Detail:   "Supervisors, entrypoints and login shells run these scripts, often as root before they change to another user.",
			Remedy: check.Remedy(
				"Make the script and its directory owned by root, and remove write permission for others.",
				seaworthy.Command("chown root:root FILE && chmod go-w FILE"),
			),
			Grouped: true,
			Find:    findInitWritable,
		},
	}
}

// The limits of startChain and jobs.
const (
	maxStartPrograms = 64
	maxStartDepth    = 4 // scripts that start scripts
	maxJobs          = 10_000
)

// startChain returns the files that a container runs when it starts: the program of the
// configuration, the programs that wrappers such as tini and shells start, the scripts of
// interpreters, the interpreters after "#!", and the programs that known entrypoint
// scripts start. Links in the paths of existing files are resolved.
func startChain(s *check.Image) []string {
	c := chain{Image: s}
	c.argv(slices.Concat(s.Config.Entrypoint, s.Config.Cmd), 0)
	return c.files
}

// chain is the state of startChain.
type chain struct {
	*check.Image
	files []string
}

// argv adds the program of a command line, and the programs that it starts.
func (c *chain) argv(argv []string, depth int) {
	if len(argv) == 0 || depth > maxStartDepth {
		return
	}
	c.program(argv[0], depth)
	args, err := json.Marshal(argv)
	if err != nil {
		return
	}
	cmds, _ := instruction.Instruction{Keyword: "ENTRYPOINT", Args: string(args)}.Commands()
	c.commands(cmds, depth)
}

// commands adds the programs of shell commands, and the programs that they start.
func (c *chain) commands(cmds []*shell.Command, depth int) {
	for _, cmd := range cmds {
		if c.full() {
			return
		}
		if cmd.Path == "" || strings.ContainsAny(cmd.Path, "$`") {
			continue
		}
		c.program(cmd.Path, depth)
		if script := interpretedScript(cmd); script != "" {
			c.file(script, depth)
		}
	}
}

// full reports whether the limit on files is reached.
func (c *chain) full() bool {
	if len(c.files) < maxStartPrograms {
		return false
	}
	c.Partial["start of the container"] = fmt.Sprintf("It runs %d programs or more; the rest was not checked.", maxStartPrograms)
	return true
}

// program adds a program by its name. A name without a slash is searched along PATH.
func (c *chain) program(name string, depth int) {
	if strings.Contains(name, "/") {
		c.file(name, depth)
		return
	}
	for _, dir := range searchPath(c.Image) {
		if e, ok := c.Resolve(check.Rooted(dir + "/" + name)); ok && path.IsAbs(dir) && e.Type != seaworthy.Directory && e.Mode&0o111 != 0 {
			c.file(path.Clean(dir)+"/"+name, depth)
			return
		}
	}
}

// file adds a file and, if it is a script whose text is known, the programs that it
// starts.
func (c *chain) file(name string, depth int) {
	if !path.IsAbs(name) {
		name = path.Join("/", c.Config.WorkingDir, name)
	}
	p := check.Rooted(name)
	if slices.Contains(c.files, p) || c.full() {
		return
	}
	if _, ok := c.Resolve(p); !ok {
		return
	}
	c.files = append(c.files, p)
	script, ok := c.ReadText(p)
	if !ok || depth >= maxStartDepth {
		return
	}
	for line := range strings.Lines(script.Body) {
		first, isInterpreter := strings.CutPrefix(line, "#!")
		for i, word := range strings.Fields(first) {
			switch {
			case strings.HasPrefix(word, "/"):
				if e, ok := c.Resolve(check.Rooted(word)); ok && e.Type == seaworthy.Regular && e.Mode&0o111 != 0 {
					c.file(word, depth+1)
				}
			case isInterpreter && i > 0 && !strings.HasPrefix(word, "-"):
				c.program(word, depth+1) // what env is to search
			}
		}
	}
}

// interpretedScript returns the script that a command passes to an interpreter; empty if
// the command is not an interpreter, or has no script.
func interpretedScript(cmd *shell.Command) string {
	name := strings.TrimRight(cmd.Name, ".0123456789")
	jar := false
	switch name {
	case "sh", "bash", "ash", "dash", "zsh", "ksh", "python", "pypy", "node", "nodejs", "ruby", "perl", "php", "lua", "Rscript", "deno", "bun", "tsx":
	case "java":
		jar = true
	default:
		return ""
	}
	for i, a := range cmd.Args {
		switch {
		case jar && a == "-jar" && i+1 < len(cmd.Args):
			return cmd.Args[i+1]
		case a == "-c" || a == "-m" || a == "-e" || a == "-r" && name != "ruby":
			return ""
		case jar || strings.HasPrefix(a, "-") || strings.ContainsAny(a, "$`"):
		case (name == "deno" || name == "bun") && (a == "run" || a == "serve"):
		default:
			return a
		}
	}
	return ""
}

func findStartWritable(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, file := range startChain(s) {
		v := check.Violation{Severity: seaworthy.Medium}
		at, ok := s.Replaceable(file, s.User)
		who := "user " + describeUser(s.User)
		if !ok {
			if at, ok = s.Replaceable(file, account.Anybody()); !ok {
				continue
			}
			who = "anybody"
			v.Severity, v.Title = seaworthy.High, "Start program of the container writable by anyone"
		}
		v.Evidence = fmt.Sprintf("/%s: %s can write %s", check.Shown(file), who, check.DescribeMode(at))
		v.Locations = []seaworthy.Location{s.Location(at, 0)}
		if e, ok := s.Resolve(file); ok && e.Path != at.Path {
			v.Locations = append(v.Locations, s.Location(e, 0))
		}
		list = append(list, v)
	}
	return list
}

// changeable reports whether a user other than root can change a file that runs as root,
// and how severe that is: high if any user can, medium if only the user of the container
// can, and low if only an owner can that is not the user of the container.
func changeable(s *check.Image, file string) (at seaworthy.Entry, who string, severity seaworthy.Severity) {
	if at, ok := s.Replaceable(file, account.Anybody()); ok {
		return at, "anybody", seaworthy.High
	}
	if at, ok := s.Replaceable(file, s.User); ok {
		return at, "user " + describeUser(s.User), seaworthy.Medium
	}
	e, ok := s.Resolve(file)
	if ok && e.UID != 0 && e.UID != s.User.UID && e.Type == seaworthy.Regular {
		return e, fmt.Sprintf("its owner, uid %d,", e.UID), seaworthy.Low
	}
	return seaworthy.Entry{}, "", seaworthy.Unknown
}

// changeableFile returns a violation if a user other than root can change a file.
func changeableFile(s *check.Image, file, why string, active bool) (check.Violation, bool) {
	at, who, severity := changeable(s, file)
	if severity == seaworthy.Unknown {
		return check.Violation{}, false
	}
	if !active {
		severity = check.Lower(severity)
	}
	return check.Violation{
		Severity:  severity,
		Evidence:  fmt.Sprintf("/%s%s: %s can write %s", check.Shown(file), why, who, check.DescribeMode(at)),
		Locations: []seaworthy.Location{s.Location(at, 0)},
	}, true
}

// jobs collects the files that run on a schedule or as services, each once.
type jobs struct {
	*check.Image
	what   string
	active bool // whether the image has the program that runs them
	seen   map[string]bool
	list   []check.Violation
}

// add checks a file, unless it was checked before.
func (j *jobs) add(file, why string) {
	if j.seen[file] {
		return
	}
	if len(j.seen) >= maxJobs {
		j.Partial[j.what] = fmt.Sprintf("They are more than %d files; the rest was not checked.", maxJobs)
		return
	}
	j.seen[file] = true
	if v, ok := changeableFile(j.Image, file, why, j.active); ok {
		j.list = append(j.list, v)
	}
}

func findCronWritable(s *check.Image) []check.Violation {
	j := jobs{Image: s, what: "cron jobs", active: hasProgram(s, "cron", "crond", "anacron", "supercronic", "fcron", "dcron"), seen: map[string]bool{}}
	for _, e := range s.Entries("cron-script") {
		if e.Live() && e.Type == seaworthy.Regular {
			j.add(e.Path, "")
		}
	}
	for _, t := range s.Texts("cron") {
		own := ownCrontab(t.Path)
		if !t.Live() || own == "" && strings.HasPrefix(t.Path, "var/spool/cron/") {
			continue // gone, or one of the files that at(1) keeps for users
		}
		if own == "" || own == "root" {
			j.add(t.Path, "")
		}
		for job := range cronJobs(t.Body, own) {
			if job.user != "root" || j.seen[job.program] {
				continue
			}
			// Other words of the line may be files that the job writes.
			e, ok := s.Resolve(job.program)
			if ok && (e.Mode&0o111 != 0 || isScript(e.Path)) && e.Type == seaworthy.Regular {
				j.add(job.program, fmt.Sprintf(" (run by %s)", check.Shown(t.Path)))
			}
		}
	}
	return j.list
}

func findUnitWritable(s *check.Image) []check.Violation {
	j := jobs{Image: s, what: "systemd units", active: hasProgram(s, "systemd", "init"), seen: map[string]bool{}}
	for _, t := range s.Texts("unit") {
		if !t.Live() {
			continue
		}
		j.add(t.Path, "")
		for _, program := range unitPrograms(t.Body) {
			j.add(program, fmt.Sprintf(" (started by %s)", check.Shown(t.Path)))
		}
	}
	return j.list
}

func findInitWritable(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, e := range s.Entries("init-script") {
		if !e.Live() || e.Type != seaworthy.Regular {
			continue
		}
		if v, ok := changeableFile(s, e.Path, "", true); ok {
			list = append(list, v)
		}
	}
	return list
}

// hasProgram reports whether one of the programs is in a directory of the system.
func hasProgram(s *check.Image, names ...string) bool {
	for _, name := range names {
		for _, dir := range []string{"usr/sbin/", "usr/bin/", "usr/local/bin/", "sbin/", "bin/", "usr/lib/systemd/", "lib/systemd/"} {
			if e, ok := s.Resolve(dir + name); ok && e.Type == seaworthy.Regular {
				return true
			}
		}
	}
	return false
}

func describeUser(u account.Identity) string {
	if u.Name == "" {
		return fmt.Sprint(u.UID)
	}
	return fmt.Sprintf("%s (uid %d)", check.Shown(u.Name), u.UID)
}
