package shell

import "strings"

// maxWrappers bounds how many programs may start one another in one command.
const maxWrappers = 16

// word is a word of a command; literal is false if it has an expansion.
type word struct {
	text    string
	literal bool
}

// simple is a simple command before it is looked into.
type simple struct {
	words     []word
	assigns   []KeyValue
	redirects []Redirect
	text      string
}

// exec reads the words of an exec form.
func (r *reader) exec(argv []string) {
	call := simple{text: strings.Join(argv, " ")}
	if len(call.text) > r.left {
		r.whole = false
		return
	}
	r.left -= len(call.text)
	for _, a := range argv {
		call.words = append(call.words, word{a, true})
	}
	r.simple(call, scope{})
}

// simple looks through the programs that only start another one, and emits the
// last; if that runs a script, so are the commands of the script. The ends are
// those of all of them; cmd is the command itself, nil if there are too many.
func (r *reader) simple(call simple, at scope) (e ends, cmd *Command) {
	outer := at
	for i := 0; ; i++ {
		n, assigns, ok := inner(call.words)
		if !ok {
			break
		}
		if i == maxWrappers {
			r.whole = false
			break
		}
		at = at.through(ProgramName(call.words[0].text))
		call.assigns = append(call.assigns, assigns...)
		call.words = call.words[n:]
	}
	cmd = &Command{Assigns: call.assigns, Redirects: call.redirects, Text: call.text, Literal: true}
	for i, w := range call.words {
		cmd.Literal = cmd.Literal && w.literal
		if i == 0 {
			cmd.Path = w.text
		} else {
			cmd.Args = append(cmd.Args, w.text)
		}
	}
	if len(call.words) == 0 && len(call.assigns) == 0 {
		return ends{}, nil
	}
	if !r.emit(cmd, at) {
		return ends{}, nil
	}
	e = ends{in: []*Command{cmd}, out: []*Command{cmd}}
	if script, lang, ok := scriptOf(cmd); ok {
		e.add(r.script(script, lang, at.through(cmd.Name)))
	}
	if cmd.Name == "find" {
		r.findExec(call, outer)
	}
	return e, cmd
}

// emit adds a command, unless there are too many.
func (r *reader) emit(cmd *Command, at scope) bool {
	if len(r.cmds) >= MaxCommands {
		r.whole = false
		return false
	}
	cmd.Name = commandName(cmd.Path)
	cmd.Via = at.via
	cmd.Partial = at.partial
	r.cmds = append(r.cmds, cmd)
	return true
}

// commandName is the name of the program that a first word starts. Of a word with
// expansions it is what stands behind them.
func commandName(word string) string {
	i := strings.LastIndexAny(word, ")}`")
	if i < 0 || !strings.ContainsAny(word, "$`") {
		return ProgramName(word)
	}
	switch tail := word[i+1:]; {
	case strings.Contains(tail, "/"):
		return ProgramName(tail)
	case word[i] == '}':
		return word
	}
	return ""
}

// findExec reads the commands that find is to run.
func (r *reader) findExec(call simple, at scope) {
	if at.depth++; at.depth > MaxDepth {
		r.whole = false
		return
	}
	at = at.through("find")
	for i := 1; i < len(call.words); i++ {
		switch call.words[i].text {
		case "-exec", "-execdir", "-ok", "-okdir":
		default:
			continue
		}
		start := i + 1
		for i++; i < len(call.words) && call.words[i].text != ";" && call.words[i].text != "+"; i++ {
		}
		if start < i {
			r.simple(simple{words: call.words[start:i], text: call.text}, at)
		}
	}
}

// launcher is the command line of a program that starts another one.
type launcher struct {
	short    string   // single-letter options that take a value
	long     []string // long options that take a value in the next word
	operands int      // operands before the program
	assigns  bool     // takes NAME=value before the program
}

// launcherOf describes the programs that only start another one.
func launcherOf(name string) (l launcher, ok bool) {
	switch name {
	case "sudo":
		return launcher{short: "CDghpRrtTUu", assigns: true,
			long: []string{"--user", "--group", "--prompt", "--chdir", "--chroot", "--host", "--role", "--type"}}, true
	case "doas":
		return launcher{short: "Cu"}, true
	case "env":
		return launcher{short: "uC", long: []string{"--unset", "--chdir"}, assigns: true}, true
	case "xargs":
		return launcher{short: "adEILnPs", long: []string{"--arg-file", "--delimiter", "--max-args", "--max-procs", "--max-lines", "--max-chars"}}, true
	case "exec":
		return launcher{short: "a"}, true
	case "nice":
		return launcher{short: "n", long: []string{"--adjustment"}}, true
	case "ionice":
		return launcher{short: "cn", long: []string{"--class", "--classdata"}}, true
	case "timeout":
		return launcher{short: "ks", long: []string{"--kill-after", "--signal"}, operands: 1}, true
	case "time":
		return launcher{short: "fo", long: []string{"--format", "--output"}}, true
	case "stdbuf":
		return launcher{short: "ioe", long: []string{"--input", "--output", "--error"}}, true
	case "chroot", "gosu", "su-exec", "setuidgid", "s6-setuidgid":
		return launcher{operands: 1}, true
	case "flock":
		return launcher{short: "wE", long: []string{"--timeout", "--conflict-exit-code"}, operands: 1}, true
	case "tini":
		return launcher{short: "pe"}, true
	case "command", "builtin", "nohup", "setsid", "dumb-init", "fakeroot", "eatmydata", "busybox", "unbuffer", "noglob":
		return launcher{}, true
	}
	return launcher{}, false
}

// inner finds where in the words of a launcher the program that it starts
// stands; ok is false if the first word is no launcher, or starts nothing here.
func inner(words []word) (start int, assigns []KeyValue, ok bool) {
	if len(words) < 2 {
		return 0, nil, false
	}
	name := ProgramName(words[0].text)
	l, ok := launcherOf(name)
	if !ok {
		return 0, nil, false
	}
	i := 1
	for ; i < len(words); i++ {
		text := words[i].text
		if text == "--" {
			i++
			break
		}
		if len(text) < 2 || text[0] != '-' {
			break
		}
		if name == "command" && strings.ContainsAny(text, "vV") {
			return 0, nil, false // asks where a program is
		}
		if l.takesValue(text) {
			i++
		}
	}
	for l.assigns && i < len(words) {
		key, value, isAssign := CutAssignment(words[i].text, IsNameByte)
		if !isAssign {
			break
		}
		assigns = append(assigns, KeyValue{key, value})
		i++
	}
	i += l.operands
	return i, assigns, i < len(words)
}

// takesValue is true if the next word is the value of the option.
func (l launcher) takesValue(option string) bool {
	if strings.HasPrefix(option, "--") {
		for _, name := range l.long {
			if option == name {
				return true
			}
		}
		return false
	}
	for i := 1; i < len(option); i++ {
		if strings.IndexByte(l.short, option[i]) >= 0 {
			return i == len(option)-1
		}
	}
	return false
}

// scriptOf is the script that a command gets as an argument, or as a
// here-document.
func scriptOf(c *Command) (script string, lang Language, ok bool) {
	lang = LanguageOf(c.Name)
	switch {
	case c.Name == "eval" && len(c.Args) > 0:
		return strings.Join(c.Args, " "), POSIX, true
	case c.Name == "su" || c.Name == "runuser":
		for i, a := range c.Args {
			if s, ok := strings.CutPrefix(a, "--command="); ok {
				return s, POSIX, true
			}
			if (a == "-c" || a == "--command") && i+1 < len(c.Args) {
				return c.Args[i+1], POSIX, true
			}
		}
		return "", POSIX, false
	case lang == Unknown:
		return "", Unknown, false
	}
	script, ok = shellArgument(c.Args, lang)
	if ok || lang != POSIX || len(c.Args) > 0 && !strings.HasPrefix(c.Args[0], "-") {
		return script, lang, ok
	}
	for _, rd := range c.Redirects {
		if strings.HasPrefix(rd.Op, "<<") && (rd.FD == "" || rd.FD == "0") {
			return rd.Word, POSIX, true
		}
	}
	return "", POSIX, false
}

// shellArgument is the script among the arguments of a shell.
func shellArgument(args []string, lang Language) (script string, ok bool) {
	skip, found := 0, false
	for i, a := range args {
		if skip > 0 {
			skip--
			continue
		}
		if found && (lang != POSIX || !strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "+")) {
			if lang == POSIX {
				return a, true
			}
			return strings.Join(args[i:], " "), true
		}
		n, isScript, valid := shellOption(lang, a)
		if !valid {
			return "", false
		}
		skip, found = n, found || isScript
	}
	return "", false
}
