package shell

import (
	"slices"
	"strings"
)

// Limits for one call of [Parse] or [ParseArgs].
const (
	// MaxScript is the maximum number of bytes that are read. The bytes of a nested script
	// (sh -c "...") count twice.
	MaxScript = 1 << 20
	// MaxCommands is the maximum number of commands.
	MaxCommands = 20_000
	// MaxDepth is the maximum number of levels of nested scripts.
	MaxDepth = 8

	// MaxReaders is the maximum number of commands that read from the same pipe.
	MaxReaders = 256
	// MaxReached is the maximum number of commands that FindReader visits.
	MaxReached = 1000

	// A script that is longer than maxParsed bytes, or has more than maxOpenings characters
	// that open a nested construct, is split into words and not parsed: the parser needs up
	// to 4 KiB of stack for each level.
	maxParsed   = 64 << 10
	maxOpenings = 4096
)

// Command is a simple command of a shell script, or a program that is started without a
// shell.
type Command struct {
	// Name is the name of the program, without directory and .exe. It is empty for
	// assignments without a command, and if the name is the output of another command.
	Name string
	// Path is the first word, unchanged.
	Path string
	// Args are the words after the first one, without quotes. Expansions and patterns are
	// unchanged: $HOME, ${A:-b}, $(date), *.txt.
	Args []string
	// Literal reports that Path and Args have no expansions.
	Literal bool
	// Assigns are the variables that are set for the command, also by env and sudo.
	Assigns []KeyValue
	// Redirects are the command's own redirections.
	Redirects []Redirect
	// Via has the names of the programs that start the command, the outermost first: sudo,
	// env, xargs, or sh for sh -c "...".
	Via []string
	// Text is the source of the command, including the programs in Via.
	Text string
	// Into are the commands that read the standard output of this command, through a pipe
	// or as an argument. In each of these lines, sh or bash is in the Into of curl:
	//
	//	curl u | sh
	//	sh -c "$(curl u)"
	//	bash <(curl u)
	Into []*Command
	// Partial reports that the script could not be parsed, and was split into words.
	Partial bool
}

// Redirect is a redirection of a command.
type Redirect struct {
	// FD is the file descriptor before the operator. It is empty for the default of the
	// operator.
	FD string
	// Op is the operator: ">", ">>", "<<".
	Op string
	// Word is the file, or the body of a here-document.
	Word string
}

// IsShell reports whether the command is a shell of Unix or Windows.
func (c *Command) IsShell() bool { return LanguageOf(c.Name) != Unknown }

// Has reports whether one of the words is an argument of the command. A long option also
// matches the option with a value: "--user" matches "--user=root".
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

// HasShort reports whether one of the arguments before "--" is a group of single-letter
// options with a letter: "-fsSLk" has 'k'.
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

// Operands returns the arguments that do not start with a dash, and all arguments after
// "--". The value of an option counts as an operand if it is a separate word.
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

// FindReader returns the first command that reads the output of this command, directly or
// through others, and for which match returns true. It visits at most MaxReached commands,
// and returns nil if none of them matches.
func (c *Command) FindReader(match func(*Command) bool) *Command {
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

// Parse returns the commands of a script in the order of the source, including those in both
// branches of conditions, in functions, in substitutions and in scripts of nested shells. A
// substitution in a nested script is read twice: in the argument and in the script. Complete
// is false if a part could not be parsed or exceeds a limit.
func Parse(script string, lang Language) (cmds []*Command, complete bool) {
	r := collector{left: MaxScript, complete: true}
	r.script(script, lang, scope{})
	return r.cmds, r.complete
}

// ParseArgs is [Parse] for a program that is started without a shell.
func ParseArgs(argv []string) (cmds []*Command, complete bool) {
	r := collector{left: MaxScript, complete: true}
	r.addArgs(argv)
	return r.cmds, r.complete
}
