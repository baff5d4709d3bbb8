package misconfig

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/shell"
)

// startupInterests are the files that decide what runs, and when.
func startupInterests() []interest {
	return []interest{
		{name: "entrypoint-script", text: true, reduce: reduceScript, bases: []string{
			"docker-entrypoint.sh", "docker-entrypoint", "entrypoint.sh", "entrypoint", "docker_entrypoint.sh", "start.sh", "run.sh",
			"startup.sh", "init.sh", "boot.sh", "launch.sh", "server.sh", "cmd.sh", "bootstrap.sh",
		}, only: func(h *seaworthy.Header) bool { return h.Size <= 64<<10 }},
		{name: "cron", text: true, reduce: reduceCrontab, paths: []string{"etc/crontab", "etc/anacrontab"}, under: []string{
			"etc/cron.d", "etc/crontabs", "var/spool/cron",
		}},
		{name: "cron-script", under: []string{
			"etc/cron.hourly", "etc/cron.daily", "etc/cron.weekly", "etc/cron.monthly", "etc/periodic",
		}},
		{name: "unit", text: true, reduce: reduceUnit, under: []string{
			"etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system", "usr/local/lib/systemd/system",
		}, only: func(h *seaworthy.Header) bool { return strings.HasSuffix(h.Path, ".service") }},
		{name: "init-script", paths: []string{"etc/rc.local", "etc/rc.d/rc.local", "etc/inittab", "etc/profile", "etc/bash.bashrc", "etc/environment"}, under: []string{
			"etc/init.d", "etc/rc.d/init.d", "etc/s6", "etc/s6-overlay", "etc/services.d", "etc/cont-init.d", "etc/fix-attrs.d",
			"etc/service", "etc/sv", "etc/runit", "etc/my_init.d", "etc/supervisor", "docker-entrypoint.d", "docker-entrypoint-initdb.d", "etc/profile.d",
		}},
	}
}

// startupChecks judge who can change what starts by itself.
func startupChecks() []check {
	return []check{
		{
			id: "start-writable", title: "The image's user can change the program that the container starts",
			severity: seaworthy.Medium,
			detail: "Whoever takes over the running process can change the program, and stays in the container across restarts " +
				"and in every image committed from it.",
			remedy:   remedy("Make the program and its directories owned by root, and copy without --chown: the user only needs to read and run it."),
			together: true,
			judge:    judgeStartWritable,
		},
		{
			id: "cron-writable", title: "Others than root can change a cron job",
			severity: seaworthy.High,
			detail:   "Cron runs the job as root or another user, at that user's rights.",
			remedy: remedy(
				"Make the job and the program that it runs owned by root, and remove write permission for others.",
				seaworthy.Command("chown root:root FILE && chmod go-w FILE"),
			),
			together: true,
			judge:    judgeCronWritable,
		},
		{
			id: "unit-writable", title: "Others than root can change a systemd unit or the program that it starts",
			severity: seaworthy.High,
			detail:   "systemd starts the unit's program as root unless the unit names a user.",
			remedy: remedy(
				"Make the unit and its program owned by root, and remove write permission for others.",
				seaworthy.Command("chown root:root FILE && chmod go-w FILE"),
			),
			together: true,
			judge:    judgeUnitWritable,
		},
		{
			id: "init-writable", title: "Others than root can change a script that runs when the container or a session starts",
			severity: seaworthy.High,
			detail:   "Supervisors, entrypoints and login shells run these scripts, often as root before they change to another user.",
			remedy: remedy(
				"Make the script and its directory owned by root, and remove write permission for others.",
				seaworthy.Command("chown root:root FILE && chmod go-w FILE"),
			),
			together: true,
			judge:    judgeInitWritable,
		},
	}
}

// The bounds on following what a container starts.
const (
	maxStartPrograms = 64
	maxStartDepth    = 4 // scripts that start scripts
	maxJobs          = 10_000
)

// startChain lists the files that a container runs as it starts, as far as the
// configuration and the scripts tell: the program itself, what wrappers such as
// tini and shells start, the scripts that interpreters are given, interpreters
// named after "#!", and what known entrypoint scripts start. Paths are real
// where the file exists.
func (s *subject) startChain() []string {
	c := chain{subject: s}
	c.argv(slices.Concat(s.config.Entrypoint, s.config.Cmd), 0)
	return c.files
}

type chain struct {
	*subject
	files []string
}

// argv adds the program of a command line, and what that starts.
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

// full is true if no more files are taken.
func (c *chain) full() bool {
	if len(c.files) < maxStartPrograms {
		return false
	}
	c.cut["start of the container"] = fmt.Sprintf("It runs %d programs or more; the rest was not judged.", maxStartPrograms)
	return true
}

// program adds a program by its name, which is searched along PATH if it has no
// slash.
func (c *chain) program(name string, depth int) {
	if strings.Contains(name, "/") {
		c.file(name, depth)
		return
	}
	for _, dir := range c.searchPath() {
		if e, ok := c.Resolve(rooted(dir + "/" + name)); ok && path.IsAbs(dir) && e.Type != seaworthy.Directory && e.Mode&0o111 != 0 {
			c.file(path.Clean(dir)+"/"+name, depth)
			return
		}
	}
}

// file adds a file, and of a script whose text is known what that starts.
func (c *chain) file(name string, depth int) {
	if !path.IsAbs(name) {
		name = path.Join("/", c.config.WorkingDir, name)
	}
	p := rooted(name)
	if slices.Contains(c.files, p) || c.full() {
		return
	}
	if _, ok := c.Resolve(p); !ok {
		return
	}
	c.files = append(c.files, p)
	script, ok := c.read(p)
	if !ok || depth >= maxStartDepth {
		return
	}
	for line := range strings.Lines(script.body) {
		first, isInterpreter := strings.CutPrefix(line, "#!")
		for i, word := range strings.Fields(first) {
			switch {
			case strings.HasPrefix(word, "/"):
				if e, ok := c.Resolve(rooted(word)); ok && e.Type == seaworthy.Regular && e.Mode&0o111 != 0 {
					c.file(word, depth+1)
				}
			case isInterpreter && i > 0 && !strings.HasPrefix(word, "-"):
				c.program(word, depth+1) // what env is to search
			}
		}
	}
}

// interpretedScript is the script that an interpreter is given; empty if the
// command is no interpreter or is given none.
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

func judgeStartWritable(s *subject) []violation {
	var list []violation
	for _, file := range s.startChain() {
		v := violation{severity: seaworthy.Medium}
		at, ok := s.replaceable(file, s.user)
		who := "user " + describeUser(s.user)
		if !ok {
			if at, ok = s.replaceable(file, account.Anybody()); !ok {
				continue
			}
			who = "anybody"
			v.severity, v.title = seaworthy.High, "Anybody can change a program that the container starts as root"
		}
		v.evidence = fmt.Sprintf("/%s: %s can write %s", shown(file), who, describeMode(at))
		v.locations = []seaworthy.Location{s.at(at, 0)}
		if e, ok := s.Resolve(file); ok && e.Path != at.Path {
			v.locations = append(v.locations, s.at(e, 0))
		}
		list = append(list, v)
	}
	return list
}

// changeable tells whether somebody other than root can change a file that runs
// as root, and how bad that is: high if everybody can, medium if only the
// image's user, low if only an owner whom the container does not run as.
func (s *subject) changeable(file string) (at seaworthy.Entry, who string, severity seaworthy.Severity) {
	if at, ok := s.replaceable(file, account.Anybody()); ok {
		return at, "anybody", seaworthy.High
	}
	if at, ok := s.replaceable(file, s.user); ok {
		return at, "user " + describeUser(s.user), seaworthy.Medium
	}
	e, ok := s.Resolve(file)
	if ok && e.UID != 0 && e.UID != s.user.UID && e.Type == seaworthy.Regular {
		return e, fmt.Sprintf("its owner, uid %d,", e.UID), seaworthy.Low
	}
	return seaworthy.Entry{}, "", seaworthy.Unknown
}

// changeableFile makes a violation of a file that others than root can change.
func (s *subject) changeableFile(file, why string, active bool) (violation, bool) {
	at, who, severity := s.changeable(file)
	if severity == seaworthy.Unknown {
		return violation{}, false
	}
	if !active {
		severity = lower(severity)
	}
	return violation{
		severity:  severity,
		evidence:  fmt.Sprintf("/%s%s: %s can write %s", shown(file), why, who, describeMode(at)),
		locations: []seaworthy.Location{s.at(at, 0)},
	}, true
}

// jobs gathers the files that run on a schedule or as services, each once.
type jobs struct {
	*subject
	what   string
	active bool // whether the image has the program that runs them
	seen   map[string]bool
	list   []violation
}

// add judges a file, unless it was judged before.
func (j *jobs) add(file, why string) {
	if j.seen[file] {
		return
	}
	if len(j.seen) >= maxJobs {
		j.cut[j.what] = fmt.Sprintf("They are more than %d files; the rest was not judged.", maxJobs)
		return
	}
	j.seen[file] = true
	if v, ok := j.changeableFile(file, why, j.active); ok {
		j.list = append(j.list, v)
	}
}

func judgeCronWritable(s *subject) []violation {
	j := jobs{subject: s, what: "cron jobs", active: s.hasProgram("cron", "crond", "anacron", "supercronic", "fcron", "dcron"), seen: map[string]bool{}}
	for _, e := range s.noted("cron-script") {
		if e.Live() && e.Type == seaworthy.Regular {
			j.add(e.Path, "")
		}
	}
	for _, t := range s.texts("cron") {
		own := ownCrontab(t.Path)
		if !t.Live() || own == "" && strings.HasPrefix(t.Path, "var/spool/cron/") {
			continue // gone, or one of the files that at(1) keeps for users
		}
		if own == "" || own == "root" {
			j.add(t.Path, "")
		}
		for job := range cronJobs(t.body, own) {
			if job.user != "root" || j.seen[job.program] {
				continue
			}
			// Other words of the line may be files that the job writes.
			e, ok := s.Resolve(job.program)
			if ok && (e.Mode&0o111 != 0 || isScript(e.Path)) && e.Type == seaworthy.Regular {
				j.add(job.program, fmt.Sprintf(" (run by %s)", shown(t.Path)))
			}
		}
	}
	return j.list
}

func judgeUnitWritable(s *subject) []violation {
	j := jobs{subject: s, what: "systemd units", active: s.hasProgram("systemd", "init"), seen: map[string]bool{}}
	for _, t := range s.texts("unit") {
		if !t.Live() {
			continue
		}
		j.add(t.Path, "")
		for _, program := range unitPrograms(t.body) {
			j.add(program, fmt.Sprintf(" (started by %s)", shown(t.Path)))
		}
	}
	return j.list
}

func judgeInitWritable(s *subject) []violation {
	var list []violation
	for _, e := range s.noted("init-script") {
		if !e.Live() || e.Type != seaworthy.Regular {
			continue
		}
		if v, ok := s.changeableFile(e.Path, "", true); ok {
			list = append(list, v)
		}
	}
	return list
}

// hasProgram is true if one of the programs is where the system keeps them.
func (s *subject) hasProgram(names ...string) bool {
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
	return fmt.Sprintf("%s (uid %d)", shown(u.Name), u.UID)
}
