package shell

import "strings"

// A simple command is a list of words that the shell runs as a program with its arguments,
// as in POSIX: assignments, words and redirections, without |, && or ;. Its first words may
// be launchers: programs that start another program, such as sudo and env (launcher.go).

// maxLaunchers is the maximum number of launchers in one command.
const maxLaunchers = 16

// word is a word of a command.
type word struct {
	text    string // without quotes
	literal bool   // without expansions such as $HOME
}

// simpleCommand is a simple command as it is in the source, with its launchers.
type simpleCommand struct {
	words     []word     // of the launchers and of the command itself
	assigns   []KeyValue // before the first word
	redirects []Redirect
	text      string // the source
}

// addArgs adds a command that is given as a list of words and runs without a shell: the
// exec form of an instruction, RUN ["make", "all"].
func (r *collector) addArgs(argv []string) {
	call := simpleCommand{text: strings.Join(argv, " ")}
	if len(call.text) > r.left {
		r.complete = false
		return
	}
	r.left -= len(call.text)
	for _, a := range argv {
		call.words = append(call.words, word{a, true})
	}
	r.addSimple(call, scope{})
}

// addSimple adds a simple command without its launchers and, if it runs a script, the
// commands of the script. It returns the ends of all of them, and the command itself, which
// is nil if there are too many commands.
func (r *collector) addSimple(call simpleCommand, at scope) (e ends, cmd *Command) {
	outer := at
	for i := 0; ; i++ {
		n, assigns, ok := launchedProgram(call.words)
		if !ok {
			break
		}
		if i == maxLaunchers {
			r.complete = false
			break
		}
		at = at.startedBy(ProgramName(call.words[0].text))
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
		e.add(r.script(script, lang, at.startedBy(cmd.Name)))
	}
	if cmd.Name == "find" {
		r.findExec(call, outer)
	}
	return e, cmd
}

// emit adds a command. It returns false if there are too many.
func (r *collector) emit(cmd *Command, at scope) bool {
	if len(r.cmds) >= MaxCommands {
		r.complete = false
		return false
	}
	cmd.Name = commandName(cmd.Path)
	cmd.Via = at.via
	cmd.Partial = at.partial
	r.cmds = append(r.cmds, cmd)
	return true
}

// commandName returns the name of the program in the first word of a command. In a word with
// expansions, it is the part after the last expansion.
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

// findExec adds the commands that find runs.
func (r *collector) findExec(call simpleCommand, at scope) {
	if at.depth++; at.depth > MaxDepth {
		r.complete = false
		return
	}
	at = at.startedBy("find")
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
			r.addSimple(simpleCommand{words: call.words[start:i], text: call.text}, at)
		}
	}
}

// scriptOf returns the script that a command runs, from an argument or a here-document.
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

// shellArgument returns the script among the arguments of a shell.
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
