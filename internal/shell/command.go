package shell

import (
	"slices"
	"strings"
)

// The limits of one call of [Parse] or [ParseArgs]. Beyond them it reports that it
// has not read the whole.
const (
	// MaxScript is the number of bytes that are read, with those of scripts in
	// scripts (sh -c "…") counted again.
	MaxScript = 1 << 20
	// MaxCommands is the number of commands.
	MaxCommands = 20_000
	// MaxDepth is how deep scripts may stand in scripts.
	MaxDepth = 8

	// MaxReaders is the number of commands in one pipeline's next stage.
	MaxReaders = 256
	// MaxReached is the number of commands through which output is followed.
	MaxReached = 1000

	// Larger scripts, and those with more openings of nested constructs, are split
	// into words instead of parsed: the parser descends once for each level, at up
	// to 4 KiB of stack.
	maxParsed   = 64 << 10
	maxOpenings = 4096
)

// Command is one simple command of a shell script, or a program started without
// a shell.
type Command struct {
	// Name is the name of the program, without directory and .exe. It is empty
	// for assignments that stand alone, and where another command's output is run
	// as a command.
	Name string
	// Path is the first word as it was written.
	Path string
	// Args are the words after the first, quotes removed. An expansion stands as
	// it was written: $HOME, ${A:-b}, $(date). Patterns are not expanded.
	Args []string
	// Literal is true if neither Path nor Args has an expansion.
	Literal bool
	// Assigns are the variables set for the command, also by env and sudo.
	Assigns []KeyValue
	// Redirects are the command's own redirections.
	Redirects []Redirect
	// Via names the programs through which the command was started, outermost
	// first: sudo, env, xargs, sh for sh -c "…".
	Via []string
	// Text is the command as it stands in the script, with what it was started
	// through.
	Text string
	// Into are the commands that read this one's standard output, through a pipe
	// or as an argument: the curl goes into the shell in
	//
	//	curl u | sh
	//	sh -c "$(curl u)"
	//	bash <(curl u)
	Into []*Command
	// Partial is true if the script could not be parsed and the command was split
	// off by eye.
	Partial bool
}

// Redirect is one redirection of a command.
type Redirect struct {
	// FD is the file descriptor in front of the operator; empty for the
	// operator's own.
	FD string
	// Op is the operator: ">", ">>", "<<".
	Op string
	// Word is the file, or the body of a here-document.
	Word string
}

// Sudo is true if the command was started through sudo or doas.
func (c *Command) Sudo() bool {
	return slices.Contains(c.Via, "sudo") || slices.Contains(c.Via, "doas")
}

// Shell is true if the command is a shell of Unix or Windows.
func (c *Command) Shell() bool { return LanguageOf(c.Name) != Unknown }

// Has is true if one of the words is an argument of the command. A word of two
// dashes and a name also stands for the argument with a value: "--user" for
// "--user=root".
func (c *Command) Has(words ...string) bool {
	for _, a := range c.Args {
		for _, w := range words {
			if a == w || strings.HasPrefix(w, "--") && len(a) > len(w) && a[len(w)] == '=' && a[:len(w)] == w {
				return true
			}
		}
	}
	return false
}

// HasShort is true if one of the arguments before "--" is a group of
// single-letter options with the given letter: "-fsSLk" has 'k'.
func (c *Command) HasShort(letter byte) bool {
	for _, a := range c.Args {
		if a == "--" {
			return false
		}
		if len(a) > 1 && a[0] == '-' && a[1] != '-' && strings.IndexByte(a, letter) > 0 {
			return true
		}
	}
	return false
}

// Operands are the arguments that do not start with a dash, and all those after
// "--". Of an option with a value in a word of its own, the value is among them.
func (c *Command) Operands() []string {
	var operands []string
	for i, a := range c.Args {
		if a == "--" {
			return append(operands, c.Args[i+1:]...)
		}
		if !strings.HasPrefix(a, "-") {
			operands = append(operands, a)
		}
	}
	return operands
}

// Reaches is the first command for which match is true among those that the
// command's output goes into, directly or through others; nil if there is none among
// the first MaxReached.
func (c *Command) Reaches(match func(*Command) bool) *Command {
	seen := map[*Command]bool{c: true}
	queue := slices.Clone(c.Into)
	for len(queue) > 0 && len(seen) <= MaxReached {
		next := queue[0]
		queue = queue[1:]
		if seen[next] {
			continue
		}
		seen[next] = true
		if match(next) {
			return next
		}
		queue = append(queue, next.Into...)
	}
	return nil
}

// Parse gives the commands of a script in the order in which they are written. They
// come from both branches of conditions, from functions, substitutions and the scripts
// of nested shells; a substitution inside a script that is an argument is read both as
// the argument's and as the script's. whole is false if something could not be parsed
// or is over a limit; then the commands are what could be made out.
func Parse(script string, lang Language) (cmds []*Command, whole bool) {
	r := reader{left: MaxScript, whole: true}
	r.script(script, lang, scope{})
	return r.cmds, r.whole
}

// ParseArgs is [Parse] for a program that is started without a shell.
func ParseArgs(argv []string) (cmds []*Command, whole bool) {
	r := reader{left: MaxScript, whole: true}
	r.exec(argv)
	return r.cmds, r.whole
}
