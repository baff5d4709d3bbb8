package shell

import "strings"

// launcher describes the command line of a program that starts another program: options,
// operands, and then the command line of that program. For example:
//
//	sudo -u www-data env PATH=/bin make all
//
// sudo launches env, and env launches make.
type launcher struct {
	short    string   // single-letter options that take a value
	long     []string // long options that take a value in the next word
	operands int      // operands before the program
	assigns  bool     // takes NAME=value before the program
}

// launcherOf returns the launcher with a name. It returns false for any other program.
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

// launchedProgram returns the index of the program that a launcher starts, and the variables
// that it sets. It returns false if the first word is not a launcher, or does not start a
// program here.
func launchedProgram(words []word) (start int, assigns []KeyValue, ok bool) {
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
			return 0, nil, false // prints the path of a program
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

// takesValue reports whether the next word is the value of the option.
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
